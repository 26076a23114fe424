#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace capstan::detail {

/// "20261121-132752-ab1cd": the time (UTC) and five characters of chance. Ids sort by time.
std::string make_session_id(std::chrono::system_clock::time_point time, std::uint64_t chance);

/// From the first line of a text that says something: at most 60 characters, never half of one, no
/// control characters.
std::string make_session_title(std::string_view text);

}  // namespace capstan::detail
