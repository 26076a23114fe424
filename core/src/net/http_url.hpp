#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan::http {

/// An absolute http or https URL taken apart.
struct Url {
    Url() = default;

    bool secure = false;
    std::string user_info;  ///< as written, still percent-encoded
    std::string host;       ///< lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string target;     ///< path and query, never empty, no fragment
    std::string authority;  ///< for the Host field: brackets where needed, the port unless usual

    /// host:port with brackets where needed; names the peer in messages and in CONNECT.
    std::string host_and_port() const;
};
static_assert(!std::is_aggregate_v<Url>);

/// Throws HttpError of kind invalid_url. Its message never shows the user info or the query.
Url split_url(std::string_view url);

/// The bytes behind %XX; what is no such sequence stays.
std::string percent_decoded(std::string_view text);

/// For Basic authorization.
std::string base64(std::string_view bytes);

}  // namespace capstan::http
