#include "raw_server.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace capstan::testing {

namespace {

constexpr std::chrono::milliseconds longest_wait = std::chrono::seconds(10);

[[noreturn]] void fail(const char* what) { throw std::runtime_error(what); }

std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

/// OpenSSL writes to a closed socket without MSG_NOSIGNAL. Of this thread only, so that a client
/// that raises the signal is still found out.
void block_sigpipe() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int listen_on_loopback(bool ipv6, int& port) {
    const int listener = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const address =
        ipv6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
    socklen_t size = ipv6 ? sizeof v6 : sizeof v4;
    if (::bind(listener, address, size) != 0 || ::listen(listener, 128) != 0) fail("listen");
    ::getsockname(listener, address, &size);
    port = ntohs(ipv6 ? v6.sin6_port : v4.sin_port);
    return listener;
}

}  // namespace

RawPeer::~RawPeer() { close(); }

void RawPeer::wait_readable(std::chrono::milliseconds patience) {
    pollfd entry{descriptor_, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(patience.count())) <= 0) fail("nothing came");
}

std::size_t RawPeer::receive(char* data, std::size_t size) {
    if (!ssl_ || SSL_pending(ssl_) == 0) wait_readable(longest_wait);
    const auto count = ssl_ ? SSL_read(ssl_, data, static_cast<int>(size))
                            : static_cast<int>(::recv(descriptor_, data, size, 0));
    if (count <= 0) fail("the client closed");
    return static_cast<std::size_t>(count);
}

std::string RawPeer::read_head() {
    char buffer[4096];
    for (;;) {
        const auto end = unread_.find("\r\n\r\n");
        if (end != std::string::npos) {
            auto head = unread_.substr(0, end + 4);
            unread_.erase(0, end + 4);
            return head;
        }
        unread_.append(buffer, receive(buffer, sizeof buffer));
    }
}

std::string RawPeer::read_request() {
    auto request = read_head();
    const auto size = content_length(request);
    char buffer[65536];
    while (unread_.size() < size) unread_.append(buffer, receive(buffer, sizeof buffer));
    request += unread_.substr(0, size);
    unread_.erase(0, size);
    return request;
}

void RawPeer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) fail("cannot send");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void RawPeer::send_bytewise(std::string_view bytes) {
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (const char& byte : bytes) send(std::string_view(&byte, 1));
}

void RawPeer::shut_down_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawPeer::close() {
    if (ssl_) SSL_free(ssl_);
    ssl_ = nullptr;
    const int descriptor = descriptor_.exchange(-1);
    if (descriptor >= 0) ::close(descriptor);
}

void RawPeer::reset() {
    linger abort{};
    abort.l_onoff = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
}

bool RawPeer::wait_closed(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    char buffer[4096];
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd entry{descriptor_, POLLIN, 0};
        if (left.count() < 0 || ::poll(&entry, 1, static_cast<int>(left.count()) + 1) <= 0)
            return false;
        if (::recv(descriptor_, buffer, sizeof buffer, 0) <= 0) return true;
    }
}

void RawPeer::start_tls(ssl_ctx_st* context) {
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor_);
    if (SSL_accept(ssl_) != 1) fail("no TLS");
}

void RawPeer::end_tls() { SSL_shutdown(ssl_); }

void RawPeer::interrupt() {
    const int descriptor = descriptor_;
    if (descriptor >= 0) ::shutdown(descriptor, SHUT_RDWR);
}

RawServer::RawServer(Script script, bool ipv6)
    : script_(std::move(script)),
      ipv6_(ipv6),
      listener_(listen_on_loopback(ipv6, port_)),
      acceptor_([this] { accept_all(); }) {}

RawServer::~RawServer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& peer : peers_) peer->interrupt();
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
}

std::string RawServer::url(std::string_view path) const {
    return (ipv6_ ? "http://[::1]:" : "http://127.0.0.1:") + std::to_string(port_) +
           std::string(path);
}

void RawServer::accept_all() {
    for (;;) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        const std::lock_guard lock(mutex_);
        peers_.push_back(std::make_unique<RawPeer>(descriptor, connections_++));
        if (stopping_) peers_.back()->interrupt();
        threads_.emplace_back([this, peer = peers_.back().get()] { serve(*peer); });
    }
}

void RawServer::serve(RawPeer& peer) {
    block_sigpipe();
    try {
        script_(peer);
    } catch (const std::exception&) {
        // The client went away, which is what many a script waits for.
    }
    const std::lock_guard lock(mutex_);
    peer.close();
}

}  // namespace capstan::testing
