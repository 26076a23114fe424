// One event's JSON into chunks.
#include "bench_text.hpp"

#include "chat/chat_decoder.hpp"

#include <vector>

using namespace capstan;

namespace {

void decode_event(benchmark::State& state, const std::string& mode) {
    const auto event = bench::event_json(mode);
    ChatDecoder decoder;
    std::vector<StreamChunk> chunks;
    decoder.decode_event(event, chunks);
    const bench::AllocationsOf allocations(state);
    for (auto _ : state) {
        chunks.clear();
        decoder.decode_event(event, chunks);
        benchmark::DoNotOptimize(chunks.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(event.size()) * state.iterations());
}
BENCHMARK_CAPTURE(decode_event, content, "content");
BENCHMARK_CAPTURE(decode_event, reasoning, "reasoning");
BENCHMARK_CAPTURE(decode_event, tools, "tools");

}  // namespace
