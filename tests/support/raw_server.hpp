#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace capstan::testing {

/// The server's end of one connection, for a script that runs in its own thread. Blocking; what
/// takes longer than ten seconds throws, which ends the script and closes the connection.
class RawPeer {
public:
    RawPeer(int descriptor, int index) : descriptor_(descriptor), index_(index) {}
    ~RawPeer();
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    /// 0 for the first connection that the server accepted, and so on.
    int index() const noexcept { return index_; }

    /// Up to and with the blank line. What came behind it is kept.
    std::string read_head();
    /// Head and as much of a body as Content-Length says.
    std::string read_request();
    void send(std::string_view bytes);
    /// Each byte in a segment of its own.
    void send_bytewise(std::string_view bytes);
    /// Ends only what the server sends.
    void shut_down_sending();
    void close();
    /// Closes with a TCP reset.
    void reset();
    /// True when the client has closed its end (or reset it) within that time.
    bool wait_closed(std::chrono::milliseconds patience);

    void start_tls(ssl_ctx_st* context);
    /// TLS's farewell, so that the client sees a proper end.
    void end_tls();

    /// From another thread: makes every operation fail.
    void interrupt();

private:
    std::size_t receive(char* data, std::size_t size);
    void wait_readable(std::chrono::milliseconds patience);

    std::atomic<int> descriptor_;
    int index_;
    ssl_st* ssl_ = nullptr;
    std::string unread_;
};

/// A TCP server on a loopback address that runs one script for each connection. Knows no HTTP
/// beyond finding the end of a request: what it answers is what the script sends, byte for byte.
class RawServer {
public:
    using Script = std::function<void(RawPeer&)>;

    explicit RawServer(Script script, bool ipv6 = false);
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    int port() const noexcept { return port_; }
    std::string url(std::string_view path = "/") const;
    int connections() const noexcept { return connections_; }

private:
    void accept_all();
    void serve(RawPeer& peer);

    Script script_;
    bool ipv6_;
    int port_ = 0;  // before the listener, which sets it
    int listener_;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    bool stopping_ = false;
    std::vector<std::unique_ptr<RawPeer>> peers_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace capstan::testing
