#include "net/http_response_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstring>

using namespace capstan;
using http::ResponseReader;

namespace {

const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n";
const std::string wire = "HTTP/1.1 100 Continue\r\n\r\n" + head +
                         "5\r\nhello\r\n1;x=\"y\"\r\n \r\n5\r\nworld\r\n0\r\nT: t\r\n\r\n";

/// Feeds pieces of at most `step` bytes; what one read gives is one payload.
std::string feed(ResponseReader& reader, std::string_view bytes, std::size_t step) {
    std::string body;
    while (!bytes.empty() && !reader.done()) {
        const auto space = reader.prepare();
        const auto size = std::min({step, space.size, bytes.size()});
        std::memcpy(space.data, bytes.data(), size);
        reader.commit(size);
        body += reader.payload();
        bytes.remove_prefix(size);
    }
    return body;
}

ResponseReader new_reader() { return ResponseReader("a.test", 65536, 1 << 20); }

HttpErrorKind kind_of_failure(std::string_view bytes, std::size_t step) {
    auto reader = new_reader();
    try {
        feed(reader, bytes, step);
        reader.commit_end_of_file();
    } catch (const HttpError& error) {
        return error.kind();
    }
    return HttpErrorKind::cancelled;
}

}  // namespace

TEST_CASE("a response in pieces of any size") {
    for (std::size_t step = 1; step <= wire.size(); ++step) {
        auto reader = new_reader();
        CHECK(feed(reader, wire, step) == "hello world");
        CHECK(reader.done());
        CHECK(reader.reusable());
        CHECK(reader.status() == 200);
        CHECK(reader.headers().fields().size() == 2);
    }
}

TEST_CASE("a response cut in two at any byte") {
    for (std::size_t cut = 1; cut < wire.size(); ++cut) {
        auto reader = new_reader();
        auto body = feed(reader, std::string_view(wire).substr(0, cut), wire.size());
        CHECK_FALSE(reader.done());
        body += feed(reader, std::string_view(wire).substr(cut), wire.size());
        CHECK(body == "hello world");
        CHECK(reader.reusable());
    }
}

TEST_CASE("matrix: TCP cut mid-stream, at any byte, is an error") {
    for (std::size_t cut = 0; cut < wire.size(); ++cut)
        CHECK(kind_of_failure(std::string_view(wire).substr(0, cut), 7) == HttpErrorKind::network);
}

TEST_CASE("chunks of one read become one piece") {
    auto reader = new_reader();
    feed(reader, head, head.size());
    const std::string chunks = "3\r\nabc\r\n3\r\ndef\r\n3\r\nghi\r\n2";
    const auto space = reader.prepare();
    std::memcpy(space.data, chunks.data(), chunks.size());
    reader.commit(chunks.size());
    CHECK(reader.payload() == "abcdefghi");
    CHECK(feed(reader, "\r\nxy\r\n0\r\n\r\n", 100) == "xy");
    CHECK(reader.done());
}

TEST_CASE("the buffer begins small and grows when reads fill it") {
    auto reader = new_reader();
    feed(reader, "HTTP/1.1 200 OK\r\n\r\n", 100);
    CHECK(reader.buffer_size() == 4096);
    feed(reader, std::string(1000, 'x'), 300);
    CHECK(reader.buffer_size() == 4096);
    CHECK(feed(reader, std::string(1'000'000, 'x'), 1'000'000).size() == 1'000'000);
    CHECK(reader.buffer_size() == 65536);
}

TEST_CASE("bytes behind the response forbid another exchange") {
    auto reader = new_reader();
    CHECK(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore", 100) == "ok");
    CHECK(reader.done());
    CHECK_FALSE(reader.reusable());
}
