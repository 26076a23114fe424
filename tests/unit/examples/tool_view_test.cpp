#include "tool_view.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;
using namespace coding_agent;

namespace {

ToolCall call_of(std::string name, std::string arguments = "{}") {
    ToolCall call;
    call.id = "call_1";
    call.name = std::move(name);
    call.arguments = std::move(arguments);
    return call;
}

ToolOutcome outcome_of(std::string text, ToolStatus status = ToolStatus::ok) {
    ToolOutcome outcome;
    outcome.content = std::move(text);
    outcome.status = status;
    return outcome;
}

constexpr std::string_view diff =
    "--- a/rope.cpp\n+++ b/rope.cpp\n@@ -1,2 +1,3 @@\n same\n-old\n+new\n+newer\n";

}  // namespace

TEST_CASE("tool view: a call is its name and what it is about, on one line") {
    const std::pair<ToolCall, std::string> table[] = {
        {call_of("run_command", R"({"command":"make\ntest"})"), "run_command make test"},
        {call_of("read_file", R"({"path":"a.cpp","offset":3})"), "read_file a.cpp"},
        {call_of("search", R"({"pattern":"x+","path":"src"})"), "search x+"},
        {call_of("list_files"), "list_files"},
        {call_of("list_files", ""), "list_files"},
        {call_of("todo", R"({"items":[{"text":"x","status":"done"}]})"), "todo"},
        {call_of("server__add", R"({"a":1,"b":[2]})"), R"(server__add {"a":1,"b":[2]})"},
        {call_of("broken", R"({"path":)"), R"(broken {"path":)"},
        {call_of("odd", "[1]"), "odd [1]"},
    };
    for (const auto& [call, line] : table) CHECK(call_line(call.name, call.arguments) == line);
}

TEST_CASE("tool view: a command is its end and the last lines of its output") {
    auto outcome = outcome_of("1\n2\n3\n4\n5\n6\n[exit status 1]");
    outcome.details["exit_status"] = 1;
    outcome.details["signal"] = nullptr;
    outcome.duration = std::chrono::milliseconds(2340);
    const auto view = view_of(call_of("run_command"), outcome);
    CHECK(view.headline == "exit 1, 6 lines, 2.3 s");
    CHECK_FALSE(view.good);
    CHECK(view.lines == std::vector<std::string>{"(2 lines before)", "3", "4", "5", "6"});

    auto silent = outcome_of("[exit status 0]");
    silent.details["exit_status"] = 0;
    CHECK(view_of(call_of("run_command"), silent).headline == "exit 0, 0 lines");
    CHECK(view_of(call_of("run_command"), silent).good);

    auto killed = outcome_of("half\n[ended by signal 9 (Killed)]");
    killed.details["exit_status"] = nullptr;
    killed.details["signal"] = 9;
    CHECK(view_of(call_of("run_command"), killed).headline == "ended by signal 9, 1 line");
    CHECK_FALSE(view_of(call_of("run_command"), killed).good);
}

TEST_CASE("tool view: an edit is its diff, a look its size, anything else its first lines") {
    auto edit = outcome_of("Edited rope.cpp");
    edit.details["diff"] = diff;
    const auto view = view_of(call_of("edit_file"), edit);
    CHECK(view.headline == "+2 -1");
    CHECK(view.diff == diff);
    CHECK(view.lines.empty());
    const auto look = view_of(call_of("read_file"), outcome_of("1\n2\n3\n"));
    CHECK(look.headline == "3 lines");
    CHECK(look.lines.empty());
    const auto other = view_of(call_of("server__tool"), outcome_of("1\n2\n3\n4\n5\n6"));
    CHECK(other.headline == "6 lines");
    CHECK(other.lines == std::vector<std::string>{"1", "2", "3", "4", "(2 lines more)"});
    const auto todo = view_of(
        call_of("todo", R"({"items":[{"text":"a","status":"done"},{"text":"b","status":"pending"},)"
                        R"({"text":"c","status":"in_progress"},7]})"),
        outcome_of("[x] a\n[ ] b\n[>] c\n"));
    CHECK(todo.headline == "3 items");
    CHECK(todo.lines == std::vector<std::string>{"[x] a", "[ ] b", "[>] c"});
}

TEST_CASE("tool view: what went wrong is named, with its first words") {
    const auto view = view_of(call_of("edit_file"),
                              outcome_of("The user denied this call\nnot now", ToolStatus::denied));
    CHECK(view.headline == "denied: The user denied this call");
    CHECK(view.lines == std::vector<std::string>{"not now"});
    CHECK_FALSE(view.good);
    CHECK(view_of(call_of("x"), outcome_of("", ToolStatus::timed_out)).headline == "timed_out");
}

TEST_CASE("tool view: unified diffs are told from other texts, and counted") {
    CHECK(looks_like_diff(diff));
    CHECK_FALSE(looks_like_diff("--- a list"));
    CHECK_FALSE(looks_like_diff("ls -la"));
    CHECK_FALSE(looks_like_diff(""));
    CHECK(diff_size(diff) == "+2 -1");
    CHECK(diff_size("") == "+0 -0");
}
