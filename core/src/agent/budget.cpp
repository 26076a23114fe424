#include <capstan/tool.hpp>

#include <algorithm>
#include <mutex>

namespace capstan {
namespace {

template <class T>
void take_less(std::optional<T>& left, const std::optional<T>& other) {
    if (other) left = left ? std::min(*left, *other) : *other;
}

}  // namespace

struct Budget::Impl {
    mutable std::mutex mutex;
    Spent spent;
    Left limit;
    std::shared_ptr<Budget> parent;  // does not change
};

Budget::Budget() : Budget(nullptr) {}

Budget::Budget(std::shared_ptr<Budget> parent) : impl_(std::make_unique<Impl>()) {
    impl_->parent = std::move(parent);
}

Budget::~Budget() = default;

void Budget::add(Money cost, std::int64_t tokens) {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->spent.cost += cost;
        impl_->spent.tokens += tokens;
    }
    if (impl_->parent) impl_->parent->add(cost, tokens);
}

Budget::Spent Budget::spent() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->spent;
}

void Budget::limit(std::optional<Money> cost, std::optional<std::int64_t> tokens) {
    const std::scoped_lock lock(impl_->mutex);
    impl_->limit.cost = cost;
    impl_->limit.tokens = tokens;
}

Budget::Left Budget::left() const {
    auto left = impl_->parent ? impl_->parent->left() : Left();
    const std::scoped_lock lock(impl_->mutex);
    auto own = impl_->limit;
    if (own.cost) *own.cost -= impl_->spent.cost;
    if (own.tokens) *own.tokens -= impl_->spent.tokens;
    take_less(left.cost, own.cost);
    take_less(left.tokens, own.tokens);
    return left;
}

}  // namespace capstan
