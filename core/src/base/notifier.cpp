#include "base/notifier.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace capstan::detail {

class Notifier::Waiting {
public:
    Waiting(Notifier& notifier, asio::steady_timer& timer) : notifier_(notifier) {
        notifier_.timer_ = &timer;
    }
    Waiting(const Waiting&) = delete;
    ~Waiting() { notifier_.timer_ = nullptr; }

private:
    Notifier& notifier_;
};

void Notifier::notify() {
    notified_ = true;
    if (timer_) timer_->cancel();
}

asio::awaitable<void> Notifier::wait(std::shared_ptr<Notifier> notifier) {
    if (std::exchange(notifier->notified_, false)) co_return;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    const Waiting waiting(*notifier, timer);
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!std::exchange(notifier->notified_, false)) throw boost::system::system_error(error);
}

}  // namespace capstan::detail
