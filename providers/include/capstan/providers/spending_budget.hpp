#pragma once

#include <capstan/money.hpp>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace capstan {

/// A SpendingBudget at one moment.
struct SpendingState {
    SpendingState() = default;

    Money limit;
    Money spent;     ///< settled, `uncertain` included
    Money reserved;  ///< by calls under way
    /// The part of `spent` that nobody told the real cost of; it is what was reserved.
    Money uncertain;
    std::int64_t calls = 0;    ///< settled or under way
    std::int64_t refused = 0;  ///< for lack of money

    /// May be negative, when calls cost more than was reserved for them.
    Money left() const noexcept { return limit - spent - reserved; }
};
static_assert(!std::is_aggregate_v<SpendingState>);

/// An amount of money that calls share: each reserves what it may cost before it begins, and
/// settles what it did cost. Exact, and atomic: reservations never exceed what is left. So the
/// limit is kept whenever no call costs more than it reserved; the excess of one that does is
/// missing to the next ones.
///
/// Thread-safe. May be shared by any number of BudgetHandlers and used without any. In memory only;
/// add_spent() takes over what earlier programs spent.
class SpendingBudget {
public:
    /// Money set aside for one call. What is neither settled nor refunded counts as spent when it
    /// is destroyed, because nobody knows better. Not thread-safe itself.
    class Reservation;

    explicit SpendingBudget(Money limit);
    SpendingBudget(const SpendingBudget&) = delete;
    SpendingBudget& operator=(const SpendingBudget&) = delete;
    ~SpendingBudget();

    /// Throws ApiError of kind payment_required, saying limit, spent, reserved and wanted, when
    /// less than `amount` is left. Negative amounts count as zero.
    Reservation reserve(Money amount);

    /// Money that was spent elsewhere; negative: that came back.
    void add_spent(Money amount);
    void set_limit(Money limit);
    SpendingState state() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

class SpendingBudget::Reservation {
public:
    Reservation(Reservation&&) noexcept = default;
    Reservation& operator=(Reservation&&) = delete;
    ~Reservation();

    Money amount() const noexcept { return amount_; }
    bool open() const noexcept { return impl_ != nullptr; }

    /// The real cost; a negative one counts as zero. The second call does nothing; so for the other
    /// two.
    void settle(Money cost);
    /// The real cost is unknown: the reserved amount counts.
    void settle_unknown();
    /// The call cost nothing.
    void refund();

private:
    friend class SpendingBudget;
    Reservation(std::shared_ptr<Impl> impl, Money amount)
        : impl_(std::move(impl)), amount_(amount) {}

    std::shared_ptr<Impl> impl_;  // null when settled
    Money amount_;
};

}  // namespace capstan
