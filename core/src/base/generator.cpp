#include <capstan/generator.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace capstan::detail {

asio::awaitable<void> run_interruptible(asio::awaitable<void> operation, SharedSignal signal) {
    auto executor = co_await asio::this_coro::executor;
    auto outer = (co_await asio::this_coro::cancellation_state).slot();
    if (outer.is_connected()) {
        outer.assign([executor, signal](asio::cancellation_type type) {
            interrupt(executor, signal, type);
        });
    }
    auto token = asio::bind_cancellation_slot(signal->slot(), asio::use_awaitable);
    auto spawned = asio::co_spawn(executor, std::move(operation), token);
    std::exception_ptr error;
    try {
        co_await std::move(spawned);
    } catch (...) {
        error = std::current_exception();
    }
    if (outer.is_connected()) outer.clear();
    if (error) std::rethrow_exception(error);
}

void interrupt(const asio::any_io_executor& executor, const SharedSignal& signal,
               asio::cancellation_type type) {
    asio::dispatch(executor, [signal, type] { signal->emit(type); });
}

std::exception_ptr make_operation_aborted() {
    return std::make_exception_ptr(
        boost::system::system_error(asio::error::operation_aborted, "the stream was cancelled"));
}

void GeneratorState::request_cancel() {
    cancelled_ = true;
    if (references == 1) return;  // no next() under way: the frame goes right now
    if (stop_source_) stop_source_->request_stop();
    if (interrupt_) interrupt(executor, interrupt_);
}

asio::awaitable<void> GeneratorState::take_pending() {
    auto operation = std::move(*pending_);
    pending_.reset();
    if (stop_source_) return operation;
    if (!interrupt_) interrupt_ = std::make_shared<asio::cancellation_signal>();
    return run_interruptible(std::move(operation), interrupt_);
}

void GeneratorState::fail_pending(std::exception_ptr reason) {
    pending_.reset();
    *pending_error_ = std::move(reason);
}

}  // namespace capstan::detail
