// One call through OpenRouterHandler, over a real socket.
#include "openrouter_fixture.hpp"
#include "run_awaitable.hpp"

#include <capstan/async.hpp>
#include <capstan/model_catalog.hpp>

#include <boost/asio/use_future.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <future>
#include <thread>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<VirtualClock> virtual_clock() { return std::make_shared<VirtualClock>(); }

asio::awaitable<void> call_in_turn(OpenRouterHandler& handler, int calls) {
    for (int i = 0; i < calls; ++i) {
        MessageRequest request;
        request.messages = Conversation::user("hi");
        auto reading = collect(handler.create_message(std::move(request)));
        co_await std::move(reading);
    }
}

}  // namespace

TEST_CASE("an answer arrives as text, usage and finish, in this order") {
    Simulator simulator;
    auto answer = text_answer("Hello, world");
    answer.usage.cost = "0.00014199999";
    simulator.enqueue(answer);
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));

    const auto outcome = run_call(handler, "hi");

    REQUIRE(!outcome.error);
    CHECK(outcome.text() == "Hello, world");
    REQUIRE(outcome.usages().size() == 1);
    CHECK(outcome.usages()[0].source == UsageSource::stream);
    CHECK(outcome.usages()[0].total_cost->to_string() == "0.00014199999");
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].reason == FinishReason::stop);
    CHECK(outcome.finishes()[0].model == "test/model");
    CHECK(outcome.finishes()[0].provider == "Simulator");
    CHECK(!outcome.finishes()[0].generation_id.empty());
    CHECK(std::holds_alternative<FinishChunk>(outcome.chunks.back()));
}

TEST_CASE("the request carries the key, the attribution and nothing of the secret elsewhere") {
    Simulator simulator;
    auto options = options_for(simulator, virtual_clock());
    options.http_referer = "https://example.org/app";
    options.title = "Tests";
    OpenRouterHandler handler(options);

    run_call(handler, "hi");

    const auto request = simulator.wait_for_request(0);
    CHECK(request.header("authorization") == "Bearer sk-or-v1-test");
    CHECK(request.header("http-referer") == "https://example.org/app");
    CHECK(request.header("x-openrouter-title") == "Tests");
    CHECK(request.header("accept-encoding") == "identity");
    CHECK(request.body.find("sk-or-v1") == std::string::npos);
    CHECK(handler.options().api_key.empty());
}

TEST_CASE("streamed and single answers give the same chunks") {
    Simulator simulator;
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    std::vector<AnswerToolCall> calls;
    calls.emplace_back("call_1", "look", R"({"q": 1})");
    auto answer = tool_call_answer(calls, "Let me look.");
    answer.reasoning = "Where could it be?";
    simulator.enqueue(answer.streamed());
    simulator.enqueue(answer.single());

    MessageAssembler streamed;
    for (const auto& chunk : run_call(handler, "hi").chunks) streamed.add(chunk);
    MessageAssembler single;
    for (const auto& chunk : run_call(handler, "hi").chunks) single.add(chunk);

    CHECK(to_json(streamed.message()) == to_json(single.message()));
    REQUIRE(streamed.message().tool_calls.size() == 1);
    CHECK(streamed.message().tool_calls[0].arguments == R"({"q": 1})");
    CHECK(streamed.finish()->reason == FinishReason::tool_calls);
}

TEST_CASE("user problem 20: an event stream served with a wrong content type is still read") {
    Simulator simulator;
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    auto response = text_answer("fine").streamed();
    for (auto& [name, value] : response.headers)
        if (name == "Content-Type") value = "text/plain";
    simulator.enqueue(response);
    CHECK(run_call(handler, "hi").text() == "fine");
}

TEST_CASE("pitfall 25: usage comes from the generation endpoint when the stream has none") {
    SimulatorOptions simulator_options;
    simulator_options.generation_misses = 2;
    Simulator simulator(simulator_options);
    auto answer = text_answer("ok");
    answer.with_usage = false;
    simulator.enqueue(answer);
    auto clock = virtual_clock();
    OpenRouterHandler handler(options_for(simulator, clock));

    const auto outcome = run_call(handler, "hi");

    REQUIRE(outcome.usages().size() == 1);
    CHECK(outcome.usages()[0].source == UsageSource::generation);
    CHECK(clock->sleeps() == std::vector<std::chrono::milliseconds>{500ms, 250ms, 500ms});
}

TEST_CASE("usage that nobody knows is unknown and not zero, and fails nothing") {
    SimulatorOptions simulator_options;
    simulator_options.generation_misses = 1000;
    Simulator simulator(simulator_options);
    auto answer = text_answer("ok");
    answer.with_usage = false;
    simulator.enqueue(answer);
    auto clock = virtual_clock();
    OpenRouterHandler handler(options_for(simulator, clock));

    const auto outcome = run_call(handler, "hi");

    CHECK(!outcome.error);
    REQUIRE(outcome.usages().size() == 1);
    CHECK(!outcome.usages()[0].known());
    CHECK(!outcome.usages()[0].total_cost);
    CHECK(clock->sleeps() == std::vector<std::chrono::milliseconds>{500ms, 250ms, 500ms, 1000ms});
    CHECK(simulator.requests("GET /generation*").size() == 4);
}

TEST_CASE("the usage look-up can be turned off") {
    Simulator simulator;
    auto answer = text_answer("ok");
    answer.with_usage = false;
    simulator.enqueue(answer);
    auto options = options_for(simulator, virtual_clock());
    options.usage_lookup = false;
    OpenRouterHandler handler(options);
    CHECK(!run_call(handler, "hi").usages().at(0).known());
    CHECK(simulator.request_count() == 1);
}

