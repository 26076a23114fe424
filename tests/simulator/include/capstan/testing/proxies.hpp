#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace capstan::testing {

/// What a FaultProxy does to the bytes from the server to the client, per connection.
struct Faults {
    Faults() = default;

    std::chrono::microseconds delay{0};  ///< before each forwarded piece
    std::size_t slice = 0;               ///< not 0: writes of this many bytes
    std::optional<std::uint64_t> cut_after;      ///< FIN to both sides after this many bytes
    std::optional<std::uint64_t> reset_after;    ///< RST to both sides
    std::optional<std::uint64_t> stall_after;    ///< forwards nothing more, keeps the connection
    std::optional<std::uint64_t> corrupt_at;     ///< flips all bits of the byte at this place
    /// FIN to both sides after this many bytes of requests.
    std::optional<std::uint64_t> cut_request_after;
};
static_assert(!std::is_aggregate_v<Faults>);

/// A TCP relay on 127.0.0.1 with faults, on a thread of its own. Thread-safe.
class FaultProxy {
public:
    explicit FaultProxy(std::uint16_t target_port, Faults faults = {});
    ~FaultProxy();
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;

    std::uint16_t port() const noexcept;
    /// `url` with this proxy's port in place of the target's.
    std::string through(std::string url) const;
    /// For connections accepted from now on.
    void set_faults(Faults faults);
    std::size_t connections() const;
    std::uint64_t bytes_to_client() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

struct ConnectProxyOptions {
    ConnectProxyOptions() = default;

    std::string user;      ///< not empty: Basic authentication is required (407)
    std::string password;
    int refuse_with = 0;   ///< not 0: every request gets this status
    bool stall = false;    ///< reads requests and never answers
    /// Connects here whatever host is asked for: lets a test use names that do not resolve.
    std::uint16_t redirect_port = 0;
};
static_assert(!std::is_aggregate_v<ConnectProxyOptions>);

/// An HTTP proxy on 127.0.0.1 on a thread of its own: CONNECT, and GET/POST in absolute form.
class ConnectProxy {
public:
    explicit ConnectProxy(ConnectProxyOptions options = {});
    ~ConnectProxy();
    ConnectProxy(const ConnectProxy&) = delete;
    ConnectProxy& operator=(const ConnectProxy&) = delete;

    std::uint16_t port() const noexcept;
    /// "http://[user:password@]127.0.0.1:PORT".
    std::string url() const;
    std::size_t tunnels() const;    ///< CONNECTs that were granted
    std::size_t forwarded() const;  ///< absolute-form requests that were passed on
    std::size_t refused() const;    ///< answered 407 or refuse_with
    /// Request heads received; the value of Proxy-Authorization is masked.
    std::vector<std::string> heads() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace capstan::testing
