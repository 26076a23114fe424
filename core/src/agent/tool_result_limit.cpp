#include "agent/tool_result_limit.hpp"

#include "agent/spill_file.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>
#include <vector>

namespace capstan::detail {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The nearest border of a character at or before (after) `at`. What is no UTF-8 is cut anywhere.
std::size_t border_before(std::string_view text, std::size_t at) {
    for (std::size_t back = 0; back < 4 && back < at; ++back)
        if (!continues(text[at - back])) return at - back;
    return at;
}

std::size_t border_after(std::string_view text, std::size_t at) {
    for (std::size_t on = 0; on < 4 && at + on < text.size(); ++on)
        if (!continues(text[at + on])) return at + on;
    return at;
}

std::size_t text_bytes(const Content& content) {
    if (const auto* text = std::get_if<std::string>(&content)) return text->size();
    std::size_t bytes = 0;
    for (const auto& part : std::get<std::vector<ContentPart>>(content))
        if (const auto* text = std::get_if<TextPart>(&part)) bytes += text->text.size();
    return bytes;
}

std::string gap_note(std::size_t cut, const std::string& file, bool wanted) {
    auto note = fmt::format("[... {} bytes cut here", cut);
    if (!file.empty()) return note + "; the whole is in " + file + " ...]";
    if (wanted) return note + "; the whole could not be kept ...]";
    return note + " ...]";
}

// Each text keeps a share of the limit that is as large as its share of the whole.
void cut_texts(Content& content, std::size_t bytes, std::size_t max_bytes, const std::string& file,
               bool wanted) {
    const auto cut = [&](std::string& text) {
        const auto share = static_cast<std::size_t>(
            static_cast<double>(text.size()) * static_cast<double>(max_bytes) /
            static_cast<double>(bytes));
        if (share < text.size())
            text = without_middle(text, share, gap_note(text.size() - share, file, wanted));
    };
    if (auto* text = std::get_if<std::string>(&content)) return cut(*text);
    for (auto& part : std::get<std::vector<ContentPart>>(content))
        if (auto* text = std::get_if<TextPart>(&part)) cut(text->text);
}

}  // namespace

std::string without_middle(std::string_view text, std::size_t max_bytes, std::string_view note) {
    if (text.size() <= max_bytes) return std::string(text);
    const auto head = border_before(text, max_bytes - max_bytes / 3);
    const auto tail = border_after(text, text.size() - max_bytes / 3);
    std::string out(text.substr(0, head));
    if (!out.empty() && out.back() != '\n') out += '\n';
    out += note;
    if (tail < text.size() && text[tail] != '\n') out += '\n';
    return out.append(text.substr(tail));
}

LimitedResult limit_result(Content content, std::size_t max_bytes,
                           const std::filesystem::path& directory, std::string_view name) {
    LimitedResult result;
    result.content = std::move(content);
    const auto bytes = text_bytes(result.content);
    if (max_bytes == 0 || bytes <= max_bytes) return result;
    const bool wanted = !directory.empty();
    if (wanted) result.spilled_to = spill(directory, name, text_of(result.content));
    cut_texts(result.content, bytes, max_bytes, result.spilled_to, wanted);
    return result;
}

}  // namespace capstan::detail
