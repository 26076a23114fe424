// The provider of examples/custom_provider: what DialectHandler does for any dialect.
#include "harbor.hpp"
#include "openrouter_fixture.hpp"

#include <capstan/testing/provider_kit.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;

namespace {

struct Port {
    Port() {
        options.base_url = simulator.base_url();
        options.api_key = "pier-key";
        options.clock = std::make_shared<VirtualClock>();
        options.model = "barge-1";
    }

    Outcome ask(MessageRequest request = MessageRequest()) {
        if (request.messages.empty()) request.messages.add_user("Which pier?");
        HarborHandler handler(options);
        return run_call(handler, std::move(request));
    }
    void answers(const std::string& lines) {
        simulator.enqueue("POST /talk", WireCase("", lines, ExpectedAnswer()).response);
    }
    void fails(int status, const std::string& body) {
        SimResponse response;
        response.status = status;
        response.with_header("Content-Type", "application/json");
        response.with_step(send(body));
        simulator.always("POST /talk", response);
    }
    json::object sent() { return simulator.wait_for_request(0).json().as_object(); }

    Simulator simulator;
    ProviderOptions options;
};

}  // namespace

TEST_CASE("a dialect's settings and requests are merged, the request's first") {
    Port port;
    port.options.sampling.temperature = 0.25;
    port.options.max_tokens = 500;
    MessageRequest request;
    request.max_tokens = 50;
    port.answers("{\"say\":\"7\"}\n{\"end\":\"done\",\"in\":1,\"out\":1}\n");
    CHECK(port.ask(request).text() == "7");
    const auto body = port.sent();
    CHECK(body.at("ship") == "barge-1");
    CHECK(body.at("heat").to_number<double>() == 0.25);
    CHECK(body.at("most") == 50);
}

TEST_CASE("a dialect of lines sees no blank ones, and halves of characters are joined") {
    Port port;
    port.answers("\n{\"say\":\"a \\ud83d\"}\n \r\n\n{\"say\":\"\\ude42\"}\n{\"fog\":[1]}\n"
                 "{\"end\":\"done\",\"in\":1,\"out\":1}");
    const auto outcome = port.ask();
    CHECK(outcome.text() == "a \xf0\x9f\x99\x82");
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].model == "barge-1");
    bool fog = false;
    for (const auto& chunk : outcome.chunks)
        if (const auto* extra = std::get_if<ExtraChunk>(&chunk)) fog = extra->name == "fog";
    CHECK(fog);
}

TEST_CASE("a failure in a server's own words has kind, retries, words and status like any other") {
    Port port;
    port.fails(429, R"({"fault":{"code":"berths","message":"too many ships"}})");
    const auto outcome = port.ask();
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::rate_limited);
    CHECK(outcome.error->http_status() == 429);
    CHECK(outcome.error->retryable());
    CHECK(outcome.error->info().server_message == "too many ships");
    CHECK(std::string(outcome.error->what()).find("Harbor") != std::string::npos);
    CHECK(port.simulator.request_count() > 1);
}

TEST_CASE("a dialect's own headers and the user's go with the key") {
    Port port;
    port.options.headers.add("X-Captain", "Ahab");
    port.answers("{\"say\":\"7\"}\n{\"end\":\"done\"}\n");
    CHECK(port.ask().text() == "7");
    const auto request = port.simulator.wait_for_request(0);
    CHECK(request.header("X-Captain") == "Ahab");
    CHECK(request.header("Authorization") == "Bearer pier-key");
    CHECK(request.header("Accept") == "application/x-ndjson, application/json");
}

TEST_CASE("a registry makes such a provider from a URI, whose parameters reach the wire") {
    Port port;
    ProviderRegistry registry;
    add_harbor(registry);
    auto options = port.options;
    const auto handler = registry.make_handler("harbor:tug?temperature=0.5", options);
    port.answers("{\"say\":\"7\"}\n{\"end\":\"done\"}\n");
    CHECK(run_call(*handler, "Which pier?").text() == "7");
    CHECK(port.sent().at("ship") == "tug");
    CHECK(port.sent().at("heat").to_number<double>() == 0.5);
}
