#include "compatible/history_content.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace capstan::compatible {
namespace {

using Parts = std::vector<ContentPart>;

constexpr const char* left_out = "[A picture was here.]";
constexpr const char* moved = "[A picture; it follows below.]";

bool is_image(const ContentPart& part) { return std::holds_alternative<ImagePart>(part); }
bool is_text(const ContentPart& part) { return std::holds_alternative<TextPart>(part); }

Parts without_images(Parts parts, bool old) {
    for (ContentPart& part : parts) {
        if (!is_image(part)) continue;
        if (!old)
            throw ApiError(ErrorKind::invalid_request, "this server takes no images",
                           "choose a model that does, or set OpenAiQuirks::images");
        part = TextPart(left_out);
    }
    return parts;
}

bool is_empty(const Content& content) {
    return std::visit([](const auto& known) { return known.empty(); }, content);
}

}  // namespace

Content fit_content(const Content& content, const OpenAiQuirks& quirks, bool old) {
    const auto* parts = std::get_if<Parts>(&content);
    if (!parts) return content;
    Content fitted = *quirks.images ? *parts : without_images(*parts, old);
    const auto& left = std::get<Parts>(fitted);
    const bool only_text = std::all_of(left.begin(), left.end(), is_text);
    if (!*quirks.text_parts && only_text) return text_of(fitted);
    return fitted;
}

Content take_images(Content content, std::vector<ContentPart>& images) {
    auto* parts = std::get_if<Parts>(&content);
    if (!parts || std::none_of(parts->begin(), parts->end(), is_image)) return content;
    for (ContentPart& part : *parts) {
        if (!is_image(part)) continue;
        images.push_back(std::move(part));
        part = TextPart(moved);
    }
    return content;
}

void fit_extra(AssistantMessage& message, const OpenAiQuirks& quirks, bool own) {
    const json::object extra = std::exchange(message.extra, {});
    const json::object* audio = find_object(extra, "audio");
    const auto id = audio ? find_string(*audio, "id") : std::nullopt;
    const auto refusal = find_string(extra, "refusal");
    const auto said = audio ? find_string(*audio, "transcript") : std::nullopt;
    if (*quirks.message_extras) {
        for (const auto* name : {"name", "refusal"})
            if (const auto* value = find(extra, name)) message.extra[name] = *value;
        if (own && id) message.extra["audio"].emplace_object()["id"] = *id;
    }
    if (!is_empty(message.content)) return;
    if (said && !message.extra.contains("audio")) message.content = std::string(*said);
    else if (refusal && !message.extra.contains("refusal")) message.content = std::string(*refusal);
}

}  // namespace capstan::compatible
