#pragma once

#include "chat/body_writer.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/openai_quirks.hpp>
#include <capstan/providers/provider_options.hpp>

#include <string>
#include <type_traits>

namespace capstan::compatible {

/// How much a call shall think, in the words that chat completions have.
struct ThinkingWish {
    ThinkingWish() = default;

    bool given = false;  ///< false: nothing is sent, the server decides
    bool on = true;
    std::string effort;  ///< empty: the server's own
};
static_assert(!std::is_aggregate_v<ThinkingWish>);

/// The request's wish, else the settings'. There is no budget in this API: one of up to 2048 tokens
/// becomes "low", of up to 8192 "medium", a larger one "high"; 0 turns thinking off. An effort that
/// the server does not list becomes the nearest one, the lower of two. Throws ApiError of kind
/// configuration for a negative budget, and for a word that is no effort where the server lists
/// the ones it knows.
ThinkingWish thinking_wish(const ProviderOptions& options, const MessageRequest& request,
                           const OpenAiQuirks& quirks);

void write_thinking(BodyWriter& body, const ThinkingWish& wish, const OpenAiQuirks& quirks);

}  // namespace capstan::compatible
