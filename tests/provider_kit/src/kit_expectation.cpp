// The contract of ApiHandler as functions of what came out of a call.
#include "kit_run.hpp"

#include <capstan/json.hpp>
#include <capstan/message_assembler.hpp>

#include <fmt/format.h>

#include <variant>

namespace capstan::testing {
namespace {

std::string in_quotes(const std::string& text) { return to_json_text(json::value(text)); }

std::string calls_text(const std::vector<std::pair<std::string, std::string>>& calls) {
    std::string out;
    for (const auto& [name, arguments] : calls) out += fmt::format("{}({}) ", name, arguments);
    return out;
}

std::string reasoning_of(const KitOutcome& outcome) {
    std::string text;
    for (const auto& chunk : outcome.chunks)
        if (const auto* part = std::get_if<ReasoningChunk>(&chunk)) text += part->text;
    return text;
}

std::vector<std::pair<std::string, std::string>> calls_of(const KitOutcome& outcome) {
    MessageAssembler assembler;
    for (const auto& chunk : outcome.chunks) assembler.add(chunk);
    std::vector<std::pair<std::string, std::string>> calls;
    for (const auto& call : assembler.message().tool_calls)
        calls.emplace_back(call.name, call.arguments);
    return calls;
}

template <class T>
const T* find_chunk(const KitOutcome& outcome) {
    for (const auto& chunk : outcome.chunks)
        if (const auto* found = std::get_if<T>(&chunk)) return found;
    return nullptr;
}

std::string usage_difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    if (!expected.input_tokens && !expected.output_tokens) return {};
    const auto* chunk = find_chunk<UsageChunk>(outcome);
    if (!chunk || !chunk->usage.known()) return "the answer tells its usage, the handler does not";
    const auto differs = [](const auto& told, const auto& wanted) {
        return wanted && told.value_or(-1) != *wanted;
    };
    if (differs(chunk->usage.input_tokens, expected.input_tokens))
        return fmt::format("input_tokens is {}, not {}", chunk->usage.input_tokens.value_or(-1),
                           *expected.input_tokens);
    if (differs(chunk->usage.output_tokens, expected.output_tokens))
        return fmt::format("output_tokens is {}, not {}", chunk->usage.output_tokens.value_or(-1),
                           *expected.output_tokens);
    return {};
}

std::string end_difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    if (outcome.error) {
        if (expected.error == outcome.error->kind()) return {};
        return fmt::format("the call failed ({}): {}", to_string(outcome.error->kind()),
                           outcome.error->what());
    }
    if (expected.error)
        return fmt::format("no error came, {} was expected", to_string(*expected.error));
    const auto* finish = find_chunk<FinishChunk>(outcome);
    if (expected.finish && finish && finish->reason != *expected.finish)
        return fmt::format("the finish reason is {}, not {}", to_string(finish->reason),
                           to_string(*expected.finish));
    return usage_difference(outcome, expected);
}

std::string chunk_fault(const StreamChunk& chunk, bool& usage, bool& finish) {
    if (finish) return "a chunk came after the FinishChunk";
    if (std::holds_alternative<UsageChunk>(chunk)) {
        if (usage) return "more than one UsageChunk came";
        usage = true;
    } else if (std::holds_alternative<FinishChunk>(chunk)) {
        finish = true;
    } else if (usage) {
        return "content came after the UsageChunk";
    }
    if (const auto* text = std::get_if<TextChunk>(&chunk))
        if (!is_valid_utf8(text->text)) return "a TextChunk is no valid UTF-8";
    return {};
}

}  // namespace

std::string text_of(const KitOutcome& outcome) {
    std::string text;
    for (const auto& chunk : outcome.chunks)
        if (const auto* part = std::get_if<TextChunk>(&chunk)) text += part->text;
    return text;
}

std::string order_fault(const KitOutcome& outcome) {
    if (!outcome.breach.empty()) return outcome.breach;
    bool usage = false;
    bool finish = false;
    for (const auto& chunk : outcome.chunks)
        if (auto fault = chunk_fault(chunk, usage, finish); !fault.empty()) return fault;
    if (outcome.error && finish) return "an error came after the FinishChunk";
    if (!outcome.error && !finish) return "no FinishChunk came";
    return {};
}

std::string difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    if (auto fault = order_fault(outcome); !fault.empty()) return fault;
    if (const auto text = text_of(outcome); text != expected.text)
        return fmt::format("the text is {}, not {}", in_quotes(text), in_quotes(expected.text));
    if (const auto reasoning = reasoning_of(outcome); reasoning != expected.reasoning)
        return fmt::format("the reasoning is {}, not {}", in_quotes(reasoning),
                           in_quotes(expected.reasoning));
    if (const auto calls = calls_of(outcome); calls != expected.tool_calls)
        return fmt::format("the tool calls are {}, not {}", calls_text(calls),
                           calls_text(expected.tool_calls));
    return end_difference(outcome, expected);
}

}  // namespace capstan::testing
