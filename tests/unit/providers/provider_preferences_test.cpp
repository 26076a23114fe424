#include "openrouter/provider_preferences.hpp"
#include "request_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

TEST_CASE("provider sorting: what each text means") {
    struct Row {
        const char* text;
        const char* provider;
    };
    const Row rows[] = {
        {"", "{}"},
        {"  ", "{}"},
        {"price", R"({"sort":"price"})"},
        {" Throughput ", R"({"sort":"throughput"})"},
        {"latency", R"({"sort":"latency"})"},
        {"exacto", R"({"sort":"exacto"})"},
        {"google", R"({"only":["google"],"allow_fallbacks":false})"},
        {"google-vertex/us-east5",
         R"({"only":["google-vertex/us-east5"],"allow_fallbacks":false})"},
        {"anthropic,openai", R"({"order":["anthropic","openai"],"allow_fallbacks":true})"},
        {"anthropic, openrouter", R"({"order":["anthropic"],"allow_fallbacks":true})"},
        {"OpenAI,azure,openai", R"({"order":["openai","azure"],"allow_fallbacks":true})"},
        {"openrouter", "{}"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(to_json_text(parse_provider_sorting(row.text)) == row.provider);
    }
}

TEST_CASE("provider sorting: anything mixed or misspelt is a configuration error") {
    for (const char* text : {"price,latency", "price,openai", "a b", "a,,b", "a,",
                             "openrouter,openai", "{\"sort\":\"price\"}", "a;b"}) {
        CAPTURE(text);
        try {
            (void)parse_provider_sorting(text);
            FAIL("it was taken");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::configuration);
            CHECK(error.phase() == ErrorPhase::before_request);
        }
    }
}

TEST_CASE("the raw provider object wins over X-Provider, and that over the sorting text") {
    OpenRouterOptions options = bare_options();
    options.provider_sorting = "throughput";
    options.x_provider = R"({"sort":"price","zdr":true,"ignore":["x"]})";
    options.provider = parse_json(R"({"zdr":false,"max_price":{"prompt":"5"}})").as_object();
    CHECK(member(json_of(options, asking()), "provider") ==
          R"({"sort":"price","zdr":false,"ignore":["x"],"max_price":{"prompt":"5"}})");
}

TEST_CASE("an X-Provider that is no JSON object is a configuration error") {
    for (const char* text : {"openai", "[1]", "{\"a\":", "7"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_x_provider(text), ApiError);
    }
}

TEST_CASE("user problem 24: one slug pins the provider") {
    OpenRouterOptions options = bare_options();
    options.provider_sorting = "deepinfra/turbo";
    CHECK(member(json_of(options, asking()), "provider") ==
          R"({"only":["deepinfra/turbo"],"allow_fallbacks":false})");
}
