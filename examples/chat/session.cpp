#include "session.hpp"

#include <capstan/message_assembler.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <memory>
#include <utility>

namespace chat {
namespace {

namespace asio = boost::asio;
using namespace capstan;

asio::awaitable<void> stream_answer(ApiHandler& handler, MessageRequest request, Output& output,
                                    MessageAssembler& assembler) {
    auto stream = handler.create_message(std::move(request));
    while (auto chunk = co_await stream.next()) {
        assembler.add(*chunk);
        output.chunk(*chunk);
    }
}

ApiError cancelled(bool mid_stream) {
    ErrorInfo info;
    info.kind = ErrorKind::cancelled;
    info.phase = mid_stream ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    info.summary = "The answer was cancelled";
    return ApiError(info);
}

/// Whatever ended a turn, as the one error that this program reports.
ApiError to_api_error(std::exception_ptr failure, bool mid_stream) {
    try {
        std::rethrow_exception(failure);
    } catch (const ApiError& error) {
        return error;
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return cancelled(mid_stream);
        return ApiError(ErrorKind::network, error.what());
    } catch (const std::exception& error) {
        return ApiError(ErrorKind::malformed, error.what());
    }
}

}  // namespace

TurnResult Session::run(MessageRequest request, std::optional<std::chrono::milliseconds> timeout) {
    MessageAssembler assembler(handler_.get_model().id);
    if (timeout) request.context.deadline = std::chrono::steady_clock::now() + *timeout;
    request.context.on_retry_attempt =
        [this](int attempt, int max_retries, std::chrono::milliseconds delay,
               const ApiError& error) { output_.retry(attempt, max_retries, delay, error); };

    TurnResult result;
    // Shared: a signal that arrives with the end of the answer is handled in the next turn.
    const auto cancel = std::make_shared<asio::cancellation_signal>();
    const auto terminated = std::make_shared<bool>(false);
    asio::signal_set signals(io_, SIGINT, SIGTERM);
    signals.async_wait([cancel, terminated](const boost::system::error_code& error, int signal) {
        *terminated = !error && signal == SIGTERM;
        if (!error) cancel->emit(asio::cancellation_type::terminal);
    });
    std::exception_ptr failure;
    const auto done = [&](std::exception_ptr error) {
        failure = std::move(error);
        signals.cancel();
        io_.stop();  // idle connections may stay
    };

    output_.begin();
    io_.restart();
    asio::co_spawn(io_, stream_answer(handler_, std::move(request), output_, assembler),
                   asio::bind_cancellation_slot(cancel->slot(), done));
    io_.run();

    result.terminated = *terminated;
    result.message = assembler.message();
    result.has_content = !assembler.empty();
    if (failure) result.error = to_api_error(failure, result.has_content);
    if (result.error)
        output_.error(*result.error);
    else
        output_.message(result.message);
    return result;
}

}  // namespace chat
