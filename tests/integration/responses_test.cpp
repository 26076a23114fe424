// Calls through OpenAiResponsesHandler, over a real socket.
#include "responses_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <optional>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

Answer thoughtful_call() {
    auto answer = tool_call_answer({{"call_1", "look", R"({"q": 1.0})"}});
    answer.reasoning_details =
        parse_json(R"([{"type":"reasoning.summary","summary":"Where? ","format":)"
                   R"("openai-responses-v1","index":0},{"type":"reasoning.summary","summary":)"
                   R"("There.","format":"openai-responses-v1","index":1},{"type":)"
                   R"("reasoning.encrypted","data":"gAAA==","id":"rs_1","format":)"
                   R"("openai-responses-v1","index":2}])")
            .as_array();
    return answer;
}

bool leaks(const ApiError& error, const std::string& secret) {
    const ErrorInfo& info = error.info();
    for (const auto& text : {std::string(error.what()), info.server_message, info.summary,
                             info.remedy, info.code, to_json_text(info.raw)})
        if (text.find(secret) != std::string::npos) return true;
    return false;
}

asio::awaitable<void> read_all(ChunkStream& stream, int& chunks, std::shared_ptr<ApiError>& error) {
    try {
        while (auto chunk = co_await stream.next()) ++chunks;
    } catch (const ApiError& caught) {
        error = std::make_shared<ApiError>(caught);
    }
}

}  // namespace

TEST_CASE("An answer of the Responses API arrives as text, usage and finish") {
    Simulator simulator;
    auto answer = text_answer("Hello, world");
    answer.usage.cost = "0.00014199999";
    answer.usage.cached_tokens = 4;
    answer.id = "resp_7";
    simulator.enqueue(answer);
    OpenAiResponsesHandler handler(responses_options(simulator));

    const auto outcome = run_call(handler, "hi");

    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "Hello, world");
    REQUIRE(outcome.usages().size() == 1);
    CHECK(outcome.usages()[0].input_tokens == 8);
    CHECK(outcome.usages()[0].cache_read_tokens == 4);
    CHECK(outcome.usages()[0].total_cost->to_string() == "0.00014199999");
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].reason == FinishReason::stop);
    CHECK(outcome.finishes()[0].generation_id == "resp_7");
    CHECK(std::holds_alternative<FinishChunk>(outcome.chunks.back()));
    const auto request = simulator.wait_for_request(0);
    CHECK(request.path == "/responses");
    CHECK(request.header("authorization") == "Bearer sk-test-responses");
    CHECK(request.body.find("sk-test") == std::string::npos);
    CHECK(parse_json(request.body).at("store") == false);
}

TEST_CASE("Streamed, single and sliced responses give the same message") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator));
    auto answer = thoughtful_call();
    answer.text = "Größe \xF0\x9F\x98\x82.";
    simulator.enqueue(answer.streamed());
    simulator.enqueue(answer.single());
    auto sliced = answer.streamed();
    sliced.split = Split::every(1);
    sliced.write_size = 1;
    simulator.enqueue(sliced);

    std::vector<std::string> messages;
    for (int i = 0; i < 3; ++i) {
        auto outcome = run_call(handler, "hi");
        REQUIRE(!outcome.error);
        CHECK(outcome.finishes().at(0).reason == FinishReason::tool_calls);
        messages.push_back(to_json_text(to_json(message_of(outcome, "gpt/5"))));
    }
    CHECK(messages[0] == messages[1]);
    CHECK(messages[0] == messages[2]);
    CHECK(messages[0].find("gAAA==") != std::string::npos);
}

TEST_CASE("A tool's result goes back behind its call, the thoughts before it") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator));
    simulator.enqueue(thoughtful_call());
    MessageRequest request = asking("look");
    const auto first = run_call(handler, request);
    REQUIRE(!first.error);

    request.messages.add(message_of(first, "gpt/5"));
    request.messages.add_tool_result("call_1", "found");
    simulator.enqueue(text_answer("Done."));
    CHECK(run_call(handler, request).text() == "Done.");

    CHECK(sent_item(simulator, 1, 1) ==
          R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Where? "},)"
          R"({"type":"summary_text","text":"There."}],"encrypted_content":"gAAA==","format":)"
          R"("openai-responses-v1"})");
    CHECK(sent_item(simulator, 1, 2) ==
          R"({"type":"function_call","call_id":"call_1","name":"look","arguments":)"
          R"("{\"q\": 1.0}"})");
    CHECK(sent_item(simulator, 1, 3) ==
          R"({"type":"function_call_output","call_id":"call_1","output":"found"})");
    CHECK(sent_item(simulator, 1, 4) == "none");
}

