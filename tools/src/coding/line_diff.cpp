#include "coding/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace capstan::coding {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// Equal lines get equal numbers.
class LineNumbers {
public:
    Numbers of(const std::vector<std::string_view>& lines) {
        Numbers numbers;
        numbers.reserve(lines.size());
        for (const auto line : lines)
            numbers.push_back(
                known_.try_emplace(line, static_cast<std::uint32_t>(known_.size())).first->second);
        return numbers;
    }

private:
    std::unordered_map<std::string_view, std::uint32_t> known_;
};

/// Myers' greedy search ("An O(ND) Difference Algorithm", 1986): for each number of steps the
/// farthest points reached on each diagonal are kept, and the way back is read from them.
class Myers {
public:
    Myers(const Numbers& before, const Numbers& after, std::size_t skip, std::size_t skip_end)
        : before_(before.data() + skip),
          after_(after.data() + skip),
          n_(static_cast<std::ptrdiff_t>(before.size() - skip - skip_end)),
          m_(static_cast<std::ptrdiff_t>(after.size() - skip - skip_end)),
          skip_(skip) {}

    /// The changed lines, last first; nothing if it was too much work.
    std::optional<std::vector<LineChange>> run(std::size_t most_steps) {
        std::size_t work = 0;
        for (std::ptrdiff_t d = 0; d <= n_ + m_; ++d) {
            work += static_cast<std::size_t>(d) + 1;
            if (work > most_steps) return std::nullopt;
            if (reach(d)) return way_back(d);
        }
        return std::nullopt;
    }

private:
    /// The farthest x on diagonal k (= x - y) with d steps is at trace_[d][(k + d) / 2].
    std::ptrdiff_t farthest(std::ptrdiff_t d, std::ptrdiff_t k) const {
        return trace_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
    }

    bool downwards(std::ptrdiff_t d, std::ptrdiff_t k) const {
        return k == -d || (k != d && farthest(d - 1, k - 1) < farthest(d - 1, k + 1));
    }

    std::ptrdiff_t start(std::ptrdiff_t d, std::ptrdiff_t k) const {
        if (d == 0) return 0;
        return downwards(d, k) ? farthest(d - 1, k + 1) : farthest(d - 1, k - 1) + 1;
    }

    bool reach(std::ptrdiff_t d) {
        trace_.emplace_back(static_cast<std::size_t>(d) + 1);
        for (auto k = -d; k <= d; k += 2) {
            auto x = start(d, k);
            while (x < n_ && x - k < m_ && x - k >= 0 && before_[x] == after_[x - k]) ++x;
            trace_.back()[static_cast<std::size_t>((k + d) / 2)] = x;
            if (k == n_ - m_ && x >= n_) return true;
        }
        return false;
    }

    std::vector<LineChange> way_back(std::ptrdiff_t d) const {
        std::vector<LineChange> changes;
        for (auto k = n_ - m_; d > 0; --d) {
            const bool down = downwards(d, k);
            const auto x = start(d, k);
            add(changes, down ? x : x - 1, down ? x - k - 1 : x - k, down);
            k += down ? 1 : -1;
        }
        return changes;
    }

    /// One line more, at (x, y); joined with the change behind it if it ends there.
    void add(std::vector<LineChange>& changes, std::ptrdiff_t x, std::ptrdiff_t y,
             bool inserted) const {
        LineChange change(static_cast<std::size_t>(x) + skip_, inserted ? 0 : 1,
                          static_cast<std::size_t>(y) + skip_, inserted ? 1 : 0);
        if (!changes.empty() && changes.back().before_at == change.before_at + change.before &&
            changes.back().after_at == change.after_at + change.after) {
            change.before += changes.back().before;
            change.after += changes.back().after;
            changes.pop_back();
        }
        changes.push_back(change);
    }

    const std::uint32_t* before_;
    const std::uint32_t* after_;
    std::ptrdiff_t n_;
    std::ptrdiff_t m_;
    std::size_t skip_;
    std::vector<std::vector<std::ptrdiff_t>> trace_;
};

std::size_t common_start(const Numbers& a, const Numbers& b) {
    const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
    return static_cast<std::size_t>(end - a.begin());
}

std::size_t common_end(const Numbers& a, const Numbers& b, std::size_t start) {
    const auto most = std::min(a.size(), b.size()) - start;
    std::size_t count = 0;
    while (count < most && a[a.size() - 1 - count] == b[b.size() - 1 - count]) ++count;
    return count;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto feed = text.find('\n');
        const auto size = feed == text.npos ? text.size() : feed + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

std::vector<LineChange> line_changes(const std::vector<std::string_view>& before,
                                     const std::vector<std::string_view>& after,
                                     std::size_t most_steps) {
    LineNumbers numbers;
    const auto a = numbers.of(before);
    const auto b = numbers.of(after);
    const auto start = common_start(a, b);
    const auto end = common_end(a, b, start);
    const LineChange all(start, a.size() - start - end, start, b.size() - start - end);
    if (all.before == 0 && all.after == 0) return {};
    if (all.before == 0 || all.after == 0) return {all};
    auto changes = Myers(a, b, start, end).run(most_steps);
    if (!changes) return {all};
    std::reverse(changes->begin(), changes->end());
    return *changes;
}

}  // namespace capstan::coding
