#pragma once

#include <capstan/text_joiner.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace capstan::responses {

/// One text of the answer, which comes in deltas, as a whole, or as both: the events of the
/// Responses API repeat every text when its part, its item and the response are done.
class ArrivingText {
public:
    ArrivingText() noexcept;

    /// What a delta adds; valid UTF-8.
    std::string add(std::string_view delta);

    /// What the whole text says beyond the deltas; nothing if it does not begin as they did.
    std::string complete(std::string_view whole);

    /// The end of the answer: U+FFFD for half a character.
    std::string flush();

    /// Bytes handed out.
    std::size_t size() const noexcept { return size_; }

private:
    std::string hand_out(std::string piece);

    TextJoiner joiner_;
    std::size_t size_ = 0;
    std::uint64_t hash_;  // of what was handed out
};

}  // namespace capstan::responses
