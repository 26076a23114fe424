// Errors, retries and cancellation of AnthropicHandler, over a real socket and in virtual time.
#include "anthropic_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

/// As Anthropic's server says it.
SimResponse refused(int status, std::string_view type, std::string_view message) {
    boost::json::object error{{"type", type}, {"message", message}};
    boost::json::object body{{"type", "error"}, {"error", error}, {"request_id", "req_7"}};
    return json_answer(body, status);
}

struct Harness {
    explicit Harness(const Simulator& simulator) {
        options = anthropic_options(simulator, clock);
        options.on_retry_attempt = [this](int, int, std::chrono::milliseconds delay,
                                          const ApiError& error) {
            delays.push_back(delay);
            kinds.push_back(error.kind());
        };
    }

    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
    AnthropicOptions options;
    std::vector<std::chrono::milliseconds> delays;
    std::vector<ErrorKind> kinds;
};

AssistantMessage thoughtful() {
    AssistantMessage message{Content("It rains.")};
    message.origin.requested_model = message.origin.model = "claude-sonnet-4-5";
    message.reasoning.details = parse_json(
        R"([{"type":"reasoning.text","text":"t","signature":"c2ln",)"
        R"("format":"anthropic-claude-v1","index":0}])").as_array();
    return message;
}

asio::awaitable<void> read_all(ChunkStream& stream, int& chunks, std::shared_ptr<ApiError>& error) {
    try {
        while (auto chunk = co_await stream.next()) ++chunks;
    } catch (const ApiError& caught) {
        error = std::make_shared<ApiError>(caught);
    }
}

}  // namespace

TEST_CASE("Anthropic's errors are typed, with its words and the request's id") {
    struct Row {
        int status;
        const char* type;
        const char* message;
        ErrorKind kind;
        bool retryable;
    };
    for (const Row& row : {
             Row{400, "invalid_request_error", "max_tokens: Field required",
                 ErrorKind::invalid_request, false},
             Row{400, "invalid_request_error", "prompt is too long: 215000 tokens > 200000 maximum",
                 ErrorKind::context_overflow, false},
             Row{400, "invalid_request_error",
                 "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000",
                 ErrorKind::context_overflow, false},
             Row{401, "authentication_error", "invalid x-api-key", ErrorKind::authentication,
                 false},
             Row{402, "billing_error", "Your credit balance is too low",
                 ErrorKind::payment_required, false},
             Row{403, "permission_error", "no", ErrorKind::permission_denied, false},
             Row{404, "not_found_error", "model: claude-x", ErrorKind::not_found, false},
             Row{413, "request_too_large", "Request exceeds the maximum size",
                 ErrorKind::invalid_request, false},
             Row{429, "rate_limit_error", "slow down", ErrorKind::rate_limited, true},
             Row{500, "api_error", "Internal server error", ErrorKind::server, true},
             Row{504, "timeout_error", "too slow", ErrorKind::timeout, true},
             Row{529, "overloaded_error", "Overloaded", ErrorKind::overloaded, true},
         }) {
        Simulator simulator;
        Harness harness(simulator);
        harness.options.retry.max_retries = 0;
        AnthropicHandler handler(harness.options);
        simulator.enqueue(messages_route, refused(row.status, row.type, row.message));
        const auto outcome = run_call(handler, "hi");
        INFO(row.status << ' ' << row.message);
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == row.kind);
        CHECK(outcome.error->retryable() == row.retryable);
        CHECK(outcome.error->http_status() == row.status);
        CHECK(outcome.error->info().server_message == row.message);
        CHECK(outcome.error->info().request_id == "req_7");
        CHECK(std::string(outcome.error->what()).find("OpenRouter") == std::string::npos);
    }
}

TEST_CASE("Overload and rate limits are retried as the server asks") {
    Simulator simulator;
    Harness harness(simulator);
    AnthropicHandler handler(harness.options);
    simulator.enqueue(messages_route, refused(529, "overloaded_error", "Overloaded"));
    simulator.enqueue(messages_route, refused(429, "rate_limit_error", "slow down")
                                          .with_header("retry-after", "7"));
    simulator.enqueue(text_answer("at last"));
    CHECK(run_call(handler, "hi").text() == "at last");
    CHECK(harness.kinds == std::vector{ErrorKind::overloaded, ErrorKind::rate_limited});
    REQUIRE(harness.delays.size() == 2);
    CHECK(harness.delays[1] == 7s);
}

TEST_CASE("An overload before the first chunk of a stream is retried, one after it is not") {
    Simulator simulator;
    Harness harness(simulator);
    AnthropicHandler handler(harness.options);
    simulator.enqueue(mid_stream_error("", 529, "Overloaded"));
    simulator.enqueue(mid_stream_error("Half an", 529, "Overloaded"));
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::overloaded);
    CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
    CHECK(outcome.text() == "Half an");
    CHECK(harness.kinds == std::vector{ErrorKind::overloaded});
    CHECK(simulator.request_count() == 2);
}

TEST_CASE("A stream that ends in the middle is an error, what came before it stays") {
    Simulator simulator;
    Harness harness(simulator);
    AnthropicHandler handler(harness.options);
    simulator.enqueue(cut_after(text_answer("one two three").streamed(), 900, close_connection()));
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::network);
    CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
    CHECK(outcome.text().starts_with("one"));
    CHECK(outcome.finishes().empty());
}

