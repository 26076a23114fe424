// Answers, errors, retries and cancellation of OpenAI-compatible servers, over a real socket.
#include "compatible_fixture.hpp"
#include "run_awaitable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace capstan::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

Answer thoughtful_answer() {
    Answer answer = text_answer("It is cold in Tromsø. ❄");
    answer.reasoning = "The user asks for the weather.";
    answer.usage.prompt_tokens = 30;
    answer.usage.cached_tokens = 20;
    answer.usage.completion_tokens = 9;
    return answer;
}

/// Reads one chunk and leaves; true if the server saw the end while the handler lives on.
asio::awaitable<bool> read_one_and_leave(ApiHandler& handler, const Simulator& simulator,
                                         bool cancels) {
    auto request = Conversation::user("hi");
    auto stream = std::make_unique<ChunkStream>(handler.create_message("", request));
    auto reading = stream->next();
    const auto chunk = co_await std::move(reading);
    if (!chunk || simulator.open_connections() != 1) co_return false;
    if (cancels) stream->cancel();
    else stream.reset();
    co_return simulator.wait_for_close();
}

}  // namespace

TEST_CASE("every server's answer arrives, with thoughts, text, usage and finish") {
    const ChatServer server = GENERATE(from_range(all_servers));
    const std::size_t split = GENERATE(0u, 1u, 7u);
    CompatibleFixture fixture(flavour_of(server));
    SimResponse response = streamed_by(server, thoughtful_answer());
    if (split > 0) response.with_split(Split::every(split));
    fixture.simulator.enqueue(response);

    const Outcome outcome = run_call(fixture.handler, "How is the weather?");

    INFO(to_string(flavour_of(server)));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.text() == "It is cold in Tromsø. ❄");
    const bool thinks = server != ChatServer::openai;
    CHECK(reasoning_of(outcome) == (thinks ? "The user asks for the weather." : ""));
    REQUIRE(outcome.usages().size() == 1);
    CHECK(outcome.usages()[0].output_tokens == 9);
    const bool tells_cache = server != ChatServer::ollama && server != ChatServer::lm_studio;
    CHECK(outcome.usages()[0].input_tokens == (tells_cache ? 10 : 30));
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].reason == FinishReason::stop);
    CHECK(outcome.finishes()[0].generation_id == "chatcmpl-1");
    CHECK(std::holds_alternative<FinishChunk>(outcome.chunks.back()));
}

TEST_CASE("an answer without usage is unknown, and nobody is asked for it") {
    CompatibleFixture fixture;
    Answer answer = text_answer("hi");
    answer.with_usage = false;
    fixture.simulator.enqueue(streamed_by(ChatServer::vllm, answer));
    const Outcome outcome = run_call(fixture.handler, "hi");
    REQUIRE(outcome.usages().size() == 1);
    CHECK_FALSE(outcome.usages()[0].known());
    CHECK(fixture.simulator.request_count() == 1);
}

TEST_CASE("a whole answer is read as a streamed one") {
    CompatibleFixture fixture;
    fixture.simulator.enqueue(text_answer("whole"));
    MessageRequest request;
    request.messages = Conversation::user("hi");
    request.stream = false;
    const Outcome outcome = run_call(fixture.handler, std::move(request));
    CHECK(outcome.text() == "whole");
    CHECK(fixture.body(0).at("stream") == false);
}

TEST_CASE("a model that is still being loaded is waited for") {
    CompatibleFixture fixture(OpenAiFlavour::llama_cpp);
    for (int i = 0; i < 2; ++i)
        fixture.simulator.enqueue(
            refused_by(ChatServer::llama_cpp, 503, "Loading model", "unavailable_error"));
    fixture.simulator.enqueue(text_answer("ready"));
    const Outcome outcome = run_call(fixture.handler, "hi");
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.text() == "ready");
    CHECK(fixture.clock->sleeps().size() == 2);
    CHECK(fixture.simulator.request_count() == 3);
}

