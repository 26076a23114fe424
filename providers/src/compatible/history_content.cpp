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

}  // namespace capstan::compatible
