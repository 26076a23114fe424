#include "dialects.hpp"

#include "anthropic_request.hpp"
#include "anthropic_response.hpp"
#include "http_text.hpp"
#include "responses_request.hpp"
#include "responses_translation.hpp"

namespace capstan::testing {

namespace {

constexpr std::string_view chat_path = "/chat/completions";

bool is_responses(const SimRequest& request) noexcept {
    return request.method == "POST" && request.path == "/responses";
}

bool is_translated(const SimRequest& request) noexcept {
    return is_messages_request(request) || is_responses(request);
}

}  // namespace

bool answers(std::string_view route, const SimRequest& request) noexcept {
    if (route_matches(route, request.method, request.path)) return true;
    return is_translated(request) && route_matches(route, request.method, chat_path);
}

bool is_chat(const SimRequest& request) noexcept {
    return request.path == chat_path || is_translated(request);
}

boost::json::value chat_body(const SimRequest& request) {
    auto body = request.json();
    if (!body.is_object()) return body;
    if (is_messages_request(request)) return chat_of_messages(body.get_object());
    if (is_responses(request)) return chat_of_responses(body.get_object());
    return body;
}

std::shared_ptr<const SimResponse> in_dialect(const SimRequest& request,
                                              std::shared_ptr<const SimResponse> response) {
    if (!response) return response;
    if (is_messages_request(request))
        return std::make_shared<const SimResponse>(messages_response(*response, request));
    if (is_responses(request))
        return std::make_shared<const SimResponse>(in_responses_format(*response));
    return response;
}

}  // namespace capstan::testing
