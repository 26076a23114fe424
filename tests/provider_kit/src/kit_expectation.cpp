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

std::string number_text(std::int64_t number) { return std::to_string(number); }
std::string number_text(const Money& money) { return money.to_string(); }

template <class T>
std::string number_difference(const char* name, const std::optional<T>& told,
                              const std::optional<T>& wanted) {
    if (!wanted || told == wanted) return {};
    return fmt::format("{} is {}, not {}", name, told ? number_text(*told) : "absent",
                       number_text(*wanted));
}

std::string usage_difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    const auto* chunk = find_chunk<UsageChunk>(outcome);
    const bool told = chunk && chunk->usage.known();
    if (!expected.tells_usage)
        return told ? "the handler tells a usage that the answer does not" : std::string();
    const bool wanted = expected.input_tokens || expected.output_tokens ||
                        expected.reasoning_tokens || expected.total_cost;
    if (!told) return wanted ? "the answer tells its usage, the handler does not" : std::string();
    const Usage& usage = chunk->usage;
    for (const auto& fault :
         {number_difference("input_tokens", usage.input_tokens, expected.input_tokens),
          number_difference("output_tokens", usage.output_tokens, expected.output_tokens),
          number_difference("reasoning_tokens", usage.reasoning_tokens, expected.reasoning_tokens),
          number_difference("total_cost", usage.total_cost, expected.total_cost)})
        if (!fault.empty()) return fault;
    return {};
}

std::string word_difference(const char* name, const std::string& told,
                            const std::optional<std::string>& wanted) {
    if (!wanted || told == *wanted) return {};
    return fmt::format("{} is {}, not {}", name, in_quotes(told), in_quotes(*wanted));
}

std::string finish_difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    const auto* finish = find_chunk<FinishChunk>(outcome);
    if (!finish) return {};
    if (expected.finish && finish->reason != *expected.finish)
        return fmt::format("the finish reason is {}, not {}", to_string(finish->reason),
                           to_string(*expected.finish));
    if (auto fault = word_difference("the model", finish->model, expected.model); !fault.empty())
        return fault;
    return word_difference("the generation_id", finish->generation_id, expected.generation_id);
}

std::string extra_difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    for (const auto& name : expected.extra) {
        bool found = false;
        for (const auto& chunk : outcome.chunks)
            if (const auto* extra = std::get_if<ExtraChunk>(&chunk))
                found = found || extra->name == name;
        if (!found) return fmt::format("no ExtraChunk {} came", in_quotes(name));
    }
    return {};
}

std::string end_difference(const KitOutcome& outcome, const ExpectedAnswer& expected) {
    if (outcome.error) {
        if (expected.error == outcome.error->kind()) return {};
        const auto kind = to_string(outcome.error->kind());
        if (!expected.error)
            return fmt::format("the call failed ({}): {}", kind, outcome.error->what());
        return fmt::format("the error's kind is {}, not {}: {}", kind, to_string(*expected.error),
                           outcome.error->what());
    }
    if (expected.error)
        return fmt::format("no error came, {} was expected", to_string(*expected.error));
    if (auto fault = finish_difference(outcome, expected); !fault.empty()) return fault;
    return usage_difference(outcome, expected);
}

/// What came before a chunk.
struct Seen {
    Seen() = default;

    bool usage = false;
    bool finish = false;
    std::size_t calls = 0;
};

std::string text_fault(const StreamChunk& chunk) {
    if (const auto* text = std::get_if<TextChunk>(&chunk))
        if (!is_valid_utf8(text->text)) return "a TextChunk is no valid UTF-8";
    if (const auto* reasoning = std::get_if<ReasoningChunk>(&chunk))
        if (!is_valid_utf8(reasoning->text)) return "a ReasoningChunk is no valid UTF-8";
    return {};
}

std::string call_fault(const StreamChunk& chunk, Seen& seen) {
    const auto* call = std::get_if<ToolCallChunk>(&chunk);
    if (!call || call->index < seen.calls) return {};
    if (call->index == seen.calls++) return {};
    return fmt::format("the index of tool call {} is {}: they are numbered from 0 in the order of "
                       "their first fragments", seen.calls - 1, call->index);
}

std::string chunk_fault(const StreamChunk& chunk, Seen& seen) {
    if (seen.finish) return "a chunk came after the FinishChunk";
    if (std::holds_alternative<UsageChunk>(chunk)) {
        if (seen.usage) return "more than one UsageChunk came";
        seen.usage = true;
    } else if (std::holds_alternative<FinishChunk>(chunk)) {
        seen.finish = true;
    } else if (seen.usage) {
        return "content came after the UsageChunk";
    }
    if (auto fault = text_fault(chunk); !fault.empty()) return fault;
    return call_fault(chunk, seen);
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
    Seen seen;
    for (const auto& chunk : outcome.chunks)
        if (auto fault = chunk_fault(chunk, seen); !fault.empty()) return fault;
    if (outcome.error && seen.finish) return "an error came after the FinishChunk";
    if (!outcome.error && !seen.finish) return "no FinishChunk came";
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
    if (auto fault = extra_difference(outcome, expected); !fault.empty()) return fault;
    return end_difference(outcome, expected);
}

}  // namespace capstan::testing