TEST_CASE("A refused signature strips the thoughts once and tries again at once") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.thinking_budget_tokens = 2000;
    AnthropicHandler handler(harness.options);
    simulator.enqueue(messages_route,
                      refused(400, "invalid_request_error",
                              "messages.1.content.0: Invalid `signature` in `thinking` block"));
    simulator.enqueue(text_answer("fine"));
    auto request = asking();
    request.messages.add(thoughtful()).add_user("And now?");
    const auto outcome = run_call(handler, request);
    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "fine");
    CHECK(harness.clock->sleeps().empty());
    CHECK(simulator.wait_for_request(0).body.find("c2ln") != std::string::npos);
    CHECK(simulator.wait_for_request(1).body.find("c2ln") == std::string::npos);
    CHECK(body_at(simulator, 1).contains("thinking"));
}

TEST_CASE("Within calls the try without thoughts does not ask for a budget of them") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.thinking_budget_tokens = 2000;
    AnthropicHandler handler(harness.options);
    simulator.enqueue(messages_route,
                      refused(400, "invalid_request_error",
                              "messages.1.content.0: Invalid `signature` in `thinking` block"));
    simulator.enqueue(text_answer("fine"));
    auto request = asking();
    auto caller = thoughtful();
    ToolCall& call = caller.tool_calls.emplace_back();
    call.id = "toolu_1";
    call.name = "weather";
    request.messages.add(caller).add_tool_result("toolu_1", "rain");
    CHECK(run_call(handler, request).text() == "fine");
    CHECK(!body_at(simulator, 1).contains("thinking"));
}

TEST_CASE("An empty message is retried, a refusal is an answer") {
    Simulator simulator;
    Harness harness(simulator);
    AnthropicHandler handler(harness.options);
    simulator.enqueue(text_answer(""));
    auto refusal = text_answer("");
    refusal.finish_reason = "content_filter";
    simulator.enqueue(refusal);
    const auto outcome = run_call(handler, "hi");
    CHECK(!outcome.error);
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].reason == FinishReason::content_filter);
    CHECK(outcome.finishes()[0].finish_reason == "refusal");
    CHECK(harness.kinds == std::vector{ErrorKind::empty_answer});
}

TEST_CASE("Anthropic's key never comes out, wherever the server puts it") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.retry.max_retries = 0;
    AnthropicHandler handler(harness.options);
    for (int where = 0; where < 3; ++where) {
        const std::string text = "bad key sk-ant-test in x-api-key";
        if (where == 0)
            simulator.enqueue(messages_route, refused(401, "authentication_error", text));
        if (where == 1) simulator.enqueue(mid_stream_error("", 401, text));
        if (where == 2)
            simulator.enqueue(messages_route,
                              json_answer(boost::json::object{{"sk-ant-test", text}}, 500)
                                  .with_header("request-id", "sk-ant-test"));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        const auto& info = outcome.error->info();
        for (const auto& said :
             {std::string(outcome.error->what()), info.server_message, info.summary, info.remedy,
              info.request_id, info.code, to_json_text(info.raw)})
            CHECK(said.find("sk-ant-test") == std::string::npos);
    }
}

TEST_CASE("Stopping a message while the server is silent closes the socket at once") {
    Simulator simulator;
    Harness harness(simulator);
    AnthropicHandler handler(harness.options);
    simulator.enqueue(cut_after(text_answer("one two three").streamed(), 600, silence()));
    auto stream = std::make_optional(handler.create_message(asking()));
    asio::io_context context;
    asio::cancellation_signal signal;
    int chunks = 0;
    std::shared_ptr<ApiError> error;
    asio::co_spawn(context, read_all(*stream, chunks, error),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    while (chunks == 0) context.run_one();

    const auto before = std::chrono::steady_clock::now();
    SECTION("by the consumer's slot") { signal.emit(asio::cancellation_type::terminal); }
    SECTION("by cancel()") { stream->cancel(); }
    SECTION("by destroying the stream") { stream.reset(); }
    context.run();

    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
    const auto connection = simulator.wait_for_close(simulator.wait_for_request(0).connection);
    CHECK(connection.closed - before < 100ms);
}

TEST_CASE("The simulator refuses what Anthropic would refuse") {
    Simulator simulator;
    auto options = anthropic_options(simulator);
    options.retry.max_retries = 0;
    AnthropicHandler handler(options);
    auto request = asking();
    request.extra["messages"] = parse_json(
        R"([{"role":"user","content":[{"type":"tool_result","tool_use_id":"lost"}]}])");
    for (const char* messages :
         {R"([])", R"([{"role":"assistant","content":"x"}])",
          R"([{"role":"user","content":"a"},{"role":"user","content":"b"}])",
          R"([{"role":"user","content":[{"type":"text","text":" "}]}])",
          R"([{"role":"user","content":"a"},{"role":"assistant","content":[)"
          R"({"type":"tool_use","id":"t","name":"n","input":{}}]},{"role":"user",)"
          R"("content":"b"}])"}) {
        request.extra["messages"] = parse_json(messages);
        const auto outcome = run_call(handler, request);
        INFO(messages);
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::invalid_request);
    }
}