TEST_CASE("refusals have their kind and are not tried again") {
    const auto [server, status, message, type, kind] =
        GENERATE(table<ChatServer, int, const char*, const char*, ErrorKind>({
            {ChatServer::llama_cpp, 400,
             "request (9 tokens) exceeds the available context size (8 tokens)",
             "exceed_context_size_error", ErrorKind::context_overflow},
            {ChatServer::ollama, 404, "model 'some-model' not found, try pulling it first", "",
             ErrorKind::not_found},
            {ChatServer::vllm, 400, "This model's maximum context length is 8 tokens", "",
             ErrorKind::context_overflow},
            {ChatServer::lm_studio, 400, "Invalid tool_choice type", "",
             ErrorKind::invalid_request},
            {ChatServer::openai, 401, "Incorrect API key provided", "invalid_api_key",
             ErrorKind::authentication},
            {ChatServer::openai, 429, "You exceeded your current quota", "insufficient_quota",
             ErrorKind::payment_required},
            {ChatServer::deepseek, 402, "Insufficient Balance", "", ErrorKind::payment_required},
        }));
    CompatibleFixture fixture(flavour_of(server));
    fixture.simulator.enqueue(refused_by(server, status, message, type));
    const Outcome outcome = run_call(fixture.handler, "hi");
    INFO(message);
    REQUIRE(outcome.error);
    CHECK(to_string(outcome.error->kind()) == to_string(kind));
    CHECK(outcome.error->phase() == ErrorPhase::before_first_chunk);
    CHECK_THAT(outcome.error->what(), ContainsSubstring(message));
    CHECK_THAT(outcome.error->what(), !ContainsSubstring("OpenRouter"));
    CHECK(fixture.simulator.request_count() == 1);
    CHECK(outcome.chunks.empty());
}

TEST_CASE("an error in the middle of a stream takes back nothing and is not tried again") {
    const ChatServer server = GENERATE(from_range(all_servers));
    const bool legacy = GENERATE(false, true);
    if (legacy && server != ChatServer::llama_cpp) return;
    CompatibleFixture fixture(flavour_of(server));
    fixture.simulator.enqueue(broken_by(server, "half an answer", "Context size has been exceeded.",
                                        legacy));
    const Outcome outcome = run_call(fixture.handler, "hi");
    INFO(to_string(flavour_of(server)));
    CHECK(outcome.text() == "half an answer");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::context_overflow);
    CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
    CHECK(outcome.finishes().empty());
    CHECK(fixture.simulator.request_count() == 1);
}

TEST_CASE("an error before the first chunk of a stream is tried again where that can help") {
    CompatibleFixture fixture(OpenAiFlavour::lm_studio);
    fixture.simulator.enqueue(sse_raw({R"({"error":"The model has crashed"})"}, false));
    fixture.simulator.enqueue(text_answer("again"));
    const Outcome outcome = run_call(fixture.handler, "hi");
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.text() == "again");
    CHECK(fixture.simulator.request_count() == 2);
}

TEST_CASE("a stream that is cut in the middle is a network error") {
    CompatibleFixture fixture(OpenAiFlavour::vllm);
    fixture.simulator.enqueue(
        cut_after(streamed_by(ChatServer::vllm, text_answer("a long answer with many words")), 600,
                  reset_connection()));
    const Outcome outcome = run_call(fixture.handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::network);
    CHECK(outcome.error->phase() == ErrorPhase::mid_stream);
    CHECK_FALSE(outcome.text().empty());
}

TEST_CASE("a server that is not there is a network error, tried as often as was asked") {
    CompatibleFixture fixture;
    std::string url;
    {
        Simulator gone(plain_server());
        url = gone.base_url();
    }
    OpenAiCompatibleOptions options = fixture.options;
    options.base_url = url;
    options.retry.max_retries = 2;
    OpenAiCompatibleHandler handler(options);
    const Outcome outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::network);
    CHECK(fixture.clock->sleeps().size() == 2);
}

TEST_CASE("leaving a stream in its middle closes the connection") {
    const bool cancels = GENERATE(false, true);
    CompatibleFixture fixture(OpenAiFlavour::llama_cpp);
    SimResponse response = sse({text_chunk("first")}, false);
    fixture.simulator.enqueue(response.with_step(silence()));
    CHECK(run_awaitable(read_one_and_leave(fixture.handler, fixture.simulator, cancels)));
}

TEST_CASE("a call that is cancelled while it waits for words ends at once") {
    CompatibleFixture fixture(OpenAiFlavour::llama_cpp);
    SimResponse response = sse({text_chunk("first")}, false);
    fixture.simulator.enqueue(response.with_step(silence()));
    asio::io_context io;
    auto stream = fixture.handler.create_message("", Conversation::user("hi"));
    std::string heard;
    std::optional<ErrorKind> kind;
    const auto listen = [](ChunkStream& from, std::string& text,
                           std::optional<ErrorKind>& failure) -> asio::awaitable<void> {
        try {
            while (auto chunk = co_await from.next())
                if (const auto* part = std::get_if<TextChunk>(&*chunk)) text += part->text;
        } catch (const ApiError& error) {
            failure = error.kind();
        }
    };
    asio::co_spawn(io, listen(stream, heard, kind), [](std::exception_ptr) {});
    while (heard.empty()) io.run_one();
    asio::post(io, [&] { stream.cancel(); });
    const auto begin = std::chrono::steady_clock::now();
    io.run();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK(kind == ErrorKind::cancelled);
    CHECK(heard == "first");
    CHECK(fixture.simulator.wait_for_close());
}
