#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <variant>

namespace capstan {

namespace asio = boost::asio;

/// `co_await stream_stop_token` in the body of a Generator gives a std::stop_token that is
/// requested when the stream is cancelled or destroyed while an operation of the body is under
/// way. A body that asks for it promises to pass it to what it awaits; the others are interrupted
/// through Asio's cancellation, at a higher price for each wait.
struct StreamStopToken {};
inline constexpr StreamStopToken stream_stop_token{};

namespace detail {

using SharedSignal = std::shared_ptr<asio::cancellation_signal>;

/// Awaits `operation` so that `signal` interrupts it, beside the cancellation of the awaiting
/// coroutine itself.
asio::awaitable<void> run_interruptible(asio::awaitable<void> operation, SharedSignal signal);

/// Emits `signal` on `executor`, the one of the interrupted operation, at once where that is
/// possible. (Emitted elsewhere, Asio would post a pointer into the signal, which may be gone when
/// it arrives.)
void interrupt(const asio::any_io_executor& executor, const SharedSignal& signal,
               asio::cancellation_type type = asio::cancellation_type::all);

/// boost::system::system_error(operation_aborted).
std::exception_ptr make_operation_aborted();

/// What a generator's body knows, whatever it yields.
class GeneratorState {
public:
    /// True if the body shall not go on.
    bool cancelled() const noexcept { return cancelled_; }
    void request_cancel();

    /// The operation that the body waits for, ready to be awaited by next().
    bool has_pending() const noexcept { return pending_.has_value(); }
    asio::awaitable<void> take_pending();
    /// Makes the body's wait end with `error`.
    void fail_pending(std::exception_ptr error);

    asio::any_io_executor executor;
    std::exception_ptr error;  // what the body threw

    void park(asio::awaitable<void> operation, std::exception_ptr& operation_error) {
        pending_.emplace(std::move(operation));
        pending_error_ = &operation_error;
    }

    std::stop_token stop_token() {
        if (!stop_source_) stop_source_.emplace();
        return stop_source_->get_token();
    }

