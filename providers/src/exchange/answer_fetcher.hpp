#pragma once

#include "exchange/message_call.hpp"
#include "exchange/provider_client.hpp"
#include "exchange/retry_loop.hpp"

#include <capstan/chunk.hpp>
#include <capstan/http_client.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace capstan::exchange {

namespace asio = boost::asio;

/// One call's way over the network: tries, waits, reads, and the usage look-up at the end.
class AnswerFetcher {
public:
    /// Builds the request. Throws ApiError when it could only be refused.
    AnswerFetcher(std::shared_ptr<ProviderClient> client, std::unique_ptr<MessageRequest> request,
                  std::stop_token stop);

    /// The next chunks, at least one; false at the end. Throws ApiError, after what had arrived
    /// before was given out.
    asio::awaitable<bool> fetch(std::vector<StreamChunk>& chunks);

    /// After the end: lets the connection serve again if the body ends soon.
    asio::awaitable<void> release_connection();

private:
    asio::awaitable<void> open();
    asio::awaitable<void> read(std::vector<StreamChunk>& chunks);
    asio::awaitable<void> go_on(std::vector<StreamChunk>& chunks);
    void judge_failure(std::vector<StreamChunk>& chunks);
    asio::awaitable<void> conclude(std::vector<StreamChunk>& chunks);
    void note_delivery(const std::vector<StreamChunk>& chunks);
    void throw_if_stopped() const;

    enum class Stage { answering, answered, over };

    std::shared_ptr<ProviderClient> client_;
    std::stop_token stop_;
    MessageCall call_;
    RetryLoop retries_;
    std::optional<HttpResponse> response_;
    std::exception_ptr failure_;                      // of the try under way, not judged yet
    std::optional<std::chrono::milliseconds> delay_;  // before the next try
    std::optional<ApiError> final_error_;  // to be thrown after the chunks that come with it
    Stage stage_ = Stage::answering;
    bool delivered_ = false;
    bool unread_ = false;  // the reader has undecoded events
    bool ended_ = false;   // the body has ended
};

}  // namespace capstan::exchange
