#include "raw_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <stdexcept>

namespace capstan::testing {

namespace asio = boost::asio;
using asio::ip::tcp;

class RawClient::Impl {
public:
    explicit Impl(std::uint16_t port) : socket(context) {
        socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
        socket.set_option(tcp::no_delay(true));
    }

    void start_tls(const std::string& ca_pem, const std::string& host) {
        tls_context.emplace(asio::ssl::context::tls_client);
        tls_context->add_certificate_authority(asio::buffer(ca_pem));
        tls.emplace(socket, *tls_context);
        tls->set_verify_mode(asio::ssl::verify_peer);
        tls->set_verify_callback(asio::ssl::host_name_verification(host));
        tls->handshake(asio::ssl::stream_base::client);
    }

    void send(std::string_view bytes) {
        const asio::const_buffer buffer(bytes.data(), bytes.size());
        if (tls) asio::write(*tls, buffer);
        else asio::write(socket, buffer);
    }

    /// False at the end, at an error and when the time is up.
    bool read_more() {
        std::array<char, 16 * 1024> piece;
        std::optional<std::size_t> got;
        const auto done = [&](boost::system::error_code error, std::size_t count) {
            ended = ended || error;
            reset = reset || error == asio::error::connection_reset;
            got = count;
        };
        if (ended) return false;
        if (tls) tls->async_read_some(asio::buffer(piece), done);
        else socket.async_read_some(asio::buffer(piece), done);
        context.restart();
        while (!got && std::chrono::steady_clock::now() < deadline)
            context.run_one_until(deadline);
        if (!got) {
            timed_out = true;
            socket.cancel();
            context.restart();
            context.run();
            // Our own cancelling is not the peer's end.
            ended = false;
        }
        input.append(piece.data(), *got);
        return *got > 0;
    }

    void begin_reading() {
        deadline = std::chrono::steady_clock::now() + patience;
        timed_out = false;
    }

    asio::io_context context;
    tcp::socket socket;
    std::optional<asio::ssl::context> tls_context;
    std::optional<asio::ssl::stream<tcp::socket&>> tls;
    std::chrono::milliseconds patience{10'000};
    std::chrono::steady_clock::time_point deadline;
    std::string input;
    bool ended = false;
    bool reset = false;
    bool timed_out = false;
};

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void parse_head(RawResponse& response) {
    auto rest = std::string_view(response.head);
    response.status = std::stoi(std::string(rest.substr(rest.find(' ') + 1, 3)));
    for (auto end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos)
            response.headers[lower(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
    }
}

/// Takes whole HTTP chunks off the front of `wire`; true when the last one was there.
bool take_chunks(std::string& wire, RawResponse& response) {
    while (true) {
        const auto line = wire.find("\r\n");
        if (line == std::string::npos) return false;
        const auto size = std::stoul(wire.substr(0, line), nullptr, 16);
        const auto whole = line + 2 + size + 2;
        if (wire.size() < whole) return false;
        response.body.append(wire, line + 2, size);
        response.wire.append(wire, 0, whole);
        wire.erase(0, whole);
        if (size == 0) return true;
    }
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : impl_(std::make_unique<Impl>(port)) {}
RawClient::RawClient(std::uint16_t port, const std::string& ca_pem, const std::string& host)
    : RawClient(port) {
    impl_->start_tls(ca_pem, host);
}
RawClient::~RawClient() = default;
RawClient::RawClient(RawClient&&) noexcept = default;

void RawClient::set_patience(std::chrono::milliseconds patience) { impl_->patience = patience; }
void RawClient::send(std::string_view bytes) { impl_->send(bytes); }

void RawClient::get(std::string_view target, std::string_view extra_headers) {
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
         std::string(extra_headers) + "\r\n");
}

void RawClient::post(std::string_view target, std::string_view body,
                     std::string_view extra_headers) {
    send("POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-test-0123456789\r\n" +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(extra_headers) + "\r\n" + std::string(body));
}

std::string RawClient::read_head() {
    impl_->begin_reading();
    auto& input = impl_->input;
    while (input.find("\r\n\r\n") == std::string::npos)
        if (!impl_->read_more()) return {};
    const auto end = input.find("\r\n\r\n") + 4;
    auto head = input.substr(0, end);
    input.erase(0, end);
    return head;
}

RawResponse RawClient::read_response() {
    RawResponse response;
    do {
        const auto head = read_head();
        response.head += head;
        if (head.empty() || !head.starts_with("HTTP/1.1 1")) break;
    } while (true);
    if (!response.head.empty()) {
        const auto last = response.head.rfind("HTTP/1.1 ");
        RawResponse final_head;
        final_head.head = response.head.substr(last);
        parse_head(final_head);
        response.status = final_head.status;
        response.headers = final_head.headers;
        const bool chunked = response.headers["transfer-encoding"] == "chunked";
        const bool sized = response.headers.contains("content-length");
        const auto length = sized ? std::stoul(response.headers["content-length"]) : 0;
        auto& input = impl_->input;
        do {
            if (response.status == 204 || response.status == 304) response.complete = true;
            else if (chunked) response.complete = take_chunks(input, response);
            else if (sized) response.complete = input.size() >= length;
        } while (!response.complete && impl_->read_more());
        if (!chunked) {
            response.body = sized ? input.substr(0, length) : input;
            input.erase(0, response.body.size());
            response.wire = response.body;
            if (!sized) response.complete |= impl_->ended && !impl_->reset;
        }
    }
    response.reset = impl_->reset;
    response.timed_out = impl_->timed_out;
    return response;
}

std::string RawClient::read_at_least(std::size_t count) {
    impl_->begin_reading();
    while (impl_->input.size() < count && impl_->read_more()) {
    }
    return std::exchange(impl_->input, std::string());
}

bool RawClient::wait_for_end() {
    impl_->begin_reading();
    while (impl_->read_more()) {
    }
    return impl_->ended;
}

bool RawClient::ended_by_reset() const noexcept { return impl_->reset; }

void RawClient::close() { impl_->socket.close(); }

void RawClient::close_by_reset() {
    impl_->socket.set_option(asio::socket_base::linger(true, 0));
    impl_->socket.close();
}

}  // namespace capstan::testing
