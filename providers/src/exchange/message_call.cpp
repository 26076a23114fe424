#include "exchange/message_call.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace capstan::exchange {

MessageCall::MessageCall(std::shared_ptr<ProviderClient> client,
                         std::unique_ptr<MessageRequest> request)
    : client_(std::move(client)), request_(std::move(request)) {
    try {
        wire_ = client_->dialect().write(*request_, ReasoningReplay::fitting);
    } catch (const ApiError& error) {
        auto info = error.info();
        info.phase = ErrorPhase::before_request;
        throw ApiError(std::move(info));
    }
    reader_.emplace(client_->dialect().decoder(wire_), client_->dialect().framing());
}

HttpRequest MessageCall::next_request() {
    generation_id_.clear();
    request_id_.clear();
    auto request = client_->request("POST", wire_.path);
    for (const auto& [name, value] : wire_.headers.fields()) request.headers.set(name, value);
    request.headers.set("Content-Type", "application/json");
    const bool lines = client_->dialect().framing() == StreamFraming::lines;
    request.headers.set("Accept", lines ? "application/x-ndjson, application/json"
                                        : "text/event-stream, application/json");
    request.body = wire_.body;
    request.body_parts = wire_.body_parts;
    if (const auto left = time_left()) {
        if (left->count() <= 0) {
            ErrorInfo info;
            info.kind = ErrorKind::timeout;
            info.phase = ErrorPhase::before_request;
            info.summary = "The call's deadline has passed.";
            info.remedy = "Allow the call more time.";
            throw ApiError(std::move(info));
        }
        auto& total = request.timeouts.total;
        total = total.count() == 0 ? *left : std::min(total, *left);
    }
    return request;
}

std::optional<std::chrono::milliseconds> MessageCall::time_left() const {
    const auto deadline = request_->context.deadline;
    if (!deadline) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(*deadline -
                                                                 std::chrono::steady_clock::now());
}

void MessageCall::release_request() {
    request_.reset();
    wire_.body = std::string();
    wire_.body_parts = {};
}

void MessageCall::begin_answer(const HttpResponse& response) {
    http_status_ = response.status();
    const auto& headers = response.headers();
    generation_id_ = headers.get("x-generation-id");
    request_id_ = request_id_in([&](std::string_view name) { return headers.get(name); });
    reader_.emplace(client_->dialect().decoder(wire_), client_->dialect().framing());
}

ErrorContext MessageCall::context(ErrorPhase phase) const {
    auto context = client_context(*client_, phase);
    const auto finish = reader_->decoder().finish_chunk();
    context.http_status = http_status_;
    context.generation_id = finish.generation_id.empty() ? generation_id_ : finish.generation_id;
    context.request_id = request_id_;
    context.provider_name = finish.provider;
    return context;
}

void MessageCall::check_answer() const {
    const auto& decoder = reader_->decoder();
    const auto facts = context(ErrorPhase::before_first_chunk);
    const auto finish = decoder.finish_chunk();
    if (const auto error = decoder.error()) {
        throw ApiError(error->object.empty() ? error_finish(finish.native_finish_reason, facts)
                                             : from_error_object(error->object, facts));
    }
    // An unfinished last event is what a cut leaves behind.
    if (reader_->truncated()) throw ApiError(exchange::truncated(facts));
    if (const auto malformed = decoder.malformed())
        throw ApiError(exchange::malformed(*malformed, facts));
    // These reasons say why there is no content; another try would say the same.
    const bool explained =
        finish.reason == FinishReason::length || finish.reason == FinishReason::content_filter;
    if (decoder.empty() && !explained)
        throw ApiError(empty_answer(finish.finish_reason, finish.native_finish_reason, facts));
}

ApiError MessageCall::explain(const std::exception_ptr& failure, bool delivered) const {
    const auto phase = delivered ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    auto surroundings = client_context(*client_, phase);
    surroundings.generation_id = generation_id_;
    surroundings.request_id = request_id_;
    auto error = as_api_error(failure, surroundings);
    if (!delivered || error.phase() == ErrorPhase::mid_stream) return error;
    auto info = error.info();
    info.phase = phase;
    return ApiError(std::move(info));
}

bool MessageCall::strip_reasoning_for(const ApiError& error) {
    if (stripped_ || error.kind() != ErrorKind::invalid_signature || !wire_.has_replayed_reasoning)
        return false;
    stripped_ = true;
    wire_ = client_->dialect().write(*request_, ReasoningReplay::none);
    return true;
}

bool MessageCall::accepts_empty(const ApiError& error) const {
    const auto& decoder = reader_->decoder();
    const auto finish = decoder.finish_chunk();
    const bool answered = !finish.finish_reason.empty() || !finish.generation_id.empty();
    return error.kind() == ErrorKind::empty_answer && answered && !decoder.failed();
}

RetryLoop MessageCall::make_retry_loop() const {
    std::vector<RetryCallback> callbacks;
    callbacks.push_back(request_->context.on_retry_attempt);
    callbacks.push_back(client_->on_retry_attempt());
    return RetryLoop(client_->retry(), client_->clock(), std::move(callbacks));
}

Usage MessageCall::usage() const { return reader_->decoder().usage().value_or(Usage()); }

FinishChunk MessageCall::finish_chunk() const {
    auto finish = reader_->decoder().finish_chunk();
    if (finish.generation_id.empty()) finish.generation_id = generation_id_;
    return finish;
}

ApiError MessageCall::cancelled_error(bool delivered) const {
    return ApiError(exchange::cancelled(
        context(delivered ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk)));
}

}  // namespace capstan::exchange
