#include <catch2/catch_test_macros.hpp>

#include "sse_reference.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

using capstan::test::read_sse;
using capstan::test::read_sse_slowly;
using capstan::test::SseResult;
using namespace std::string_literals;

namespace {

std::vector<std::string> table() {
    return {
        "",
        "\n",
        "data: {\"a\":1}\n\n",
        "data: a\r\n\r\ndata: b\r\n\r\n",
        "data: a\r\rdata: b\r\r",
        "data: a\n\r\n\rdata: b\r\n\n\r",
        "\xEF\xBB\xBF" "data: a\n\n\xEF\xBB\xBF" "data: b\n\n",
        "\xEF\xBB\xBF\n\ndata:x\n\n",
        "\xEF\xBB" "data: a\n\n",
        ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {}\n\ndata: [DONE]\n\n",
        "event: delta\nid: 7\nretry: 250\ndata: a\ndata:b\ndata\n\ndata: c",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\nevent: ping\n\n",
        "data\n\ndata\ndata\n\ndata:",
        "id: 1\0\nid: 2\ndata: a\n\nid\ndata: b\n\n"s,
        "retry: 1x\nretry:\nretry: 22\n\n",
        "foo: bar\n:comment\n:\ndata:  two spaces\n\nda",
        "data: \xF0\x9F\x99\x82\n\ndata: \xED\xA0\xBD\n\n",
        "data: a\n:\r\ndata: b\r\n:x",
        // From the web platform tests.
        "data:data\x0A\x0A" "data\x0A" "data\x0A\x0A" "data:end\x0A\x0A",
        "data:1\r\rdata:2\n\ndata:3\r\n\r\n:c\r\n\r\ndata:4\r\n\r",
        "\0data:1\n\ndata:2\0\n\n"s,
        "data:\ndata:\n\nevent:\ndata: x\n\nevent:  test\ndata:x\n\n",
    };
}

std::vector<std::string> cut_randomly(const std::string& text, std::mt19937& random) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = random() % 3 == 0 ? random() % 3 : random() % 40;
        pieces.push_back(text.substr(at, size));
        at += size;
    }
    return pieces;
}

std::vector<std::string> bytes_of(const std::string& text) {
    std::vector<std::string> pieces;
    for (const char c : text) pieces.emplace_back(1, c);
    return pieces;
}

std::filesystem::path recordings() {
    const char* const configured = std::getenv("CAPSTAN_RECORDINGS");
    if (configured != nullptr) return configured;
    return std::filesystem::path(CAPSTAN_SOURCE_DIR) / ".." / "shared" / "recordings";
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

TEST_CASE("SSE property: the table read in one piece equals the slow reference") {
    for (const std::string& text : table()) {
        CAPTURE(text);
        CHECK(read_sse({text}) == read_sse_slowly(text));
    }
}

TEST_CASE("SSE property: every cut in two or three, every byte alone, random cuts") {
    std::mt19937 random(1);
    for (const std::string& text : table()) {
        CAPTURE(text);
        const SseResult expected = read_sse_slowly(text);
        CHECK(read_sse(bytes_of(text)) == expected);
        for (std::size_t i = 0; i <= text.size(); ++i) {
            for (std::size_t j = i; j <= text.size(); ++j) {
                const auto pieces = {text.substr(0, i), text.substr(i, j - i), text.substr(j)};
                if (read_sse(pieces) != expected) FAIL("cut at " << i << " and " << j);
            }
        }
        for (int i = 0; i < 100; ++i) CHECK(read_sse(cut_randomly(text, random)) == expected);
    }
}

TEST_CASE("SSE property: random streams of telling bytes equal the slow reference") {
    const std::vector<std::string> alphabet = {
        "data", "data:", "data: ", "error: ", "event", "event: ", "id: ", "id", "retry: ", ":", " ",
        "\r",
        "\n", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "x", "12", "\0"s, "\xEF\xBB\xBF", "\xEF",
        "{\"a\":1}"};
    std::mt19937 random(2);
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto n = random() % 24; n > 0; --n) text += alphabet[random() % alphabet.size()];
        const SseResult expected = read_sse_slowly(text);
        const bool same = read_sse({text}) == expected && read_sse(bytes_of(text)) == expected &&
                          read_sse(cut_randomly(text, random)) == expected;
        if (!same) FAIL("round " << round << ": " << text);
    }
}

TEST_CASE("SSE property: recorded bodies equal the slow reference for every kind of cut") {
    if (!std::filesystem::exists(recordings())) SKIP("no recordings");
    std::mt19937 random(3);
    std::size_t streams = 0;
    std::size_t events = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(recordings())) {
        if (entry.path().filename() != "response.body") continue;
        const std::string body = read_file(entry.path());
        CAPTURE(entry.path().string());
        const SseResult expected = read_sse_slowly(body);
        CHECK((read_sse({body}) == expected));
        CHECK((read_sse(cut_randomly(body, random)) == expected));
        if (body.size() < 100'000) CHECK((read_sse(bytes_of(body)) == expected));
        streams += expected.events.empty() ? 0 : 1;
        events += expected.events.size();
    }
    CAPTURE(streams, events);
    CHECK(streams > 0);
}
