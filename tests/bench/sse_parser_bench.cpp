// Splitting an event stream, in reads of 64 KiB and of one TCP segment.
#include "bench_text.hpp"

#include <capstan/sse_parser.hpp>

#include <algorithm>

using namespace capstan;

namespace {

void split_events(benchmark::State& state) {
    std::string stream;
    while (stream.size() < 64 * 1024) stream += bench::make_event(bench::SourceSettings(), 1);
    const auto step = static_cast<std::size_t>(state.range(0));
    std::int64_t events = 0;
    SseParser parser;
    SseEvent event;
    const bench::AllocationsOf allocations(state);
    for (auto _ : state) {
        std::string_view left = stream;
        while (!left.empty()) {
            const auto piece = left.substr(0, step);
            parser.feed(piece);
            while (parser.next(event)) ++events;
            left.remove_prefix(piece.size());
        }
    }
    state.SetItemsProcessed(events);
    state.SetBytesProcessed(static_cast<std::int64_t>(stream.size()) * state.iterations());
}
BENCHMARK(split_events)->Arg(1 << 20)->Arg(1448);

}  // namespace
