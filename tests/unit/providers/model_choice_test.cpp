#include "chat/model_slug.hpp"
#include "request_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

TEST_CASE("a comma list in model is the model and its fallbacks, without repetitions") {
    struct Row {
        const char* handler;
        std::vector<std::string> handler_fallbacks;
        const char* request;
        std::vector<std::string> request_models;
        const char* model;
        const char* models;
    };
    const Row rows[] = {
        {"a/b", {}, "", {}, R"("a/b")", "-"},
        {" a/b , c/d,,a/b", {}, "", {}, R"("a/b")", R"(["a/b","c/d"])"},
        {"a/b", {"c/d", "a/b", "e/f,g/h"}, "", {}, R"("a/b")", R"(["a/b","c/d","e/f","g/h"])"},
        {"a/b,x/y", {"c/d"}, "m/n", {}, R"("m/n")", R"(["m/n","c/d"])"},
        {"a/b", {"c/d"}, "", {"e/f"}, R"("a/b")", R"(["a/b","e/f"])"},
        {"a/b:nitro", {}, "~m/n-latest", {}, R"("~m/n-latest")", "-"},
        {"", {}, "", {}, "-", "-"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.handler, row.request);
        OpenRouterOptions options = bare_options(row.handler);
        options.fallback_models = row.handler_fallbacks;
        MessageRequest request = asking();
        request.model = row.request;
        request.models = row.request_models;
        const auto body = json_of(options, request);
        CHECK(member(body, "model") == row.model);
        CHECK(member(body, "models") == row.models);
    }
}

TEST_CASE("pitfall 21: slugs are compared without alias mark, suffixes and preset") {
    CHECK(base_slug("~anthropic/claude-sonnet-latest") == "anthropic/claude-sonnet-latest");
    CHECK(base_slug("x/y:free:online") == "x/y");
    CHECK(base_slug("x/y@preset/team") == "x/y");
    CHECK(base_slug("@preset/team").empty());
    CHECK(vendor_of("~openai/gpt-latest") == "openai");
    CHECK(vendor_of("openrouter/auto").empty());
    CHECK(vendor_of("local-model").empty());
}

TEST_CASE("versions in slugs") {
    CHECK(model_version("anthropic/claude-sonnet-4.5") == 405);
    CHECK(model_version("anthropic/claude-sonnet-4") == 400);
    CHECK(model_version("anthropic/claude-3.7-sonnet:thinking") == 307);
    CHECK(model_version("anthropic/claude-4.5-haiku-20251001") == 405);
    CHECK(model_version("anthropic/claude-opus-4-1") == 401);
    CHECK(model_version("google/gemini-3.1-flash-lite-preview") == 301);
    CHECK(model_version("google/gemini-2.5-pro") == 205);
    CHECK_FALSE(model_version("anthropic/claude-sonnet-latest"));
    CHECK_FALSE(model_version("meta/llama-70b"));
    CHECK(has_thinking_budget("anthropic/claude-opus-4.1"));
    CHECK_FALSE(has_thinking_budget("anthropic/claude-opus-4.6"));
    CHECK_FALSE(has_thinking_budget("anthropic/claude-sonnet-5"));
    CHECK_FALSE(has_thinking_budget("openai/gpt-4"));
}
