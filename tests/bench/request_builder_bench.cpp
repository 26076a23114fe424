// Building the request of a conversation of 2 MB: the work of one turn before anything is sent.
#include "long_conversation.hpp"
#include "openrouter/request_builder.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

using namespace capstan;

namespace {

MessageRequest long_request(std::size_t size) {
    MessageRequest request;
    request.system_prompt = bench::prose(10'000);
    request.messages = bench::long_conversation(size - std::min<std::size_t>(size, 10'000));
    return request;
}

void build_request(benchmark::State& state) {
    OpenRouterOptions options;
    const MessageRequest request = long_request(static_cast<std::size_t>(state.range(0)));
    std::size_t size = 0;
    for (auto _ : state) {
        WireRequest built = build_chat_request(options, request, nullptr);
        size = built.body.size();
        benchmark::DoNotOptimize(built.body.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(size) *
                            static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(build_request)->Arg(20'000)->Arg(2'000'000)->Unit(benchmark::kMicrosecond);

// One turn more: the history was sent before, a call and its result are new.
void build_next_request(benchmark::State& state) {
    OpenRouterOptions options;
    options.model = bench::long_conversation_model;
    const MessageRequest before = long_request(static_cast<std::size_t>(state.range(0)));
    (void)build_chat_request(options, before, nullptr);
    const AssistantMessage turn = bench::tool_turn(1'000'000, 2'000);
    const std::string result = bench::prose(6'000);
    for (auto _ : state) {
        MessageRequest request;
        request.system_prompt = before.system_prompt;
        request.messages = before.messages;
        request.messages.add(turn).add_tool_result("toolu_1000000", result);
        WireRequest built = build_chat_request(options, request, nullptr);
        benchmark::DoNotOptimize(built.body.data());
    }
}
BENCHMARK(build_next_request)->Arg(20'000)->Arg(2'000'000)->Unit(benchmark::kMicrosecond);

}  // namespace
