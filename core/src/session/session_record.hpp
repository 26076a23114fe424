#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::detail {

/// The texts of a session's log. Pure.
///
/// A record is "<sum> <active time in ms> <JSON>". The sum is taken over the record and the sum of
/// the one before it, so that a changed, exchanged or missing record is found.

inline constexpr std::string_view session_head_key = "head";

/// "event/00000001" for 1.
std::string session_event_key(std::int64_t number);
/// Nothing if it is no such key.
std::optional<std::int64_t> session_event_number(std::string_view key);

struct SessionRecord {
    SessionRecord() = default;

    std::string_view sum;  ///< all views: into the text that was read
    std::chrono::milliseconds active_time{0};
    std::string_view json;
};

/// Writes the record behind one whose sum was `previous` (empty: it is the first) and makes
/// `previous` its own.
std::string write_session_record(std::string& previous, std::chrono::milliseconds active_time,
                                 std::string_view json);

/// Nothing if the text is none, or its sum is wrong; else `previous` becomes its sum.
std::optional<SessionRecord> read_session_record(std::string& previous, std::string_view text);

}  // namespace capstan::detail
