#include "agent/model_call.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>

namespace capstan::detail {
namespace {

class StreamPointer {
public:
    StreamPointer(ModelCall& call, ChunkStream& stream) : call_(call) { call_.stream = &stream; }
    StreamPointer(const StreamPointer&) = delete;
    ~StreamPointer() { call_.stream = nullptr; }

private:
    ModelCall& call_;
};

asio::awaitable<void> read_chunks(std::shared_ptr<ModelCall> call, ApiHandler* handler,
                                  MessageRequest request) {
    auto stream = handler->create_message(std::move(request));
    const StreamPointer pointer(*call, stream);
    while (auto chunk = co_await stream.next()) {
        if (call->cancelled) co_return;
        ModelPiece piece;
        piece.call = call;
        piece.chunk = std::move(*chunk);
        call->inbox->put(std::move(piece));
        while (call->inbox->full() && !call->cancelled) {
            auto room = Notifier::wait(call->inbox->room());
            co_await std::move(room);
        }
    }
}

ErrorInfo foreign_error(const char* what) {
    ErrorInfo info;
    info.kind = ErrorKind::malformed;
    info.summary = what;
    return info;
}

asio::awaitable<void> read_model(std::shared_ptr<ModelCall> call, ApiHandler* handler,
                                 MessageRequest request) {
    ModelEnd end;
    end.call = call;
    try {
        auto reading = read_chunks(call, handler, std::move(request));
        co_await std::move(reading);
    } catch (const ApiError& error) {
        end.error = error.info();
    } catch (const std::exception& error) {
        end.error = foreign_error(error.what());
    } catch (...) {
        end.error = foreign_error("the handler threw something that is no exception");
    }
    if (!call->cancelled) call->inbox->put(std::move(end));
}

// Tells the run, and whoever was to be told before.
RetryCallback telling(const std::shared_ptr<ModelCall>& call, RetryCallback other) {
    return [weak = std::weak_ptr(call), other = std::move(other)](
               int attempt, int max_retries, std::chrono::milliseconds delay,
               const ApiError& error) {
        if (const auto running = weak.lock(); running && !running->cancelled) {
            agent_event::Retry retry;
            retry.attempt = attempt;
            retry.max_retries = max_retries;
            retry.delay = delay;
            retry.message = error.what();
            running->inbox->put(std::move(retry));
        }
        if (other) other(attempt, max_retries, delay, error);
    };
}

}  // namespace

void ModelCall::cancel() {
    cancelled = true;
    if (stream) stream->cancel();
    inbox->room()->notify();
}

void start_model_call(const asio::any_io_executor& executor, ApiHandler& handler,
                      MessageRequest request, std::shared_ptr<ModelCall> call) {
    auto& callback = request.context.on_retry_attempt;
    callback = telling(call, std::move(callback));
    asio::co_spawn(executor, read_model(std::move(call), &handler, std::move(request)),
                   asio::detached);
}

}  // namespace capstan::detail
