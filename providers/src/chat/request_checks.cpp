#include "chat/request_checks.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace capstan {
namespace {

constexpr std::size_t max_tool_name = 64;
constexpr std::size_t max_stop_texts = 4;
constexpr std::size_t max_session_id = 256;
constexpr std::size_t max_metadata = 16;
constexpr std::size_t max_metadata_key = 64;
constexpr std::size_t max_metadata_value = 512;

[[noreturn]] void refuse(std::string what, std::string remedy = {}) {
    throw ApiError(ErrorKind::invalid_request, std::move(what), std::move(remedy));
}

std::size_t characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

bool is_tool_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= max_tool_name &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

void check_tools(const ToolDefinitions& tools) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < tools.size(); ++i) {
        const auto* tool = std::get_if<FunctionTool>(&tools[i]);
        if (!tool) continue;
        const std::string place = "tools[" + std::to_string(i) + "].function.name: ";
        if (!is_tool_name(tool->name))
            refuse(place + "\"" + tool->name + "\" is no tool name",
                   "use 1 to 64 letters, digits, '_' and '-'");
        if (!names.insert(tool->name).second)
            refuse(place + "\"" + tool->name + "\" is defined twice");
    }
}

void check_metadata(const json::object& metadata) {
    if (metadata.size() > max_metadata) refuse("metadata: more than 16 pairs");
    for (const auto& member : metadata) {
        const std::string_view key(member.key());
        const std::string place = "metadata[\"" + std::string(key) + "\"]: ";
        if (characters(key) > max_metadata_key) refuse(place + "the key has over 64 characters");
        const auto* text = member.value().if_string();
        if (!text) refuse(place + "expected a string");
        if (characters(*text) > max_metadata_value) refuse(place + "over 512 characters");
    }
}

}  // namespace

void check_request(const MessageRequest& request, const Sampling& sampling,
                   const json::object& extra) {
    const auto ours = [&](std::string_view name) { return !extra.contains(name); };
    if (ours("messages") && ours("prompt") && request.messages.empty() &&
        request.system_prompt.empty())
        refuse("messages: there is none", "add at least one message");
    if (ours("tools")) check_tools(request.tools);
    if (ours("stop") && sampling.stop.size() > max_stop_texts)
        refuse("stop: more than 4 texts");
    if (ours("metadata")) check_metadata(request.metadata);
    if (ours("session_id") && characters(request.context.session_id) > max_session_id)
        throw ApiError(ErrorKind::configuration, "the session id has more than 256 characters",
                       "use a shorter one, e.g. a hash");
}

}  // namespace capstan
