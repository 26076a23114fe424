// Who wins: the model URI over the request, the request over the configuration.
#include "openrouter/request_builder.hpp"

#include <capstan/providers/model_uri.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

ModelParameters parameters_of(const std::string& query) {
    return ModelUri::parse("p:m?" + query).parameters;
}

json::object body_of(const OpenRouterOptions& options, const MessageRequest& request) {
    return parse_json(build_chat_request(options, request, nullptr).body).as_object();
}

MessageRequest question() {
    MessageRequest request;
    request.system_prompt = "x";
    return request;
}

}  // namespace

TEST_CASE("a URI's parameters win over the request, and the request over the configuration") {
    OpenRouterOptions options;
    options.sampling.temperature = 0.1;
    options.sampling.top_p = 0.1;
    options.sampling.seed = 1;
    options.max_tokens = 100;
    auto request = question();
    request.sampling.temperature = 0.2;
    request.sampling.top_p = 0.2;
    request.max_tokens = 200;
    apply(parameters_of("temperature=0.3&max_tokens=300"), request);
    const auto body = body_of(options, request);
    CHECK(body.at("temperature").to_number<double>() == 0.3);
    CHECK(body.at("top_p").to_number<double>() == 0.2);
    CHECK(body.at("seed").to_number<int>() == 1);
    CHECK(body.at("max_tokens").to_number<int>() == 300);
}

TEST_CASE("a URI's parameters in the configuration leave the last word to the request") {
    OpenRouterOptions options;
    options.sampling.temperature = 0.1;
    options.extra["top_p"] = 0.1;
    apply(parameters_of("temperature=0.3&top_p=0.3&seed=3&reasoning_effort=low&verbosity=high"
                        "&parallel_tool_calls=false"),
          options);
    auto request = question();
    request.sampling.temperature = 0.2;
    const auto body = body_of(options, request);
    CHECK(body.at("temperature").to_number<double>() == 0.2);
    CHECK(body.at("top_p").to_number<double>() == 0.3);
    CHECK(body.at("seed").to_number<int>() == 3);
    CHECK(body.at("verbosity") == "high");
    CHECK(body.at("reasoning") == json::value{{"effort", "low"}});
    CHECK(options.parallel_tool_calls == false);
}

TEST_CASE("raw fields of the request do not get past a URI's parameters") {
    auto request = question();
    request.extra["temperature"] = 0.2;
    request.extra["max_completion_tokens"] = 5;
    request.extra["reasoning"] = json::object();
    request.extra["include_reasoning"] = false;
    request.extra["verbosity"] = "max";
    request.extra["kept"] = 1;
    apply(parameters_of("temperature=0.3&max_tokens=3000&thinking_budget_tokens=2000"
                        "&verbosity=low"),
          request);
    const auto body = body_of(OpenRouterOptions(), request);
    CHECK(body.at("temperature").to_number<double>() == 0.3);
    CHECK(body.at("max_tokens").to_number<int>() == 3000);
    CHECK(!body.contains("max_completion_tokens"));
    CHECK(body.at("reasoning") == json::value{{"max_tokens", 2000}});
    CHECK(body.at("verbosity") == "low");
    CHECK(body.at("kept") == 1);
}

TEST_CASE("a URI's effort wins over a request's budget, and the reverse") {
    auto request = question();
    request.reasoning.emplace();
    request.reasoning->max_tokens = 5000;
    request.reasoning->enabled = false;
    request.reasoning->exclude = true;
    apply(parameters_of("reasoning_effort=high"), request);
    CHECK(request.reasoning->effort == "high");
    CHECK(!request.reasoning->max_tokens);
    CHECK(!request.reasoning->enabled);
    CHECK(request.reasoning->exclude == true);
    apply(parameters_of("thinking_budget_tokens=7"), request);
    CHECK(request.reasoning->effort.empty());
    CHECK(request.reasoning->max_tokens == 7);
}

TEST_CASE("what a URI does not say stays as it was") {
    auto request = question();
    request.sampling.temperature = 0.2;
    request.extra["reasoning"] = json::object();
    apply(parameters_of("seed=1"), request);
    CHECK(request.sampling.temperature == 0.2);
    CHECK(request.extra.contains("reasoning"));
    CHECK(!request.reasoning);
    CHECK(request.verbosity.empty());
}
