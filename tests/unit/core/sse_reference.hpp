#pragma once

#include <capstan/sse_parser.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace capstan::test {

/// An event with bytes of its own.
struct OwnedEvent {
    std::string type;
    std::string data;
    std::string id;
    bool operator==(const OwnedEvent&) const = default;
};

/// All that a stream gives.
struct SseResult {
    std::vector<OwnedEvent> events;
    std::size_t comments = 0;
    long retry_ms = -1;
    bool ended_in_event = false;
    bool operator==(const SseResult&) const = default;
};

/// Reads a whole stream slowly and plainly, after the letter of the standard (HTML, 9.2.6) and what
/// SseParser documents beyond it; shares no code with SseParser.
SseResult read_sse_slowly(std::string text);

/// Feeds `pieces` to an SseParser, each one from memory that is gone afterwards.
SseResult read_sse(const std::vector<std::string>& pieces);

}  // namespace capstan::test
