#pragma once

#include <capstan/agent_event.hpp>

#include <string>
#include <string_view>

namespace coding_agent {

/// "$0.0183", "$0.0183 or more" when a call did not tell its cost.
std::string cost_text(const capstan::RunTotals& totals);

/// After a step: "step 2: 2.0k in, 61 out, $0.00272; so far $0.00896; context 3.1k of 180k".
std::string step_text(const capstan::agent_event::StepUsage& step);

/// At the end of a run: "answered | 7 steps, 6 tool calls | 16.6k in, 616 out | $0.0208 | 3 s".
std::string footer_text(const capstan::agent_event::Done& done, std::string_view model);

/// Everything known of the costs of a session, in a few lines.
std::string cost_report(const capstan::RunTotals& totals);

}  // namespace coding_agent
