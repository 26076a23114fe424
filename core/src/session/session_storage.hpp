#pragma once

#include "session/session_replay.hpp"
#include "session/session_worker.hpp"

namespace capstan::detail {

/// What is done with a store, blocking. All throw SessionError, and StateError when it fails.

/// All entries of the list, in no order.
std::vector<SessionInfo> list_sessions(StateStore& store);

/// The id that begins so. An id itself goes before longer ones.
std::string find_session(StateStore& store, const std::string& prefix);

/// Everything of one session.
StoredSession read_session(StateStore& store, const std::string& id, std::string& incarnation);

/// An id that nobody has, taken for the caller, in a queue with its lease.
SessionWorker::QueuePointer take_new_session(StateStore& store);

/// Writes a new session's records, the head first. Completes the queue.
void store_session(StateStore& store, SessionQueue& queue, const SessionInfo& info,
                   const std::vector<std::string>& records);

/// Takes an existing one; Kind::in_use if somebody has it.
std::shared_ptr<void> lease_session(StateStore& store, const std::string& id);

/// Removes all of it.
void remove_session(StateStore& store, const std::string& id);

}  // namespace capstan::detail
