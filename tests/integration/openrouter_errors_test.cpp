// Errors, retries and cancellation of OpenRouterHandler, over a real socket and in virtual time.
#include "openrouter_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <stdexcept>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

struct Attempt {
    int attempt;
    int max_retries;
    std::chrono::milliseconds delay;
    ErrorKind kind;
};

// A handler that writes down its retries.
struct Harness {
    explicit Harness(const Simulator& simulator) : clock(std::make_shared<VirtualClock>()) {
        options = options_for(simulator, clock);
        options.on_retry_attempt = [this](int attempt, int max, std::chrono::milliseconds delay,
                                          const ApiError& error) {
            attempts.push_back(Attempt{attempt, max, delay, error.kind()});
        };
    }

    std::shared_ptr<VirtualClock> clock;
    OpenRouterOptions options;
    std::vector<Attempt> attempts;
};

}  // namespace

TEST_CASE("pitfall 5: the three shapes of an error are one typed error") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.retry.max_retries = 0;
    OpenRouterHandler handler(harness.options);

    SECTION("an HTTP status") {
        simulator.enqueue(error_answer(402, "This request requires more credits"));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::payment_required);
        CHECK(outcome.error->http_status() == 402);
        CHECK(outcome.error->phase() == ErrorPhase::before_first_chunk);
    }
    SECTION("an error in a 200 body") {
        boost::json::object error{{"code", 429}, {"message", "slow down"}};
        simulator.enqueue(json_answer(boost::json::object{{"error", error}}));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::rate_limited);
        CHECK(outcome.chunks.empty());
    }
    SECTION("an error in mid-stream") {
        simulator.enqueue(mid_stream_error("some text", "server_error", "it broke"));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
        CHECK(outcome.error->info().code == "server_error");
        CHECK(outcome.text() == "some text");
        CHECK(outcome.finishes().empty());
    }
}

TEST_CASE("retries happen before the first chunk, with the callback told before each wait") {
    Simulator simulator;
    Harness harness(simulator);
    const int status = GENERATE(408, 429, 500, 502, 503, 504, 529);
    simulator.enqueue(error_answer(status, "no"));
    simulator.enqueue(error_answer(status, "no"));
    simulator.enqueue(text_answer("at last"));
    OpenRouterHandler handler(harness.options);

    const auto outcome = run_call(handler, "hi");

    CHECK(outcome.text() == "at last");
    REQUIRE(harness.attempts.size() == 2);
    CHECK(harness.attempts[0].attempt == 1);
    CHECK(harness.attempts[1].attempt == 2);
    CHECK(harness.attempts[1].max_retries == 3);
    CHECK(harness.attempts[0].delay == 1000ms);
    CHECK(harness.attempts[1].delay == 2000ms);
    CHECK(harness.clock->sleeps() == std::vector<std::chrono::milliseconds>{1000ms, 2000ms});
}

TEST_CASE("pitfall 7: nothing is retried after the first delivered chunk") {
    Simulator simulator;
    Harness harness(simulator);
    OpenRouterHandler handler(harness.options);
    SECTION("matrix: in-band error chunk is an error, not a finish") {
        simulator.enqueue(mid_stream_error("partial", 503, "overloaded"));
    }
    SECTION("matrix: TCP cut mid-stream is an error with the partial text kept") {
        simulator.enqueue(cut_after(text_answer("partial").streamed(), 400, close_connection()));
    }
    SECTION("matrix: TCP reset mid-stream") {
        simulator.enqueue(cut_after(text_answer("partial").streamed(), 400, reset_connection()));
    }
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
    CHECK(harness.attempts.empty());
    CHECK(simulator.requests(Simulator::chat).size() == 1);
    CHECK(outcome.text().starts_with("partial"));
}

TEST_CASE("user problem 21: the end of a stream without [DONE] and finish is an error") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.retry.max_retries = 0;
    OpenRouterHandler handler(harness.options);
    std::vector<boost::json::value> events;
    events.push_back(text_chunk("cut"));
    auto response = sse(events, false);
    response.framing = Framing::until_close;
    simulator.enqueue(response);
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::network);
    CHECK(outcome.text() == "cut");
}

TEST_CASE("pitfall 24: X-RateLimit-Reset in milliseconds is honoured, far ones end the call") {
    Simulator simulator;
    Harness harness(simulator);
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         harness.clock->now().time_since_epoch())
                         .count();
    SECTION("near") {
        auto response = error_answer(429, "slow down");
        response.with_header("X-RateLimit-Reset", std::to_string(now + 7000));
        simulator.enqueue(response);
        simulator.enqueue(text_answer("ok"));
        OpenRouterHandler handler(harness.options);
        CHECK(run_call(handler, "hi").text() == "ok");
        CHECK(harness.attempts.at(0).delay == 7000ms);
    }
    SECTION("user problem 12: hours away") {
        auto response = error_answer(429, "free tier is used up");
        response.with_header("X-RateLimit-Reset", std::to_string(now + 5 * 3600 * 1000));
        simulator.enqueue(response);
        OpenRouterHandler handler(harness.options);
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(harness.attempts.empty());
        CHECK(outcome.error->info().retry_after >= 4h);
    }
}

