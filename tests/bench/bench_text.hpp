#pragma once

#include "allocation_count.hpp"
#include "source_events.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace bench {

/// The JSON of one event of that mode (content, reasoning, tools), about 300 bytes.
inline std::string event_json(std::string_view mode) {
    SourceSettings settings;
    settings.mode = mode;
    const auto event = make_event(settings, 1);
    return event.substr(6, event.size() - 8);
}

/// Tells how many allocations a round of the loop made.
class AllocationsOf {
public:
    explicit AllocationsOf(benchmark::State& state) : state_(state), before_(allocations()) {}
    ~AllocationsOf() {
        state_.counters["allocs"] = benchmark::Counter(
            static_cast<double>(allocations() - before_), benchmark::Counter::kAvgIterations);
    }

private:
    benchmark::State& state_;
    std::uint64_t before_;
};

}  // namespace bench
