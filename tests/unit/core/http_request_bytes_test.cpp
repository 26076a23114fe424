#include "net/http_request_bytes.hpp"

#include "net/http_request_head.hpp"
#include "net/http_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace capstan;
using namespace capstan::http;

namespace {

std::shared_ptr<const std::string> text(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
}

HttpRequest request_of(std::string body, std::vector<std::pair<std::size_t, std::string>> parts) {
    HttpRequest request;
    request.method = "POST";
    request.url = "http://host/";
    request.body = std::move(body);
    for (auto& [place, bytes] : parts) request.body_parts.emplace_back(place, text(bytes));
    return request;
}

// What arrives when each write takes at most `step` bytes.
std::string sent(const HttpRequest& request, std::size_t step) {
    RequestBytes bytes("HEAD", request);
    std::string all;
    while (!bytes.empty()) {
        std::string piece;
        for (const auto& buffer : bytes.next())
            piece.append(static_cast<const char*>(buffer.data()), buffer.size());
        REQUIRE(!piece.empty());
        piece.resize(std::min(piece.size(), step));
        bytes.consume(piece.size());
        all += piece;
    }
    return all;
}

}  // namespace

TEST_CASE("a body and its parts arrive as one, however the writes are cut") {
    const auto request = request_of("{abc}", {{0, "^"}, {1, "one"}, {1, ""}, {1, "two"}, {5, "$"}});
    CHECK(whole_body(request.body, request.body_parts) == "^{onetwoabc}$");
    CHECK(whole_body_size(request.body, request.body_parts) == 13);
    for (std::size_t step = 1; step <= 20; ++step)
        CHECK(sent(request, step) == "HEAD^{onetwoabc}$");
}

TEST_CASE("a request without a body, or only with a part, is written too") {
    CHECK(sent(request_of("", {}), 3) == "HEAD");
    CHECK(sent(request_of("", {{0, "part"}}), 3) == "HEADpart");
    CHECK(sent(request_of("body", {}), 3) == "HEADbody");
}

TEST_CASE("more parts than one write takes go out in several") {
    std::vector<std::pair<std::size_t, std::string>> parts;
    std::string body;
    for (std::size_t i = 0; i < 1'000; ++i) {
        parts.emplace_back(body.size(), "part " + std::to_string(i));
        body += i % 3 == 0 ? "" : ",";
    }
    const auto request = request_of(body, parts);
    const auto whole = "HEAD" + whole_body(request.body, request.body_parts);
    std::mt19937_64 random(5);
    CHECK(sent(request, whole.size()) == whole);
    for (int round = 0; round < 50; ++round) CHECK(sent(request, 1 + random() % 700) == whole);
}

TEST_CASE("the length of a request counts its parts") {
    const auto request = request_of("{}", {{1, std::string(40, 'x')}});
    const auto head = request_head(request, split_url(request.url), nullptr, "agent");
    CHECK(head.find("Content-Length: 42\r\n") != head.npos);
    const auto only_part = request_of("", {{0, "x"}});
    CHECK(request_head(only_part, split_url(only_part.url), nullptr, "agent")
              .find("Content-Length: 1\r\n") != std::string::npos);
}

TEST_CASE("parts that have no place in their body are refused before anything is sent") {
    CHECK_NOTHROW(check_request(request_of("{}", {{0, "a"}, {2, "b"}})));
    CHECK_THROWS_AS(check_request(request_of("{}", {{3, "a"}})), HttpError);
    CHECK_THROWS_AS(check_request(request_of("{}", {{2, "a"}, {1, "b"}})), HttpError);
    auto without_text = request_of("{}", {});
    without_text.body_parts.emplace_back();
    CHECK_THROWS_AS(check_request(without_text), HttpError);
}