TEST_CASE("user problem 18: an empty answer is retried, and then named") {
    Simulator simulator;
    Harness harness(simulator);
    OpenRouterHandler handler(harness.options);
    const std::vector<boost::json::value> nothing;
    SECTION("once") {
        simulator.enqueue(sse(nothing));
        simulator.enqueue(text_answer("awake"));
        CHECK(run_call(handler, "hi").text() == "awake");
        CHECK(harness.attempts.at(0).kind == ErrorKind::empty_answer);
    }
    SECTION("for ever") {
        simulator.always(sse(nothing));
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::empty_answer);
    }
    SECTION("ended by the model in the ordinary way: handed on in the end") {
        simulator.always(text_answer("").streamed());
        const auto outcome = run_call(handler, "hi");
        CHECK(!outcome.error);
        CHECK(outcome.finishes().at(0).reason == FinishReason::stop);
        CHECK(harness.attempts.size() == 3);
    }
    SECTION("without a finish reason, but with usage: handed on in the end, too") {
        auto chunk = text_chunk("");
        chunk.as_object()["usage"] = json::object{{"prompt_tokens", 137}, {"completion_tokens", 0}};
        simulator.always(sse({chunk}));
        const auto outcome = run_call(handler, "hi");
        CHECK(!outcome.error);
        CHECK(outcome.finishes().at(0).reason == FinishReason::other);
        CHECK(outcome.usages().at(0).input_tokens == 137);
    }
    SECTION("matrix: a benign finish over a native error is a failure") {
        auto answer = text_answer("");
        answer.native_finish_reason = "network_error";
        simulator.always(answer.streamed());
        CHECK(run_call(handler, "hi").error->kind() == ErrorKind::empty_answer);
    }
}

TEST_CASE("exceptions of the retry callback are contained") {
    Simulator simulator;
    Harness harness(simulator);
    simulator.enqueue(error_answer(500, "no"));
    simulator.enqueue(text_answer("ok"));
    harness.options.on_retry_attempt = [](int, int, std::chrono::milliseconds, const ApiError&) {
        throw std::runtime_error("from the callback");
    };
    OpenRouterHandler handler(harness.options);
    CHECK(run_call(handler, "hi").text() == "ok");
}

TEST_CASE("user problem 3: a refused signature strips the reasoning once and tries again") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.model = "anthropic/claude-sonnet-4.5";
    harness.options.retry.max_retries = 0;
    OpenRouterHandler handler(harness.options);
    MessageRequest request;
    AssistantMessage thought{Content("Hello.")};
    json::object detail{{"type", "reasoning.text"}, {"text", "hm"}, {"signature", "c2ln"},
                        {"format", "anthropic-claude-v1"}, {"index", 0}};
    thought.reasoning.details.emplace();
    thought.reasoning.details->push_back(detail);
    thought.origin.requested_model = "anthropic/claude-sonnet-4.5";
    request.messages.add_user("hi");
    request.messages.add(thought);
    request.messages.add_user("again");
    const auto refusal =
        error_answer(400, "messages.1.content.0: Invalid `signature` in `thinking` block");

    SECTION("the second try works") {
        simulator.enqueue(refusal);
        simulator.enqueue(text_answer("fine"));
        CHECK(run_call(handler, request).text() == "fine");
        const auto requests = simulator.requests(Simulator::chat);
        REQUIRE(requests.size() == 2);
        CHECK(requests[0].body.find("\"signature\":\"c2ln\"") != std::string::npos);
        CHECK(requests[1].body.find("reasoning_details") == std::string::npos);
    }
    SECTION("only once") {
        simulator.always(refusal);
        const auto outcome = run_call(handler, request);
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::invalid_signature);
        CHECK(simulator.requests(Simulator::chat).size() == 2);
    }
}

