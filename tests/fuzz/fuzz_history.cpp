// A history in JSON -> Conversation -> JSON has to reach a fixed point at once, and every request
// that is built from it has to be JSON.
#include "openrouter/request_builder.hpp"

#include <capstan/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

using namespace capstan;

namespace {

std::optional<Conversation> read(std::string_view text) {
    try {
        return Conversation::from_json(text);
    } catch (const ApiError& error) {
        if (error.kind() != ErrorKind::invalid_request) std::abort();
        return std::nullopt;
    }
}

void check_request(const Conversation& conversation, const char* model) {
    OpenRouterOptions options;
    options.model = model;
    MessageRequest request;
    request.system_prompt = "s";
    request.messages = conversation;
    const WireRequest built = build_chat_request(options, request, nullptr);
    const auto body = try_parse_json(whole_body(built.body, built.body_parts));
    if (!body) std::abort();
    // What is sent can be read again.
    (void)Conversation::from_json(*body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto conversation = read(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!conversation) return 0;
    // Keys that had to be repaired may become equal once; from then on nothing changes.
    const std::string first = conversation->to_json_text();
    const std::string text = Conversation::from_json(std::string_view(first)).to_json_text();
    if (Conversation::from_json(std::string_view(text)).to_json_text() != text) std::abort();
    if (is_valid_utf8(std::string_view(reinterpret_cast<const char*>(data), size)) &&
        first.find("\xef\xbf\xbd") == std::string::npos && text != first)
        std::abort();
    for (const Message& message : conversation->messages()) (void)to_json(message);
    for (const char* model : {"anthropic/claude-sonnet-4.5", "google/gemini-3-pro",
                              "mistralai/mistral-large", "openrouter/auto"})
        check_request(*conversation, model);
    return 0;
}
