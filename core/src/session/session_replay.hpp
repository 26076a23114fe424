#pragma once

#include <capstan/session.hpp>

#include <string>
#include <utility>
#include <vector>

namespace capstan::detail {

/// A session as the store has it. Pure texts.
struct StoredSession {
    StoredSession() = default;

    std::string id;
    std::string info;  ///< the entry of the list; may be empty
    std::string head;
    std::vector<std::pair<std::int64_t, std::string>> events;  ///< ascending numbers
};

/// A session in memory.
struct LoadedSession {
    LoadedSession() = default;

    SessionInfo info;
    AgentRun run;
    std::string sum;  ///< of the last record
};

/// The head's record and the session that begins with it. `run` is the state before any event.
LoadedSession begin_session(SessionInfo info, AgentRun run, std::string& head);

/// Replays everything. Throws SessionError: damaged, newer.
LoadedSession load_session(const StoredSession& stored);

/// The first events under another id, with the records to be stored for it: the head, then the
/// events. Throws SessionError.
LoadedSession fork_session(const StoredSession& stored, std::optional<std::int64_t> events,
                           std::string id, std::vector<std::string>& records);

/// Records that are no events of the run: the limits were changed.
json::object limits_record(const AgentLimits& limits);

}  // namespace capstan::detail
