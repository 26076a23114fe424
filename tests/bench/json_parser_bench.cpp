// One event's JSON into values, in memory that is used again.
#include "bench_text.hpp"

#include <capstan/json_parser.hpp>

using namespace capstan;

namespace {

void parse_event(benchmark::State& state, const std::string& mode) {
    const auto event = bench::event_json(mode);
    JsonParser parser;
    parser.parse(event);
    const bench::AllocationsOf allocations(state);
    for (auto _ : state) benchmark::DoNotOptimize(parser.parse(event));
    state.SetBytesProcessed(static_cast<std::int64_t>(event.size()) * state.iterations());
}
BENCHMARK_CAPTURE(parse_event, content, "content");
BENCHMARK_CAPTURE(parse_event, reasoning, "reasoning");

}  // namespace
