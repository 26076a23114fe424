#include "session/session_replay.hpp"

#include "session/session_info.hpp"
#include "session/session_limits.hpp"
#include "session/session_record.hpp"

#include <fmt/format.h>

namespace capstan::detail {
namespace {

constexpr std::int64_t format_version = 1;
constexpr std::string_view limits_type = "limits";

using Kind = SessionError::Kind;

SessionError damaged(const std::string& id, std::int64_t event, std::string_view why) {
    const auto where = event == 0 ? std::string("its head") : fmt::format("event {}", event);
    return {Kind::damaged, fmt::format("session {} is damaged at {}: {}", id, where, why), event};
}

SessionInfo info_in_head(const json::object& head, std::string id) {
    auto info = session_info_from_text(std::move(id), to_json_text(head.at("info")));
    info.events = 0;
    return info;
}

/// Makes a run of what the head says.
LoadedSession read_head(const StoredSession& stored) {
    LoadedSession session;
    const auto record = read_session_record(session.sum, stored.head);
    if (!record) throw damaged(stored.id, 0, "it is not as it was written");
    try {
        const auto value = parse_json(record->json);
        const auto& head = value.as_object();
        if (find_int(head, "format").value_or(0) > format_version) {
            throw SessionError(Kind::newer, "session " + stored.id +
                                                " was written by a newer version");
        }
        session.info = info_in_head(head, stored.id);
        session.run = AgentRun::from_json(head.at("run"));
    } catch (const SessionError&) {
        throw;
    } catch (const std::exception& error) {
        throw damaged(stored.id, 0, error.what());
    }
    return session;
}

/// What the list says and the log does not.
void add_listed(SessionInfo& info, const SessionInfo& listed) {
    if (listed.status == "damaged") return;
    info.title = listed.title;
    info.model = listed.model;
    info.changed = listed.changed;
}

/// Reads record after record and says which one is bad.
class Reader {
public:
    explicit Reader(const StoredSession& stored) : stored_(&stored), session(read_head(stored)) {}

    /// `use` is given the value and the active time of each of the first `count`.
    template <class Use>
    void read(std::int64_t count, Use use) {
        for (std::int64_t number = 1; number <= count; ++number) {
            try {
                const auto record = next(number);
                use(parse_json(record.json), record.active_time);
            } catch (const SessionError&) {
                throw;
            } catch (const std::exception& error) {
                throw damaged(stored_->id, number, error.what());
            }
        }
    }

    /// The number of the last event that was written, there or not.
    std::int64_t count() const {
        const auto listed = session_info_from_text({}, stored_->info).events;
        return std::max(listed, stored_->events.empty() ? 0 : stored_->events.back().first);
    }

private:
    SessionRecord next(std::int64_t number) {
        const auto index = static_cast<std::size_t>(number) - 1;
        if (index >= stored_->events.size() || stored_->events[index].first != number) {
            throw damaged(stored_->id, number, "it is missing");
        }
        auto record = read_session_record(session.sum, stored_->events[index].second);
        if (!record) throw damaged(stored_->id, number, "it is not as it was written");
        return *record;
    }

    const StoredSession* stored_;

public:
    LoadedSession session;
};

bool is_limits(const json::value& record) {
    return find_string(record.as_object(), "type") == limits_type;
}

void apply_limits(AgentRun& run, const json::value& record) {
    run.limits() = limits_from_json(record.as_object().at("limits"));
}

void apply(LoadedSession& session, const json::value& record, std::chrono::milliseconds active) {
    if (is_limits(record)) return apply_limits(session.run, record);
    const auto event = run_event_from_json(record);
    title_session(session.info, event);
    session.run.handle(event, active);
}

/// An approval is bound to its session; the same answer of the fork has another fingerprint. One
/// that did not count in the original does not count in the fork.
void rebind(ApprovalAnswer& answer, const AgentRun& original, const AgentRun& fork) {
    for (const auto& asked : original.pending_approvals()) {
        if (asked.call_id != answer.call_id || asked.fingerprint != answer.fingerprint) continue;
        for (const auto& again : fork.pending_approvals()) {
            if (again.call_id == answer.call_id) answer.fingerprint = again.fingerprint;
        }
    }
}

/// `text` is the event's, as it is stored for the fork.
void apply_to_both(AgentRun& original, AgentRun& fork, RunEvent event,
                   std::chrono::milliseconds active, std::string& text) {
    auto again = event;
    if (auto* approved = std::get_if<run_event::Approved>(&again)) {
        rebind(approved->answer, original, fork);
        text = to_json_text(capstan::to_json(again));
    }
    original.handle(event, active);
    fork.handle(again, active);
}

AgentRun with_session_id(const AgentRun& run, const std::string& id) {
    auto options = run.options();
    options.session_id = id;
    return AgentRun(std::move(options), run.transcript());
}

}  // namespace

json::object limits_record(const AgentLimits& limits) {
    json::object record;
    record["type"] = limits_type;
    record["limits"] = limits_to_json(limits);
    return record;
}

LoadedSession begin_session(SessionInfo info, AgentRun run, std::string& head) {
    LoadedSession session;
    json::object text;
    text["format"] = format_version;
    text["info"] = to_json(info);
    text["run"] = run.to_json();
    using namespace std::chrono_literals;
    head = write_session_record(session.sum, 0ms, to_json_text(text));
    session.info = std::move(info);
    session.run = std::move(run);
    return session;
}

LoadedSession load_session(const StoredSession& stored) {
    Reader reader(stored);
    auto& session = reader.session;
    reader.read(reader.count(), [&](const json::value& record, std::chrono::milliseconds active) {
        apply(session, record, active);
    });
    const auto listed = session_info_from_text({}, stored.info);
    update_session_info(session.info, session.run);
    add_listed(session.info, listed);
    session.info.events = reader.count();
    return std::move(session);
}

LoadedSession fork_session(const StoredSession& stored, std::optional<std::int64_t> events,
                           std::string id, std::vector<std::string>& records) {
    Reader reader(stored);
    auto& original = reader.session;
    const auto count = events.value_or(reader.count());
    if (count < 0 || count > reader.count()) {
        throw SessionError(Kind::not_found, fmt::format("session {} has {} events, not {}",
                                                        stored.id, reader.count(), count));
    }
    auto info = original.info;
    add_listed(info, session_info_from_text({}, stored.info));
    info.forked_from = stored.id;
    info.created = std::chrono::system_clock::now();
    auto run = with_session_id(original.run, id);
    info.id = std::move(id);
    auto fork = begin_session(std::move(info), std::move(run), records.emplace_back());
    reader.read(count, [&](const json::value& record, std::chrono::milliseconds active) {
        auto text = to_json_text(record);
        if (is_limits(record)) {
            apply_limits(original.run, record);
            apply_limits(fork.run, record);
        } else {
            apply_to_both(original.run, fork.run, run_event_from_json(record), active, text);
        }
        records.push_back(write_session_record(fork.sum, active, text));
    });
    update_session_info(fork.info, fork.run);
    fork.info.events = count;
    return fork;
}

}  // namespace capstan::detail
