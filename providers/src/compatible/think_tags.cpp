#include "compatible/think_tags.hpp"

#include <algorithm>
#include <utility>

namespace capstan::compatible {
namespace {

constexpr std::string_view opening = "<think>";
constexpr std::string_view closing = "</think>";
constexpr std::string_view blanks = " \t\r\n";

/// How many bytes at the end of `text` may be the beginning of `tag`.
std::size_t partial_tag(std::string_view text, std::string_view tag) noexcept {
    for (std::size_t size = std::min(text.size(), tag.size() - 1); size > 0; --size)
        if (text.ends_with(tag.substr(0, size))) return size;
    return 0;
}

}  // namespace

void ThinkTags::add(std::string_view text, std::vector<StreamChunk>& out) {
    held_ += text;
    while (step(out)) {
    }
}

void ThinkTags::finish(std::vector<StreamChunk>& out) {
    if (place_ == Place::before) place_ = Place::text;
    if (place_ != Place::behind) emit(held_.size(), out);
    held_.clear();
}

/// True if the place has changed, so that there may be more to do.
bool ThinkTags::step(std::vector<StreamChunk>& out) {
    switch (place_) {
        case Place::before: return enter();
        case Place::inside: return leave(out);
        case Place::behind: return trim();
        case Place::text: emit(held_.size(), out); break;
    }
    return false;
}

bool ThinkTags::enter() {
    const auto start = held_.find_first_not_of(blanks);
    if (start == held_.npos) return false;
    const std::string_view rest = std::string_view(held_).substr(start);
    if (rest.starts_with(opening)) {
        held_.erase(0, start + opening.size());
        place_ = Place::inside;
        return true;
    }
    if (opening.starts_with(rest)) return false;
    place_ = Place::text;
    return true;
}

bool ThinkTags::leave(std::vector<StreamChunk>& out) {
    if (!opened_) {
        held_.erase(0, std::min(held_.find_first_not_of(blanks), held_.size()));
        if (held_.empty()) return false;
        opened_ = true;
    }
    const auto end = held_.find(closing);
    if (end == held_.npos) {
        emit(held_.size() - partial_tag(held_, closing), out);
        return false;
    }
    emit(end, out);
    held_.erase(0, closing.size());
    place_ = Place::behind;
    return true;
}

bool ThinkTags::trim() {
    held_.erase(0, std::min(held_.find_first_not_of(blanks), held_.size()));
    if (held_.empty()) return false;
    place_ = Place::text;
    return true;
}

void ThinkTags::emit(std::size_t size, std::vector<StreamChunk>& out) {
    if (size == 0) return;
    std::string text = held_.substr(0, size);
    held_.erase(0, size);
    if (place_ == Place::inside) {
        ReasoningChunk chunk;
        chunk.text = std::move(text);
        out.emplace_back(std::move(chunk));
    } else {
        out.emplace_back(TextChunk(std::move(text)));
    }
}

}  // namespace capstan::compatible
