// What next() costs when the element is there already, and when the body waits 16 elements apart.
#include "bench_text.hpp"

#include <capstan/chunk_stream.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace capstan;

namespace {

asio::awaitable<void> yield_to_loop() { co_await asio::post(asio::use_awaitable); }

ChunkStream chunks(int between_waits) {
    co_await stream_stop_token;
    for (int i = 1;; ++i) {
        if (between_waits > 0 && i % between_waits == 0) {
            auto waiting = yield_to_loop();
            co_await std::move(waiting);
        }
        StreamChunk chunk(std::in_place_type<TextChunk>);
        co_yield std::move(chunk);
    }
}

asio::awaitable<void> read(benchmark::State& state) {
    auto stream = chunks(static_cast<int>(state.range(0)));
    const bench::AllocationsOf allocations(state);
    for (auto _ : state) {
        auto chunk = co_await stream.next();
        benchmark::DoNotOptimize(chunk);
    }
}

void next_chunk(benchmark::State& state) {
    asio::io_context context(1);
    asio::co_spawn(context, read(state), asio::detached);
    context.run();
}
BENCHMARK(next_chunk)->Arg(0)->Arg(16);

}  // namespace
