#pragma once

#include <capstan/agent_run.hpp>
#include <capstan/state_store.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// What a list of sessions shows.
struct SessionInfo {
    SessionInfo() = default;

    std::string id;
    std::string title;   ///< the beginning of the first message, or as it was set
    std::string model;
    std::string workspace;
    /// "new", "running" (or broken off), "waiting" (for an approval), a StopReason, or "damaged"
    /// (this entry of the list cannot be read; the session itself may be whole).
    std::string status;
    std::string forked_from;
    std::chrono::system_clock::time_point created;
    std::chrono::system_clock::time_point changed;
    std::int64_t events = 0;
    Money cost;  ///< sub-agents included
};
static_assert(!std::is_aggregate_v<SessionInfo>);

/// Why a session cannot be had. Failures of the storage itself are plain StateErrors.
class SessionError : public StateError {
public:
    enum class Kind {
        not_found,
        ambiguous,  ///< several ids begin so
        in_use,     ///< open already, here or in another program that lives
        damaged,    ///< the log is not as it was written, from `event()` on
        newer,      ///< written by a newer version of the library
        lost,       ///< the storage was removed or replaced while the session was open
        closed,     ///< the SessionStore is gone
    };

    SessionError(Kind kind, const std::string& what, std::int64_t event = 0)
        : StateError(what), kind_(kind), event_(event) {}

    Kind kind() const noexcept { return kind_; }
    /// damaged: the first event that cannot be used, from 1; 0: the head before them. What is
    /// before it can be had by SessionStore::fork(id, event() - 1).
    std::int64_t event() const noexcept { return event_; }

private:
    Kind kind_;
    std::int64_t event_;
};

/// One run with its durable log of events. What happened is on disk before its consequences are
/// acted upon: append() completes when it is. Not thread-safe.
///
/// The run is always what its log gives when it is read again: an event counts as it reads back
/// from its JSON (text that is no UTF-8 is repaired by that).
///
/// While it exists nobody else can open the session, in this process or another. The hold is a lock
/// of the system (StateStore::try_lock), which ends with the process: one that was killed never
/// blocks.
class Session {
public:
    /// None; only to be assigned to.
    Session() noexcept;
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    /// What was noted and is not on disk yet is still written, and then the session let go, without
    /// waiting for it here.
    ~Session();

    const std::string& id() const noexcept;
    const SessionInfo& info() const noexcept;
    /// As it is after the last event.
    const AgentRun& run() const noexcept;

    /// Lets the run handle the event and appends both to the log; gives the run's commands. Throws
    /// StateError when the log cannot be written; the event then took place in memory only, and is
    /// written with the next one. Its commands can be had from run().outstanding(). Cancellation
    /// ends the waiting, not the writing.
    asio::awaitable<std::vector<RunCommand>> append(RunEvent event,
                                                    std::chrono::milliseconds active_time);
    /// The same without waiting: written with the next append(), at the latest after 500 ms.
    std::vector<RunCommand> note(RunEvent event, std::chrono::milliseconds active_time);
    /// Completes when everything is on disk. Throws StateError when it cannot be written.
    asio::awaitable<void> flush();

    /// Limits belong to the run's state, so they take part in the log. Written as by note();
    /// Agent::run(session) sets the agent's.
    void set_limits(const AgentLimits& limits);

    /// For the list; written as by note(). Agent::run(session) sets the model.
    void set_title(std::string title);
    void set_model(std::string model);

    class Impl;
    explicit Session(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

/// All sessions of a store: list, open, resume, fork, export. Its work with the store is done on a
/// thread of its own; what several sessions append at once is written in one transaction.
/// Thread-safe.
///
/// The functions throw SessionError, and StateError when the storage fails. Cancellation ends the
/// waiting, not the work.
class SessionStore {
public:
    /// Without a store the sessions live in memory only.
    explicit SessionStore(std::unique_ptr<StateStore> store = nullptr);
    /// Writes what is unsaved, for at most two seconds. Sessions that still exist keep their run;
    /// their append() and flush() throw.
    ~SessionStore();
    SessionStore(const SessionStore&) = delete;
    SessionStore& operator=(const SessionStore&) = delete;

    /// A new one; `options.session_id` is set to its id. `workspace` is kept for the list.
    asio::awaitable<Session> create(AgentRunOptions options, std::string workspace = {},
                                    Conversation history = {});

    /// An existing one, its events replayed; a prefix of its id is enough if it is the only one.
    asio::awaitable<Session> open(std::string id);

    /// The one that was used last, of those with that workspace, if any.
    asio::awaitable<std::optional<std::string>> latest(std::string workspace = {});

    /// A copy of the first `events` events (absent: all) under a new id. The original may be open,
    /// here or elsewhere, and may be damaged behind those events. What was approved in it stays
    /// approved; what is pending is asked under the new id.
    asio::awaitable<Session> fork(std::string id, std::optional<std::int64_t> events = {});

    /// The one that was used last comes first.
    asio::awaitable<std::vector<SessionInfo>> list();

    /// Not while it is open. A prefix of the id will not do.
    asio::awaitable<void> remove(std::string id);

    /// What the storage had to recover, e.g. that a damaged file was set aside; at most 100.
    std::vector<StateNotice> notices() const;

    class Impl;

private:
    std::shared_ptr<Impl> impl_;
};

/// A session for others to read. JSON: {"id", "title", ..., "messages": [...], "totals": {...}};
/// Markdown: the conversation with tool calls and shortened results. Nothing that the model, a
/// tool or a user said can end a block of the Markdown early.
json::object export_json(const SessionInfo& info, const AgentRun& run);
std::string export_markdown(const SessionInfo& info, const AgentRun& run);

}  // namespace capstan
