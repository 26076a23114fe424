#pragma once

#include "runtime/state_reader.hpp"

#include <capstan/agent_run.hpp>

namespace capstan::detail {

// The values in events and states of a run, as JSON and back.

json::value content_to_json(const Content& content);
Content read_run_content(const StateReader& in, std::string_view key);

/// With everything that the conversation keeps of it.
json::value message_to_json(const Message& message);
Message read_run_message(const StateReader& in, std::string_view key);
AssistantMessage read_answer(const StateReader& in, std::string_view key);
UserMessage read_user_message(const json::value& value, const std::string& place);

json::object usage_to_json(const Usage& usage);
Usage read_usage(const StateReader& in);

json::object error_to_json(const ErrorInfo& error);
ErrorInfo read_error(const StateReader& in);

ToolOutcome read_outcome(const StateReader& in);
json::object check_to_json(const CheckedCall& check);
CheckedCall read_check(const StateReader& in);

json::object answer_to_json(const ApprovalAnswer& answer);
ApprovalAnswer read_approval_answer(const StateReader& in);

json::object model_to_json(const run_event::ModelKnown& model);
run_event::ModelKnown read_model(const StateReader& in);

RunTotals read_totals(const StateReader& in);

json::object options_to_json(const AgentRunOptions& options);
AgentRunOptions read_options(const StateReader& in);

}  // namespace capstan::detail
