#include "agent/agent_run_values.hpp"

namespace capstan::detail {
namespace {

json::object limits_json(const AgentLimits& limits) {
    json::object object;
    put(object, "max_steps", limits.max_steps());
    put(object, "max_tool_calls", limits.max_tool_calls());
    put(object, "max_time", limits.max_time());
    put(object, "max_tokens", limits.max_tokens());
    put(object, "max_cost", limits.max_cost());
    put(object, "max_failed_steps", limits.max_failed_steps());
    put(object, "max_bad_calls", limits.max_bad_calls());
    object["final_answer"] = limits.final_answer();
    return object;
}

AgentLimits read_limits(const StateReader& in) {
    AgentLimits limits;
    limits.max_steps(in.maybe_integer("max_steps"));
    limits.max_tool_calls(in.maybe_integer("max_tool_calls"));
    limits.max_time(in.maybe_time("max_time"));
    limits.max_tokens(in.maybe_integer("max_tokens"));
    limits.max_cost(in.maybe_money("max_cost"));
    limits.max_failed_steps(in.maybe_integer("max_failed_steps"));
    limits.max_bad_calls(in.maybe_integer("max_bad_calls"));
    limits.final_answer(in.flag("final_answer"));
    return limits;
}

json::object loop_json(const LoopLimits& loop) {
    json::object object;
    object["warn"] = loop.warn;
    object["block"] = loop.block;
    object["stop"] = loop.stop;
    return object;
}

LoopLimits read_loop(const StateReader& in) {
    LoopLimits loop;
    loop.warn = in.count("warn");
    loop.block = in.count("block");
    loop.stop = in.count("stop");
    return loop;
}

json::object context_json(const ContextOptions& context) {
    json::object object;
    object["compaction"] = context.compaction;
    object["trigger"] = context.trigger;
    object["target"] = context.target;
    put(object, "context_length", context.context_length);
    object["reserve"] = context.reserve;
    object["recent_results"] = context.recent_results;
    object["trimmed_result_chars"] = context.trimmed_result_chars;
    object["recent_tokens"] = context.recent_tokens;
    object["summary_tokens"] = context.summary_tokens;
    object["summarise"] = context.summarise;
    return object;
}

ContextOptions read_context(const StateReader& in) {
    ContextOptions context;
    context.compaction = in.flag("compaction");
    context.trigger = in.number("trigger");
    context.target = in.number("target");
    context.context_length = in.maybe_integer("context_length");
    context.reserve = in.integer("reserve");
    context.recent_results = in.count("recent_results");
    context.trimmed_result_chars = in.count("trimmed_result_chars");
    context.recent_tokens = in.integer("recent_tokens");
    context.summary_tokens = in.integer("summary_tokens");
    context.summarise = in.flag("summarise");
    return context;
}

}  // namespace

json::object options_to_json(const AgentRunOptions& options) {
    json::object object;
    object["session_id"] = options.session_id;
    object["limits"] = limits_json(options.limits);
    object["loop"] = loop_json(options.loop);
    object["context"] = context_json(options.context);
    object["max_parallel_tools"] = options.max_parallel_tools;
    return object;
}

AgentRunOptions read_options(const StateReader& in) {
    AgentRunOptions options;
    options.session_id = in.text("session_id");
    options.limits = read_limits(in.object("limits"));
    options.loop = read_loop(in.object("loop"));
    options.context = read_context(in.object("context"));
    options.max_parallel_tools = in.count("max_parallel_tools");
    return options;
}

}  // namespace capstan::detail
