#pragma once

#include "errors/error_mapping.hpp"
#include "exchange/answer_reader.hpp"
#include "exchange/provider_client.hpp"
#include "exchange/retry_loop.hpp"

#include <capstan/error.hpp>
#include <capstan/message_request.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::exchange {

/// One call of create_message(): what its tries share, and the judgement of what came back. No I/O.
class MessageCall {
public:
    /// Builds the request. Throws ApiError when it could only be refused.
    MessageCall(std::shared_ptr<ProviderClient> client, std::unique_ptr<MessageRequest> request);

    /// The request of the next try; the ids of the last one's answer are forgotten. Throws ApiError
    /// of kind timeout when the call's deadline has passed.
    HttpRequest next_request();

    /// Until the call's deadline, zero or less when it has passed; nothing if there is none.
    std::optional<std::chrono::milliseconds> time_left() const;

    /// No other try will follow, since chunks have been delivered: gives the memory of the request
    /// back, which may be megabytes, before the long part of the call. What sends or rebuilds it
    /// must not be called any more.
    void release_request();

    /// The head of an answer has come.
    void begin_answer(const HttpResponse& response);

    AnswerReader& reader() noexcept { return *reader_; }

    /// To be called after reader().end(). Throws what is wrong with the answer: an error inside it,
    /// a cut stream, no content.
    void check_answer() const;

    /// What `failure` means here; `delivered`: whether chunks have reached the consumer.
    ApiError explain(const std::exception_ptr& failure, bool delivered) const;

    /// After a refused reasoning signature: takes all reasoning out of the request, once. False if
    /// that is not what `error` says, or was done already.
    bool strip_reasoning_for(const ApiError& error);

    /// True if an answer without content is better handed on than reported, once no more tries are
    /// left: a model did answer, and nothing says that it failed.
    bool accepts_empty(const ApiError& error) const;

    RetryLoop make_retry_loop() const;

    /// Usage as the answer told it, without asking elsewhere.
    Usage usage() const;
    FinishChunk finish_chunk() const;
    const std::string& generation_id() const noexcept { return generation_id_; }
    ApiError cancelled_error(bool delivered) const;

private:
    ErrorContext context(ErrorPhase phase) const;

    std::shared_ptr<ProviderClient> client_;
    std::unique_ptr<MessageRequest> request_;  // until release_request()
    WireRequest wire_;
    std::optional<AnswerReader> reader_;
    std::string generation_id_;
    std::string request_id_;
    int http_status_ = 0;
    bool stripped_ = false;
};

}  // namespace capstan::exchange
