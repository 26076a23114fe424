// Calls that are given up: in time, and at any moment.
#include "kit_run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace capstan::testing {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

enum class Way { slot, cancel, destroy };
constexpr std::pair<Way, const char*> ways[] = {{Way::slot, "by the consumer's slot"},
                                                {Way::cancel, "by cancel()"},
                                                {Way::destroy, "by destroying the stream"}};
constexpr int most_tries = 5;  // a busy machine may delay one
constexpr auto patience = 10s;

/// The first half of the answer (or nothing of it), then silence.
SimResponse silent_response(const SimResponse& whole, bool in_the_middle) {
    auto response = whole;
    const auto body = whole.body_bytes();
    response.body.clear();
    if (in_the_middle) response.body.push_back(send(body.substr(0, body.size() / 2)));
    response.body.push_back(silence());
    response.framing = Framing::chunked;
    if (!in_the_middle) response.delay = std::chrono::duration_cast<std::chrono::microseconds>(1h);
    return response;
}

struct Given {
    std::optional<ChunkStream> stream;
    KitOutcome outcome;
    asio::cancellation_signal signal;
    bool finished = false;
};

asio::awaitable<void> read(Given& given) {
    // The stream may be destroyed in the middle of next(), which then ends by itself.
    try {
        while (given.stream) {
            auto asking = given.stream->next();
            auto chunk = co_await std::move(asking);
            if (!chunk) break;
            given.outcome.chunks.push_back(std::move(*chunk));
        }
    } catch (const ApiError& error) {
        given.outcome.error = std::make_shared<ApiError>(error);
    } catch (const std::exception&) {
        // Asio's own exception is allowed when the awaiting coroutine is cancelled.
    }
}

void give_up(Given& given, Way way) {
    switch (way) {
        case Way::slot: given.signal.emit(asio::cancellation_type::terminal); break;
        case Way::cancel: given.stream->cancel(); break;
        case Way::destroy: given.stream.reset(); break;
    }
}

/// How long the call and its connection lived on; nothing: it did not end.
std::optional<std::chrono::milliseconds> time_to_end(KitRun& run, const WireCase& wire_case,
                                                     Way way) {
    asio::io_context context;
    Given given;
    const auto seen = run.server().request_count();
    given.stream.emplace(run.handler().create_message(request_of(wire_case)));
    asio::co_spawn(context, read(given),
                   asio::bind_cancellation_slot(given.signal.slot(), [&](std::exception_ptr) {
                       given.finished = true;
                   }));
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (run.server().request_count() == seen && std::chrono::steady_clock::now() < deadline)
        context.run_for(1ms);
    context.run_for(20ms);  // the first half arrives
    if (run.server().request_count() == seen || given.finished) return std::nullopt;
    const auto connection = run.server().requests().back().connection;
    const Time start = std::chrono::steady_clock::now();
    give_up(given, way);
    context.run_for(patience);
    if (!given.finished) return std::nullopt;
    const Time ended = std::chrono::steady_clock::now();
    const auto closed = run.server().wait_for_close(connection).closed;
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(ended, closed) - start);
}

void check_way(KitRun& run, const WireCase& wire_case, Way way, const std::string& name) {
    const auto limit = run.kit().cancel_limit;
    auto best = std::chrono::milliseconds::max();
    for (int i = 0; i < most_tries && best > limit; ++i) {
        const auto time = time_to_end(run, wire_case, way);
        if (!time)
            return run.add("cancel", wire_case,
                           name + ": the call sent no request, or was over before the answer "
                                  "was, or never ended");
        best = std::min(best, *time);
    }
    if (best > limit)
        run.add("cancel", wire_case, fmt::format("{}: took {} ms", name, best.count()));
}

/// Runs `turns` handlers of the call, then destroys its stream. True if it was over before.
bool destroy_after(KitRun& run, const WireCase& wire_case, std::size_t turns) {
    asio::io_context context;
    Given given;
    given.stream.emplace(run.handler().create_message(request_of(wire_case)));
    asio::co_spawn(context, read(given), [&](std::exception_ptr) { given.finished = true; });
    for (std::size_t i = 0; i < turns && !given.finished; ++i) context.run_one_for(patience);
    const bool over = given.finished;
    given.stream.reset();
    context.run_for(patience);
    if (!given.finished)
        run.add("destroy", wire_case,
                fmt::format("destroyed after {} turns of the event loop: next() never ended",
                            turns));
    return over || !given.finished;
}

}  // namespace

void check_cancel(KitRun& run) {
    const auto& wire_case = run.kit().cases.front();
    for (const bool in_the_middle : {false, true}) {
        run.answer(silent_response(wire_case.response, in_the_middle));
        for (const auto& [way, name] : ways)
            check_way(run, wire_case, way,
                      std::string(name) +
                          (in_the_middle ? ", in mid-stream" : ", before the answer"));
    }
}

void check_destroy(KitRun& run) {
    for (const auto& wire_case : run.kit().cases) {
        auto response = wire_case.response;
        response.split = Split::every(16);
        run.answer(std::move(response));
        for (std::size_t turns = 0; turns < 1000; ++turns)
            if (destroy_after(run, wire_case, turns)) break;
    }
}

}  // namespace capstan::testing
