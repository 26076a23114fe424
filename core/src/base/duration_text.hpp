#pragma once

#include <chrono>
#include <string>

namespace capstan::detail {

/// "250 ms", "1.5 s", "20 s", "2 min 5 s", "3 h 20 min", "2 d 4 h".
std::string duration_text(std::chrono::milliseconds duration);

/// "2026-01-31 08:00:05 UTC"
std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace capstan::detail
