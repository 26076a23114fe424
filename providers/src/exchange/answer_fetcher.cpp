#include "exchange/answer_fetcher.hpp"

#include "exchange/until_stopped.hpp"
#include "exchange/usage_lookup.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace capstan::exchange {
namespace {

constexpr std::size_t max_error_body = 256 * 1024;
constexpr std::chrono::milliseconds max_drain{100};
// Of a burst, few are held decoded; this many pay for the trip.
constexpr std::size_t events_at_once = 32;

/// False if there is only what precedes the answer and says nothing of it: a retry after that
/// repeats no content.
bool is_answer(const std::vector<StreamChunk>& chunks) {
    return std::ranges::any_of(chunks, [](const StreamChunk& chunk) {
        const auto* extra = std::get_if<ExtraChunk>(&chunk);
        return !extra || (extra->name != "debug" && extra->name != "openrouter_metadata");
    });
}

asio::awaitable<void> look_up_into(std::shared_ptr<ProviderClient> client, std::string id,
                                   Usage& usage) {
    auto looking = look_up_usage(std::move(client), std::move(id));
    if (auto found = co_await std::move(looking)) usage = std::move(*found);
}

}  // namespace

AnswerFetcher::AnswerFetcher(std::shared_ptr<ProviderClient> client,
                             std::unique_ptr<MessageRequest> request, std::stop_token stop)
    : client_(std::move(client)),
      stop_(std::move(stop)),
      call_(client_, std::move(request)),
      retries_(call_.make_retry_loop()) {}

asio::awaitable<bool> AnswerFetcher::fetch(std::vector<StreamChunk>& chunks) {
    chunks.clear();
    while (chunks.empty()) {
        // No co_await here: once the consumer is cancelled, Asio throws from each, unexplained.
        if (failure_) judge_failure(chunks);
        if (!chunks.empty()) break;
        if (final_error_) throw ApiError(*final_error_);
        if (stage_ == Stage::over) co_return false;
        try {
            co_await go_on(chunks);
        } catch (...) {
            failure_ = std::current_exception();
        }
    }
    note_delivery(chunks);
    co_return true;
}

asio::awaitable<void> AnswerFetcher::go_on(std::vector<StreamChunk>& chunks) {
    if (delay_) {
        auto waiting = until_stopped(client_->clock().sleep_for(*delay_), stop_);
        delay_.reset();
        co_await std::move(waiting);
    } else if (stage_ == Stage::answered) {
        co_await conclude(chunks);
    } else {
        if (!response_) co_await open();
        co_await read(chunks);
    }
}

asio::awaitable<void> AnswerFetcher::open() {
    unread_ = false;
    auto sending = client_->http().send(call_.next_request(), stop_);
    response_.emplace(co_await std::move(sending));
    call_.begin_answer(*response_);
    if (response_->status() / 100 == 2) co_return;
    auto reading = response_->read_prefix(max_error_body);
    const auto body = co_await std::move(reading);
    throw status_error(*client_, *response_, body);
}

asio::awaitable<void> AnswerFetcher::read(std::vector<StreamChunk>& chunks) {
    auto& reader = call_.reader();
    if (!std::exchange(unread_, false)) {
        auto reading = response_->read_some();
        const auto bytes = co_await std::move(reading);
        ended_ = bytes.empty();
        reader.feed(bytes);
    }
    unread_ = reader.decode(chunks, events_at_once);
    if (unread_ || !(ended_ || reader.complete())) co_return;
    reader.end(chunks);
    call_.check_answer();
    stage_ = Stage::answered;
}

void AnswerFetcher::judge_failure(std::vector<StreamChunk>& chunks) {
    response_.reset();
    const auto error = call_.explain(std::exchange(failure_, nullptr), delivered_);
    if (!delivered_ && call_.strip_reasoning_for(error)) {
        retries_.announce_free_retry(error);
        return throw_if_stopped();
    }
    if (!delivered_) delay_ = retries_.after(error, call_.time_left());
    throw_if_stopped();
    if (delay_) return;
    if (!delivered_ && call_.accepts_empty(error)) {
        stage_ = Stage::answered;
        return;
    }
    final_error_ = delivered_ ? error : retries_.final_error(error);
    if (auto usage = call_.usage(); usage.known())
        chunks.emplace_back(UsageChunk(std::move(usage)));
}

asio::awaitable<void> AnswerFetcher::conclude(std::vector<StreamChunk>& chunks) {
    UsageChunk usage(call_.usage());
    const auto finish = call_.finish_chunk();
    if (!usage.usage.known() && client_->dialect().looks_up_usage() &&
        !finish.generation_id.empty()) {
        auto looking =
            until_stopped(look_up_into(client_, finish.generation_id, usage.usage), stop_);
        co_await std::move(looking);
    }
    chunks.emplace_back(std::move(usage));
    chunks.emplace_back(finish);
    stage_ = Stage::over;
}

asio::awaitable<void> AnswerFetcher::release_connection() {
    if (!response_) co_return;
    // The end of the HTTP body often comes a moment after [DONE].
    auto draining = response_->drain(max_drain);
    co_await std::move(draining);
}

void AnswerFetcher::note_delivery(const std::vector<StreamChunk>& chunks) {
    if (delivered_ || !is_answer(chunks)) return;
    delivered_ = true;
    call_.release_request();
}

void AnswerFetcher::throw_if_stopped() const {
    if (stop_.stop_requested()) throw call_.cancelled_error(delivered_);
}

}  // namespace capstan::exchange
