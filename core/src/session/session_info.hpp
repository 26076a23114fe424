#pragma once

#include <capstan/session.hpp>

namespace capstan::detail {

/// For the list of sessions.
json::object to_json(const SessionInfo& info);
/// Of a text that is none: an entry with status "damaged".
SessionInfo session_info_from_text(std::string id, std::string_view text);

/// "new", "running", "waiting" or a StopReason.
std::string session_status(const AgentRun& run);

/// Takes over what follows from the run's state, and from an event for the title.
void update_session_info(SessionInfo& info, const AgentRun& run);
void title_session(SessionInfo& info, const RunEvent& event);

}  // namespace capstan::detail
