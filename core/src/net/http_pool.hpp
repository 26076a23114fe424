#pragma once

#include "net/http_connection.hpp"
#include "net/http_gate.hpp"

#include <boost/asio/execution_context.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace capstan::http {

/// Idle connections of one execution context, and the waits that must not outlive it. Thread-safe.
/// Keys begin with the client's id, so that clients with other settings never share.
class Pool {
public:
    using Clock = std::chrono::steady_clock;

    /// The youngest live connection of that origin, or null.
    std::unique_ptr<Connection> take(const std::string& key);
    /// Keeps it, at most `most` for one key; the oldest is closed. After close() it is closed.
    /// No timer ends a lifetime (it would keep the context running): the next use does.
    void give(const std::string& key, std::unique_ptr<Connection> connection, std::size_t most,
              std::chrono::milliseconds lifetime);
    /// Closes what keys with that beginning have.
    void drop(const std::string& prefix);

    void guard(const std::shared_ptr<Gate>& gate);

    /// The context is going away.
    void close();

private:
    using Idle = std::vector<std::unique_ptr<Connection>>;

    void drop_expired();

    std::mutex mutex_;
    bool closed_ = false;
    std::map<std::string, Idle> idle_;
    std::vector<std::weak_ptr<Gate>> gates_;
};

/// The pool of a context; made at the first use, closed with the context.
std::shared_ptr<Pool> pool_of(asio::execution_context& context);

}  // namespace capstan::http
