#pragma once

#include "openrouter/openrouter_core.hpp"

#include <capstan/chunk_stream.hpp>
#include <capstan/message_request.hpp>

#include <memory>

namespace capstan::openrouter {

/// The body of OpenRouterHandler::create_message().
ChunkStream stream_message(std::shared_ptr<Core> core, MessageRequest request);

}  // namespace capstan::openrouter
