#pragma once

#include "net/http_gate.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace capstan::http {

/// One name look-up. Shared by who waits and by the thread that looks up; either may leave first.
class Lookup {
public:
    Lookup(asio::any_io_executor executor, std::string host, std::uint16_t port)
        : gate(std::make_shared<Gate>(std::move(executor))), host_(std::move(host)), port_(port) {}

    /// Blocks in getaddrinfo, then opens the gate.
    void run();

    /// The rest is to be read after run() only.
    bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }
    const std::vector<asio::ip::tcp::endpoint>& endpoints() const noexcept { return endpoints_; }
    const std::string& failure() const noexcept { return failure_; }

    const std::shared_ptr<Gate> gate;

private:
    std::string host_;
    std::uint16_t port_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    std::string failure_;
    std::atomic<bool> finished_{false};
};

/// Hands a look-up to a few threads of our own. Asio's resolver has one thread for each context,
/// whose destructor waits for a getaddrinfo that hangs; ours lets a slow name server hold up
/// neither other names nor the end of a program.
void look_up_in_background(std::shared_ptr<Lookup> lookup);

}  // namespace capstan::http
