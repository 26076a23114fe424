#include "scripted_handler.hpp"

#include <stdexcept>

namespace capstan::testing {
namespace {

ChunkStream play(ScriptedAnswer answer) {
    if (answer.before) {
        auto waiting = answer.before();
        co_await std::move(waiting);
    }
    for (auto& chunk : answer.chunks) co_yield std::move(chunk);
    if (answer.error) throw ApiError(*answer.error);
}

void end(ScriptedAnswer& answer, FinishReason reason) {
    UsageChunk usage;
    usage.usage.source = UsageSource::stream;
    usage.usage.input_tokens = 10;
    usage.usage.output_tokens = 5;
    usage.usage.total_cost = Money::from_nano_usd(100'000);
    answer.chunks.emplace_back(std::move(usage));
    FinishChunk finish;
    finish.reason = reason;
    finish.finish_reason = to_string(reason);
    finish.model = "scripted/model";
    answer.chunks.emplace_back(std::move(finish));
}

}  // namespace

ChunkStream ScriptedHandler::create_message(MessageRequest request) {
    ScriptedAnswer answer;
    if (!answers.empty()) {
        answer = std::move(answers.front());
        answers.pop_front();
    } else if (otherwise) {
        answer = otherwise(request);
    } else {
        throw std::logic_error("the script has ended");
    }
    if (keep_requests) requests.push_back(std::move(request));
    return play(std::move(answer));
}

ScriptedAnswer scripted_text(std::string text) {
    ScriptedAnswer answer;
    answer.chunks.emplace_back(TextChunk(std::move(text)));
    end(answer, FinishReason::stop);
    return answer;
}

ScriptedAnswer scripted_call(std::string id, std::string tool, std::string arguments) {
    ToolCall call;
    call.id = std::move(id);
    call.name = std::move(tool);
    call.arguments = std::move(arguments);
    std::vector<ToolCall> calls;
    calls.push_back(std::move(call));
    return scripted_calls(std::move(calls));
}

ScriptedAnswer scripted_calls(std::vector<ToolCall> calls, FinishReason finish) {
    ScriptedAnswer answer;
    for (std::size_t n = 0; n < calls.size(); ++n) {
        ToolCallChunk chunk;
        chunk.index = n;
        chunk.id = std::move(calls[n].id);
        chunk.name = std::move(calls[n].name);
        chunk.arguments = std::move(calls[n].arguments);
        answer.chunks.emplace_back(std::move(chunk));
    }
    end(answer, finish);
    return answer;
}

ScriptedAnswer scripted_error(ErrorKind kind, std::string summary) {
    ScriptedAnswer answer;
    answer.error.emplace();
    answer.error->kind = kind;
    answer.error->summary = std::move(summary);
    return answer;
}

}  // namespace capstan::testing
