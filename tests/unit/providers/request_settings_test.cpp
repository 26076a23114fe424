#include <capstan/providers/provider_options.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

ProviderOptions settings() {
    ProviderOptions options;
    options.model = "ours";
    options.sampling.temperature = 0.5;
    options.sampling.top_p = 0.9;
    options.max_tokens = 100;
    options.verbosity = "low";
    options.parallel_tool_calls = false;
    options.reasoning_effort = "high";
    options.extra["a"] = 1;
    options.extra["b"] = 1;
    return options;
}

}  // namespace

TEST_CASE("The settings stand in for what a request leaves open") {
    const auto request = with_settings(settings(), MessageRequest());
    CHECK(request.model == "ours");
    CHECK(request.sampling.temperature == 0.5);
    CHECK(request.max_tokens == 100);
    CHECK(request.verbosity == "low");
    CHECK(request.parallel_tool_calls == false);
    REQUIRE(request.reasoning);
    CHECK(request.reasoning->effort == "high");
    CHECK_FALSE(with_settings(ProviderOptions(), MessageRequest()).reasoning);
}

TEST_CASE("What a request says wins over the settings") {
    MessageRequest request;
    request.model = "theirs";
    request.sampling.temperature = 0.1;
    request.max_tokens = 5;
    request.verbosity = "high";
    request.parallel_tool_calls = true;
    request.reasoning.emplace().enabled = false;
    request.extra["b"] = 2;
    const auto merged = with_settings(settings(), request);
    CHECK(merged.model == "theirs");
    CHECK(merged.sampling.temperature == 0.1);
    CHECK(merged.sampling.top_p == 0.9);
    CHECK(merged.max_tokens == 5);
    CHECK(merged.verbosity == "high");
    CHECK(merged.parallel_tool_calls == true);
    CHECK(merged.reasoning->effort.empty());
    CHECK(merged.extra == json::object{{"a", 1}, {"b", 2}});
}
