#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace capstan::http {

namespace asio = boost::asio;

/// One wait of one coroutine that any thread may end, once. For work that cannot be interrupted
/// (a name look-up): who waits is let go at once, and the work finishes for nobody.
class Gate : public std::enable_shared_from_this<Gate> {
public:
    explicit Gate(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Ends the wait through its executor. Does nothing the second time.
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        if (!waiter_) return;
        // Under the lock: abandon() must not see the context die between taking and posting.
        post(std::move(waiter_));
        work_.reset();
    }

    /// Destroys the waiting coroutine: the context it lives in is going away.
    void abandon() {
        // Destroyed last and outside the lock: the coroutine's destructors may run anything.
        std::unique_ptr<Waiter> waiter;
        const std::lock_guard lock(mutex_);
        open_ = true;
        waiter = std::move(waiter_);
        work_.reset();
    }

    /// Completes when open() is called, or when the waiting coroutine is cancelled.
    template <class Token>
    auto async_wait(Token&& token) {
        return asio::async_initiate<Token, void()>(Start(shared_from_this()), token);
    }

private:
    /// A completion handler of any type. (The any_completion_handler of Boost 1.81 recurses without
    /// end when it is assigned.)
    class Waiter {
    public:
        virtual ~Waiter() = default;
        virtual void complete() = 0;
    };

    template <class Handler>
    class HandlerWaiter final : public Waiter {
    public:
        explicit HandlerWaiter(Handler handler) : handler_(std::move(handler)) {}
        void complete() override {
            auto handler = std::move(handler_);
            std::move(handler)();
        }

    private:
        Handler handler_;
    };

    class Start {
    public:
        explicit Start(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}

        template <class AnyHandler>
        void operator()(AnyHandler&& handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                const std::weak_ptr<Gate> weak = gate_;
                slot.assign([weak](asio::cancellation_type) {
                    if (auto gate = weak.lock()) gate->open();
                });
            }
            using Concrete = HandlerWaiter<std::decay_t<AnyHandler>>;
            gate_->wait(std::make_unique<Concrete>(std::forward<AnyHandler>(handler)));
        }

    private:
        std::shared_ptr<Gate> gate_;
    };

    void wait(std::unique_ptr<Waiter> waiter) {
        const std::lock_guard lock(mutex_);
        if (open_) return post(std::move(waiter));
        waiter_ = std::move(waiter);
        work_.emplace(executor_);
    }

    void post(std::unique_ptr<Waiter> waiter) {
        asio::post(executor_, [waiter = std::move(waiter)] { waiter->complete(); });
    }

    asio::any_io_executor executor_;
    std::mutex mutex_;
    bool open_ = false;
    std::unique_ptr<Waiter> waiter_;
    std::optional<asio::executor_work_guard<asio::any_io_executor>> work_;
};

}  // namespace capstan::http
