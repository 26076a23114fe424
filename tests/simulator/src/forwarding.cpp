#include "forwarding.hpp"

#include "http_text.hpp"

#include <capstan/testing/answers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace capstan::testing {

namespace {

/// True if the comma-separated list has the name.
bool lists(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        auto entry = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), entry.size() + 1));
        entry.remove_prefix(std::min(entry.size(), entry.find_first_not_of(" \t")));
        entry = entry.substr(0, entry.find_last_not_of(" \t") + 1);
        if (same_name(entry, name)) return true;
    }
    return false;
}

/// Concerns the one connection it came on (RFC 9110, 7.6.1).
bool hop_by_hop(std::string_view name, const HeaderList& headers) {
    static constexpr std::array<std::string_view, 9> always{
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};
    const auto is_name = [name](std::string_view other) { return same_name(name, other); };
    if (std::any_of(always.begin(), always.end(), is_name)) return true;
    return std::any_of(headers.begin(), headers.end(), [name](const auto& field) {
        return same_name(field.first, "connection") && lists(field.second, name);
    });
}

/// The HTTP client writes these by itself; an Expect was answered here.
bool made_anew(std::string_view name) {
    for (const std::string_view own : {"host", "accept-encoding", "content-length", "expect"})
        if (same_name(name, own)) return true;
    return false;
}

}  // namespace

std::string upstream_base(std::string_view url) {
    const bool known = url.starts_with("http://") || url.starts_with("https://");
    if (!known || url.find_first_of("?#") != std::string_view::npos)
        throw std::runtime_error("the upstream is not an http:// or https:// URL without a query");
    while (url.ends_with('/')) url.remove_suffix(1);
    return std::string(url);
}

HttpRequest forwarded_request(const SimRequest& request, const std::string& base) {
    HttpRequest forwarded;
    forwarded.method = request.method;
    forwarded.url = base;
    // A target without its slash must not become a part of the host's name.
    if (!request.path.empty() && request.path.front() != '/') forwarded.url += '/';
    forwarded.url += request.path;
    if (const auto query = request.target.find('?'); query != std::string::npos)
        forwarded.url += request.target.substr(query);
    for (const auto& [name, value] : request.headers)
        if (!made_anew(name) && !hop_by_hop(name, request.headers))
            forwarded.headers.add(name, value);
    forwarded.body = request.body;
    forwarded.timeouts.first_byte = std::chrono::milliseconds::zero();
    forwarded.timeouts.idle = std::chrono::milliseconds::zero();
    return forwarded;
}

SimResponse forwarded_head(int status, const HttpHeaders& headers) {
    SimResponse response;
    response.status = status;
    for (const auto& [name, value] : headers.fields())
        if (!hop_by_hop(name, headers.fields())) response.with_header(name, value);
    const bool bodiless = status == 204 || status == 304;
    response.framing = bodiless ? Framing::content_length : Framing::chunked;
    return response;
}

SimResponse forwarding_failed(const HttpError& error) {
    const bool unsendable = error.kind() == HttpErrorKind::invalid_request ||
                            error.kind() == HttpErrorKind::invalid_url;
    return error_answer(unsendable ? 400 : 502, fmt::format("upstream: {}", error.what()));
}

}  // namespace capstan::testing
