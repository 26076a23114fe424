#include "session/session_storage.hpp"

#include "session/session_id.hpp"
#include "session/session_info.hpp"
#include "session/session_record.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace capstan::detail {
namespace {

using Kind = SessionError::Kind;

SessionError not_found(const std::string& id) {
    return {Kind::not_found, "there is no session " + id};
}

std::string entry_of_list(StateStore& store, const std::string& id) {
    for (auto& entry : store.changes_since(session_index, {}).entries) {
        if (entry.key == id && entry.value) return std::move(*entry.value);
    }
    return {};
}

void add_event(StoredSession& session, StateEntry& entry) {
    if (entry.key == session_head_key) {
        session.head = std::move(*entry.value);
    } else if (const auto number = session_event_number(entry.key)) {
        session.events.emplace_back(*number, std::move(*entry.value));
    }
}

}  // namespace

std::vector<SessionInfo> list_sessions(StateStore& store) {
    std::vector<SessionInfo> sessions;
    for (auto& entry : store.changes_since(session_index, {}).entries) {
        if (!entry.value) continue;
        sessions.push_back(session_info_from_text(std::move(entry.key), *entry.value));
    }
    return sessions;
}

std::string find_session(StateStore& store, const std::string& prefix) {
    std::vector<std::string> found;
    for (auto& entry : store.changes_since(session_index, {}).entries) {
        if (!entry.value || prefix.empty() || !entry.key.starts_with(prefix)) continue;
        if (entry.key == prefix) return prefix;
        found.push_back(std::move(entry.key));
    }
    if (found.empty()) throw not_found(prefix);
    if (found.size() > 1) {
        throw SessionError(Kind::ambiguous,
                           std::to_string(found.size()) + " sessions begin with " + prefix);
    }
    return found.front();
}

StoredSession read_session(StateStore& store, const std::string& id, std::string& incarnation) {
    StoredSession session;
    session.id = id;
    // The list first: what is appended in between is then behind what it counts.
    session.info = entry_of_list(store, id);
    auto delta = store.changes_since(session_space(id), {});
    incarnation = delta.cursor.incarnation;
    for (auto& entry : delta.entries) {
        if (entry.value) add_event(session, entry);
    }
    if (delta.entries.empty()) throw not_found(id);
    std::sort(session.events.begin(), session.events.end());
    return session;
}

SessionWorker::QueuePointer take_new_session(StateStore& store) {
    std::random_device chance;
    auto queue = std::make_shared<SessionQueue>();
    while (!queue->lease) {
        queue->id = make_session_id(std::chrono::system_clock::now(), chance());
        const auto space = session_space(queue->id);
        if (!store.changes_since(space, {}).entries.empty()) continue;
        queue->lease = store.try_lock(space);
    }
    return queue;
}

void store_session(StateStore& store, SessionQueue& queue, const SessionInfo& info,
                   const std::vector<std::string>& records) {
    const auto space = session_space(queue.id);
    const auto entries = [&](const StateDelta&) {
        std::vector<StateEntry> all;
        all.emplace_back(std::string(session_head_key), records.front());
        for (std::size_t i = 1; i < records.size(); ++i) {
            all.emplace_back(session_event_key(static_cast<std::int64_t>(i)), records[i]);
        }
        all.emplace_back(queue.id, to_json_text(to_json(info))).name_space = session_index;
        return all;
    };
    queue.incarnation = store.transact(space, {}, entries).incarnation;
    queue.saved = static_cast<std::int64_t>(records.size()) - 1;
}

std::shared_ptr<void> lease_session(StateStore& store, const std::string& id) {
    auto lease = store.try_lock(session_space(id));
    if (!lease) throw SessionError(Kind::in_use, "session " + id + " is open elsewhere");
    return lease;
}

void remove_session(StateStore& store, const std::string& id) {
    const auto lease = lease_session(store, id);
    const bool listed = !entry_of_list(store, id).empty();
    bool found = listed;
    store.transact(session_space(id), {}, [&](const StateDelta& delta) {
        std::vector<StateEntry> removals;
        for (const auto& entry : delta.entries) {
            if (entry.value) removals.emplace_back(entry.key, std::nullopt);
        }
        found = found || !removals.empty();
        if (listed) removals.emplace_back(id, std::nullopt).name_space = session_index;
        return removals;
    });
    if (!found) throw not_found(id);
}

}  // namespace capstan::detail