TEST_CASE("A refused thought is taken out, and the call tried again, once") {
    Simulator simulator;
    auto options = responses_options(simulator);
    options.retry.max_retries = 0;
    OpenAiResponsesHandler handler(options);
    simulator.enqueue(thoughtful_call());
    MessageRequest request = asking("look");
    request.messages.add(message_of(run_call(handler, request), "gpt/5"));
    request.messages.add_tool_result("call_1", "found");
    const auto refusal = json_answer(
        parse_json(R"({"error":{"message":"The encrypted content gAAA could not be verified.",)"
                   R"("type":"invalid_request_error","param":null,"code":)"
                   R"("invalid_encrypted_content"}})"), 400);

    SECTION("the second try works") {
        simulator.enqueue(refusal);
        simulator.enqueue(text_answer("fine"));
        CHECK(run_call(handler, request).text() == "fine");
        CHECK(sent_item(simulator, 1, 1).find("\"reasoning\"") != std::string::npos);
        CHECK(sent_item(simulator, 2, 1).find("\"function_call\"") != std::string::npos);
    }
    SECTION("only once") {
        simulator.always(refusal);
        const auto outcome = run_call(handler, request);
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::invalid_signature);
        CHECK(simulator.request_count() == 3);
    }
}

TEST_CASE("Retries happen before the first chunk, as the server asks, and not after") {
    Simulator simulator;
    auto options = responses_options(simulator);
    auto clock = std::make_shared<VirtualClock>();
    options.clock = clock;
    OpenAiResponsesHandler handler(options);

    SECTION("a rate limit is waited for") {
        simulator.enqueue(error_answer(429, "Slow down").with_header("Retry-After", "7"));
        simulator.enqueue(text_answer("ok"));
        CHECK(run_call(handler, "hi").text() == "ok");
        REQUIRE(clock->sleeps().size() == 1);
        CHECK(clock->sleeps()[0] >= 7s);
    }
    SECTION("a failed response without content is tried again") {
        simulator.enqueue(mid_stream_error("", 502, "Provider died"));
        simulator.enqueue(text_answer("ok"));
        CHECK(run_call(handler, "hi").text() == "ok");
    }
    SECTION("a failed response with content is not") {
        simulator.enqueue(mid_stream_error("one two", 502, "Provider died"));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.text() == "one two");
        CHECK(outcome.error->kind() == ErrorKind::server);
        CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
        CHECK(outcome.error->info().server_message == "Provider died");
        CHECK(outcome.finishes().empty());
        CHECK(simulator.request_count() == 1);
    }
    SECTION("a cut stream is not") {
        simulator.enqueue(cut_after(text_answer("one two three").streamed(), 900,
                                    close_connection()));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::network);
        CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
        CHECK(simulator.request_count() == 1);
    }
    SECTION("an account without credit is not asked twice") {
        simulator.enqueue(json_answer(
            parse_json(R"({"error":{"message":"You exceeded your current quota.","type":)"
                       R"("insufficient_quota","param":null,"code":"insufficient_quota"}})"),
            429));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::payment_required);
        CHECK(simulator.request_count() == 1);
    }
}

TEST_CASE("An unreadable event of a response that was finished is told as what it is") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator));
    simulator.enqueue(
        responses_route,
        sse_raw({R"({"type":"response.output_text.delta","output_index":0,"delta":"Hello"})",
                 "{bad", R"({"type":"response.output_text.delta","output_index":0,"delta":"."})",
                 R"({"type":"response.completed","response":{"status":"completed"}})"})
            .with_header("x-request-id", "req_7"));
    const auto outcome = run_call(handler, "hi");
    CHECK(outcome.text() == "Hello.");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::malformed);
    CHECK(outcome.error->info().server_message.find("{bad") != std::string::npos);
    CHECK(outcome.error->info().request_id == "req_7");
}

TEST_CASE("An error inside an answer has the id of its own request") {
    Simulator simulator;
    auto options = responses_options(simulator);
    OpenAiResponsesHandler handler(options);
    const auto failed = R"({"type":"response.failed","response":{"status":"failed","error":)"
                        R"({"code":"invalid_prompt","message":"no"}}})";
    SECTION("told by the header") {
        simulator.enqueue(responses_route, sse_raw({failed}).with_header("x-request-id", "req_1"));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->info().request_id == "req_1");
    }
    SECTION("another try begins without") {
        simulator.enqueue(error_answer(500, "no").with_header("x-request-id", "req_1"));
        simulator.enqueue(responses_route, sse_raw({failed}));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->info().request_id.empty());
    }
}

