#include "responses/responses_headers.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace capstan::responses {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void add_header(HttpHeaders& headers, const std::string& name, const std::string& value) {
    const bool bad_name = name.empty() || std::any_of(name.begin(), name.end(), [](char c) {
                              return is_control(c) || c == ':' || c == ' ';
                          });
    const bool bad_value = std::any_of(value.begin(), value.end(),
                                       [](char c) { return is_control(c) && c != '\t'; });
    if (bad_name || bad_value)
        throw ApiError(ErrorKind::configuration,
                       "the header \"" + (bad_name ? std::string() : name) + "\" cannot be sent",
                       "names and values of headers must have no control characters");
    headers.set(name, value);
}

}  // namespace

HttpHeaders request_headers(const OpenAiResponsesOptions& options, const MessageRequest& request) {
    HttpHeaders headers;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) add_header(headers, name, value);
    };
    add("OpenAI-Organization", options.organization);
    add("OpenAI-Project", options.project);
    add("traceparent", request.context.trace_parent);
    for (const auto& [name, value] : options.headers.fields())
        if (!same_name(name, "Authorization") && !same_name(name, "Content-Type"))
            add_header(headers, name, value);
    return headers;
}

}  // namespace capstan::responses
