#include <capstan/providers/limited_handler.hpp>

#include "composition/call_errors.hpp"
#include "composition/call_queue.hpp"
#include "composition/inner_stream.hpp"
#include "composition/request_size.hpp"
#include "composition/saturating_sum.hpp"

#include <utility>
#include <variant>

namespace capstan {
namespace {

using composition::saturating_sum;
using Queue = LimitedHandler::Queue;

std::int64_t expected_tokens(const Queue& queue, const MessageRequest& request) {
    const auto& options = queue.options();
    if (!options.tokens_per_minute) return 0;
    return saturating_sum(composition::estimate_prompt_tokens(request),
                          request.max_tokens.value_or(options.assumed_output_tokens));
}

composition::Wakeup::Limit time_left(const MessageRequest& request) {
    if (!request.context.deadline) return std::nullopt;
    return std::chrono::ceil<std::chrono::milliseconds>(*request.context.deadline -
                                                        std::chrono::steady_clock::now());
}

// Follows one answer to correct what was reserved for it.
class Follower {
public:
    Follower(Queue& queue, Queue::Ticket ticket) : queue_(queue), ticket_(std::move(ticket)) {}

    void see(const StreamChunk& chunk) {
        delivered_ = true;
        if (const auto* told = std::get_if<UsageChunk>(&chunk)) settle(told->usage);
        if (std::holds_alternative<FinishChunk>(chunk)) ticket_.finish();
    }

    void fail(const std::exception_ptr& failure) {
        const auto error = composition::as_api_error(failure, ErrorPhase::before_first_chunk);
        if (!error) return;
        const auto& info = error->info();
        if (info.kind == ErrorKind::rate_limited && info.retry_after &&
            queue_.options().pause_when_refused)
            queue_.pause(*info.retry_after);
        if (!delivered_ && info.kind != ErrorKind::cancelled) ticket_.settle(0);
        ticket_.finish();
    }

    ErrorPhase phase() const noexcept {
        return delivered_ ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    }

private:
    void settle(const Usage& usage) {
        if (!usage.input_tokens && !usage.output_tokens) return;
        auto tokens = usage.input_tokens.value_or(0);
        tokens = saturating_sum(tokens, usage.output_tokens.value_or(0));
        tokens = saturating_sum(tokens, usage.cache_write_tokens.value_or(0));
        if (queue_.options().count_cache_reads)
            tokens = saturating_sum(tokens, usage.cache_read_tokens.value_or(0));
        ticket_.settle(tokens);
    }

    Queue& queue_;
    Queue::Ticket ticket_;
    bool delivered_ = false;
};

ChunkStream stream(std::shared_ptr<ApiHandler> handler, std::shared_ptr<Queue> queue,
                   std::unique_ptr<MessageRequest> request) {
    const auto stop = co_await stream_stop_token;
    std::exception_ptr failure;
    std::optional<Follower> follower;
    try {
        auto entering = Queue::enter(queue, expected_tokens(*queue, *request), stop,
                                     time_left(*request));
        auto ticket = co_await std::move(entering);
        follower.emplace(*queue, std::move(ticket));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) composition::rethrow(failure, ErrorPhase::before_request);
    composition::InnerStream inner(handler->create_message(std::move(*request)), stop);
    request.reset();
    for (;;) {
        std::optional<StreamChunk> chunk;
        try {
            chunk = co_await inner.next();
        } catch (...) {
            failure = std::current_exception();
        }
        if (!chunk) break;
        follower->see(*chunk);
        co_yield std::move(*chunk);
    }
    if (!failure) co_return;
    const auto phase = follower->phase();
    follower->fail(failure);
    composition::rethrow(failure, phase);
}

}  // namespace

LimitedHandler::LimitedHandler(std::shared_ptr<ApiHandler> handler, LimitedOptions options)
    : handler_(std::move(handler)), queue_(std::make_shared<Queue>(std::move(options))) {
    if (!handler_) throw ApiError(ErrorKind::configuration, "A LimitedHandler needs a handler");
}

LimitedHandler::~LimitedHandler() = default;

ChunkStream LimitedHandler::create_message(MessageRequest request) {
    return stream(handler_, queue_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel LimitedHandler::get_model() const { return handler_->get_model(); }

std::optional<ModelInfo> LimitedHandler::model_info(const std::string& model) const {
    return handler_->model_info(model);
}

asio::awaitable<std::optional<Usage>> LimitedHandler::get_api_stream_usage(
    std::string generation_id) {
    return handler_->get_api_stream_usage(std::move(generation_id));
}

LimitedState LimitedHandler::state() const { return queue_->state(); }

}  // namespace capstan
