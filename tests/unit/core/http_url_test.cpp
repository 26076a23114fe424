#include "net/http_url.hpp"

#include <capstan/http_client.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;
using http::split_url;

namespace {

struct Row {
    const char* url;
    bool secure;
    const char* host;
    int port;
    const char* target;
    const char* authority;
};

}  // namespace

TEST_CASE("URLs are split") {
    const auto row = GENERATE(
        Row{"https://openrouter.ai/api/v1/models", true, "openrouter.ai", 443, "/api/v1/models",
            "openrouter.ai"},
        Row{"http://localhost:8080", false, "localhost", 8080, "/", "localhost:8080"},
        Row{"HTTPS://Example.TEST:443/A?b=C#d", true, "example.test", 443, "/A?b=C",
            "example.test"},
        Row{"http://example.test?q=1", false, "example.test", 80, "/?q=1", "example.test"},
        Row{"http://example.test#f", false, "example.test", 80, "/", "example.test"},
        Row{"https://example.test:80/", true, "example.test", 80, "/", "example.test:80"},
        Row{"http://[::1]:81/a", false, "::1", 81, "/a", "[::1]:81"},
        Row{"http://[2001:DB8::1]/", false, "2001:db8::1", 80, "/", "[2001:db8::1]"},
        Row{"http://example.test:/a", false, "example.test", 80, "/a", "example.test"},
        Row{"  http://example.test/a@b:c ", false, "example.test", 80, "/a@b:c", "example.test"});
    const auto url = split_url(row.url);
    CHECK(url.secure == row.secure);
    CHECK(url.host == row.host);
    CHECK(url.port == row.port);
    CHECK(url.target == row.target);
    CHECK(url.authority == row.authority);
}

TEST_CASE("what is no usable URL is refused, without showing its secrets") {
    const auto text = GENERATE(
        as<std::string>(), "", "example.test", "ftp://example.test/", "http://", "http:///a",
        "http://:80/", "http://a:b/", "http://a:0/", "http://a:65536/", "http://a:80x/",
        "http://[::1/", "http://[::1]x/", "http://a b/", "http://a/\r\nX: y", "http://a/\x01",
        "http://\xc3\xa4/", "http://user:secret@a:x/", "http://a<b/", "//a/", "https:/a");
    try {
        split_url(text);
        FAIL(text);
    } catch (const HttpError& error) {
        CHECK(error.kind() == HttpErrorKind::invalid_url);
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
}

TEST_CASE("user info is kept apart") {
    const auto url = split_url("http://user:p%40ss@proxy.test:3128");
    CHECK(url.user_info == "user:p%40ss");
    CHECK(url.host == "proxy.test");
    CHECK(http::percent_decoded(url.user_info) == "user:p@ss");
    CHECK(http::percent_decoded("%") == "%");
    CHECK(http::percent_decoded("a%4") == "a%4");
    CHECK(http::percent_decoded("%zz%41") == "%zzA");
}

TEST_CASE("base64 is that of RFC 4648") {
    CHECK(http::base64("") == "");
    CHECK(http::base64("f") == "Zg==");
    CHECK(http::base64("fo") == "Zm8=");
    CHECK(http::base64("foo") == "Zm9v");
    CHECK(http::base64("foobar") == "Zm9vYmFy");
    CHECK(http::base64("\xff\xfe\xfd") == "//79");
}
