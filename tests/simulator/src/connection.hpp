#pragma once

#include "http_text.hpp"
#include "journal.hpp"
#include "recorder.hpp"
#include "transport.hpp"
#include "upstream.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace capstan::testing {

/// What a connection asks its server for. Lives longer than every connection.
struct ConnectionHost {
    explicit ConnectionHost(bool keep_requests) : journal(keep_requests) {}

    Journal journal;
    Recorder recorder;
    std::string base_path;
    /// Null, which needs an upstream: what no script answers goes there.
    std::function<std::shared_ptr<const SimResponse>(const SimRequest&)> answer;
    std::optional<Upstream> upstream;
};

/// One accepted connection: reads requests and writes what the host answers, one after another.
///
/// One coroutine always reads, so that the client's leaving is seen at any time; the other serves.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Time = std::chrono::steady_clock::time_point;

    Connection(ConnectionHost& host, std::unique_ptr<Transport> transport, std::uint64_t id);
    ~Connection();

    void start();

    Transport& transport() noexcept { return *transport_; }
    /// True once the client has left.
    bool gone() const noexcept { return gone_.stop_requested(); }
    /// Waits until `until`; false if the client leaves before.
    asio::awaitable<bool> sleep(Time until);
    /// Waits for the latch; false if the client leaves before.
    asio::awaitable<bool> pass(Latch latch);

private:
    static asio::awaitable<void> run(std::shared_ptr<Connection> self);
    static asio::awaitable<void> read(std::shared_ptr<Connection> self);

    asio::awaitable<void> serve();
    asio::awaitable<bool> receive(SimRequest& request);
    asio::awaitable<bool> serve_one(SimRequest request);
    asio::awaitable<UpstreamAnswer> find_answer(const SimRequest& request);
    asio::awaitable<bool> settle(After after);
    asio::awaitable<void> part_politely();
    asio::awaitable<void> change(Time until);
    void changed();
    void end(ConnectionEnd how);

    ConnectionHost& host_;
    std::unique_ptr<Transport> transport_;
    std::uint64_t id_;
    asio::steady_timer wake_;
    RequestReader reader_;
    std::string input_;
    std::stop_source gone_;  // the client has left
};

}  // namespace capstan::testing
