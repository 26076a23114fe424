#pragma once

#include "exchange/provider_client.hpp"

#include <capstan/chunk_stream.hpp>
#include <capstan/message_request.hpp>

#include <memory>

namespace capstan::exchange {

/// The body of every DialectHandler::create_message().
ChunkStream stream_message(std::shared_ptr<ProviderClient> client, MessageRequest request);

}  // namespace capstan::exchange
