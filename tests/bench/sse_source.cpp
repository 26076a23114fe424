// A server of chat-completions streams that is faster than the clients it feeds: events are made
// once and sent in blocks of 64 KiB. Prints its port. It understands what source_events.hpp lists,
// and nothing else of HTTP than the end of a head.
#include "load_options.hpp"
#include "load_report.hpp"
#include "source_events.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using bench::SourceSettings;
using Socket = asio::ip::tcp::socket;

constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n";

/// Reads one request; gives its target.
asio::awaitable<std::string> read_request(Socket& socket) {
    std::string bytes;
    const auto size = co_await asio::async_read_until(socket, asio::dynamic_buffer(bytes),
                                                      "\r\n\r\n", use_awaitable);
    std::size_t length = 0;
    for (const std::string name : {"Content-Length: ", "content-length: "}) {
        const auto place = bytes.find(name);
        if (place < size) length = std::stoul(bytes.substr(place + name.size()));
    }
    const auto have = bytes.size() - size;
    if (length > have) {
        std::string rest(length - have, ' ');
        co_await asio::async_read(socket, asio::buffer(rest), use_awaitable);
    }
    const auto begin = bytes.find(' ') + 1;
    co_return bytes.substr(begin, bytes.find(' ', begin) - begin);
}

asio::awaitable<void> write(Socket& socket, std::string_view bytes) {
    co_await asio::async_write(socket, asio::buffer(bytes), use_awaitable);
}

asio::awaitable<void> write_fast(Socket& socket, SourceSettings settings) {
    const auto block = bench::block_for(settings);
    for (std::size_t left = settings.chunks; left > 0;) {
        if (left >= block->events) {
            co_await write(socket, block->bytes);
            left -= block->events;
            continue;
        }
        settings.chunks = left;
        settings.te = "event";
        for (const auto event = bench::http_chunk(bench::make_event(settings, 0)); left > 0; --left)
            co_await write(socket, event);
    }
}

asio::awaitable<void> write_timed(Socket& socket, SourceSettings settings) {
    asio::steady_timer timer(socket.get_executor());
    auto at = asio::steady_timer::clock_type::now();
    for (std::size_t i = 0; i < settings.chunks; ++i) {
        const auto event = bench::make_event(settings, bench::monotonic_ns());
        const auto chunk = bench::http_chunk(event);
        co_await write(socket, chunk);
        at += std::chrono::microseconds(settings.delay_us);
        timer.expires_at(at);
        co_await timer.async_wait(use_awaitable);
    }
}

/// Waits for the client to leave.
asio::awaitable<void> stay_silent(Socket& socket) {
    const auto chunk = bench::http_chunk(bench::make_event(SourceSettings(), 0));
    co_await write(socket, chunk);
    char byte = 0;
    co_await socket.async_read_some(asio::buffer(&byte, 1), use_awaitable);
}

asio::awaitable<void> serve(Socket socket) {
    socket.set_option(asio::ip::tcp::no_delay(true));
    try {
        for (;;) {
            const auto target = co_await read_request(socket);
            const auto settings = SourceSettings::from_target(target);
            co_await write(socket, head);
            if (settings.silent) co_await stay_silent(socket);
            if (settings.delay_us > 0) co_await write_timed(socket, settings);
            else co_await write_fast(socket, settings);
            const auto ending = bench::http_chunk(bench::make_ending()) + "0\r\n\r\n";
            co_await write(socket, ending);
        }
    } catch (const std::exception&) {
        // The client has left; that is how a connection ends here.
    }
}

asio::awaitable<void> accept(asio::ip::tcp::acceptor acceptor) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

}  // namespace

int main(int argc, char** argv) {
    unsigned short port = 0;
    CLI::App app("Serves fast chat-completions streams on 127.0.0.1.");
    app.add_option("--port", port, "0: any free port");
    CLI11_PARSE(app, argc, argv);
    bench::raise_file_limit();

    asio::io_context context(1);
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    asio::ip::tcp::acceptor acceptor(context, endpoint);
    fmt::print("{}\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](auto, auto) { context.stop(); });
    asio::co_spawn(context, accept(std::move(acceptor)), asio::detached);
    context.run();
}
