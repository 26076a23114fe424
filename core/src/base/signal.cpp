#include "base/signal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace capstan::detail {

struct Signal::Waiter {
    explicit Waiter(const asio::any_io_executor& executor)
        : strand(asio::make_strand(executor)), timer(strand) {}

    asio::strand<asio::any_io_executor> strand;
    asio::steady_timer timer;  // used in the strand only
    bool fired = false;        // likewise
};

/// What the firing thread and the waiter share. It belongs to no context.
struct Signal::Link {
    std::mutex mutex;
    std::shared_ptr<Waiter> waiter;  // null when it no longer waits
};

class Signal::Unlink {
public:
    explicit Unlink(std::shared_ptr<Link> link) : link_(std::move(link)) {}
    Unlink(const Unlink&) = delete;
    ~Unlink() {
        const std::scoped_lock lock(link_->mutex);
        link_->waiter.reset();
    }

private:
    std::shared_ptr<Link> link_;
};

bool Signal::add(const std::shared_ptr<Link>& link) {
    const std::scoped_lock lock(mutex_);
    if (fired_) return false;
    // Those who gave up leave their link behind.
    std::erase_if(links_, [](const auto& other) { return other.use_count() == 1; });
    links_.push_back(link);
    return true;
}

void Signal::fire() {
    std::vector<std::shared_ptr<Link>> links;
    {
        const std::scoped_lock lock(mutex_);
        fired_ = true;
        links.swap(links_);
    }
    for (const auto& link : links) {
        // Held until post() has returned: it works with the waiter's executor to its end.
        const std::scoped_lock lock(link->mutex);
        if (!link->waiter) continue;
        asio::post(link->waiter->strand, [waiter = link->waiter] {
            waiter->fired = true;
            waiter->timer.cancel();
        });
    }
}

bool Signal::fired() const {
    const std::scoped_lock lock(mutex_);
    return fired_;
}

asio::awaitable<bool> Signal::wait_in_strand(std::shared_ptr<Waiter> waiter, Deadline deadline) {
    if (waiter->fired) co_return true;
    using Clock = std::chrono::steady_clock;
    waiter->timer.expires_at(deadline.value_or(Clock::time_point::max()));
    boost::system::error_code error;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error && !waiter->fired) throw boost::system::system_error(error);
    co_return waiter->fired;
}

asio::awaitable<bool> Signal::wait(std::shared_ptr<Signal> signal, Deadline deadline) {
    const auto executor = co_await asio::this_coro::executor;
    auto waiter = std::make_shared<Waiter>(executor);
    auto link = std::make_shared<Link>();
    link->waiter = waiter;
    const Unlink unlink(link);
    if (!signal->add(link)) co_return true;
    link.reset();
    auto inner = wait_in_strand(waiter, deadline);
    auto op = asio::co_spawn(waiter->strand, std::move(inner), asio::use_awaitable);
    co_return co_await std::move(op);
}

}  // namespace capstan::detail
