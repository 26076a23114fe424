#include "openrouter/chat_call.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace capstan::openrouter {

ChatCall::ChatCall(std::shared_ptr<Core> core, std::unique_ptr<MessageRequest> request)
    : core_(std::move(core)), request_(std::move(request)) {
    try {
        build(ReasoningReplay::fitting);
    } catch (const ApiError& error) {
        auto info = error.info();
        info.phase = ErrorPhase::before_request;
        throw ApiError(std::move(info));
    }
    hide_reasoning_ =
        has_placeholder_reasoning(core_->options().placeholder_reasoning_models, chat_.model);
    reader_.emplace(hide_reasoning_);
}

void ChatCall::build(ReasoningReplay replay) {
    const auto& options = core_->options();
    const auto model = primary_model(request_->model.empty() ? options.model : request_->model);
    const auto info = core_->peek_model(model);
    chat_ = build_chat_request(options, *request_, info ? &*info : nullptr, replay);
}

HttpRequest ChatCall::next_request() const {
    auto request = core_->request("POST", "/chat/completions");
    for (const auto& [name, value] : chat_.headers.fields()) request.headers.add(name, value);
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "text/event-stream, application/json");
    request.body = chat_.body;
    if (const auto deadline = request_->context.deadline) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            *deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            ErrorInfo info;
            info.kind = ErrorKind::timeout;
            info.phase = ErrorPhase::before_request;
            info.summary = "The call's deadline has passed.";
            info.remedy = "Allow the call more time.";
            throw ApiError(std::move(info));
        }
        auto& total = request.timeouts.total;
        total = total.count() == 0 ? left : std::min(total, left);
    }
    return request;
}

void ChatCall::release_request() {
    request_.reset();
    chat_.body = std::string();
}

void ChatCall::begin_answer(const HttpResponse& response) {
    http_status_ = response.status();
    generation_id_ = response.headers().get("x-generation-id");
    reader_.emplace(hide_reasoning_);
}

ErrorContext ChatCall::context(ErrorPhase phase) const {
    ErrorContext context;
    context.phase = phase;
    context.http_status = http_status_;
    context.now = core_->clock().now();
    context.generation_id = generation_id();
    if (!reader_->decoder().generation_id().empty())
        context.generation_id = reader_->decoder().generation_id();
    context.provider_name = reader_->decoder().finish_chunk().provider;
    context.secrets.push_back(core_->api_key());
    return context;
}

ApiError ChatCall::status_error(const HttpResponse& response, std::string_view body) const {
    auto facts = context_of(response.status(), response.headers(), ErrorPhase::before_first_chunk);
    facts.now = core_->clock().now();
    facts.generation_id = generation_id_;
    facts.secrets.push_back(core_->api_key());
    return ApiError(from_http(facts, body, response.headers().get("content-type")));
}

void ChatCall::check_answer() const {
    const auto& decoder = reader_->decoder();
    const auto facts = context(ErrorPhase::before_first_chunk);
    if (const auto& error = decoder.error()) {
        const auto finish = decoder.finish_chunk();
        throw ApiError(error->object.empty() ? error_finish(finish.native_finish_reason, facts)
                                             : from_error_object(error->object, facts));
    }
    // An unfinished last event is what a cut leaves behind.
    if (reader_->truncated()) throw ApiError(openrouter::truncated(facts));
    if (decoder.malformed()) throw ApiError(openrouter::malformed(*decoder.malformed(), facts));
    if (decoder.empty()) {
        const auto finish = decoder.finish_chunk();
        // These words say why there is no content; another try would say the same.
        if (finish.finish_reason == "length" || finish.finish_reason == "content_filter") return;
        throw ApiError(empty_answer(finish.finish_reason, finish.native_finish_reason, facts));
    }
}

ApiError ChatCall::explain(const std::exception_ptr& failure, bool delivered) const {
    const auto phase = delivered ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    auto error = as_api_error(failure, *core_, phase, generation_id());
    if (!delivered || error.phase() == ErrorPhase::mid_stream) return error;
    auto info = error.info();
    info.phase = phase;
    return ApiError(std::move(info));
}

bool ChatCall::strip_reasoning_for(const ApiError& error) {
    if (stripped_ || error.kind() != ErrorKind::invalid_signature || !chat_.has_replayed_reasoning)
        return false;
    stripped_ = true;
    build(ReasoningReplay::none);
    return true;
}

bool ChatCall::accepts_empty(const ApiError& error) const {
    const auto& decoder = reader_->decoder();
    const bool answered = decoder.saw_finish_reason() || !decoder.generation_id().empty();
    return error.kind() == ErrorKind::empty_answer && answered && !decoder.native_reason_is_error();
}

RetryLoop ChatCall::make_retry_loop() const {
    std::vector<RetryCallback> callbacks;
    callbacks.push_back(request_->context.on_retry_attempt);
    callbacks.push_back(core_->options().on_retry_attempt);
    return RetryLoop(core_->options().retry, core_->clock(), std::move(callbacks));
}

Usage ChatCall::usage() const { return reader_->decoder().usage().value_or(Usage()); }

FinishChunk ChatCall::finish_chunk() const {
    auto finish = reader_->decoder().finish_chunk();
    if (finish.generation_id.empty()) finish.generation_id = generation_id_;
    return finish;
}

ApiError ChatCall::cancelled_error(bool delivered) const {
    return ApiError(openrouter::cancelled(
        context(delivered ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk)));
}

}  // namespace capstan::openrouter
