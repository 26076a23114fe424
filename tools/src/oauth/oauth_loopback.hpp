#pragma once

#include <capstan/tools/mcp_loopback.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <set>

namespace capstan {

class McpLoopback::Impl : public std::enable_shared_from_this<Impl> {
public:
    using Self = std::shared_ptr<Impl>;

    Impl(asio::any_io_executor executor, ShowUrl show_url, std::uint16_t port);

    std::string redirect_uri() const;
    static asio::awaitable<std::string> authorize(Self self, std::string server, std::string url);
    void close();

private:
    class Listing;

    /// Somebody who waits for the browser.
    struct Wait {
        explicit Wait(const asio::any_io_executor& executor)
            : timer(executor, asio::steady_timer::time_point::max()) {}

        asio::steady_timer timer;
        std::string answer;  ///< the URL that the browser asked for; empty: not yet
    };

    /// One connection of a browser, which may open some that it never uses.
    struct Visit {
        explicit Visit(const asio::any_io_executor& executor) : socket(executor), timer(executor) {}
        void end() {
            boost::system::error_code ignored;
            socket.close(ignored);
            timer.cancel();
        }

        asio::ip::tcp::socket socket;
        asio::steady_timer timer;
        bool answering = false;
    };

    static asio::awaitable<void> serve(Self self);
    static asio::awaitable<void> receive(Self self, std::shared_ptr<Visit> visit);
    static asio::awaitable<void> answer(Self self, std::shared_ptr<Visit> visit,
                                        std::string target);
    void rest();

    asio::any_io_executor executor_;
    ShowUrl show_url_;
    asio::ip::tcp::acceptor acceptor_;
    const std::string origin_;
    std::map<std::string, std::shared_ptr<Wait>> waits_;  // by their state
    std::set<std::shared_ptr<Visit>> visits_;
    bool serving_ = false;
    bool closed_ = false;
};

}  // namespace capstan
