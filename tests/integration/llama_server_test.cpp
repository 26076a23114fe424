// Against a real server of llama.cpp. CAPSTAN_LLAMA_URL names it ("http://127.0.0.1:8081/v1"),
// CAPSTAN_LLAMA_KEY its key if it has one. Without a reachable one these tests are skipped.
#include "compatible_fixture.hpp"
#include "run_awaitable.hpp"

#include <capstan/message_assembler.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdlib>

using namespace capstan;
using namespace capstan::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

OpenAiCompatibleOptions server_options() {
    OpenAiCompatibleOptions options;
    options.flavour = OpenAiFlavour::llama_cpp;
    options.base_url = from_environment("CAPSTAN_LLAMA_URL");
    options.api_key = from_environment("CAPSTAN_LLAMA_KEY");
    options.http.proxy_from_environment = false;
    options.retry.max_retries = 0;
    options.extra["seed"] = 1;
    return options;
}

/// A handler of the server, or a skipped test.
struct LlamaServer {
    LlamaServer() {
        if (from_environment("CAPSTAN_LLAMA_URL").empty())
            SKIP("CAPSTAN_LLAMA_URL names no llama.cpp server");
        handler.emplace(server_options());
        try {
            models = run_awaitable(handler->list_models());
        } catch (const ApiError& error) {
            if (error.kind() != ErrorKind::network && error.kind() != ErrorKind::timeout) throw;
            SKIP("no server at CAPSTAN_LLAMA_URL: " << error.what());
        }
    }

    std::optional<OpenAiCompatibleHandler> handler;
    std::vector<ModelInfo> models;
};

MessageRequest asking(std::string text, std::int64_t max_tokens) {
    MessageRequest request;
    request.messages.add_user(std::move(text));
    request.max_tokens = max_tokens;
    return request;
}

FunctionTool weather() {
    FunctionTool tool;
    tool.name = "weather";
    tool.description = "The weather of a city.";
    tool.parameters =
        parse_json(R"({"type":"object","properties":{"city":{"type":"string","maxLength":12}},)"
                   R"("required":["city"]})")
            .as_object();
    return tool;
}

AssistantMessage message_of(const Outcome& outcome) {
    MessageAssembler assembler;
    for (const StreamChunk& chunk : outcome.chunks) assembler.add(chunk);
    return assembler.message();
}

bool has_extra(const Outcome& outcome, std::string_view name) {
    return std::any_of(outcome.chunks.begin(), outcome.chunks.end(), [&](const StreamChunk& chunk) {
        const auto* extra = std::get_if<ExtraChunk>(&chunk);
        return extra && extra->name == name;
    });
}

/// How many requests the server is working on.
asio::awaitable<int> busy_slots() {
    HttpClient http;
    HttpRequest request;
    const std::string base = from_environment("CAPSTAN_LLAMA_URL");
    request.url = base.substr(0, base.rfind("/v1")) + "/slots";
    request.headers.set("Authorization", "Bearer " + from_environment("CAPSTAN_LLAMA_KEY"));
    auto sending = http.send(std::move(request));
    auto response = co_await std::move(sending);
    auto reading = response.read_all();
    const std::string body = co_await std::move(reading);
    int busy = 0;
    const json::value slots = parse_json(body);
    for (const json::value& slot : slots.as_array())
        busy += slot.at("is_processing").as_bool() ? 1 : 0;
    co_return busy;
}

asio::awaitable<bool> becomes_idle(std::chrono::seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (std::chrono::steady_clock::now() < end) {
        auto asking = busy_slots();
        if (const int busy = co_await std::move(asking); busy == 0) co_return true;
        timer.expires_after(std::chrono::milliseconds(20));
        auto waiting = timer.async_wait(asio::use_awaitable);
        co_await std::move(waiting);
    }
    co_return false;
}

/// Reads some chunks of an answer that would go on for long, then leaves it.
asio::awaitable<int> read_some(ApiHandler& handler, MessageRequest request, int chunks) {
    auto stream = handler.create_message(std::move(request));
    int read = 0;
    while (read < chunks) {
        auto reading = stream.next();
        const auto chunk = co_await std::move(reading);
        if (!chunk) break;
        ++read;
    }
    auto asking = busy_slots();
    const int busy = co_await std::move(asking);
    co_return busy > 0 ? read : -1;
}

}  // namespace

TEST_CASE("llama.cpp: an answer is streamed with its thought, usage and timings") {
    LlamaServer server;
    const bool stream = GENERATE(true, false);
    MessageRequest request = asking("Hello", 200);
    request.stream = stream;
    const Outcome outcome = run_call(*server.handler, std::move(request));
    if (outcome.error) FAIL(outcome.error->what());
    const AssistantMessage message = message_of(outcome);
    CHECK_FALSE((text_of(message.content) + message.reasoning.text).empty());
    CHECK(is_valid_utf8(text_of(message.content)));
    CHECK(is_valid_utf8(message.reasoning.text));
    REQUIRE(outcome.usages().size() == 1);
    const Usage usage = outcome.usages()[0];
    CHECK(usage.source == UsageSource::stream);
    CHECK(usage.output_tokens.value_or(0) > 0);
    CHECK(usage.input_tokens.value_or(0) + usage.cache_read_tokens.value_or(0) > 0);
    CHECK(has_extra(outcome, "timings"));
    CHECK(message.extra.empty());
    REQUIRE(outcome.finishes().size() == 1);
    CHECK(outcome.finishes()[0].generation_id.starts_with("chatcmpl-"));
    if (stream) CHECK(outcome.chunks.size() > 5);
}

