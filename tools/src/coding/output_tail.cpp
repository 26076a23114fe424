#include "coding/output_tail.hpp"

#include <capstan/json.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace capstan::coding {

void HeadAndTail::add(std::string_view bytes) {
    total_ += bytes.size();
    const auto into_head = std::min(half_ - head_.size(), bytes.size());
    head_ += bytes.substr(0, into_head);
    tail_ += bytes.substr(into_head);
    if (tail_.size() < 4 * half_) return;  // moved seldom, so that a byte costs little
    tail_.erase(0, tail_.size() - half_);
}

std::string HeadAndTail::text() const {
    std::string_view head = head_;
    std::string_view tail = tail_;
    if (complete()) return to_valid_utf8(head_ + tail_);
    tail.remove_prefix(tail.size() - std::min(half_, tail.size()));
    const auto head_end = head.rfind('\n');
    if (head_end != head.npos && head_end > head.size() / 2) head = head.substr(0, head_end + 1);
    const auto tail_start = tail.find('\n');
    if (tail_start != tail.npos && tail_start < tail.size() / 2) tail.remove_prefix(tail_start + 1);
    const auto missing = total_ - head.size() - tail.size();
    return to_valid_utf8(fmt::format("{}{}[... {} bytes left out ...]\n{}", head,
                                     head.ends_with('\n') ? "" : "\n", missing, tail));
}

}  // namespace capstan::coding