TEST_CASE("placeholder reasoning is not displayed and loses nothing") {
    Simulator simulator;
    auto answer = text_answer("42");
    answer.reasoning = "Thinking...";
    simulator.enqueue(answer);
    auto options = options_for(simulator, virtual_clock());
    options.model = "x-ai/grok-4:nitro";
    OpenRouterHandler handler(options);
    MessageAssembler assembler;
    for (const auto& chunk : run_call(handler, "hi").chunks) {
        if (const auto* reasoning = std::get_if<ReasoningChunk>(&chunk))
            CHECK(reasoning->text.empty());
        assembler.add(chunk);
    }
    REQUIRE(assembler.message().reasoning.details);
    CHECK(!assembler.message().reasoning.details->empty());
    CHECK(assembler.message().reasoning.text == "Thinking...");
}

TEST_CASE("TLS with a given CA file works, without it the server is refused") {
    SimulatorOptions tls;
    tls.tls = true;
    Simulator simulator(tls);
    const auto ca = std::filesystem::temp_directory_path() /
                    ("capstan-ca-" + std::to_string(simulator.port()) + ".pem");
    simulator.write_ca(ca);
    auto options = options_for(simulator, virtual_clock());
    {
        OpenRouterHandler handler(options);
        const auto outcome = run_call(handler, "hi");
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind() == ErrorKind::tls);
        CHECK(!outcome.error->retryable());
    }
    options.http.ca_file = ca.string();
    OpenRouterHandler handler(options);
    CHECK(!run_call(handler, "hi").error);
    std::filesystem::remove(ca);
}

TEST_CASE("a missing key is a configuration error before any connection") {
    Simulator simulator;
    ::unsetenv("OPENROUTER_API_KEY");
    auto options = options_for(simulator, virtual_clock());
    options.api_key.clear();
    try {
        OpenRouterHandler handler(options);
        FAIL("no error");
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
    }
    CHECK(simulator.accepted_connections() == 0);
}

TEST_CASE("connections are kept alive between calls") {
    Simulator simulator;
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    run_awaitable(call_in_turn(handler, 5));
    CHECK(simulator.request_count() == 5);
    CHECK(simulator.accepted_connections() == 1);
}

TEST_CASE("a body that ends a moment after [DONE] does not cost the connection") {
    Simulator simulator;
    auto answer = text_answer("ok").streamed();
    answer.with_step(wait(5ms)).with_step(send(": late\n\n"));
    simulator.always(answer);
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    run_awaitable(call_in_turn(handler, 3));
    CHECK(simulator.request_count() == 3);
    CHECK(simulator.accepted_connections() == 1);
}

TEST_CASE("a program without coroutines uses callbacks, futures, or blocks") {
    Simulator simulator;
    simulator.always(text_answer("done").streamed());
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    MessageRequest request;
    request.messages = Conversation::user("hi");

    CHECK(ask(handler, "hi") == "done");
    CHECK(text_of(ask(handler, request).message.content) == "done");

    asio::io_context context;
    std::string text;
    async_collect(context.get_executor(), handler.create_message(request), {},
                  [&](std::exception_ptr error, Reply reply) {
                      CHECK(!error);
                      text = text_of(reply.message.content);
                  });
    context.run();
    CHECK(text == "done");

    context.restart();
    auto stream = handler.create_message(request);
    auto future = async_next(context.get_executor(), stream, asio::use_future);
    // Not run(): the stream stays open, and its time limit is work.
    while (future.wait_for(0s) != std::future_status::ready) context.run_one();
    CHECK(std::get<TextChunk>(future.get().value()).text == "done");
}

TEST_CASE("what arrived before an error is in the exception of the blocking form") {
    Simulator simulator;
    simulator.enqueue(mid_stream_error("Half an", 502, "upstream died"));
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));
    MessageRequest request;
    request.messages = Conversation::user("hi");
    try {
        ask(handler, request);
        FAIL("no error");
    } catch (const IncompleteReply& error) {
        CHECK(error.phase() == ErrorPhase::mid_stream);
        CHECK(text_of(error.partial().message.content) == "Half an");
    }
}

TEST_CASE("key, credits, generation, embeddings and the model list are plain awaitables") {
    Simulator simulator;
    OpenRouterHandler handler(options_for(simulator, virtual_clock()));

    CHECK(!run_awaitable(handler.key_info()).label.empty());
    CHECK(!run_awaitable(handler.credits()).total_credits.is_negative());

    const auto outcome = run_call(handler, "hi");
    const auto id = outcome.finishes().at(0).generation_id;
    const auto generation = run_awaitable(handler.generation(id));
    CHECK(generation.id == id);
    CHECK(generation.usage.source == UsageSource::generation);

    EmbeddingRequest embedding;
    embedding.model = "openai/text-embedding-3-small";
    embedding.input = {"one", "two"};
    const auto result = run_awaitable(handler.embed(embedding));
    REQUIRE(result.embeddings.size() == 2);
    CHECK(!result.embeddings[1].empty());

    CHECK(!run_awaitable(handler.catalog().all()).empty());
}

TEST_CASE("model info comes from the settings, else from the catalogue, else it is unknown") {
    Simulator simulator;
    auto options = options_for(simulator, virtual_clock());
    OpenRouterHandler unknown(options);
    CHECK(!run_awaitable(unknown.load_model()).info);

    const auto known = run_awaitable(unknown.catalog().all()).at(0).id;
    options.model = known + ":nitro";
    OpenRouterHandler listed(options);
    CHECK(!listed.get_model().info);
    REQUIRE(run_awaitable(listed.load_model()).info);
    CHECK(listed.get_model().info->id == known);

    ModelInfo own;
    own.id = "mine";
    options.model_info = own;
    OpenRouterHandler custom(options);
    CHECK(custom.get_model().info->id == "mine");
}