TEST_CASE("Usage that OpenRouter did not tell is asked for, OpenAI is not asked") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator));
    auto answer = text_answer("ok");
    answer.with_usage = false;
    simulator.enqueue(answer);
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.usages().size() == 1);
    CHECK(outcome.usages()[0].source == UsageSource::generation);
    answer.id = "resp_1";
    simulator.enqueue(answer);
    const auto other = run_call(handler, "hi");
    CHECK_FALSE(other.usages().at(0).known());
    CHECK(simulator.requests("GET /generation").size() == 1);
}

TEST_CASE("A response that was cut or filtered says so") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator));
    for (const auto& [word, reason] :
         {std::pair("length", FinishReason::length),
          std::pair("content_filter", FinishReason::content_filter)}) {
        auto answer = text_answer("half");
        answer.finish_reason = word;
        simulator.enqueue(answer);
        const auto outcome = run_call(handler, "hi");
        REQUIRE(!outcome.error);
        CHECK(outcome.text() == "half");
        CHECK(outcome.finishes().at(0).reason == reason);
        CHECK(outcome.finishes()[0].finish_reason == "incomplete");
    }
}

TEST_CASE("The key of the Responses API never comes out, wherever the server puts it") {
    Simulator simulator;
    auto options = responses_options(simulator);
    options.retry.max_retries = 0;
    OpenAiResponsesHandler handler(options);
    simulator.enqueue(json_answer(
        parse_json(R"({"error":{"message":"Incorrect API key provided: sk-test-responses.",)"
                   R"("type":"invalid_request_error","code":"sk-test-responses"}})"), 401));
    simulator.enqueue(sse_raw({R"({"type":"error","code":"sk-test-responses","message":)"
                               R"("Bearer sk-test-responses is bad"})"}));
    for (int i = 0; i < 2; ++i) {
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK_FALSE(leaks(*outcome.error, "sk-test-responses"));
    }
}

TEST_CASE("Stopping a response while the server is silent closes the socket at once") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator));
    simulator.enqueue(cut_after(text_answer("one two three").streamed(), 900, silence()));
    auto stream = std::make_optional(handler.create_message(asking("hi")));
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

TEST_CASE("OpenAI's own bytes are understood as they are") {
    Simulator simulator;
    OpenAiResponsesHandler handler(responses_options(simulator, "gpt-5"));
    SimResponse response = sse_raw({}, false);
    for (const auto* event :
         {R"(response.created|{"type":"response.created","response":{"id":"resp_1","model":)"
          R"("gpt-5-2025-08-07","status":"in_progress","output":[]},"sequence_number":0})",
          R"(response.output_text.delta|{"type":"response.output_text.delta","item_id":"msg_1",)"
          R"("output_index":0,"content_index":0,"delta":"Hi","obfuscation":"x"})",
          R"(response.completed|{"type":"response.completed","response":{"id":"resp_1","model":)"
          R"("gpt-5-2025-08-07","status":"completed","output":[{"id":"msg_1","type":"message",)"
          R"("content":[{"type":"output_text","text":"Hi"}]}],"usage":{"input_tokens":3,)"
          R"("input_tokens_details":{"cached_tokens":0},"output_tokens":1}}})"}) {
        const std::string text(event);
        const auto bar = text.find('|');
        response.body.push_back(
            send("event: " + text.substr(0, bar) + "\ndata: " + text.substr(bar + 1) + "\n\n"));
    }
    simulator.enqueue(responses_route, response);
    const auto outcome = run_call(handler, "hi");
    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "Hi");
    CHECK(outcome.finishes().at(0).model == "gpt-5-2025-08-07");
    CHECK(outcome.usages().at(0).input_tokens == 3);
    CHECK_FALSE(outcome.usages()[0].total_cost);
}

TEST_CASE("Key and base URL come from OpenAI's variables, and a missing key is said at once") {
    Simulator simulator;
    auto options = responses_options(simulator);
    options.api_key.clear();
    options.base_url.clear();
    ::unsetenv("OPENAI_API_KEY");
    try {
        OpenAiResponsesHandler handler(options);
        FAIL("there was no key");
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
        CHECK(std::string(error.what()).find("OPENAI_API_KEY") != std::string::npos);
    }
    ::setenv("OPENAI_API_KEY", "sk-from-environment", 1);
    ::setenv("OPENAI_BASE_URL", simulator.base_url().c_str(), 1);
    OpenAiResponsesHandler handler(options);
    ::unsetenv("OPENAI_API_KEY");
    ::unsetenv("OPENAI_BASE_URL");
    CHECK(!run_call(handler, "hi").error);
    CHECK(simulator.wait_for_request(0).header("authorization") == "Bearer sk-from-environment");
    CHECK(handler.get_model().id == "gpt/5");
}
