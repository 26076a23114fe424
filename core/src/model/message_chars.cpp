#include "model/message_chars.hpp"

namespace capstan {
namespace {

constexpr std::size_t message_frame = 16;  // role and separators
constexpr std::size_t part_frame = 8;

std::size_t json_chars(const json::value& value) noexcept;

std::size_t text_chars(std::string_view text) noexcept {
    return text.starts_with("data:") ? media_chars : text.size();
}

std::size_t json_chars(const json::object& object) noexcept {
    std::size_t size = 0;
    for (const auto& member : object) size += member.key().size() + json_chars(member.value());
    return size;
}

std::size_t json_chars(const json::array& array) noexcept {
    std::size_t size = 0;
    for (const json::value& item : array) size += json_chars(item);
    return size;
}

std::size_t json_chars(const json::value& value) noexcept {
    if (const auto* text = value.if_string()) return text_chars(*text);
    if (const auto* array = value.if_array()) return json_chars(*array);
    if (const auto* object = value.if_object()) return json_chars(*object);
    return 4;
}

std::size_t part_chars(const TextPart& part) noexcept { return part.text.size(); }
std::size_t part_chars(const RawPart& part) noexcept { return json_chars(part.value); }
std::size_t part_chars(const ImagePart&) noexcept { return media_chars; }
std::size_t part_chars(const AudioPart&) noexcept { return media_chars; }
std::size_t part_chars(const FilePart&) noexcept { return media_chars; }

std::size_t own_chars(const SystemMessage&) noexcept { return 0; }
std::size_t own_chars(const UserMessage&) noexcept { return 0; }
std::size_t own_chars(const ToolMessage& message) noexcept { return message.tool_call_id.size(); }

std::size_t own_chars(const AssistantMessage& message) noexcept {
    const auto& details = message.reasoning.details;
    std::size_t size =
        details && !details->empty() ? json_chars(*details) : message.reasoning.text.size();
    for (const ToolCall& call : message.tool_calls)
        size += message_frame + call.id.size() + call.name.size() + call.arguments.size() +
                json_chars(call.extra);
    return size;
}

}  // namespace

std::size_t content_chars(const Content& content) noexcept {
    if (const auto* text = std::get_if<std::string>(&content)) return text->size();
    std::size_t size = 0;
    for (const ContentPart& part : std::get<std::vector<ContentPart>>(content))
        size += part_frame + std::visit([](const auto& known) { return part_chars(known); }, part);
    return size;
}

std::size_t message_chars(const Message& message) noexcept {
    return std::visit(
        [](const auto& known) {
            return message_frame + content_chars(known.content) + json_chars(known.extra) +
                   own_chars(known);
        },
        message);
}

}  // namespace capstan