TEST_CASE("reasoning details of an answer go back unmodified on the next request") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.model = "anthropic/claude-sonnet-4.5";
    OpenRouterHandler handler(harness.options);
    std::vector<AnswerToolCall> calls;
    calls.emplace_back("call_1", "look", "{}");
    auto answer = tool_call_answer(calls);
    answer.reasoning_details = {boost::json::object{{"type", "reasoning.text"},
                                                    {"text", "Hm. "},
                                                    {"signature", "c2ln"},
                                                    {"x_unknown", 1.5},
                                                    {"format", "anthropic-claude-v1"},
                                                    {"index", 0}},
                                boost::json::object{{"type", "reasoning.server_tool_call"},
                                                    {"tool_name", "t"},
                                                    {"arguments", "{}"},
                                                    {"result", "r"}}};
    simulator.enqueue(answer);
    MessageRequest request;
    request.messages.add_user("hi");
    const auto reply = ask(handler, request);

    request.messages.add(reply.message);
    request.messages.add_tool_result("call_1", "found");
    run_call(handler, request);

    const auto sent = parse_json(simulator.wait_for_request(1).body);
    const auto& message = sent.at("messages").at(1);
    CHECK(message.at("content").is_null());
    CHECK(message.at("reasoning_details") == boost::json::value(answer.reasoning_details));
}

TEST_CASE("the key never comes out, wherever the server puts it") {
    Simulator simulator;
    Harness harness(simulator);
    harness.options.retry.max_retries = 0;
    OpenRouterHandler handler(harness.options);
    boost::json::object metadata{{"raw", "key sk-or-v1-test is bad"}, {"provider_name", "P"}};
    simulator.enqueue(error_answer(401, 401, "No auth for Bearer sk-or-v1-test", metadata));
    const auto outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    const auto& info = outcome.error->info();
    for (const auto& text : {std::string(outcome.error->what()), info.server_message, info.summary,
                             info.remedy, to_json_text(info.raw)})
        CHECK(text.find("sk-or-v1-test") == std::string::npos);
}

namespace {

asio::awaitable<void> read_all(ChunkStream& stream, int& chunks, std::shared_ptr<ApiError>& error) {
    try {
        while (auto chunk = co_await stream.next()) ++chunks;
    } catch (const ApiError& caught) {
        error = std::make_shared<ApiError>(caught);
    }
}

}  // namespace

TEST_CASE("matrix: stopping while the server is silent closes the socket at once") {
    Simulator simulator;
    Harness harness(simulator);
    OpenRouterHandler handler(harness.options);
    auto silent = cut_after(text_answer("one two three").streamed(), 600, silence());
    simulator.enqueue(silent);
    MessageRequest request;
    request.messages = Conversation::user("hi");
    auto stream = std::make_optional(handler.create_message(request));
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

TEST_CASE("a call can be cancelled while it waits for its next try") {
    Simulator simulator;
    auto options = options_for(simulator, nullptr);
    simulator.always(error_answer(500, "no"));
    asio::io_context context;
    asio::cancellation_signal signal;
    std::optional<ChunkStream> stream;
    const int how = GENERATE(0, 1, 2);
    options.on_retry_attempt = [&](int, int, std::chrono::milliseconds, const ApiError&) {
        if (how == 0) stream->cancel();
        if (how == 1) stream.reset();
        if (how == 2) asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    };
    options.retry.base_delay = 20s;
    OpenRouterHandler handler(options);
    MessageRequest request;
    request.messages = Conversation::user("hi");
    stream.emplace(handler.create_message(request));
    int chunks = 0;
    std::shared_ptr<ApiError> error;
    asio::co_spawn(context, read_all(*stream, chunks, error),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    context.run();
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::cancelled);
}

TEST_CASE("a wait that the deadline cuts off is not begun, and hides no error") {
    Simulator simulator;
    Harness harness(simulator);
    OpenRouterHandler handler(harness.options);
    MessageRequest request;
    request.messages = Conversation::user("hi");
    simulator.enqueue(error_answer(429, "Slow down").with_header("Retry-After", "50"));
    SECTION("50 seconds are too long when 20 are left") {
        request.context.deadline = std::chrono::steady_clock::now() + 20s;
        const auto outcome = run_call(handler, request);
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::rate_limited);
        CHECK(outcome.error->info().retry_after == 50s);
        CHECK(outcome.error->info().remedy.find("Try again in 50") != std::string::npos);
        CHECK(harness.clock->sleeps().empty());
        CHECK(harness.attempts.empty());
        CHECK(simulator.request_count() == 1);
    }
    SECTION("they are waited for when there is an hour") {
        request.context.deadline = std::chrono::steady_clock::now() + 1h;
        simulator.enqueue(text_answer("ok"));
        CHECK(run_call(handler, request).text() == "ok");
        CHECK(harness.clock->sleeps().size() == 1);
    }
}

TEST_CASE("a deadline that has passed sends nothing") {
    Simulator simulator;
    Harness harness(simulator);
    OpenRouterHandler handler(harness.options);
    MessageRequest request;
    request.messages = Conversation::user("hi");
    request.context.deadline = std::chrono::steady_clock::now() - 1s;
    const auto outcome = run_call(handler, request);
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::timeout);
    CHECK(simulator.accepted_connections() == 0);
}
