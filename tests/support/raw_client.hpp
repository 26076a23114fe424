#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace capstan::testing {

/// A response as a RawClient read it; names of headers in lower case.
struct RawResponse {
    RawResponse() = default;

    int status = 0;
    std::string head;
    std::map<std::string, std::string> headers;
    std::string body;          ///< HTTP chunks taken apart
    std::string wire;          ///< the body's bytes as they came, chunk headers included
    bool complete = false;     ///< false: the connection ended (or time was up) before the body
    bool reset = false;        ///< by RST
    bool timed_out = false;
};

/// A blocking client on a bare socket, for tests of servers: no HTTP library between test and wire.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    /// TLS; verifies `host` and the chain against `ca_pem`. Throws boost::system::system_error.
    RawClient(std::uint16_t port, const std::string& ca_pem, const std::string& host);
    ~RawClient();
    RawClient(RawClient&&) noexcept;

    /// How long each reading function waits in total.
    void set_patience(std::chrono::milliseconds patience);

    void send(std::string_view bytes);
    void get(std::string_view target, std::string_view extra_headers = {});
    void post(std::string_view target, std::string_view body, std::string_view extra_headers = {});
    /// One response; informational ones are kept in its head. Connection stays usable.
    RawResponse read_response();
    /// Only the head, as text; the body's bytes stay for the next read.
    std::string read_head();
    /// What has come after at least `count` bytes, or at the end.
    std::string read_at_least(std::size_t count);
    /// True if the peer's end (FIN or RST) comes before the patience is over.
    bool wait_for_end();
    bool ended_by_reset() const noexcept;

    void close();
    void close_by_reset();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace capstan::testing
