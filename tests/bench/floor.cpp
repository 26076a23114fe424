// The least that Asio, Beast and Boost.JSON can do on the same bytes: one coroutine a stream,
// Beast's response parser with a body of borrowed memory, events split at blank lines, one arena
// for the JSON of all. Content only; nothing else is decoded, nothing is checked.
#include "load_run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/url/parse.hpp>

#include <cstring>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using Tcp = asio::ip::tcp;

/// Parses one document after the other in the same memory.
class ContentReader {
public:
    /// Calls `use` for each text of choices[].delta.content.
    template <class Use>
    void read(std::string_view event, Use use) {
        memory_.release();
        parser_.reset(&memory_);
        parser_.write(event.data(), event.size());
        const auto document = parser_.release();
        for (const auto& choice : document.at("choices").get_array()) {
            const auto* content = choice.at("delta").get_object().if_contains("content");
            if (content && content->is_string() && !content->get_string().empty())
                use(content->get_string());
        }
    }

private:
    unsigned char bytes_[64 * 1024];
    json::monotonic_resource memory_{bytes_, sizeof bytes_};
    json::parser parser_;
};

struct Target {
    Tcp::endpoint endpoint;
    std::string request;
};

Target make_target(const bench::LoadOptions& options) {
    const auto url = boost::urls::parse_uri(options.url).value();
    const auto body = R"({"model":")" + options.model +
                      R"(","messages":[{"role":"user","content":"hi"}],"stream":true})";
    asio::io_context context;
    Target target;
    target.endpoint = *Tcp::resolver(context).resolve(std::string(url.host()),
                                                      std::string(url.port())).begin();
    target.request = "POST " + std::string(url.encoded_target()) + " HTTP/1.1\r\nHost: " +
                     std::string(url.encoded_host_and_port()) + "\r\nAuthorization: Bearer " +
                     options.key + "\r\nContent-Type: application/json\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + body;
    return target;
}

/// What is left of `pending` after its whole events have been read.
template <class OnEvent>
void take_events(std::string& pending, OnEvent on_event) {
    std::size_t begin = 0;
    for (;;) {
        const auto end = pending.find("\n\n", begin);
        if (end == pending.npos) break;
        const std::string_view event(pending.data() + begin, end - begin);
        if (event.starts_with("data: {")) on_event(event.substr(6));
        begin = end + 2;
    }
    pending.erase(0, begin);
}

asio::awaitable<void> read_stream(const Target& target, ContentReader& reader,
                                  bench::LoadMeter& meter) {
    Tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect(target.endpoint, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(target.request), asio::use_awaitable);
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    parser.eager(true);
    const auto memory = std::make_unique_for_overwrite<char[]>(2 * 65536);
    char* const input = memory.get();
    char* const body = input + 65536;
    std::string pending;
    bool first = true;
    std::size_t kept = 0;
    while (!parser.is_done()) {
        kept += co_await socket.async_read_some(asio::buffer(input + kept, 65536 - kept),
                                                asio::use_awaitable);
        std::size_t used = 0;
        while (used < kept && !parser.is_done()) {
            parser.get().body().data = body;
            parser.get().body().size = 65536;
            boost::system::error_code error;
            const auto size = parser.put(asio::buffer(input + used, kept - used), error);
            used += size;
            pending.append(body, 65536 - parser.get().body().size);
            if (error == http::error::need_more || size == 0) break;
        }
        kept -= used;
        std::memmove(input, input + used, kept);
        take_events(pending, [&](std::string_view event) {
            reader.read(event, [&](std::string_view text) { meter.add(text, false, first); });
        });
    }
}

asio::awaitable<void> guarded(const Target& target, ContentReader& reader,
                              bench::LoadMeter& meter) {
    try {
        co_await read_stream(target, reader, meter);
    } catch (const std::exception& error) {
        meter.fail(error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = bench::read_load_options(
        argc, argv, "The least that Asio, Beast and Boost.JSON do for the same streams.");
    const auto target = make_target(options);
    return bench::run_load("floor", options, [&](std::size_t streams, bench::LoadMeter& meter) {
        const auto reader = std::make_unique<ContentReader>();
        asio::io_context context(1);
        for (std::size_t i = 0; i < streams; ++i)
            asio::co_spawn(context, guarded(target, *reader, meter), asio::detached);
        context.run();
    });
}
