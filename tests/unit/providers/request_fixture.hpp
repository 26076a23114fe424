#pragma once

#include "openrouter/request_builder.hpp"
#include "request_log.hpp"

#include <capstan/json.hpp>

#include <string>
#include <string_view>

/// What the tests of request building share.
namespace request_fixture {

/// Settings with everything off that would add fields of its own.
inline capstan::OpenRouterOptions bare_options(std::string model = "vendor/model") {
    capstan::OpenRouterOptions options;
    options.api_key = "sk-or-v1-test";
    options.model = std::move(model);
    return options;
}

inline capstan::MessageRequest asking(std::string text = "hi") {
    capstan::MessageRequest request;
    request.messages.add_user(std::move(text));
    return request;
}

inline std::string body_of(const capstan::OpenRouterOptions& options,
                           const capstan::MessageRequest& request,
                           const capstan::ModelInfo* info = nullptr) {
    const auto built = capstan::build_chat_request(options, request, info);
    std::string body = capstan::whole_body(built.body, built.body_parts);
    log_request("/chat/completions", body);
    return body;
}

inline capstan::json::object json_of(const capstan::OpenRouterOptions& options,
                                     const capstan::MessageRequest& request,
                                     const capstan::ModelInfo* info = nullptr) {
    return capstan::parse_json(body_of(options, request, info)).as_object();
}

/// The member as JSON text; "-" when it is absent.
inline std::string member(const capstan::json::object& body, std::string_view name) {
    const auto* value = capstan::find(body, name);
    return value ? capstan::to_json_text(*value) : std::string("-");
}

inline capstan::FunctionTool tool(std::string name) {
    capstan::FunctionTool result;
    result.name = std::move(name);
    return result;
}

inline capstan::Conversation history(std::string_view text) {
    return capstan::Conversation::from_json(text);
}

}  // namespace request_fixture
