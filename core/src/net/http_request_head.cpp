#include "net/http_request_head.hpp"

#include "net/http_text.hpp"

#include <algorithm>

namespace capstan::http {

namespace {

bool token_char(char c) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return alphanumeric || others.find(c) != std::string_view::npos;
}

bool token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), token_char);
}

bool field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\t' || static_cast<unsigned char>(c) >= 0x20; });
}

[[noreturn]] void refuse(const std::string& why) {
    throw HttpError(HttpErrorKind::invalid_request, "the request is not usable: " + why);
}

bool sends_length(const HttpRequest& request) {
    const auto& method = request.method;
    const bool has_body = !request.body.empty() || !request.body_parts.empty();
    return has_body || method == "POST" || method == "PUT" || method == "PATCH";
}

void check_parts(const HttpRequest& request) {
    std::size_t from = 0;
    for (const auto& part : request.body_parts) {
        if (!part.text) refuse("a part of its body has no text");
        if (part.place < from || part.place > request.body.size())
            refuse("a part of its body has no place in it");
        from = part.place;
    }
}

void append(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
}

void append_default(std::string& head, const HttpHeaders& headers, std::string_view name,
                    std::string_view value) {
    if (!headers.contains(name) && !value.empty()) append(head, name, value);
}

}  // namespace

void check_request(const HttpRequest& request) {
    if (!token(request.method)) refuse("its method is not a word");
    for (const auto& [name, value] : request.headers.fields()) {
        if (!token(name)) refuse("a header name has a character that none may have");
        if (!field_value(value)) refuse("the header " + name + " has a control character");
        if (equal_ignoring_case(name, "Transfer-Encoding"))
            refuse("the header Transfer-Encoding is the client's own");
    }
    check_parts(request);
}

std::string request_head(const HttpRequest& request, const Url& url, const Proxy* forward,
                         std::string_view user_agent) {
    std::string head = request.method + " ";
    if (forward) head.append("http://").append(url.authority);
    head.append(url.target).append(" HTTP/1.1\r\n");
    append_default(head, request.headers, "Host", url.authority);
    append_default(head, request.headers, "User-Agent", user_agent);
    append_default(head, request.headers, "Accept-Encoding", "identity");
    if (forward && !forward->authorization.empty())
        append(head, "Proxy-Authorization", forward->authorization);
    for (const auto& [name, value] : request.headers.fields())
        if (!equal_ignoring_case(name, "Content-Length")) append(head, name, value);
    if (sends_length(request))
        append(head, "Content-Length",
               std::to_string(whole_body_size(request.body, request.body_parts)));
    return head.append("\r\n");
}

std::string connect_head(const Url& url, const Proxy& proxy, std::string_view user_agent) {
    const auto target = url.host_and_port();
    std::string head = "CONNECT " + target + " HTTP/1.1\r\n";
    append(head, "Host", target);
    if (!user_agent.empty()) append(head, "User-Agent", user_agent);
    if (!proxy.authorization.empty()) append(head, "Proxy-Authorization", proxy.authorization);
    return head.append("\r\n");
}

}  // namespace capstan::http
