#pragma once

#include <capstan/chunk.hpp>
#include <capstan/generator.hpp>

namespace capstan {

/// One answer of a model, as chunks. See Generator for the rules of use.
using ChunkStream = Generator<StreamChunk>;

}  // namespace capstan
