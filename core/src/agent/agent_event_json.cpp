#include <capstan/agent_event.hpp>

#include <string_view>

namespace capstan {

using namespace agent_event;

namespace {

json::object typed(std::string_view type) {
    json::object object;
    object["type"] = type;
    return object;
}

void put(json::object& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object[key] = text;
}

void put_call(json::object& object, const ToolCall& call) {
    object["call_id"] = call.id;
    object["name"] = call.name;
    object["arguments"] = call.arguments;
}

json::object of(const StepStarted& event) {
    auto object = typed("step_started");
    object["step"] = event.step;
    put(object, "model", event.model);
    if (event.final) object["final"] = true;
    return object;
}

json::object of(const Text& event) {
    auto object = typed("text");
    object["text"] = event.text;
    return object;
}

json::object of(const ReasoningText& event) {
    auto object = typed("reasoning_text");
    object["text"] = event.text;
    return object;
}

json::object of(const ToolCallFragment& event) {
    auto object = typed("tool_call_fragment");
    object["index"] = event.index;
    put(object, "id", event.id);
    put(object, "name", event.name);
    put(object, "arguments", event.arguments);
    return object;
}

json::object of(const Retry& event) {
    auto object = typed("retry");
    object["attempt"] = event.attempt;
    object["max_retries"] = event.max_retries;
    object["delay_ms"] = event.delay.count();
    put(object, "message", event.message);
    return object;
}

json::object of(const Answer& event) {
    auto object = typed("answer");
    object["message"] = to_json(event.message);
    object["finish_reason"] = to_string(event.finish.reason);
    put(object, "generation_id", event.finish.generation_id);
    put(object, "model", event.finish.model);
    put(object, "provider", event.finish.provider);
    return object;
}

void put(json::object& object, std::string_view key, const std::optional<std::int64_t>& count) {
    if (count) object[key] = *count;
}

json::object of(const StepUsage& event) {
    auto object = typed("step_usage");
    const auto& usage = event.usage;
    put(object, "input_tokens", usage.input_tokens);
    put(object, "output_tokens", usage.output_tokens);
    put(object, "cache_read_tokens", usage.cache_read_tokens);
    put(object, "cache_write_tokens", usage.cache_write_tokens);
    put(object, "reasoning_tokens", usage.reasoning_tokens);
    if (usage.total_cost) object["cost"] = usage.total_cost->to_string();
    object["totals"] = to_json(event.totals);
    object["context_tokens"] = event.context.tokens;
    put(object, "context_usable", event.context.usable);
    return object;
}

json::object of(const ApprovalWanted& event) {
    auto object = typed("approval_wanted");
    const auto& request = event.request;
    object["call_id"] = request.call_id;
    object["name"] = request.tool;
    object["arguments"] = request.arguments;
    object["fingerprint"] = request.fingerprint;
    put(object, "key", request.key);
    put(object, "reason", request.reason);
    put(object, "preview", request.preview);
    return object;
}

json::object of(const ToolStarted& event) {
    auto object = typed("tool_started");
    put_call(object, event.call);
    return object;
}

json::object of(const ToolProgress& event) {
    auto object = typed("tool_progress");
    object["call_id"] = event.call_id;
    object["name"] = event.name;
    put(object, "text", event.text);
    if (!event.data.is_null()) object["data"] = event.data;
    if (event.dropped > 0) object["dropped"] = event.dropped;
    return object;
}

json::object of(const ToolFinished& event) {
    auto object = typed("tool_finished");
    put_call(object, event.call);
    object["outcome"] = to_json(event.outcome);
    return object;
}

std::string_view name_of(run_command::Notice::Kind kind) {
    using Kind = run_command::Notice::Kind;
    switch (kind) {
        case Kind::steering: return "steering";
        case Kind::loop_warning: return "loop_warning";
        case Kind::compacted: return "compacted";
        case Kind::overflow: return "overflow";
        case Kind::tool_result: return "tool_result";
        case Kind::final_answer: return "final_answer";
    }
    return "other";
}

json::object of(const Notice& event) {
    auto object = typed("notice");
    object["kind"] = name_of(event.kind);
    put(object, "text", event.text);
    if (event.compaction) {
        object["tokens_before"] = event.compaction->tokens_before;
        object["tokens_after"] = event.compaction->tokens_after;
        object["summarised"] = event.compaction->summarised;
    }
    return object;
}

json::object of(const Done& event) {
    auto object = typed("done");
    object["reason"] = to_string(event.reason);
    put(object, "sentence", event.sentence);
    object["text"] = event.text;
    object["totals"] = to_json(event.totals);
    if (event.error) {
        json::object error;
        error["kind"] = to_string(event.error->kind);
        error["message"] = ApiError(*event.error).what();
        object["error"] = std::move(error);
    }
    return object;
}

}  // namespace

json::object to_json(const AgentEvent& event) {
    return std::visit([](const auto& each) { return of(each); }, event);
}

}  // namespace capstan
