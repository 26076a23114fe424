#include "net/http_request_head.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;

TEST_CASE("header names compare without regard to case, and keep their order") {
    HttpHeaders headers;
    headers.add("A", "1");
    headers.add("B", "2");
    headers.add("a", "3");
    CHECK(headers.get("a") == "1");
    CHECK(headers.get("b") == "2");
    CHECK(headers.get("c").empty());
    CHECK(headers.contains("B"));
    headers.set("A", "4");
    CHECK(headers.fields().size() == 2);
    CHECK(headers.fields()[0].second == "4");
    headers.set("C", "5");
    CHECK(headers.fields().back().second == "5");
}

TEST_CASE("requests that could smuggle another one are refused, without their values") {
    HttpRequest request;
    request.url = "http://a.test/";
    const auto kind = GENERATE(0, 1, 2, 3, 4, 5);
    if (kind == 0) request.method = "GET / HTTP/1.1\r\nX:";
    if (kind == 1) request.method = "";
    if (kind == 2) request.headers.add("X", "secret\r\nY: z");
    if (kind == 3) request.headers.add("X", std::string("secret\0", 7));
    if (kind == 4) request.headers.add("X\r\nY", "secret");
    if (kind == 5) request.headers.add("Transfer-Encoding", "secret");
    try {
        http::check_request(request);
        FAIL(kind);
    } catch (const HttpError& error) {
        CHECK(error.kind() == HttpErrorKind::invalid_request);
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
}

TEST_CASE("the caller's fields win over the usual ones") {
    HttpRequest request;
    request.headers.add("host", "other.test");
    request.headers.add("user-agent", "mine");
    const auto url = http::split_url("http://a.test/p");
    CHECK(http::request_head(request, url, nullptr, "capstan") ==
          "GET /p HTTP/1.1\r\nAccept-Encoding: identity\r\nhost: other.test\r\n"
          "user-agent: mine\r\n\r\n");
    request.method = "POST";
    CHECK(http::request_head(request, url, nullptr, "").ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("kinds of error have names") {
    CHECK(to_string(HttpErrorKind::timeout_first_byte) == "timeout_first_byte");
    CHECK(to_string(HttpErrorKind::invalid_request) == "invalid_request");
}
