// Building the request of a conversation of 2 MB: the work of one turn before anything is sent.
#include "openrouter/request_builder.hpp"

#include <benchmark/benchmark.h>

#include <string>

using namespace capstan;

namespace {

std::string prose(std::size_t size) {
    const std::string line =
        "The file \"main.cpp\" has\t42 lines;\nint main() { return 0; } // done\n";
    std::string text;
    while (text.size() < size) text += line;
    return text;
}

AssistantMessage tool_turn(int number, std::size_t arguments) {
    AssistantMessage message;
    message.origin.model = "anthropic/claude-4.5-sonnet-20250929";
    message.origin.requested_model = "anthropic/claude-sonnet-4.5";
    json::object thought;
    thought["type"] = "reasoning.text";
    thought["text"] = "turn " + std::to_string(number) + prose(1000);
    thought["signature"] = std::string(400, 'S');
    thought["format"] = "anthropic-claude-v1";
    thought["index"] = 0;
    message.reasoning.details.emplace().push_back(std::move(thought));
    ToolCall call;
    call.id = "toolu_" + std::to_string(number);
    call.name = "write_file";
    call.arguments = "{\"text\":\"" + std::string(arguments, 'a') + "\"}";
    message.tool_calls.push_back(std::move(call));
    return message;
}

MessageRequest long_conversation(std::size_t size) {
    MessageRequest request;
    request.system_prompt = prose(10'000);
    request.messages.add_user("Do it.");
    std::size_t total = 10'000;
    for (int i = 0; total < size; ++i) {
        request.messages.add(tool_turn(i, 2'000));
        request.messages.add_tool_result("toolu_" + std::to_string(i), prose(6'000));
        total += 9'500;
    }
    return request;
}

void build_request(benchmark::State& state) {
    OpenRouterOptions options;
    const MessageRequest request = long_conversation(static_cast<std::size_t>(state.range(0)));
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
    options.model = "anthropic/claude-sonnet-4.5";
    const MessageRequest before = long_conversation(static_cast<std::size_t>(state.range(0)));
    (void)build_chat_request(options, before, nullptr);
    const AssistantMessage turn = tool_turn(1'000'000, 2'000);
    const std::string result = prose(6'000);
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
