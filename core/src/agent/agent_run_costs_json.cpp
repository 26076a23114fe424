#include "agent/agent_run_values.hpp"

#include <array>

namespace capstan {
namespace detail {
namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 3> sources = {"unknown", "stream", "generation"};

UsageSource read_source(const StateReader& in) {
    const auto name = in.text("source");
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (sources[i] == name) return static_cast<UsageSource>(i);
    }
    in.fail("source", "unknown word \"" + name + "\"");
}

}  // namespace

json::object usage_to_json(const Usage& usage) {
    json::object object;
    object["source"] = sources[static_cast<std::size_t>(usage.source) % sources.size()];
    put(object, "input_tokens", usage.input_tokens);
    put(object, "output_tokens", usage.output_tokens);
    put(object, "cache_read_tokens", usage.cache_read_tokens);
    put(object, "cache_write_tokens", usage.cache_write_tokens);
    put(object, "reasoning_tokens", usage.reasoning_tokens);
    put(object, "total_cost", usage.total_cost);
    if (usage.is_byok) object["is_byok"] = true;
    if (!usage.raw.empty()) object["raw"] = usage.raw;
    return object;
}

Usage read_usage(const StateReader& in) {
    Usage usage;
    usage.source = read_source(in);
    usage.input_tokens = in.maybe_integer("input_tokens");
    usage.output_tokens = in.maybe_integer("output_tokens");
    usage.cache_read_tokens = in.maybe_integer("cache_read_tokens");
    usage.cache_write_tokens = in.maybe_integer("cache_write_tokens");
    usage.reasoning_tokens = in.maybe_integer("reasoning_tokens");
    usage.total_cost = in.maybe_money("total_cost");
    usage.is_byok = in.maybe_value("is_byok") && in.flag("is_byok");
    if (in.maybe_value("raw")) usage.raw = in.plain_object("raw");
    return usage;
}

RunTotals read_totals(const StateReader& in) {
    RunTotals totals;
    totals.steps = in.integer("steps");
    totals.tool_calls = in.integer("tool_calls");
    totals.input_tokens = in.integer("input_tokens");
    totals.output_tokens = in.integer("output_tokens");
    totals.cache_read_tokens = in.integer("cache_read_tokens");
    totals.cache_write_tokens = in.integer("cache_write_tokens");
    totals.reasoning_tokens = in.integer("reasoning_tokens");
    totals.cost = in.money("cost");
    totals.cost_complete = in.flag("cost_complete");
    totals.sub_agents_cost = in.money("sub_agents_cost");
    totals.sub_agents_tokens = in.integer("sub_agents_tokens");
    totals.active_time = in.time("active_time");
    return totals;
}

json::object error_to_json(const ErrorInfo& error) {
    json::object object;
    object["kind"] = to_string(error.kind);
    object["phase"] = to_string(error.phase);
    object["summary"] = error.summary;
    object["remedy"] = error.remedy;
    object["http_status"] = error.http_status;
    object["code"] = error.code;
    object["error_type"] = error.error_type;
    object["provider_name"] = error.provider_name;
    object["server_message"] = error.server_message;
    object["generation_id"] = error.generation_id;
    object["request_id"] = error.request_id;
    object["retryable"] = error.retryable;
    put(object, "retry_after", error.retry_after);
    json::array models(error.fallback_models.begin(), error.fallback_models.end());
    if (!models.empty()) object["fallback_models"] = std::move(models);
    if (!error.raw.is_null()) object["raw"] = error.raw;
    return object;
}

ErrorInfo read_error(const StateReader& in) {
    ErrorInfo error;
    error.kind = in.word("kind", ErrorKind::empty_answer);
    error.phase = in.word("phase", ErrorPhase::mid_stream);
    error.summary = in.text("summary");
    error.remedy = in.text("remedy");
    error.http_status = static_cast<int>(in.integer("http_status"));
    error.code = in.text("code");
    error.error_type = in.text("error_type");
    error.provider_name = in.text("provider_name");
    error.server_message = in.text("server_message");
    error.generation_id = in.text("generation_id");
    error.request_id = in.text("request_id");
    error.retryable = in.flag("retryable");
    error.retry_after = in.maybe_time("retry_after");
    if (in.maybe_value("fallback_models")) {
        for (const auto& model : in.array("fallback_models")) {
            if (!model.is_string()) in.fail("fallback_models", "expected texts");
            error.fallback_models.emplace_back(model.get_string());
        }
    }
    if (const auto* raw = in.maybe_value("raw")) error.raw = *raw;
    return error;
}

}  // namespace detail

json::object to_json(const RunTotals& totals) {
    json::object object;
    object["steps"] = totals.steps;
    object["tool_calls"] = totals.tool_calls;
    object["input_tokens"] = totals.input_tokens;
    object["output_tokens"] = totals.output_tokens;
    object["cache_read_tokens"] = totals.cache_read_tokens;
    object["cache_write_tokens"] = totals.cache_write_tokens;
    object["reasoning_tokens"] = totals.reasoning_tokens;
    object["cost"] = totals.cost.to_string();
    object["cost_complete"] = totals.cost_complete;
    object["sub_agents_cost"] = totals.sub_agents_cost.to_string();
    object["sub_agents_tokens"] = totals.sub_agents_tokens;
    object["active_time"] = totals.active_time.count();
    return object;
}

}  // namespace capstan
