#include <capstan/sse_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include "sse_reference.hpp"

#include <string>
#include <string_view>
#include <vector>

using capstan::SseEvent;
using capstan::SseParser;
using capstan::test::read_sse;
using capstan::test::SseResult;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

std::vector<std::string> data_of(const std::string& text) {
    std::vector<std::string> data;
    for (const auto& event : read_sse({text}).events) data.push_back(event.data);
    return data;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("SSE: line ends are LF, CRLF and CR, mixed as well") {
    CHECK(data_of("data: a\n\ndata: b\n\n") == Strings{"a", "b"});
    CHECK(data_of("data: a\r\n\r\ndata: b\r\n\r\n") == Strings{"a", "b"});
    CHECK(data_of("data: a\r\rdata: b\r\r") == Strings{"a", "b"});
    CHECK(data_of("data: a\r\n\ndata: b\n\rdata: c\r\r\n") == Strings{"a", "b", "c"});
}

TEST_CASE("SSE: matrix: CRLF cut between two reads is one line end") {
    CHECK(read_sse({"data: a\r", "\ndata: b\r", "\n\r", "\n"}).events.at(0).data == "a\nb");
    CHECK(read_sse({"data: a\r\n\r", "\n\ndata: b\r", "\n\r"}).events.size() == 2);
}

TEST_CASE("SSE: an event is delivered as soon as its blank line is there, also at a lone CR") {
    SseParser parser;
    SseEvent event;
    parser.feed("data: a\r\n\r");
    REQUIRE(parser.next(event));
    CHECK(event.data == "a");
    CHECK_FALSE(parser.next(event));
}

TEST_CASE("SSE: a byte order mark is dropped at the start only") {
    CHECK(data_of("\xEF\xBB\xBF" "data: a\n\n") == Strings{"a"});
    CHECK(read_sse({"\xEF", "\xBB", "\xBF" "da", "ta: a\n\n"}).events.size() == 1);
    CHECK(data_of("\xEF\xBB\xBF\n\xEF\xBB\xBF" "data: a\n\n").empty());
    CHECK(data_of("\xEF\xBB\xBF\xEF\xBB\xBF" "data: a\n\n").empty());
    CHECK(data_of("data: \xEF\xBB\xBF\n\n") == Strings{"\xEF\xBB\xBF"});
    CHECK_FALSE(read_sse({"\xEF\xBB\xBF"}).ended_in_event);
}

TEST_CASE("matrix: data: without a space; one space is dropped, not two, and no tab") {
    CHECK(data_of("data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\ndata: a \n\n") ==
          Strings{"a", "a", " a", "\ta", "a "});
}

TEST_CASE("SSE: data lines are joined by LF; lines without a colon are empty fields") {
    CHECK(data_of("data: a\ndata:\ndata\ndata: b\n\n") == Strings{"a\n\n\nb"});
    CHECK(data_of("data\n\ndata\ndata\n\n") == Strings{"", "\n"});
    CHECK(data_of("data:a:b: c\n\n") == Strings{"a:b: c"});
}

TEST_CASE("SSE: no event without a data line") {
    CHECK(data_of("\n\n\nevent: x\n\nid: 1\n\n: c\n\n").empty());
    // The type does not leak into the next event.
    CHECK(read_sse({"event: x\n\ndata: a\n\n"}).events.at(0).type == "message");
}

TEST_CASE("SSE: comments are counted and are no part of an event") {
    const SseResult result = read_sse({": OPENROUTER PROCESSING\n\n:\ndata: a\n:x\ndata: b\n\n"});
    CHECK(result.comments == 3);
    REQUIRE(result.events.size() == 1);
    CHECK(result.events[0].data == "a\nb");
}

TEST_CASE("SSE: event types hold for one event") {
    const SseResult result =
        read_sse({"event: a\nevent: b\ndata: 1\n\ndata: 2\n\nevent\ndata: 3\n\n"});
    REQUIRE(result.events.size() == 3);
    CHECK(result.events[0].type == "b");
    CHECK(result.events[1].type == "message");
    CHECK(result.events[2].type == "message");
}

TEST_CASE("SSE: ids last, are reset by an empty one, and are ignored with a NUL") {
    const SseResult result =
        read_sse({"id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid\ndata: d\n\n"s});
    REQUIRE(result.events.size() == 4);
    CHECK(result.events[0].id == "1");
    CHECK(result.events[1].id == "1");
    CHECK(result.events[2].id == "1");
    CHECK(result.events[3].id.empty());
}

TEST_CASE("SSE: retry takes digits only") {
    CHECK(read_sse({"retry: 3000\n\n"}).retry_ms == 3000);
    CHECK(read_sse({"retry: 5\nretry\nretry:\nretry: 6x\nretry: -7\nretry: 1.5\n"}).retry_ms == 5);
    CHECK(read_sse({"retry: 5\nretry: 99999999999999999999999\n"}).retry_ms == 5);
}

TEST_CASE("SSE: a field error is an event of that type") {
    const auto events = read_sse({"data: a\n\nerror: {\"b\":1}\n\ndata: c\n\n"}).events;
    REQUIRE(events.size() == 3);
    CHECK(events[1].type == "error");
    CHECK(events[1].data == "{\"b\":1}");
    CHECK(events[2].type == "message");
    CHECK(data_of("errors: a\nError: b\n\n").empty());
}

TEST_CASE("SSE: unknown fields, near misses and NUL bytes") {
    CHECK(data_of("Data: a\n data: b\ndata : c\ndatax: d\n\0: e\nfoo\n\n"s).empty());
    CHECK(data_of("data: \0a\n\n"s) == Strings{"\0a"s});
}

TEST_CASE("matrix: TCP cut mid-stream or a missing last blank line still gives the last event") {
    for (const char* tail : {"\n", "", "\r", "\r\n"}) {
        const SseResult result = read_sse({"data: a\n\ndata: [DONE]"s + tail});
        REQUIRE(result.events.size() == 2);
        CHECK(result.events[1].data == "[DONE]");
        CHECK(result.ended_in_event);
    }
    CHECK_FALSE(read_sse({"data: a\n\n"}).ended_in_event);
    CHECK_FALSE(read_sse({"data: a\n\n: comm"}).ended_in_event);
    CHECK_FALSE(read_sse({""}).ended_in_event);
}

TEST_CASE("SSE: a cut line is data or nothing") {
    CHECK(data_of("data: a\ndat") == Strings{"a"});
    CHECK(data_of("data: a\ndata") == Strings{"a"});
    CHECK(read_sse({"data: a\nid: 1"}).events.at(0).id.empty());
    CHECK(read_sse({"data: a\nevent: x"}).events.at(0).type == "message");
    CHECK(data_of("data:").empty());
    CHECK(read_sse({"da"}).ended_in_event);
}

TEST_CASE("SSE: one data line in one piece is not copied") {
    SseParser parser;
    SseEvent event;
    const std::string piece = "event: x\ndata: 0123456789\n\ndata: b\n\n";
    parser.feed(piece);
    REQUIRE(parser.next(event));
    CHECK(event.data.data() == piece.data() + piece.find('0'));
    REQUIRE(parser.next(event));
    CHECK(event.data.data() == piece.data() + piece.find('b'));
}

TEST_CASE("SSE: feeding before everything was read loses nothing") {
    SseParser parser;
    SseEvent event;
    parser.feed("data: a\n\ndata: b\ndat");
    REQUIRE(parser.next(event));
    parser.feed("a: c\n\n");
    parser.feed("data: d\n\n");
    SseParser moved = std::move(parser);
    REQUIRE(moved.next(event));
    CHECK(event.data == "b\nc");
    REQUIRE(moved.next(event));
    CHECK(event.data == "d");
    CHECK_FALSE(moved.next(event));
}

TEST_CASE("SSE: a parser can be moved inside an event") {
    SseParser parser;
    SseEvent event;
    parser.feed("data: a\nid: 1\nda");
    CHECK_FALSE(parser.next(event));
    SseParser moved = std::move(parser);
    moved.feed("ta: b\n\n");
    REQUIRE(moved.next(event));
    CHECK(event.data == "a\nb");
    CHECK(event.id == "1");
}

TEST_CASE("SSE: finish before everything was read") {
    SseParser parser;
    SseEvent event;
    parser.feed("data: a\n\ndata: b");
    parser.finish();
    REQUIRE(parser.next(event));
    CHECK(event.data == "a");
    REQUIRE(parser.next(event));
    CHECK(event.data == "b");
    CHECK_FALSE(parser.next(event));
    CHECK_FALSE(parser.next(event));
    CHECK(parser.ended_in_event());
}

TEST_CASE("matrix: an endless line or event is refused at the size limit") {
    const std::string line = "data: " + std::string(94, 'x');
    SseEvent event;
    SECTION("at the limit") {
        SseParser parser(100);
        const std::string stream = line + "\n\n" + line + "\n\n";
        parser.feed(stream);
        CHECK(parser.next(event));
        CHECK(parser.next(event));
        CHECK_FALSE(parser.next(event));
    }
    SECTION("a whole line beyond it") {
        SseParser parser(99);
        const std::string stream = line + "\n\n";
        parser.feed(stream);
        CHECK_THROWS_AS(parser.next(event), std::length_error);
        CHECK_THROWS_AS(parser.next(event), std::length_error);
    }
    SECTION("a line without end, byte by byte") {
        SseParser parser(99);
        for (std::size_t i = 0; i < 99; ++i) {
            parser.feed(std::string_view(line).substr(i, 1));
            CHECK_FALSE(parser.next(event));
        }
        parser.feed("x");
        CHECK_THROWS_AS(parser.next(event), std::length_error);
    }
    SECTION("an event of many lines") {
        SseParser parser(99);
        const std::string stream =
            "data: " + std::string(49, 'x') + "\ndata: " + std::string(50, 'y') + "\n\n";
        parser.feed(stream);
        CHECK_THROWS_AS(parser.next(event), std::length_error);
        CHECK_THROWS_AS(parser.next(event), std::length_error);
    }
}
