#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace capstan::detail {

/// Reads the three date formats of HTTP (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT",
/// "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". A year of two digits that would be
/// more than 50 years after `now` is one of the past. Nothing if the text is none of them.
std::optional<std::chrono::system_clock::time_point> parse_http_date(
    std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace capstan::detail
