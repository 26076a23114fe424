#include "tool_view.hpp"

#include "text.hpp"

#include <capstan/json.hpp>

#include <algorithm>
#include <array>

namespace coding_agent {
namespace {

using namespace capstan;

constexpr std::size_t shown_lines = 4;

/// What a call is about: the first of these that it has. Everything, if it has none.
constexpr std::array<std::string_view, 8> telling = {"command", "pattern", "path", "url",
                                                     "task",    "query",   "uri",  "name"};

std::string telling_argument(const json::object& arguments) {
    for (const auto name : telling)
        if (const auto text = find_string(arguments, name)) return one_line(*text);
    return arguments.empty() ? std::string() : to_json_text(arguments);
}

/// The beginning of a result; of a command's output the end, where it says what went wrong.
std::vector<std::string> some_lines(std::string_view text, bool from_end) {
    const auto all = lines_of(text);
    std::vector<std::string> lines;
    const auto count = std::min(all.size(), shown_lines);
    const auto first = from_end ? all.size() - count : 0;
    if (first > 0) lines.push_back("(" + count_text(first, "line") + " before)");
    for (std::size_t i = 0; i < count; ++i) lines.emplace_back(all[first + i]);
    if (first + count < all.size())
        lines.push_back("(" + count_text(all.size() - count, "line") + " more)");
    return lines;
}

std::string seconds_text(std::chrono::milliseconds duration) {
    if (duration < std::chrono::seconds(1)) return {};
    const auto tenths = duration.count() / 100;
    return ", " + std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

ResultView failure_view(const ToolOutcome& outcome, const std::string& text) {
    ResultView view;
    view.good = false;
    const auto lines = lines_of(text);
    view.headline = std::string(to_string(outcome.status));
    if (!lines.empty()) view.headline += ": " + std::string(lines.front());
    for (std::size_t i = 1; i < std::min(lines.size(), shown_lines); ++i)
        view.lines.emplace_back(lines[i]);
    return view;
}

/// A command: how it ended, and the end of what it printed.
ResultView command_view(const ToolOutcome& outcome, std::string_view text) {
    ResultView view;
    const auto status = find_int(outcome.details, "exit_status");
    const auto signal = find_int(outcome.details, "signal");
    view.good = status == 0;
    if (status) view.headline = "exit " + std::to_string(*status);
    if (signal) view.headline = "ended by signal " + std::to_string(*signal);
    // The last line says the same to the model.
    auto output = text;
    if (const auto last = text.rfind("\n["); last != text.npos) output = text.substr(0, last + 1);
    if (text.starts_with('[') && output.size() == text.size()) output = {};
    view.headline += ", " + count_text(lines_of(output).size(), "line");
    view.headline += seconds_text(outcome.duration);
    view.lines = some_lines(output, true);
    return view;
}

/// Of files and searches the model sees the text, a person its size.
bool is_look(std::string_view tool) {
    return tool == "read_file" || tool == "list_files" || tool == "find_files" || tool == "search";
}

std::string todo_mark(std::string_view status) {
    if (status == "done") return "[x] ";
    return status == "in_progress" ? "[>] " : "[ ] ";
}

/// The to-do list of a call, a line an item.
std::vector<std::string> todo_lines(const ToolCall& call) {
    std::vector<std::string> lines;
    const auto arguments = try_parse_json(call.arguments);
    const auto* object = arguments ? arguments->if_object() : nullptr;
    const auto* items = object ? find_array(*object, "items") : nullptr;
    if (!items) return lines;
    for (const auto& item : *items)
        if (const auto* one = item.if_object())
            lines.push_back(todo_mark(find_string(*one, "status").value_or("")) +
                            one_line(find_string(*one, "text").value_or("")));
    return lines;
}

}  // namespace

std::string call_line(std::string_view tool, std::string_view arguments) {
    std::string line(tool);
    const auto value = try_parse_json(arguments.empty() ? "{}" : arguments);
    const auto* object = value ? value->if_object() : nullptr;
    const auto detail = object ? telling_argument(*object) : one_line(arguments);
    if (!detail.empty() && tool != "todo") line += ' ' + detail;
    return line;
}

ResultView view_of(const ToolCall& call, const ToolOutcome& outcome) {
    const auto text = text_of(outcome.content);
    if (outcome.status != ToolStatus::ok) return failure_view(outcome, text);
    if (outcome.details.contains("exit_status")) return command_view(outcome, text);
    ResultView view;
    view.diff = std::string(find_string(outcome.details, "diff").value_or(""));
    if (call.name == "todo")
        view.lines = todo_lines(call);
    else if (!is_look(call.name) && view.diff.empty())
        view.lines = some_lines(text, false);
    const auto noun = call.name == "todo" ? "item" : "line";
    view.headline =
        view.diff.empty() ? count_text(lines_of(text).size(), noun) : diff_size(view.diff);
    view.headline += seconds_text(outcome.duration);
    return view;
}

std::string diff_size(std::string_view diff) {
    std::size_t added = 0;
    std::size_t removed = 0;
    for (const auto line : lines_of(diff)) {
        if (line.starts_with('+') && !line.starts_with("+++")) ++added;
        if (line.starts_with('-') && !line.starts_with("---")) ++removed;
    }
    return '+' + std::to_string(added) + " -" + std::to_string(removed);
}

bool looks_like_diff(std::string_view text) {
    return text.starts_with("--- ") && text.find("\n+++ ") != text.npos;
}

}  // namespace coding_agent
