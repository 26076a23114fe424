#include "context/context_activity.hpp"

#include "context/context_cut.hpp"
#include "context/context_groups.hpp"

#include <algorithm>

namespace capstan {
namespace {

constexpr std::size_t summary_piece = 1'600;
constexpr std::size_t request_piece = 200;
constexpr std::size_t words_piece = 400;
constexpr std::size_t greatest_name = 120;
constexpr std::size_t most_files = 12;  // of one tool
constexpr std::size_t most_tools = 40;
constexpr std::size_t most_requests = 5;

struct ToolUse {
    std::string name;
    std::size_t calls = 0;
    std::vector<std::string> files;  // in the order in which they were first named
};

struct Activity {
    std::string earlier;
    std::vector<std::string> requests;
    std::vector<ToolUse> tools;
    std::string words;
};

bool names_file(std::string_view key) {
    return key.find("path") != std::string_view::npos || key.find("file") != std::string_view::npos;
}

void add_file(ToolUse& use, const json::value& value) {
    const auto* text = value.if_string();
    if (!text || text->empty() || text->size() > greatest_name) return;
    const std::string name(*text);
    if (name.find('\n') != std::string::npos || use.files.size() == most_files) return;
    if (std::find(use.files.begin(), use.files.end(), name) == use.files.end())
        use.files.push_back(name);
}

void add_files(ToolUse& use, const std::string& arguments) {
    const auto value = try_parse_json(arguments);
    const json::object* object = value ? value->if_object() : nullptr;
    if (!object) return;
    for (const auto& member : *object) {
        if (!names_file(member.key())) continue;
        if (const auto* array = member.value().if_array())
            for (const json::value& item : *array) add_file(use, item);
        else
            add_file(use, member.value());
    }
}

void add_call(Activity& activity, const ToolCall& call) {
    const std::string name = call.name.substr(0, greatest_name);
    const auto same = [&](const ToolUse& use) { return use.name == name; };
    auto found = std::find_if(activity.tools.begin(), activity.tools.end(), same);
    if (found == activity.tools.end()) {
        if (activity.tools.size() == most_tools) return;
        found = activity.tools.emplace(found);
        found->name = name;
    }
    ++found->calls;
    add_files(*found, call.arguments);
}

void add_message(Activity& activity, const Message& message) {
    if (const auto* assistant = std::get_if<AssistantMessage>(&message)) {
        for (const ToolCall& call : assistant->tool_calls) add_call(activity, call);
        std::string words = flat_text(assistant->content);
        if (!words.empty()) activity.words = cut_middle(words, words_piece);
    } else if (const auto* user = std::get_if<UserMessage>(&message)) {
        const std::string text = flat_text(user->content);
        if (is_summary(message))
            activity.earlier = cut_middle(text.substr(summary_mark.size()), summary_piece);
        else
            activity.requests.push_back(cut_middle(text, request_piece));
    }
}

void append_tool_use(std::string& out, const ToolUse& use) {
    out += "- " + use.name + ", " + std::to_string(use.calls);
    out += use.calls == 1 ? " call" : " calls";
    for (std::size_t i = 0; i < use.files.size(); ++i) out += (i == 0 ? ": " : ", ") + use.files[i];
    out += '\n';
}

std::string list_of(const Activity& activity) {
    std::string out;
    if (!activity.earlier.empty()) out += activity.earlier + "\n\n";
    const std::size_t skipped =
        activity.requests.size() - std::min(activity.requests.size(), most_requests);
    for (std::size_t i = skipped; i < activity.requests.size(); ++i)
        out += "The user said: " + activity.requests[i] + '\n';
    if (!activity.tools.empty()) out += "Tools that were called:\n";
    for (const ToolUse& use : activity.tools) append_tool_use(out, use);
    if (!activity.words.empty()) out += "The last answer was: " + activity.words + '\n';
    if (out.empty()) out = "Nothing of note was done.\n";
    return cut_middle(out, greatest_activity_list);
}

}  // namespace

std::string activity_list(const Conversation& conversation,
                          const std::vector<std::size_t>& messages) {
    Activity activity;
    for (std::size_t i : messages) add_message(activity, conversation.messages().at(i));
    return list_of(activity);
}

}  // namespace capstan
