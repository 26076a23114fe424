#pragma once

#include <capstan/agent_run.hpp>
#include <capstan/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace coding_agent {

/// A call on one line: "run_command ./test.sh".
std::string call_line(std::string_view tool, std::string_view arguments);

/// A result in a few lines.
struct ResultView {
    ResultView() = default;

    std::string headline;  ///< "exit 1, 12 lines", "denied: not now"
    bool good = true;
    std::vector<std::string> lines;  ///< some of its text
    std::string diff;                ///< what it changed, if it said so
};
static_assert(!std::is_aggregate_v<ResultView>);

ResultView view_of(const capstan::ToolCall& call, const capstan::ToolOutcome& outcome);

/// Added and removed lines of a unified diff, as "+3 -1".
std::string diff_size(std::string_view diff);

/// True if the text is a unified diff.
bool looks_like_diff(std::string_view text);

}  // namespace coding_agent
