#pragma once

#include <capstan/chunk.hpp>

#include <string>
#include <vector>

namespace capstan::composition {

/// Removes the secrets that lie across the chunks of an answer: the pieces of a text with such a
/// one are joined in the first of them, and the others become empty. Logprobs of an answer with
/// such a text become empty objects. What lies elsewhere is left to redact_json(). Pure.
void redact_across_chunks(std::vector<StreamChunk>& chunks,
                          const std::vector<std::string>& secrets);

}  // namespace capstan::composition
