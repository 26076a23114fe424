// One handler, many calls at once, each on an executor of its own.
#include "kit_run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <deque>
#include <exception>
#include <optional>
#include <utility>

namespace capstan::testing {
namespace {

constexpr std::size_t calls = 32;
constexpr std::size_t threads = 4;

using Strand = asio::strand<asio::thread_pool::executor_type>;

struct Call {
    Call(ChunkStream stream_, Strand strand_)
        : stream(std::move(stream_)), strand(std::move(strand_)) {}

    std::optional<ChunkStream> stream;
    Strand strand;
    KitOutcome outcome;
};

asio::awaitable<void> read_on_strand(Call& call) {
    try {
        while (auto chunk = co_await call.stream->next()) {
            if (!call.strand.running_in_this_thread())
                call.outcome.breach = "next() came back on another executor than its caller's";
            call.outcome.chunks.push_back(std::move(*chunk));
        }
    } catch (const ApiError& error) {
        call.outcome.error = std::make_shared<ApiError>(error);
    } catch (const std::exception& error) {
        call.outcome.breach = std::string("an exception that is no ApiError: ") + error.what();
    }
    call.stream.reset();  // what it still holds would keep the threads busy
}

}  // namespace

void check_threads(KitRun& run) {
    const auto& wire_case = run.kit().cases.front();
    run.answer(wire_case.response);
    asio::thread_pool pool(threads);  // outlives the strands
    std::deque<Call> all;
    for (std::size_t i = 0; i < calls; ++i) {
        all.emplace_back(run.handler().create_message(request_of(wire_case)),
                         asio::make_strand(pool.get_executor()));
        auto& call = all.back();
        asio::co_spawn(call.strand, read_on_strand(call), [](std::exception_ptr) {});
    }
    pool.join();
    for (const auto& call : all) {
        const auto fault = difference(call.outcome, wire_case.expected);
        if (fault.empty()) continue;
        run.add("threads", wire_case, "one of many parallel calls: " + fault);
        break;
    }
}

}  // namespace capstan::testing
