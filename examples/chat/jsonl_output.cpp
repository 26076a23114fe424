// One JSON object a line, flushed at once: for programs that drive this one.
#include "output.hpp"

#include <capstan/json.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace chat {
namespace {

namespace json = capstan::json;
using namespace capstan;

void print_line(std::string line) {
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

void print(const json::object& object) { print_line(to_json_text(object)); }

json::object line_of(std::string_view type) {
    json::object object;
    object["type"] = type;
    return object;
}

json::value or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

void append_member(std::string& line, std::string_view name, const std::string& value) {
    line.append(",\"").append(name).append("\":").append(value);
}

std::string count_text(const std::optional<std::int64_t>& count) {
    return count ? std::to_string(*count) : "null";
}

/// The code as the server wrote it: a number or a text.
json::value code_of(const ErrorInfo& info) {
    if (const auto* raw = info.raw.if_object())
        if (const auto* code = find(*raw, "code"); code && (code->is_number() || code->is_string()))
            return *code;
    return or_null(info.code);
}

class JsonlOutput final : public Output {
public:
    void begin() override { calls_.clear(); }

    void chunk(const StreamChunk& chunk) override {
        std::visit([this](const auto& one) { write(one); }, chunk);
    }

    void retry(int attempt, int max_retries, std::chrono::milliseconds delay,
               const ApiError& error) override {
        auto line = line_of("retry");
        line["attempt"] = attempt;
        line["maxRetries"] = max_retries;
        line["delayMs"] = static_cast<std::int64_t>(delay.count());
        line["message"] = error.what();
        print(line);
    }

    void message(const AssistantMessage& message) override {
        auto line = line_of("message");
        line["message"] = to_json(message);
        print(line);
    }

    void error(const ApiError& error) override {
        const auto& info = error.info();
        auto line = line_of("error");
        line["kind"] = to_string(info.kind);
        line["httpStatus"] =
            info.http_status == 0 ? json::value(nullptr) : json::value(info.http_status);
        line["code"] = code_of(info);
        line["message"] = error.what();
        line["providerName"] = or_null(info.provider_name);
        line["retryable"] = info.retryable;
        line["phase"] = to_string(info.phase);
        print(line);
    }

private:
    void write(const TextChunk& chunk) {
        auto line = line_of("text");
        line["text"] = chunk.text;
        print(line);
    }

    void write(const ReasoningChunk& chunk) {
        // What is hidden stays in the message.
        if (chunk.text.empty() && !chunk.details_present) return;
        auto line = line_of("reasoning");
        line["reasoning"] = chunk.text;
        line["details"] = chunk.details;
        print(line);
    }

    /// A fragment, with the id and name of its call as soon as they are known.
    void write(const ToolCallChunk& chunk) {
        auto& [id, name] = calls_[chunk.index];
        if (!chunk.id.empty()) id = chunk.id;
        if (!chunk.name.empty()) name = chunk.name;
        json::object function;
        function["name"] = name;
        function["arguments"] = chunk.arguments;
        json::object call;
        call["index"] = chunk.index;
        call["id"] = id;
        call["function"] = std::move(function);
        auto line = line_of("tool_calls");
        line["tool_call"] = std::move(call);
        print(line);
    }

    /// Written by hand: the cost is an exact decimal number, which no double holds.
    void write(const UsageChunk& chunk) {
        const auto& usage = chunk.usage;
        std::string line = R"({"type":"usage")";
        append_member(line, "inputTokens", count_text(usage.input_tokens));
        append_member(line, "outputTokens", count_text(usage.output_tokens));
        append_member(line, "cacheReadTokens", count_text(usage.cache_read_tokens));
        append_member(line, "cacheWriteTokens", count_text(usage.cache_write_tokens));
        append_member(line, "reasoningTokens", count_text(usage.reasoning_tokens));
        append_member(line, "totalCost", usage.total_cost ? usage.total_cost->to_string() : "null");
        print_line(line + '}');
    }

    void write(const FinishChunk& chunk) {
        auto line = line_of("finish");
        // The wire's own word where there is one.
        line["finishReason"] = chunk.finish_reason.empty() && chunk.reason != FinishReason::other
                                   ? json::value(to_string(chunk.reason))
                                   : or_null(chunk.finish_reason);
        line["nativeFinishReason"] = or_null(chunk.native_finish_reason);
        line["generationId"] = or_null(chunk.generation_id);
        line["model"] = or_null(chunk.model);
        line["provider"] = or_null(chunk.provider);
        print(line);
    }

    void write(const ExtraChunk&) {}  // part of the message line

    std::map<std::size_t, std::pair<std::string, std::string>> calls_;  // id and name by index
};

}  // namespace

std::unique_ptr<Output> make_jsonl_output() { return std::make_unique<JsonlOutput>(); }

}  // namespace chat
