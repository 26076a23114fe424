// From the cancellation of a silent stream to its socket closed, as its server sees it.
#include "load_report.hpp"

#include <capstan/providers/openrouter.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace {

using namespace capstan;
using Tcp = asio::ip::tcp;

/// Answers each connection with one chunk and waits for its end, on a thread of its own.
class SilentServer {
public:
    explicit SilentServer(std::size_t answers)
        : acceptor_(context_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          url_(fmt::format("http://127.0.0.1:{}/v1", acceptor_.local_endpoint().port())),
          thread_([this, answers] { serve(answers); }) {}
    ~SilentServer() {
        if (thread_.joinable()) thread_.join();
    }

    const std::string& url() const { return url_; }
    /// When each client was gone; after join().
    std::vector<std::uint64_t> closed;
    void join() { thread_.join(); }

private:
    void serve(std::size_t answers) {
        const std::string event =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";
        const auto answer =
            fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n", event.size(), event);
        std::array<char, 16384> bytes;
        for (std::size_t i = 0; i < answers; ++i) {
            auto socket = acceptor_.accept();
            boost::system::error_code error;
            socket.read_some(asio::buffer(bytes), error);
            asio::write(socket, asio::buffer(answer), error);
            while (!error) socket.read_some(asio::buffer(bytes), error);
            closed.push_back(bench::monotonic_ns());
        }
    }

    asio::io_context context_;
    Tcp::acceptor acceptor_;
    std::string url_;
    std::thread thread_;
};

asio::awaitable<void> read_stream(OpenRouterHandler& handler, bool& live) {
    MessageRequest request;
    request.messages.add_user("hi");
    auto stream = handler.create_message(std::move(request));
    while (auto chunk = co_await stream.next()) live = true;
}

/// Gives the time of the cancellation.
std::uint64_t cancel_one(OpenRouterHandler& handler) {
    asio::io_context context(1);
    asio::cancellation_signal signal;
    bool live = false;
    asio::co_spawn(context, read_stream(handler, live),
                   asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr) {}));
    while (!live) context.run_one();
    context.poll();
    const auto started = bench::monotonic_ns();
    signal.emit(asio::cancellation_type::all);
    context.run();
    return started;
}

}  // namespace

int main() {
    constexpr std::size_t rounds = 500;
    SilentServer server(rounds);
    OpenRouterOptions options;
    options.base_url = server.url();
    options.api_key = "sk-bench";
    options.usage_lookup = false;
    options.http.proxy_from_environment = false;
    OpenRouterHandler handler(options);
    std::vector<std::uint64_t> started;
    for (std::size_t i = 0; i < rounds; ++i) started.push_back(cancel_one(handler));
    server.join();
    std::vector<double> waits;
    for (std::size_t i = 0; i < rounds; ++i)
        waits.push_back(static_cast<double>(server.closed[i] - started[i]) / 1000);
    std::sort(waits.begin(), waits.end());
    fmt::print(R"({{"client":"cancel","rounds":{},"p50_us":{:.0f},"p99_us":{:.0f},)"
               R"("max_us":{:.0f}}})" "\n",
               rounds, waits[rounds / 2], waits[rounds * 99 / 100], waits.back());
}
