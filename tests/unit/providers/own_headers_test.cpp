#include "exchange/own_headers.hpp"

#include <capstan/error.hpp>
#include <capstan/providers/openai_compatible.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;

TEST_CASE("The user's headers are sent, but none that the call sets itself") {
    HttpHeaders wanted;
    wanted.add("X-Trace", "7");
    wanted.add("authorization", "Bearer stolen");
    wanted.add("CONTENT-TYPE", "text/plain");
    wanted.add("Accept", "image/png");
    const auto headers = exchange::own_headers(wanted);
    CHECK(headers.fields().size() == 1);
    CHECK(headers.get("x-trace") == "7");
}

TEST_CASE("A header that could not be sent is refused, and its value not shown") {
    struct Row {
        const char* name;
        const char* value;
    };
    for (const Row& row : {Row{"X-A", "secret\r\nX-Evil: 1"}, Row{"X-A", "secret\x7f"},
                           Row{"X A", "secret"}, Row{"X:A", "secret"}, Row{"", "secret"}}) {
        INFO(row.name << '=' << row.value);
        HttpHeaders headers;
        try {
            exchange::set_checked(headers, row.name, row.value);
            FAIL("no error");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::configuration);
            CHECK(std::string(error.what()).find("secret") == std::string::npos);
        }
        CHECK(headers.fields().empty());
    }
    HttpHeaders headers;
    CHECK_NOTHROW(exchange::set_checked(headers, "X-A", "a\tb \xc3\xa4"));
}

TEST_CASE("A handler tells of such a header when it is made") {
    OpenAiCompatibleOptions options;
    options.base_url = "http://127.0.0.1:1/v1";
    options.headers.add("X-A", "a\nb");
    CHECK_THROWS_AS(OpenAiCompatibleHandler(options), ApiError);
}
