#include "agent/agent_run_values.hpp"

#include <stdexcept>

namespace capstan {
namespace {

using namespace run_event;
using detail::StateReader;

json::object typed(std::string_view type) {
    json::object object;
    object["type"] = type;
    return object;
}

struct Writer {
    json::object operator()(const UserSaid& event) const {
        auto object = typed("user_said");
        object["message"] = detail::message_to_json(event.message);
        return object;
    }
    json::object operator()(const ModelAnswered& event) const {
        auto object = typed("model_answered");
        object["message"] = detail::message_to_json(event.message);
        object["usage"] = detail::usage_to_json(event.usage);
        object["finish"] = to_string(event.finish);
        object["finish_word"] = event.finish_word;
        object["fixed_chars"] = event.fixed_chars;
        object["input_estimate"] = event.input_estimate;
        return object;
    }
    json::object operator()(const ModelFailed& event) const {
        auto object = typed("model_failed");
        object["error"] = detail::error_to_json(event.error);
        if (event.partial) object["partial"] = detail::message_to_json(*event.partial);
        object["usage"] = detail::usage_to_json(event.usage);
        return object;
    }
    json::object operator()(const CallsChecked& event) const {
        auto object = typed("calls_checked");
        json::array calls;
        for (const auto& check : event.calls) calls.push_back(detail::check_to_json(check));
        object["calls"] = std::move(calls);
        return object;
    }
    json::object operator()(const ToolBegun& event) const {
        auto object = typed("tool_begun");
        object["call_id"] = event.call_id;
        return object;
    }
    json::object operator()(const ToolEnded& event) const {
        auto object = typed("tool_ended");
        object["call_id"] = event.call_id;
        object["outcome"] = capstan::to_json(event.outcome);
        return object;
    }
    json::object operator()(const Resumed&) const { return typed("resumed"); }
    json::object operator()(const Approved& event) const {
        auto object = typed("approved");
        object["answer"] = detail::answer_to_json(event.answer);
        return object;
    }
    json::object operator()(const Summarised& event) const {
        auto object = typed("summarised");
        object["text"] = event.text;
        object["usage"] = detail::usage_to_json(event.usage);
        return object;
    }
    json::object operator()(const CompactionWanted&) const { return typed("compaction_wanted"); }
    json::object operator()(const SubAgentsSpent& event) const {
        auto object = typed("sub_agents_spent");
        object["cost"] = event.cost.to_string();
        object["tokens"] = event.tokens;
        return object;
    }
    json::object operator()(const ModelKnown& event) const {
        auto object = typed("model_known");
        object["model"] = detail::model_to_json(event);
        return object;
    }
    json::object operator()(const StopWanted& event) const {
        auto object = typed("stop_wanted");
        object["reason"] = to_string(event.reason);
        object["why"] = event.why;
        if (event.partial) object["partial"] = detail::message_to_json(*event.partial);
        object["usage"] = detail::usage_to_json(event.usage);
        return object;
    }
};

RunEvent read_user_said(const StateReader& in) {
    return UserSaid(detail::read_user_message(in.value("message"), in.place("message")));
}

RunEvent read_model_answered(const StateReader& in) {
    ModelAnswered event;
    event.message = detail::read_answer(in, "message");
    event.usage = detail::read_usage(in.object("usage"));
    event.finish = in.word("finish", FinishReason::other);
    event.finish_word = in.text("finish_word");
    event.fixed_chars = in.count("fixed_chars");
    event.input_estimate = in.integer("input_estimate");
    return event;
}

RunEvent read_model_failed(const StateReader& in) {
    ModelFailed event;
    event.error = detail::read_error(in.object("error"));
    if (in.maybe_value("partial")) event.partial = detail::read_answer(in, "partial");
    event.usage = detail::read_usage(in.object("usage"));
    return event;
}

RunEvent read_calls_checked(const StateReader& in) {
    CallsChecked event;
    const auto& calls = in.array("calls");
    for (std::size_t i = 0; i < calls.size(); ++i)
        event.calls.push_back(detail::read_check(StateReader(calls[i], in.place("calls", i))));
    return event;
}

RunEvent read_tool_begun(const StateReader& in) { return ToolBegun(in.text("call_id")); }

RunEvent read_tool_ended(const StateReader& in) {
    ToolEnded event;
    event.call_id = in.text("call_id");
    event.outcome = detail::read_outcome(in.object("outcome"));
    return event;
}

RunEvent read_resumed(const StateReader&) { return Resumed(); }

RunEvent read_approved(const StateReader& in) {
    return Approved(detail::read_approval_answer(in.object("answer")));
}

RunEvent read_summarised(const StateReader& in) {
    Summarised event;
    event.text = in.text("text");
    event.usage = detail::read_usage(in.object("usage"));
    return event;
}

RunEvent read_compaction_wanted(const StateReader&) { return CompactionWanted(); }

RunEvent read_sub_agents_spent(const StateReader& in) {
    SubAgentsSpent event;
    event.cost = in.money("cost");
    event.tokens = in.integer("tokens");
    return event;
}

RunEvent read_model_known(const StateReader& in) { return detail::read_model(in.object("model")); }

RunEvent read_stop_wanted(const StateReader& in) {
    StopWanted event(in.word("reason", StopReason::error), in.text("why"));
    if (in.maybe_value("partial")) event.partial = detail::read_answer(in, "partial");
    event.usage = detail::read_usage(in.object("usage"));
    return event;
}

struct Kind {
    std::string_view type;
    RunEvent (*read)(const StateReader& in);
};

constexpr Kind kinds[] = {
    {"user_said", read_user_said},
    {"model_answered", read_model_answered},
    {"model_failed", read_model_failed},
    {"calls_checked", read_calls_checked},
    {"tool_begun", read_tool_begun},
    {"tool_ended", read_tool_ended},
    {"resumed", read_resumed},
    {"approved", read_approved},
    {"summarised", read_summarised},
    {"compaction_wanted", read_compaction_wanted},
    {"sub_agents_spent", read_sub_agents_spent},
    {"model_known", read_model_known},
    {"stop_wanted", read_stop_wanted},
};

}  // namespace

json::object to_json(const RunEvent& event) { return std::visit(Writer(), event); }

RunEvent run_event_from_json(const json::value& value) {
    const StateReader in(value, "event");
    const auto type = in.text("type");
    for (const auto& kind : kinds) {
        if (kind.type == type) return kind.read(in);
    }
    in.fail("type", "unknown word \"" + type + "\"");
}

}  // namespace capstan
