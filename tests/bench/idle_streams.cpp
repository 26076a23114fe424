// Many live streams that say nothing: what each costs in memory, and whether they cost CPU.
#include "load_options.hpp"
#include "load_report.hpp"

#include <capstan/providers/openrouter.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <chrono>

namespace {

using namespace capstan;
using namespace std::chrono_literals;

struct Progress {
    std::size_t live = 0;
    std::size_t failed = 0;
};

ChunkStream start(OpenRouterHandler& handler) {
    MessageRequest request;
    request.messages.add_user("hi");
    return handler.create_message(std::move(request));
}

/// Reads the first chunk, then waits for one that never comes.
asio::awaitable<void> read_stream(OpenRouterHandler& handler, Progress& progress) {
    auto stream = start(handler);
    try {
        while (auto chunk = co_await stream.next()) ++progress.live;
    } catch (const std::exception& error) {
        if (progress.failed++ == 0) fmt::print(stderr, "{}\n", error.what());
    }
}

/// Opens them a few hundred at a time, so that the server's queue never overflows.
void open_streams(asio::io_context& context, OpenRouterHandler& handler, std::size_t streams,
                  Progress& progress) {
    for (std::size_t i = 0; i < streams; ++i) {
        asio::co_spawn(context, read_stream(handler, progress), asio::detached);
        if (i % 200 != 199 && i + 1 != streams) continue;
        while (progress.live + progress.failed < i + 1) context.run_one();
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = bench::read_load_options(
        argc, argv, "Opens streams that stay silent (of a URL with silent=1) and weighs them.");
    OpenRouterOptions handler_options;
    handler_options.base_url = bench::base_url(options.url);
    handler_options.api_key = options.key;
    handler_options.model = options.model;
    handler_options.http.proxy_from_environment = false;
    OpenRouterHandler handler(handler_options);
    asio::io_context context(1);
    Progress progress;
    open_streams(context, handler, 1, progress);  // pays for what all share

    const auto memory = bench::status_kb("VmRSS");
    Progress many;
    open_streams(context, handler, options.streams, many);
    const auto used = bench::status_kb("VmRSS") - memory;
    const auto cpu = bench::cpu_seconds();
    context.run_for(5s);
    const auto idle_cpu = bench::cpu_seconds() - cpu;
    fmt::print(R"({{"client":"idle","streams":{},"live":{},"kib_per_stream":{:.2f},)"
               R"("idle_cpu_s_in_5s":{:.4f},"rss_kb":{}}})" "\n",
               options.streams, many.live,
               static_cast<double>(used) / static_cast<double>(options.streams), idle_cpu,
               bench::status_kb("VmHWM"));
    return many.failed + progress.failed == 0 ? 0 : 1;
}
