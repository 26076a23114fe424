#include "composition/wakeup.hpp"

#include <capstan/generator.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace capstan::composition {

struct Wakeup::Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : strand(asio::make_strand(executor)) {}

    asio::strand<asio::any_io_executor> strand;
    asio::cancellation_signal signal;  // used in the strand only
    bool fired = false;                // likewise
};

class Wakeup::Unlink {
public:
    explicit Unlink(std::shared_ptr<Wakeup> wakeup) : wakeup_(std::move(wakeup)) {}
    Unlink(const Unlink&) = delete;
    ~Unlink() {
        const std::scoped_lock lock(wakeup_->mutex_);
        wakeup_->waiter_.reset();
        wakeup_->woken_ = false;
    }

private:
    std::shared_ptr<Wakeup> wakeup_;
};

void Wakeup::wake() {
    // Held until post() has returned: it works with the waiter's executor to its end.
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    if (!waiter_) return;
    asio::post(waiter_->strand, [waiter = waiter_] {
        waiter->fired = true;
        waiter->signal.emit(asio::cancellation_type::all);
    });
}

bool Wakeup::begin(std::shared_ptr<Waiter> waiter) {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(woken_, false)) return false;
    waiter_ = std::move(waiter);
    return true;
}

namespace {

asio::awaitable<void> for_ever() {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<bool> Wakeup::wait_in_strand(std::shared_ptr<Waiter> waiter,
                                             std::shared_ptr<Clock> clock, Limit limit) {
    if (waiter->fired) co_return true;
    auto sleeping = limit ? clock->sleep_for(*limit) : for_ever();
    detail::SharedSignal signal(waiter, &waiter->signal);
    auto waiting = detail::run_interruptible(std::move(sleeping), std::move(signal));
    try {
        co_await std::move(waiting);
    } catch (const boost::system::system_error& error) {
        if (!waiter->fired || error.code() != asio::error::operation_aborted) throw;
    }
    co_return waiter->fired;
}

asio::awaitable<bool> Wakeup::wait(std::shared_ptr<Wakeup> wakeup, std::shared_ptr<Clock> clock,
                                   Limit limit) {
    const auto executor = co_await asio::this_coro::executor;
    auto waiter = std::make_shared<Waiter>(executor);
    if (!wakeup->begin(waiter)) co_return true;
    const Unlink unlink(wakeup);
    auto inner = wait_in_strand(waiter, std::move(clock), limit);
    auto op = asio::co_spawn(waiter->strand, std::move(inner), asio::use_awaitable);
    co_return co_await std::move(op);
}

}  // namespace capstan::composition
