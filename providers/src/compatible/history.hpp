#pragma once

#include "chat/prompt_size.hpp"

#include <capstan/message_request.hpp>
#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openai_quirks.hpp>

#include <string>
#include <string_view>

namespace capstan::compatible {

/// Appends the array of messages as this server takes them. The conversation stays as it is.
///
/// Held back: `reasoning_details`, cache marks, members that only other servers know, and the
/// reasoning and spoken words of other models. Pictures in results of tools, which only users may
/// send, follow in a message of the user. Tool call ids that the server refuses are replaced, the
/// same in every request. Where no user may speak behind the result of a tool, the model says "OK."
/// between. Where the server takes no images, older ones become a line of text.
///
/// Gives the size of the media. Throws ApiError of kind invalid_request for an image behind the
/// last answer where the server takes none.
MediaSize append_history(std::string& out, const MessageRequest& request, std::string_view model,
                         const OpenAiQuirks& quirks, ReasoningReplay replay);

}  // namespace capstan::compatible
