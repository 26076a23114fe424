#include "agent/call_check.hpp"

#include <capstan/detail/nearest_names.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace capstan::detail {
namespace {

std::string fault_of(const Tool& tool, const json::value& arguments) {
    try {
        return tool.check(arguments);
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string bad_arguments_text(const std::string& tool, const std::string& fault) {
    return fmt::format("The call was not made: the arguments of {} cannot be used.\n{}\n"
                       "Call it again with corrected arguments.",
                       tool, fault);
}

}  // namespace

ParsedArguments parse_arguments(std::string_view text) {
    ParsedArguments parsed;
    try {
        parsed.value = text.find_first_not_of(" \t\r\n") == std::string_view::npos
                           ? json::value(json::object())
                           : parse_json(text);
    } catch (const boost::system::system_error& error) {
        parsed.fault = "They are not valid JSON: " + error.code().message() + ".";
        return parsed;
    }
    if (!parsed.value.is_object()) parsed.fault = "They have to be a JSON object.";
    return parsed;
}

ToolOutcome refusal(ToolStatus status, std::string text) {
    ToolOutcome outcome;
    outcome.status = status;
    outcome.content = std::move(text);
    return outcome;
}

ToolOutcome CallChecker::unknown_tool(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& tool : tools_.tools()) names.push_back(tool->definition().name);
    if (names.empty())
        return refusal(ToolStatus::unknown_tool, "There are no tools that can be called.");
    return refusal(ToolStatus::unknown_tool,
                   fmt::format("There is no tool named \"{}\". The tools are: {}.", name,
                               fmt::join(nearest_names(name, std::move(names)), ", ")));
}

CheckedCall CallChecker::check(const ToolCall& call) const {
    CheckedCall checked;
    checked.call_id = call.id;
    const auto tool = tools_.find(call.name);
    if (!tool) {
        checked.refused = unknown_tool(call.name);
        return checked;
    }
    auto arguments = parse_arguments(call.arguments);
    if (arguments.fault.empty()) arguments.fault = fault_of(*tool, arguments.value);
    if (!arguments.fault.empty()) {
        checked.refused = refusal(ToolStatus::bad_arguments,
                                  bad_arguments_text(call.name, arguments.fault));
        return checked;
    }
    ask_hook(call, *tool, arguments.value, checked);
    if (!checked.refused) describe(call, *tool, arguments.value, checked);
    return checked;
}

void CallChecker::ask_hook(const ToolCall& call, Tool& tool, json::value& arguments,
                           CheckedCall& checked) const {
    if (!options_.hooks.before_tool) return;
    auto gate = options_.hooks.before_tool(run_, call, arguments);
    if (gate.blocked) {
        checked.refused = refusal(ToolStatus::denied, "The call was not made: " + *gate.blocked);
    } else if (gate.result) {
        checked.refused = limit_(call, tool, std::move(*gate.result));
    } else if (gate.arguments) {
        arguments = std::move(*gate.arguments);
        const auto fault = fault_of(tool, arguments);
        if (fault.empty())
            checked.arguments = to_json_text(arguments);
        else
            checked.refused = refusal(
                ToolStatus::failed,
                "The call was not made: the program changed its arguments, and now they do not "
                "fit: " + fault);
    }
}

void CallChecker::describe(const ToolCall& call, Tool& tool, const json::value& arguments,
                           CheckedCall& checked) const {
    const auto options = tool.options();
    checked.exclusive = options.exclusive;
    checked.repeatable = options.repeatable;
    try {
        auto verdict = options_.approval.decide(call.name, arguments, tool.permission(arguments));
        checked.permission = verdict.permission;
        checked.reason = std::move(verdict.reason);
        checked.key = tool.approval_key(arguments);
        if (checked.permission == Permission::ask) checked.preview = tool.preview(arguments);
    } catch (const std::exception& error) {
        // Without its key or preview a call must not go through unseen.
        checked.refused = refusal(ToolStatus::failed,
                                  std::string("The call was not made: ") + error.what());
    }
}

}  // namespace capstan::detail
