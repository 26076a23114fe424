#include <capstan/session.hpp>

#include "session/session_markdown.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace capstan {
namespace {

constexpr std::size_t max_result = 2'000;
constexpr std::size_t max_arguments = 8'000;

std::string time_text(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

struct PartText {
    std::string operator()(const TextPart& part) const { return part.text; }
    std::string operator()(const ImagePart&) const { return "[an image]"; }
    std::string operator()(const AudioPart&) const { return "[audio]"; }
    std::string operator()(const FilePart& part) const { return "[a file: " + part.filename + "]"; }
    std::string operator()(const RawPart&) const { return "[another part]"; }
};

std::string readable(const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content)) return *text;
    std::string result;
    for (const auto& part : std::get<std::vector<ContentPart>>(content)) {
        if (!result.empty()) result += '\n';
        result += std::visit(PartText{}, part);
    }
    return result;
}

/// Writes message after message.
class Markdown {
public:
    explicit Markdown(std::string& out) : out_(&out) {}

    void operator()(const SystemMessage& message) { say("System", message.content); }
    void operator()(const UserMessage& message) { say("User", message.content); }

    void operator()(const AssistantMessage& message) {
        say("Assistant", message.content);
        for (const auto& call : message.tool_calls) {
            add("\n**Calls** {} ({})\n\n{}", detail::markdown_code(call.name),
                detail::markdown_code(call.id),
                detail::markdown_block(detail::head_and_tail(call.arguments, max_arguments),
                                       "json"));
        }
    }

    void operator()(const ToolMessage& message) {
        const auto text = detail::head_and_tail(readable(message.content), max_result);
        add("\n**Result** of {}\n\n{}", detail::markdown_code(message.tool_call_id),
            detail::markdown_block(text));
    }

private:
    void say(std::string_view who, const Content& content) {
        add("\n## {}\n", who);
        const auto text = readable(content);
        if (!text.empty()) add("\n{}", detail::markdown_quote(text));
    }

    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(*out_), format, std::forward<Args>(args)...);
    }

    std::string* out_;
};

std::string heading(const SessionInfo& info) {
    const auto code = [](const std::string& text) { return detail::markdown_code(text); };
    auto text = fmt::format("# {}\n\n", info.title.empty() ? info.id
                                                           : detail::markdown_text(info.title));
    text += fmt::format("- Session: {}, {}\n", code(info.id), code(info.status));
    if (!info.model.empty()) text += fmt::format("- Model: {}\n", code(info.model));
    if (!info.workspace.empty()) text += fmt::format("- Workspace: {}\n", code(info.workspace));
    if (!info.forked_from.empty()) text += fmt::format("- Fork of: {}\n", code(info.forked_from));
    return text + fmt::format("- Begun: {}\n- Last used: {}\n", time_text(info.created),
                              time_text(info.changed));
}

std::string footing(const RunTotals& totals) {
    return fmt::format("\n---\n\n{} steps, {} tool calls, {} tokens in, {} tokens out, {}{} USD\n",
                       totals.steps, totals.tool_calls, totals.input_tokens, totals.output_tokens,
                       totals.cost_complete ? "" : "at least ", totals.cost.to_string());
}

}  // namespace

json::object export_json(const SessionInfo& info, const AgentRun& run) {
    json::object object;
    object["id"] = info.id;
    object["title"] = info.title;
    object["model"] = info.model;
    object["workspace"] = info.workspace;
    object["status"] = info.status;
    object["forked_from"] = info.forked_from;
    object["created"] = time_text(info.created);
    object["changed"] = time_text(info.changed);
    object["events"] = info.events;
    object["messages"] = parse_json(run.transcript().to_json_text());
    object["totals"] = to_json(run.totals());
    return object;
}

std::string export_markdown(const SessionInfo& info, const AgentRun& run) {
    auto text = heading(info);
    Markdown markdown(text);
    for (const auto& message : run.transcript().messages()) std::visit(markdown, message);
    return text + footing(run.totals());
}

}  // namespace capstan
