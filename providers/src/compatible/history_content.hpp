#pragma once

#include <capstan/message.hpp>
#include <capstan/providers/openai_quirks.hpp>

#include <vector>

namespace capstan::compatible {

/// `content` as the server takes it: parts of text joined where it takes one text only, and images
/// as a line of text where it takes none. An image that is not `old` is refused then: throws
/// ApiError of kind invalid_request.
Content fit_content(const Content& content, const OpenAiQuirks& quirks, bool old);

/// Moves pictures out of the result of a tool, which may hold nothing but text, into `images`.
Content take_images(Content content, std::vector<ContentPart>& images);

/// Leaves of an answer's `extra` what is repeated to the server: `name`, `refusal`, and the id of
/// `audio` if the model that is asked has spoken it (`own`). Words that are left out become the
/// content where there is none.
void fit_extra(AssistantMessage& message, const OpenAiQuirks& quirks, bool own);

}  // namespace capstan::compatible
