#include "composition/rate_window.hpp"

#include <algorithm>

namespace capstan::composition {

void RateWindow::advance(TimePoint now) {
    if (now < last_)
        for (auto& entry : entries_) entry.time -= last_ - now;
    last_ = now;
    while (!entries_.empty() && entries_.front().time + length <= now) {
        total_ -= entries_.front().amount;
        entries_.pop_front();
    }
}

RateWindow::Id RateWindow::add(TimePoint now, std::int64_t amount) {
    advance(now);
    entries_.push_back(Entry{next_id_, now, amount});
    total_ += amount;
    return next_id_++;
}

void RateWindow::correct(Id id, std::int64_t amount) {
    const auto found = std::ranges::lower_bound(entries_, id, {}, &Entry::id);
    if (found == entries_.end() || found->id != id) return;
    total_ += amount - found->amount;
    found->amount = amount;
}

std::chrono::milliseconds RateWindow::wait_for(TimePoint now, std::int64_t amount,
                                               std::int64_t limit) {
    advance(now);
    auto excess = total_ + std::min(amount, limit) - limit;
    TimePoint until = now;
    for (const auto& entry : entries_) {
        if (excess <= 0) break;
        excess -= entry.amount;
        until = entry.time + length;
    }
    return std::chrono::ceil<std::chrono::milliseconds>(until - now);
}

std::int64_t RateWindow::total(TimePoint now) {
    advance(now);
    return total_;
}

}  // namespace capstan::composition