    int references = 1;
    bool running = false;  // the body is on the stack

private:
    std::optional<asio::awaitable<void>> pending_;
    std::exception_ptr* pending_error_ = nullptr;
    std::optional<std::stop_source> stop_source_;
    SharedSignal interrupt_;  // for bodies that took no stop token
    bool cancelled_ = false;
};

}  // namespace detail

/// An asynchronous sequence, made by a coroutine that may `co_await` any asio::awaitable and
/// `co_yield` whatever converts to T:
///
///     Generator<int> numbers(asio::steady_timer& timer) {
///         for (int i = 0; i < 3; ++i) {
///             co_await timer.async_wait(asio::use_awaitable);
///             co_yield i;
///         }
///     }
///     ...
///     while (auto number = co_await stream.next()) use(*number);
///
/// Name the element in the loop's condition, as here: GCC 12 mistranslates
/// `while (co_await stream.next())`.
///
/// The body starts nothing by itself: it runs inside next(), in the coroutine, on the executor and
/// under the cancellation of whoever awaits next(). Nothing points into the body once the stream is
/// gone; destroying a stream at any moment, also from a callback of its own body, runs the body's
/// destructors (at the latest when the interrupted next() completes).
///
/// Rules: one next() at a time; all calls of next() on executors of the same context; the object is
/// not thread-safe. In the body, name what you yield and await (GCC 12 destroys some temporaries
/// twice): `co_yield chunk;`, not `co_yield Chunk{...};`.
template <class T>
class [[nodiscard]] Generator {
public:
    class promise_type;

    Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Generator& operator=(Generator&& other) noexcept {
        if (this != &other) {
            cancel();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Generator() { cancel(); }

    /// The next element, or nothing at the end. Rethrows, once, what the body threw; after that,
    /// and after a cancelled next(), the stream is finished and gives nothing.
    ///
    /// An element that is ready is returned without a trip through the executor. The Generator
    /// object may be moved or destroyed while next() is under way; next() then completes with the
    /// body's reaction to the cancellation, usually an exception.
    asio::awaitable<std::optional<T>> next();

    /// Ends the stream: a next() under way is interrupted, otherwise the body is destroyed at once.
    /// Further calls of next() give nothing. Idempotent.
    void cancel() noexcept;

    /// True if next() cannot give an element any more.
    bool finished() const noexcept { return !handle_ || handle_.done(); }

private:
    using Handle = std::coroutine_handle<promise_type>;

    // Keeps the body's frame alive while next() is under way.
    class Reference {
    public:
        explicit Reference(Handle handle) noexcept : handle_(handle) {
            if (handle_) ++handle_.promise().state.references;
        }
        Reference(const Reference&) = delete;
        Reference& operator=(const Reference&) = delete;
        ~Reference() {
            if (handle_) release(handle_);
        }

    private:
        Handle handle_;
    };

    explicit Generator(Handle handle) noexcept : handle_(handle) {}

    static void release(Handle handle) noexcept {
        if (--handle.promise().state.references == 0) handle.destroy();
    }
    static void resume(Handle handle) {
        auto& state = handle.promise().state;
        state.running = true;
        handle.resume();
        state.running = false;
    }

    Handle handle_;
};

template <class T>
class Generator<T>::promise_type {
    template <class U>
    class Operation;
    class StoredElement;

public:
    Generator get_return_object() noexcept { return Generator(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept {
        current = nullptr;
        return {};
    }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { state.error = std::current_exception(); }

    // A moved element stays in the body's frame; next() moves it out.
    std::suspend_always yield_value(T&& element) noexcept {
        current = std::addressof(element);
        return {};
    }
    template <class U>
        requires(std::convertible_to<U, T> && !std::same_as<U, T>)
    StoredElement yield_value(U&& element) {
        return StoredElement(*this, T(std::forward<U>(element)));
    }

    template <class U>
    Operation<U> await_transform(asio::awaitable<U> operation) {
        return Operation<U>(std::move(operation), *this);
    }
    auto await_transform(asio::this_coro::executor_t) { return Ready(state.executor); }
    auto await_transform(StreamStopToken) { return Ready(state.stop_token()); }

    detail::GeneratorState state;
    T* current = nullptr;

private:
    template <class V>
    class Ready {
    public:
        explicit Ready(V value) : value_(std::move(value)) {}
        bool await_ready() const noexcept { return true; }
        void await_suspend(std::coroutine_handle<>) noexcept {}
        V await_resume() { return std::move(value_); }

    private:
        V value_;
    };

    class StoredElement {
    public:
        StoredElement(promise_type& promise, T element)
            : promise_(promise), element_(std::move(element)) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) noexcept {
            promise_.current = std::addressof(element_);
        }
        void await_resume() const noexcept {}

    private:
        promise_type& promise_;
        T element_;
    };

    // Parks an awaitable for next() to run, and gives its result to the body.
    template <class U>
    class Operation {
    public:
        Operation(asio::awaitable<U> operation, promise_type& promise)
            : operation_(std::move(operation)), promise_(promise) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) { promise_.state.park(run(this), error_); }
        U await_resume() {
            if (error_) std::rethrow_exception(error_);
            if constexpr (!std::is_void_v<U>) return std::move(*result_);
        }

    private:
        static asio::awaitable<void> run(Operation* self) {
            if constexpr (std::is_void_v<U>)
                co_await std::move(self->operation_);
            else
                self->result_.emplace(co_await std::move(self->operation_));
        }

        asio::awaitable<U> operation_;
        promise_type& promise_;
        std::exception_ptr error_;
        std::conditional_t<std::is_void_v<U>, std::monostate, std::optional<U>> result_;
    };
};

template <class T>
asio::awaitable<std::optional<T>> Generator<T>::next() {
    const Handle handle = handle_;
    if (!handle || handle.done()) co_return std::nullopt;
    const Reference reference(handle);
    auto& promise = handle.promise();
    auto& state = promise.state;
    if (!state.executor) state.executor = co_await asio::this_coro::executor;

    resume(handle);
    while (state.has_pending()) {
        // A cancellation that was emitted before the operation starts would never reach it.
        const auto consumer = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() || consumer.cancelled() != asio::cancellation_type::none) {
            state.fail_pending(detail::make_operation_aborted());
        } else {
            try {
                co_await state.take_pending();
            } catch (...) {
                state.fail_pending(std::current_exception());
            }
        }
        resume(handle);
    }
    if (handle.done()) {
        if (state.error) std::rethrow_exception(std::exchange(state.error, nullptr));
        co_return std::nullopt;
    }
    if (state.cancelled()) std::rethrow_exception(detail::make_operation_aborted());
    co_return std::optional<T>(std::move(*promise.current));
}

template <class T>
void Generator<T>::cancel() noexcept {
    if (const Handle handle = std::exchange(handle_, nullptr)) {
        handle.promise().state.request_cancel();
        release(handle);
    }
}

}  // namespace capstan
