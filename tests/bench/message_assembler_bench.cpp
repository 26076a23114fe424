// A whole answer of 10,000 chunks into one message.
#include "bench_text.hpp"

#include "chat/chat_decoder.hpp"

#include <capstan/message_assembler.hpp>

#include <vector>

using namespace capstan;

namespace {

void assemble_answer(benchmark::State& state, const std::string& mode) {
    constexpr int chunks_of_answer = 10'000;
    ChatDecoder decoder;
    std::vector<StreamChunk> chunks;
    const auto event = bench::event_json(mode);
    for (int i = 0; i < chunks_of_answer; ++i) decoder.decode_event(event, chunks);
    for (auto _ : state) {
        MessageAssembler assembler("bench/tiny");
        for (const auto& chunk : chunks) assembler.add(chunk);
        auto message = assembler.message();
        benchmark::DoNotOptimize(message);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(chunks.size()) * state.iterations());
}
BENCHMARK_CAPTURE(assemble_answer, content, "content")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(assemble_answer, reasoning, "reasoning")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(assemble_answer, tools, "tools")->Unit(benchmark::kMicrosecond);

}  // namespace
