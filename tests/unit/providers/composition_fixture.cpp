#include "composition_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace capstan::testing {

struct ManualClock::Sleeper {
    explicit Sleeper(const asio::any_io_executor& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer timer;
    std::chrono::system_clock::time_point due;
    bool woken = false;
};

std::chrono::system_clock::time_point ManualClock::now() const {
    const std::scoped_lock lock(mutex_);
    return now_;
}

asio::awaitable<void> ManualClock::sleep_for(std::chrono::milliseconds duration) {
    auto sleeper = std::make_shared<Sleeper>(co_await asio::this_coro::executor);
    {
        const std::scoped_lock lock(mutex_);
        sleeper->due = now_ + duration;
        sleepers_.push_back(sleeper);
    }
    boost::system::error_code error;
    co_await sleeper->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    {
        const std::scoped_lock lock(mutex_);
        std::erase(sleepers_, sleeper);
    }
    if (!sleeper->woken) throw boost::system::system_error(error);
}

void ManualClock::advance(std::chrono::milliseconds time) {
    const std::scoped_lock lock(mutex_);
    now_ += time;
    for (const auto& sleeper : sleepers_) {
        if (sleeper->due > now_) continue;
        asio::post(sleeper->timer.get_executor(), [sleeper] {
            sleeper->woken = true;
            sleeper->timer.cancel();
        });
    }
}

bool ManualClock::advance_to_next() {
    std::optional<std::chrono::system_clock::time_point> due;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& sleeper : sleepers_)
            due = due ? std::min(*due, sleeper->due) : sleeper->due;
        if (!due) return false;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - now());
    advance(std::max(left, std::chrono::milliseconds(0)));
    return true;
}

std::size_t ManualClock::sleepers() const {
    const std::scoped_lock lock(mutex_);
    return sleepers_.size();
}

std::string Heard::text() const {
    std::string all;
    for (const auto& chunk : chunks)
        if (const auto* text = std::get_if<TextChunk>(&chunk)) all += text->text;
    return all;
}

std::vector<Usage> Heard::usages() const {
    std::vector<Usage> all;
    for (const auto& chunk : chunks)
        if (const auto* usage = std::get_if<UsageChunk>(&chunk)) all.push_back(usage->usage);
    return all;
}

std::vector<FinishChunk> Heard::finishes() const {
    std::vector<FinishChunk> all;
    for (const auto& chunk : chunks)
        if (const auto* finish = std::get_if<FinishChunk>(&chunk)) all.push_back(*finish);
    return all;
}

bool Heard::complete() const {
    return done && !error && foreign_error.empty() && usages().size() <= 1 &&
           finishes().size() == 1 && std::holds_alternative<FinishChunk>(chunks.back());
}

Calls::~Calls() {
    for (auto& entry : entries_) entry->stream.reset();
    context_.restart();
    context_.poll();
}

asio::awaitable<void> Calls::read(std::shared_ptr<Entry> entry) {
    try {
        while (entry->stream && entry->heard.chunks.size() < entry->most) {
            auto reading = entry->stream->next();
            auto chunk = co_await std::move(reading);
            if (!chunk) break;
            entry->heard.chunks.push_back(std::move(*chunk));
        }
    } catch (const ApiError& error) {
        entry->heard.error = error;
    } catch (const std::exception& error) {
        entry->heard.foreign_error = error.what();
    }
    entry->heard.done = true;
    // A consumer that was cancelled between two chunks leaves the stream in the middle.
    if (entry->heard.error || !entry->heard.foreign_error.empty()) entry->stream.reset();
}

std::size_t Calls::start(ApiHandler& handler, MessageRequest request) {
    auto entry = std::make_shared<Entry>();
    entry->most = most_;
    entry->stream = handler.create_message(std::move(request));
    entries_.push_back(entry);
    asio::co_spawn(context_, read(entry),
                   asio::bind_cancellation_slot(entry->signal.slot(),
                                                [entry](std::exception_ptr) {}));
    return entries_.size() - 1;
}

void Calls::run() {
    context_.restart();
    context_.poll();
}

Heard& Calls::call(ApiHandler& handler, MessageRequest request) {
    const auto number = start(handler, std::move(request));
    run();
    return (*this)[number];
}

void Calls::destroy(std::size_t number) { entries_.at(number)->stream.reset(); }

void Calls::cancel(std::size_t number) {
    entries_.at(number)->signal.emit(asio::cancellation_type::all);
}

namespace {

asio::awaitable<void> read_all(ChunkStream stream, Heard& heard) {
    try {
        while (auto chunk = co_await stream.next()) heard.chunks.push_back(std::move(*chunk));
    } catch (const ApiError& error) {
        heard.error = error;
    } catch (const std::exception& error) {
        heard.foreign_error = error.what();
    }
    heard.done = true;
}

}  // namespace

Heard hear(ApiHandler& handler, MessageRequest request) {
    asio::io_context context;
    Heard heard;
    asio::co_spawn(context, read_all(handler.create_message(std::move(request)), heard),
                   [](std::exception_ptr) {});
    context.run();
    return heard;
}

MessageRequest question(std::string text, std::string model) {
    MessageRequest request;
    request.messages = Conversation::user(std::move(text));
    request.model = std::move(model);
    return request;
}

}  // namespace capstan::testing
