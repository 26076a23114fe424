#pragma once

/// Everything that a program needs to talk to a model. It stays cheap to include: no Beast, no
/// OpenSSL; the heaviest parts are asio::awaitable and Boost.JSON.

#include <capstan/api_handler.hpp>
#include <capstan/call_context.hpp>
#include <capstan/chunk.hpp>
#include <capstan/chunk_stream.hpp>
#include <capstan/content.hpp>
#include <capstan/conversation.hpp>
#include <capstan/error.hpp>
#include <capstan/message.hpp>
#include <capstan/message_assembler.hpp>
#include <capstan/message_request.hpp>
#include <capstan/model_catalog.hpp>
#include <capstan/model_info.hpp>
#include <capstan/money.hpp>
#include <capstan/providers/anthropic.hpp>
#include <capstan/providers/anthropic_options.hpp>
#include <capstan/providers/openai_compatible.hpp>
#include <capstan/providers/openai_responses.hpp>
#include <capstan/providers/openrouter.hpp>
#include <capstan/providers/openrouter_options.hpp>
#include <capstan/reply.hpp>
#include <capstan/retry.hpp>
#include <capstan/state_manager.hpp>
#include <capstan/tool_definition.hpp>
#include <capstan/usage.hpp>
#include <capstan/version.hpp>