TEST_CASE("llama.cpp: a short limit ends the answer for its length") {
    LlamaServer server;
    const Outcome outcome = run_call(*server.handler, asking("Hello", 2));
    if (outcome.error) FAIL(outcome.error->what());
    CHECK(outcome.finishes().at(0).reason == FinishReason::length);
    CHECK(outcome.usages().at(0).output_tokens == 2);
}

TEST_CASE("llama.cpp: a tool that has to be called is called, and its result is taken back") {
    LlamaServer server;
    const bool by_name = GENERATE(false, true);
    MessageRequest request = asking("Hello", 900);
    request.tools = {weather()};
    if (by_name) {
        FunctionTool other = weather();
        other.name = "time";
        request.tools.insert(request.tools.begin(), other);
    }
    request.tool_choice = by_name ? ToolChoice::function("weather") : ToolChoice::required();
    const Outcome outcome = run_call(*server.handler, request);
    if (outcome.error) FAIL(outcome.error->what());
    if (outcome.finishes().at(0).reason == FinishReason::length)
        SKIP("the model did not come to its call");
    CHECK(outcome.finishes().at(0).reason == FinishReason::tool_calls);
    const AssistantMessage message = message_of(outcome);
    REQUIRE_FALSE(message.tool_calls.empty());
    for (const ToolCall& call : message.tool_calls) {
        CHECK(call.name == "weather");
        CHECK_FALSE(call.id.empty());
        CHECK(parse_json(call.arguments).at("city").is_string());
    }

    request.messages.add(message);
    for (const ToolCall& call : message.tool_calls)
        request.messages.add_tool_result(call.id, "rain");
    request.tool_choice = ToolChoice();
    request.max_tokens = 60;
    const Outcome next = run_call(*server.handler, request);
    if (next.error) FAIL(next.error->what());
    CHECK_FALSE((next.text() + reasoning_of(next)).empty());
}

TEST_CASE("llama.cpp: thinking is turned off by the request") {
    LlamaServer server;
    MessageRequest request = asking("Hello", 40);
    request.reasoning.emplace().effort = "none";
    const Outcome outcome = run_call(*server.handler, std::move(request));
    if (outcome.error) FAIL(outcome.error->what());
    CHECK(reasoning_of(outcome).empty());
    CHECK_FALSE(outcome.text().empty());
}

TEST_CASE("llama.cpp: a conversation that is too long is an overflow, not tried again") {
    LlamaServer server;
    OpenAiCompatibleOptions options = server_options();
    options.retry.max_retries = 3;
    int retries = 0;
    options.on_retry_attempt = [&](int, int, std::chrono::milliseconds, const ApiError&) {
        ++retries;
    };
    OpenAiCompatibleHandler handler(options);
    std::string words;
    for (int i = 0; i < 40'000; ++i) words += "word ";
    const Outcome outcome = run_call(handler, asking(words, 5));
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::context_overflow);
    CHECK(outcome.error->http_status() == 400);
    CHECK_THAT(outcome.error->info().server_message, ContainsSubstring("context size"));
    CHECK_THAT(outcome.error->what(), !ContainsSubstring("OpenRouter"));
    CHECK(retries == 0);
}

TEST_CASE("llama.cpp: its list tells the model, its context, and whose server it is") {
    LlamaServer server;
    REQUIRE(server.models.size() == 1);
    CHECK_FALSE(server.models[0].id.empty());
    CHECK(server.models[0].context_length.value_or(0) > 0);
    OpenAiCompatibleOptions options = server_options();
    options.flavour = OpenAiFlavour::automatic;
    OpenAiCompatibleHandler handler(options);
    CHECK(handler.flavour() == OpenAiFlavour::generic);
    const SelectedModel model = run_awaitable(handler.load_model());
    CHECK(handler.flavour() == OpenAiFlavour::llama_cpp);
    REQUIRE(model.info);
    CHECK(model.info->context_length == server.models[0].context_length);
}

TEST_CASE("llama.cpp: leaving an answer in its middle frees the server") {
    LlamaServer server;
    MessageRequest request = asking("Hello", 1'500);
    request.extra["ignore_eos"] = true;
    const auto idle = run_awaitable(becomes_idle(std::chrono::seconds(60)));
    REQUIRE(idle);
    const int read = run_awaitable(read_some(*server.handler, request, 5));
    CHECK(read == 5);
    CHECK(run_awaitable(becomes_idle(std::chrono::seconds(10))));
    const Outcome outcome = run_call(*server.handler, asking("Hello", 3));
    CHECK_FALSE(outcome.error);
}

TEST_CASE("llama.cpp: a wrong key is refused, and not repeated") {
    LlamaServer server;
    if (from_environment("CAPSTAN_LLAMA_KEY").empty()) SKIP("the server has no key");
    OpenAiCompatibleOptions options = server_options();
    options.api_key = "sk-wrong-key-of-mine";
    OpenAiCompatibleHandler handler(options);
    const Outcome outcome = run_call(handler, asking("Hello", 5));
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::authentication);
    CHECK_THAT(outcome.error->what(), !ContainsSubstring("sk-wrong"));
    CHECK_THAT(outcome.error->what(), ContainsSubstring("LLAMA_API_KEY"));
}

TEST_CASE("llama.cpp: a picture for a model without eyes is refused, not tried again") {
    LlamaServer server;
    MessageRequest request;
    request.messages.add(UserMessage(
        std::vector<ContentPart>{ImagePart("data:image/png;base64,iVBORw0KGgo=")}));
    const Outcome outcome = run_call(*server.handler, std::move(request));
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == ErrorKind::invalid_request);
    CHECK_FALSE(outcome.error->retryable());
}
