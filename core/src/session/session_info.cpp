#include "session/session_info.hpp"

#include "session/session_id.hpp"

namespace capstan::detail {
namespace {

using Time = std::chrono::system_clock::time_point;
using std::chrono::microseconds;

std::int64_t to_number(Time time) {
    return std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count();
}

Time time_in(const json::object& object, std::string_view key) {
    return Time(microseconds(find_int(object, key).value_or(0)));
}

std::string text_in(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(""));
}

}  // namespace

json::object to_json(const SessionInfo& info) {
    json::object object;
    object["title"] = info.title;
    object["model"] = info.model;
    object["workspace"] = info.workspace;
    object["status"] = info.status;
    object["forked_from"] = info.forked_from;
    object["created"] = to_number(info.created);
    object["changed"] = to_number(info.changed);
    object["events"] = info.events;
    object["cost"] = info.cost.to_string();
    return object;
}

SessionInfo session_info_from_text(std::string id, std::string_view text) {
    SessionInfo info;
    info.id = std::move(id);
    info.status = "damaged";
    const auto value = try_parse_json(text);
    const auto* object = value ? value->if_object() : nullptr;
    if (!object || !find_int(*object, "events")) return info;
    info.title = text_in(*object, "title");
    info.model = text_in(*object, "model");
    info.workspace = text_in(*object, "workspace");
    info.status = text_in(*object, "status");
    info.forked_from = text_in(*object, "forked_from");
    info.created = time_in(*object, "created");
    info.changed = time_in(*object, "changed");
    info.events = find_int(*object, "events").value_or(0);
    info.cost = Money::parse(text_in(*object, "cost")).value_or(Money());
    return info;
}

std::string session_status(const AgentRun& run) {
    if (run.finished()) return std::string(to_string(run.finished()->reason));
    if (run.state() == AgentRun::State::idle) return "new";
    return run.pending_approvals().empty() ? "running" : "waiting";
}

void update_session_info(SessionInfo& info, const AgentRun& run) {
    info.status = session_status(run);
    info.cost = run.totals().cost + run.totals().sub_agents_cost;
    info.changed = std::chrono::system_clock::now();
}

void title_session(SessionInfo& info, const RunEvent& event) {
    const auto* said = std::get_if<run_event::UserSaid>(&event);
    if (said && info.title.empty()) info.title = make_session_title(text_of(said->message.content));
}

}  // namespace capstan::detail
