#include "mcp/mcp_lines.hpp"

#include <capstan/json.hpp>

#include <utility>

namespace capstan::mcp {

void LineSplitter::feed(std::string_view bytes) {
    buffer_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
    buffer_.append(bytes);
}

bool LineSplitter::take(std::string& line, std::size_t end) {
    line.assign(buffer_, start_, end - start_);
    if (line.ends_with('\r')) line.pop_back();
    start_ = scanned_ = end + 1;
    if (std::exchange(skipping_, false)) return false;
    if (line.size() <= max_line_) return !line.empty();
    ++dropped_;
    return false;
}

bool LineSplitter::next(std::string& line) {
    for (;;) {
        const auto end = buffer_.find('\n', scanned_);
        if (end == std::string::npos) break;
        if (take(line, end)) return true;
    }
    scanned_ = buffer_.size();
    if (scanned_ - start_ > max_line_) {  // do not keep what will be dropped anyway
        if (!std::exchange(skipping_, true)) ++dropped_;
        start_ = scanned_;
    }
    return false;
}

void TextTail::add(std::string_view bytes) {
    bytes_.append(bytes);
    if (bytes_.size() <= limit_) return;
    bytes_.erase(0, bytes_.size() - limit_);
    cut_ = true;
}

std::string TextTail::text() const {
    std::string_view text = bytes_;
    const auto line_end = cut_ ? text.find('\n') : std::string_view::npos;
    if (line_end != std::string_view::npos) text.remove_prefix(line_end);
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    text = text.substr(first, text.find_last_not_of(space) - first + 1);
    return to_valid_utf8(text);
}

}  // namespace capstan::mcp
