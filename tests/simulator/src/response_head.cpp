#include "response_head.hpp"

#include "http_text.hpp"

#include <algorithm>

namespace capstan::testing {

namespace {

bool has(const SimResponse& response, std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [&](const auto& field) { return same_name(field.first, name); });
}

bool frames_itself(const SimResponse& response) {
    return has(response, "content-length") || has(response, "transfer-encoding");
}

bool only_sends(const SimResponse& response) {
    return std::all_of(response.body.begin(), response.body.end(),
                       [](const Step& step) { return step.kind == Step::Kind::send; });
}

}  // namespace

bool makes_chunks(const SimResponse& response) {
    if (frames_itself(response)) return false;
    if (response.framing == Framing::chunked) return true;
    if (response.framing != Framing::automatic) return false;
    const auto type = find_header(response.headers, "content-type");
    return type.starts_with("text/event-stream") || !only_sends(response);
}

std::string response_head(const SimRequest& request, const SimResponse& response) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    head += response.reason.empty() ? std::string(reason_phrase(response.status)) : response.reason;
    head += "\r\n";
    for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
    const bool bodiless = response.status == 204 || response.status == 304;
    if (makes_chunks(response)) {
        head += "Transfer-Encoding: chunked\r\n";
    } else if (!frames_itself(response) && response.framing != Framing::until_close && !bodiless) {
        head += "Content-Length: " + std::to_string(response.body_bytes().size()) + "\r\n";
    }
    const bool closes = response.after == After::close ||
                        response.framing == Framing::until_close ||
                        same_name(request.header("connection"), "close");
    if (closes && !has(response, "connection")) head += "Connection: close\r\n";
    return head + "\r\n";
}

}  // namespace capstan::testing
