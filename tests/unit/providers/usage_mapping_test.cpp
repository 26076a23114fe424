#include "chat/usage_mapping.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace capstan;

namespace {

Usage stream(std::string_view text) { return usage_from_stream(parse_json(text).as_object()); }
Usage generation(std::string_view text) {
    return usage_from_generation(parse_json(text).as_object());
}

std::string cost(const Usage& usage) {
    return usage.total_cost ? usage.total_cost->to_string() : "unknown";
}

}  // namespace

TEST_CASE("usage of a stream") {
    const Usage usage = stream(
        R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"cost":0.00012264,)"
        R"("is_byok":false,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},)"
        R"("cost_details":{"upstream_inference_cost":0.00012264},)"
        R"("completion_tokens_details":{"reasoning_tokens":5},"future":1})");
    CHECK(usage.source == UsageSource::stream);
    CHECK(usage.input_tokens == 10);
    CHECK(usage.cache_read_tokens == 60);
    CHECK(usage.cache_write_tokens == 30);
    CHECK(usage.output_tokens == 20);
    CHECK(usage.reasoning_tokens == 5);
    CHECK(!usage.is_byok);
    CHECK(cost(usage) == "0.00012264");
    CHECK(usage.raw.at("future") == 1);
}

TEST_CASE("user problem 25: the upstream cost counts with the user's own key only") {
    CHECK(cost(stream(R"({"cost":0.1,"is_byok":true,)"
                      R"("cost_details":{"upstream_inference_cost":0.2}})")) == "0.3");
    CHECK(cost(stream(R"({"cost":0,"is_byok":true,)"
                      R"("cost_details":{"upstream_inference_cost":null}})")) == "0");
    CHECK(cost(stream(R"({"cost":0.1,"cost_details":{"upstream_inference_cost":0.2}})")) == "0.1");
    CHECK(cost(stream(R"({"cost":0.1,"is_byok":true,"cost_details":null})")) == "0.1");
}

TEST_CASE("costs are exact, in every spelling") {
    CHECK(cost(stream(R"({"cost":0.00014199999})")) == "0.00014199999");
    CHECK(cost(stream(R"({"cost":"0.0000001"})")) == "0.0000001");
    CHECK(cost(stream(R"({"cost":1e-7})")) == "0.0000001");
    CHECK(cost(stream(R"({"cost":3})")) == "3");
    CHECK(cost(stream(R"({"cost":18446744073})")) == "18446744073");
    CHECK(cost(stream(R"({"prompt_tokens":1,"cost":null})")) == "unknown");
    CHECK(cost(stream(R"({"prompt_tokens":1,"cost":"free"})")) == "unknown");
}

TEST_CASE("a negative cost tells nothing: no call gives money back") {
    CHECK(cost(stream(R"({"cost":-0.0})")) == "0");
    for (const char* negative : {R"({"cost":-1})", R"({"cost":-1e-9})", R"({"cost":"-0.5"})",
                                 R"({"cost":-9223372036854775808})"}) {
        INFO(negative);
        CHECK(cost(stream(negative)) == "unknown");
    }
    CHECK(cost(stream(R"({"cost":0.1,"is_byok":true,)"
                      R"("cost_details":{"upstream_inference_cost":-5}})")) == "0.1");
}

TEST_CASE("floats where ints are expected") {
    const Usage usage = stream(R"({"prompt_tokens":10.0,"completion_tokens":2e1,)"
                               R"("prompt_tokens_details":{"cached_tokens":4.0}})");
    CHECK(usage.input_tokens == 6);
    CHECK(usage.output_tokens == 20);
}

TEST_CASE("the input is never negative") {
    CHECK(stream(R"({"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":9}})").input_tokens == 0);
    CHECK(stream(R"({"prompt_tokens":9223372036854775807,"prompt_tokens_details":)"
                 R"({"cached_tokens":9223372036854775807,"cache_write_tokens":9223372036854775807}})")
              .input_tokens == 0);
    CHECK(stream(R"({"prompt_tokens":-5,"completion_tokens":-9223372036854775808})").input_tokens == 0);
}

TEST_CASE("user problem 26: unknown is not zero") {
    const Usage nothing = stream("{}");
    CHECK(!nothing.known());
    CHECK(!nothing.input_tokens);
    CHECK(!nothing.total_cost);
    const Usage some = stream(R"({"completion_tokens":0,"prompt_tokens_details":null})");
    CHECK(some.known());
    CHECK(some.output_tokens == 0);
    CHECK(!some.input_tokens);
    CHECK(!some.cache_read_tokens);
    CHECK(!generation("{}").known());
}

TEST_CASE("pitfall 25: the generation endpoint's native counts") {
    const Usage usage = generation(
        R"({"id":"gen-1","total_cost":0.0015,"usage":0.0015,"upstream_inference_cost":0.5,)"
        R"("is_byok":false,"tokens_prompt":1,"tokens_completion":2,"native_tokens_prompt":100,)"
        R"("native_tokens_completion":50,"native_tokens_reasoning":7,"native_tokens_cached":60,)"
        R"("native_tokens_cache_write":15})");
    CHECK(usage.source == UsageSource::generation);
    CHECK(usage.input_tokens == 25);
    CHECK(usage.output_tokens == 50);
    CHECK(usage.cache_read_tokens == 60);
    CHECK(usage.cache_write_tokens == 15);
    CHECK(usage.reasoning_tokens == 7);
    CHECK(cost(usage) == "0.0015");
    CHECK(cost(generation(R"({"total_cost":0.1,"upstream_inference_cost":0.2,"is_byok":true})")) == "0.3");
}

TEST_CASE("nulls from the generation endpoint are unknown") {
    const Usage usage = generation(R"({"native_tokens_prompt":null,"native_tokens_completion":3})");
    CHECK(!usage.input_tokens);
    CHECK(usage.output_tokens == 3);
    CHECK(!usage.total_cost);
}
