#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace capstan::coding {

/// Keeps the head and the tail of a stream of bytes, half of `limit` each.
class HeadAndTail {
public:
    explicit HeadAndTail(std::size_t limit) : half_(limit / 2 + 1) {}

    void add(std::string_view bytes);
    std::uint64_t total() const noexcept { return total_; }
    bool complete() const noexcept { return total_ <= 2 * half_; }

    /// All of it, or the head, a line that says how much was left out, and the tail. Cuts at line
    /// ends where one is near. Not UTF-8 is replaced.
    std::string text() const;

private:
    std::size_t half_;
    std::string head_;
    std::string tail_;
    std::uint64_t total_ = 0;
};

}  // namespace capstan::coding
