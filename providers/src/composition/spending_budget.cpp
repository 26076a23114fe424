#include <capstan/providers/spending_budget.hpp>

#include <capstan/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace capstan {

class SpendingBudget::Impl {
public:
    explicit Impl(Money limit) { state_.limit = limit; }

    void reserve(Money amount) {
        const std::scoped_lock lock(mutex_);
        if (state_.left() < amount) {
            ++state_.refused;
            throw refusal(amount);
        }
        state_.reserved += amount;
        ++state_.calls;
    }

    void settle(Money reserved, Money cost, bool certain) {
        const std::scoped_lock lock(mutex_);
        state_.reserved -= reserved;
        cost = std::max(cost, Money());  // nobody but add_spent() gives money back
        state_.spent += cost;
        if (!certain) state_.uncertain += cost;
    }

    void add_spent(Money amount) {
        const std::scoped_lock lock(mutex_);
        state_.spent += amount;
    }

    void set_limit(Money limit) {
        const std::scoped_lock lock(mutex_);
        state_.limit = limit;
    }

    SpendingState state() const {
        const std::scoped_lock lock(mutex_);
        return state_;
    }

private:
    ApiError refusal(Money wanted) const {
        ErrorInfo info;
        info.kind = ErrorKind::payment_required;
        info.phase = ErrorPhase::before_request;
        info.summary = fmt::format(
            "The budget of ${} does not allow this call: ${} are spent, ${} are reserved by calls "
            "under way, and it may cost ${}",
            state_.limit.to_string(), state_.spent.to_string(), state_.reserved.to_string(),
            wanted.to_string());
        info.remedy = "Raise the budget, or ask for a shorter answer.";
        return ApiError(std::move(info));
    }

    mutable std::mutex mutex_;
    SpendingState state_;
};

SpendingBudget::SpendingBudget(Money limit) : impl_(std::make_shared<Impl>(limit)) {}

SpendingBudget::~SpendingBudget() = default;

SpendingBudget::Reservation SpendingBudget::reserve(Money amount) {
    amount = std::max(amount, Money());
    impl_->reserve(amount);
    return Reservation(impl_, amount);
}

void SpendingBudget::add_spent(Money amount) { impl_->add_spent(amount); }
void SpendingBudget::set_limit(Money limit) { impl_->set_limit(limit); }
SpendingState SpendingBudget::state() const { return impl_->state(); }

SpendingBudget::Reservation::~Reservation() { settle_unknown(); }

void SpendingBudget::Reservation::settle(Money cost) {
    if (impl_) impl_->settle(amount_, cost, true);
    impl_.reset();
}

void SpendingBudget::Reservation::settle_unknown() {
    if (impl_) impl_->settle(amount_, amount_, false);
    impl_.reset();
}

void SpendingBudget::Reservation::refund() { settle(Money()); }

}  // namespace capstan
