#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan {

/// After how many equal rounds (the same call with the same result) the detector acts. Zero: never.
struct LoopLimits {
    LoopLimits() = default;

    std::size_t warn = 2;   ///< the model is told that it repeats itself
    std::size_t block = 3;  ///< the next equal call is not executed
    std::size_t stop = 6;   ///< the run ends; blocked calls count
};
static_assert(!std::is_aggregate_v<LoopLimits>);

enum class LoopVerdict { none, warn, stop };

/// Finds an agent that goes in circles: counts, for each tool and canonical arguments, how often in
/// a row the call had the same result. Calls of other tools in between do not reset the count;
/// another result of the same call does. A value.
class LoopDetector {
public:
    explicit LoopDetector(LoopLimits limits = {}) : limits_(limits) {}

    /// True if the call has to be blocked: it was made `block` times, always with one result.
    bool blocks(std::string_view tool, std::string_view arguments) const;

    /// Counts a result, or a blocked call (`blocked`: with the result it had before).
    LoopVerdict add(std::string_view tool, std::string_view arguments, std::string_view result);
    LoopVerdict add_blocked(std::string_view tool, std::string_view arguments);

    json::object to_json() const;
    /// Throws std::invalid_argument.
    static LoopDetector from_json(const json::value& value, LoopLimits limits);

private:
    struct Entry {
        std::string result;  // fingerprint
        std::size_t count = 0;
    };
    LoopVerdict verdict(std::size_t count) const noexcept;

    LoopLimits limits_;
    std::map<std::string, Entry, std::less<>> calls_;  // by fingerprint
};

}  // namespace capstan
