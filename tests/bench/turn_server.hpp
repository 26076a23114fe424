#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// Plays a model over HTTP, on a thread of its own: in each of `runs` it asks for a tool `steps`
/// times, and then answers. Notes when the first byte of each request arrived.
class TurnServer {
public:
    TurnServer(std::size_t runs, std::size_t steps);
    ~TurnServer() { join(); }

    const std::string& url() const noexcept { return url_; }
    /// When all was answered.
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    // After join().
    std::vector<std::uint64_t> arrived;  // CLOCK_MONOTONIC
    std::size_t bytes = 0;               // of the last request

private:
    using Tcp = boost::asio::ip::tcp;

    void serve();
    void serve(Tcp::socket socket);
    bool read_request(Tcp::socket& socket);
    std::string answer();

    std::size_t steps_;
    std::size_t requests_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_;
    std::string url_;
    std::thread thread_;
};

}  // namespace bench
