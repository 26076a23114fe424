#include "chat/prompt_size.hpp"

namespace capstan {
namespace {

constexpr std::size_t frame_size = 128;  // keys, braces and quotes

void add_text(MediaSize& size, std::string_view text) {
    if (!text.starts_with("data:")) return;
    size.bytes += static_cast<std::int64_t>(text.size());
    ++size.parts;
}

void add_json(MediaSize& size, const json::value& value) {
    if (const auto* text = value.if_string()) return add_text(size, *text);
    if (const auto* array = value.if_array())
        for (const json::value& item : *array) add_json(size, item);
    if (const auto* object = value.if_object())
        for (const auto& member : *object) add_json(size, member.value());
}

void add_part(MediaSize&, const TextPart&) {}
void add_part(MediaSize& size, const RawPart& part) {
    for (const auto& member : part.value) add_json(size, member.value());
}
void add_part(MediaSize& size, const ImagePart& part) {
    if (!part.url.starts_with("data:")) ++size.parts;
    add_text(size, part.url);
}
void add_part(MediaSize& size, const FilePart& part) {
    if (!part.data.starts_with("data:")) ++size.parts;
    add_text(size, part.data);
}
void add_part(MediaSize& size, const AudioPart& part) {
    size.bytes += static_cast<std::int64_t>(part.data.size());
    ++size.parts;
}

std::size_t part_size(const TextPart& part) noexcept { return part.text.size(); }
std::size_t part_size(const ImagePart& part) noexcept { return part.url.size(); }
std::size_t part_size(const AudioPart& part) noexcept { return part.data.size(); }
std::size_t part_size(const FilePart& part) noexcept { return part.data.size(); }
std::size_t part_size(const RawPart&) noexcept { return frame_size; }

std::size_t content_size(const Content& content) noexcept {
    if (const auto* text = std::get_if<std::string>(&content)) return text->size();
    std::size_t size = 0;
    for (const ContentPart& part : std::get<std::vector<ContentPart>>(content))
        size += frame_size + std::visit([](const auto& known) { return part_size(known); }, part);
    return size;
}

}  // namespace

void add_media(MediaSize& size, const Message& message) {
    std::visit(
        [&](const auto& known) {
            if (const auto* parts = std::get_if<std::vector<ContentPart>>(&known.content)) {
                for (const ContentPart& part : *parts)
                    std::visit([&](const auto& one) { add_part(size, one); }, part);
            }
            for (const auto& member : known.extra) add_json(size, member.value());
        },
        message);
}

std::size_t rough_size(const Message& message) noexcept {
    std::size_t size = frame_size;
    std::visit([&](const auto& known) { size += content_size(known.content); }, message);
    if (const auto* caller = std::get_if<AssistantMessage>(&message)) {
        size += caller->reasoning.text.size();
        for (const ToolCall& call : caller->tool_calls) size += frame_size + call.arguments.size();
    }
    return size;
}

}  // namespace capstan
