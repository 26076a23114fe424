#include "context/context_cut.hpp"

#include "model/message_chars.hpp"

#include <algorithm>
#include <variant>

namespace capstan {
namespace {

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// At most three steps: what is not UTF-8 is cut anywhere.
std::size_t character_start(std::string_view text, std::size_t at, int direction) noexcept {
    for (int i = 0; i < 3 && at > 0 && at < text.size() && is_continuation(text[at]); ++i)
        at = direction < 0 ? at - 1 : at + 1;
    return at;
}

std::string cut_note(std::size_t missing) {
    return "\n[... " + std::to_string(missing) + " characters cut ...]\n";
}

std::string part_text(const TextPart& part) { return part.text; }
std::string part_text(const ImagePart&) { return "[a picture, left out]"; }
std::string part_text(const AudioPart&) { return "[a sound, left out]"; }
std::string part_text(const FilePart& part) {
    if (part.filename.empty()) return "[a file, left out]";
    return "[the file " + part.filename + ", left out]";
}
std::string part_text(const RawPart&) { return "[a part, left out]"; }

}  // namespace

std::string cut_middle(std::string_view text, std::size_t limit) {
    limit = std::max(limit, least_piece);
    if (text.size() <= limit) return std::string(text);
    // The note counts what is missing, so its own size is not known before; this is enough for it.
    const std::size_t room = limit - cut_note(text.size()).size();
    const std::size_t head = character_start(text, room - room / 2, -1);
    const std::size_t tail = character_start(text, text.size() - room / 2, 1);
    std::string out(text.substr(0, head));
    out += cut_note(tail - head);
    out += text.substr(tail);
    return out;
}

std::string flat_text(const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content)) return *text;
    std::string out;
    for (const ContentPart& part : std::get<std::vector<ContentPart>>(content)) {
        if (!out.empty()) out += '\n';
        out += std::visit([](const auto& known) { return part_text(known); }, part);
    }
    return out;
}

std::optional<std::string> shortened(const Content& content, std::size_t limit) {
    limit = std::max(limit, least_piece);
    if (content_chars(content) <= limit) return std::nullopt;
    return cut_middle(flat_text(content), limit);
}

}  // namespace capstan
