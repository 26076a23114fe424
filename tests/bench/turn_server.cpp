#include "turn_server.hpp"

#include "load_report.hpp"

#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace bench {

namespace asio = boost::asio;

namespace {

std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    std::size_t length = 0;
    const auto at = head.find(name);
    if (at == head.npos) return length;
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
}

}  // namespace

TurnServer::TurnServer(std::size_t runs, std::size_t steps)
    : steps_(steps),
      requests_(runs * (steps + 1)),
      acceptor_(context_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      url_(fmt::format("http://127.0.0.1:{}/v1", acceptor_.local_endpoint().port())),
      thread_([this] { serve(); }) {
    arrived.reserve(requests_);
}

void TurnServer::serve() {
    while (arrived.size() < requests_) serve(acceptor_.accept());
}

void TurnServer::serve(Tcp::socket socket) {
    while (arrived.size() < requests_ && read_request(socket)) {
        boost::system::error_code error;
        asio::write(socket, asio::buffer(answer()), error);
        if (error) return;
    }
}

bool TurnServer::read_request(Tcp::socket& socket) {
    std::array<char, 65536> space;
    std::string head;
    boost::system::error_code error;
    auto end = head.npos;
    while (end == head.npos) {
        const auto size = socket.read_some(asio::buffer(space), error);
        if (error) return false;
        if (head.empty()) arrived.push_back(monotonic_ns());
        head.append(space.data(), size);
        end = head.find("\r\n\r\n");
    }
    const auto length = content_length(std::string_view(head).substr(0, end + 2));
    std::size_t got = head.size() - end - 4;
    while (got < length && !error) got += socket.read_some(asio::buffer(space), error);
    bytes = length;
    return !error;
}

std::string TurnServer::answer() {
    const auto number = arrived.size();
    const auto call = fmt::format(
        R"({{"tool_calls":[{{"index":0,"id":"call_{0}","type":"function",)"
        R"("function":{{"name":"read_file","arguments":"{{\"n\":{0}}}"}}}}]}})", number);
    const bool last = number % (steps_ + 1) == 0;
    const auto event = fmt::format(
        "data: {{\"id\":\"gen-{}\",\"choices\":[{{\"index\":0,\"delta\":{},"
        "\"finish_reason\":\"{}\"}}]}}\n\ndata: [DONE]\n\n",
        number, last ? R"({"content":"Done."})" : call, last ? "stop" : "tool_calls");
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Content-Length: {}\r\n\r\n{}", event.size(), event);
}

}  // namespace bench
