#pragma once

#include <capstan/testing/simulator.hpp>

#include <condition_variable>
#include <mutex>

namespace capstan::testing {

/// What the simulator saw: requests and connections. Thread-safe.
class Journal {
public:
    explicit Journal(bool keep_requests) : keep_requests_(keep_requests) {}

    /// Gives the request its index.
    void add(SimRequest& request);
    std::uint64_t open_connection();
    /// The first call for a connection counts.
    void close_connection(std::uint64_t id, ConnectionEnd end);

    std::vector<SimRequest> requests(std::string_view route) const;
    std::size_t request_count() const;
    SimRequest wait_for_request(std::size_t index, std::chrono::milliseconds timeout) const;
    std::size_t open_connections() const;
    std::vector<ConnectionInfo> connections() const;
    bool wait_for_close(std::chrono::milliseconds timeout) const;
    ConnectionInfo wait_for_close(std::uint64_t id, std::chrono::milliseconds timeout) const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool keep_requests_;
    std::size_t request_count_ = 0;
    std::size_t open_ = 0;
    std::vector<SimRequest> requests_;
    std::vector<ConnectionInfo> connections_;
};

}  // namespace capstan::testing
