// The chat program as a program sees it: --jsonl.
#include "chat_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace chat_test;
using Names = std::vector<std::string>;

namespace {

sim::Answer rich_answer() {
    sim::Answer answer;
    answer.text = "A capstan hauls rope.";
    answer.reasoning = "Think of ships.";
    answer.tool_calls = {sim::AnswerToolCall("call_1", "look_up", R"({"word":"capstan"})"),
                         sim::AnswerToolCall("call_2", "now", "{}")};
    answer.usage.prompt_tokens = 120;
    answer.usage.completion_tokens = 30;
    answer.usage.cached_tokens = 100;
    answer.usage.reasoning_tokens = 7;
    answer.usage.cost = "0.00001234567890123";
    return answer;
}

}  // namespace

TEST_CASE(
    "chat --jsonl: an answer is text, reasoning, tool call, usage, finish and message lines") {
    for (const bool streamed : {true, false}) {
        Chat chat;
        chat.simulator.enqueue(rich_answer());
        std::vector<std::string> arguments = {"--jsonl", "--model", "m/x", "hello", "there"};
        if (!streamed) arguments.push_back("--no-stream");
        const auto result = chat.run(arguments);
        INFO(result.out << result.err);
        CHECK(result.exit_code == 0);
        CHECK(joined(result, "text", "text") == "A capstan hauls rope.");
        CHECK(joined(result, "reasoning", "reasoning") == "Think of ships.");
        for (const auto& line : of_type(result, "reasoning"))
            CHECK(names_of(line) == Names{"type", "reasoning", "details"});
        for (const auto& line : of_type(result, "text"))
            CHECK(names_of(line) == Names{"type", "text"});

        std::string arguments_of[2];
        for (const auto& line : of_type(result, "tool_calls")) {
            const auto& call = line.at("tool_call").as_object();
            CHECK(names_of(call) == Names{"index", "id", "function"});
            const auto index = call.at("index").to_number<std::size_t>();
            REQUIRE(index < 2);
            CHECK(call.at("id") == (index == 0 ? "call_1" : "call_2"));
            const auto& function = call.at("function").as_object();
            CHECK(function.at("name") == (index == 0 ? "look_up" : "now"));
            arguments_of[index] += function.at("arguments").as_string();
        }
        CHECK(arguments_of[0] == R"({"word":"capstan"})");
        CHECK(arguments_of[1] == "{}");

        CHECK(result.out.find(
                  R"({"type":"usage","inputTokens":20,"outputTokens":30,"cacheReadTokens":100,)"
                  R"("cacheWriteTokens":0,"reasoningTokens":7,"totalCost":0.00001234567890123})") !=
              std::string::npos);
        const auto finish = of_type(result, "finish");
        REQUIRE(finish.size() == 1);
        CHECK(names_of(finish[0]) == Names{"type", "finishReason", "nativeFinishReason",
                                           "generationId", "model", "provider"});
        CHECK(finish[0].at("finishReason") == "tool_calls");
        CHECK(finish[0].at("provider") == "Simulator");
        CHECK(finish[0].at("generationId").as_string().starts_with("gen-"));

        const auto lines = lines_of(result);
        CHECK(type_of(lines[lines.size() - 2]) == "finish");
        const auto& message = lines.back().at("message").as_object();
        CHECK(message.at("content") == "A capstan hauls rope.");
        CHECK(message.at("tool_calls").as_array().size() == 2);
        CHECK(message.at("reasoning_details").as_array().size() == 1);
        CHECK(chat.sent().at("stream") == streamed);
        CHECK(chat.sent().at("messages").as_array().back().at("content") == "hello there");
    }
}

TEST_CASE("chat --jsonl: a message line sent back as history is a valid request") {
    Chat chat;
    chat.simulator.enqueue(sim::text_answer("One."));
    chat.simulator.enqueue(sim::text_answer("Two."));
    const auto first = chat.run({"--jsonl", "count"});
    json::array history = {json::object{{"role", "user"}, {"content", "count"}},
                           lines_of(first).back().at("message"),
                           json::object{{"role", "user"}, {"content", "go on"}}};
    const TemporaryFile file(json::serialize(history));
    const auto second = chat.run({"--jsonl", "--messages", file.path()}, "ignored");
    INFO(second.out << second.err);
    CHECK(second.exit_code == 0);
    CHECK(joined(second, "text", "text") == "Two.");
    CHECK(chat.sent(1).at("messages").as_array().size() == 3);
    CHECK(chat.sent(1).at("messages").at(1).at("content") == "One.");
}

TEST_CASE("chat --jsonl: options reach the request") {
    Chat chat;
    const TemporaryFile tools(
        R"([{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])");
    const auto result = chat.run({"--jsonl",
                                  "--model",
                                  "a/b",
                                  "--models",
                                  "c/d, e/f",
                                  "--system",
                                  "Be brief.",
                                  "--tools",
                                  tools.path(),
                                  "--reasoning-effort",
                                  "low",
                                  "--max-tokens",
                                  "77",
                                  "--provider-sorting",
                                  "throughput",
                                  "--param",
                                  R"(metadata={"a":"b"})",
                                  "--param",
                                  "service_tier=\"flex\"",
                                  "--",
                                  "-x"});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    const auto sent = chat.sent();
    INFO(json::serialize(sent));
    CHECK(json::serialize(sent).find(R"("c/d","e/f")") != std::string::npos);
    CHECK(sent.at("messages").at(0).at("role") == "system");
    CHECK(sent.at("messages").as_array().back().at("content") == "-x");
    CHECK(sent.at("tools").at(0).at("function").at("name") == "f");
    CHECK(sent.at("reasoning").at("effort") == "low");
    CHECK(sent.at("provider").at("sort") == "throughput");
    CHECK(sent.at("metadata").at("a") == "b");
    CHECK(sent.at("service_tier") == "flex");
}

TEST_CASE("chat --jsonl: without arguments the prompt is standard input") {
    Chat chat;
    const auto result = chat.run({"--jsonl", "--model", "m/x"}, "what is\na capstan?\n");
    CHECK(result.exit_code == 0);
    CHECK(chat.sent().at("messages").as_array().back().at("content") == "what is\na capstan?");
}

TEST_CASE("chat --jsonl: a refused request is an error line and exit code 1") {
    Chat chat;
    chat.simulator.enqueue(sim::error_answer(
        400, 400, "Provider returned error",
        {{"raw", R"({"error":{"message":"No such thing"}})"}, {"provider_name", "Azure"}}));
    const auto result = chat.run({"--jsonl", "hi"});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 1);
    const auto lines = lines_of(result);
    REQUIRE(lines.size() == 1);
    CHECK(names_of(lines[0]) == Names{"type", "kind", "httpStatus", "code", "message",
                                      "providerName", "retryable", "phase"});
    CHECK(lines[0].at("kind") == "invalid_request");
    CHECK(lines[0].at("httpStatus") == 400);
    CHECK(lines[0].at("code") == 400);
    CHECK(lines[0].at("providerName") == "Azure");
    CHECK(lines[0].at("retryable") == false);
    CHECK(lines[0].at("phase") == "before_first_chunk");
    CHECK(lines[0].at("message").as_string().find("No such thing") != json::string::npos);
}

TEST_CASE("chat --jsonl: an error in the middle keeps what was printed and ends with the error") {
    Chat chat;
    chat.simulator.enqueue(sim::mid_stream_error("half an answer", "server_error", "It broke"));
    const auto result = chat.run({"--jsonl", "hi"});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 1);
    CHECK(joined(result, "text", "text") == "half an answer");
    CHECK(of_type(result, "message").empty());
    const auto last = lines_of(result).back();
    CHECK(last.at("type") == "error");
    CHECK(last.at("code") == "server_error");
    CHECK(last.at("phase") == "mid_stream");
    CHECK(chat.simulator.requests(sim::Simulator::chat).size() == 1);
}

TEST_CASE("chat --jsonl: retries are lines, and --max-retries bounds them") {
    Chat chat;
    auto busy = sim::error_answer(503, "Busy");
    busy.with_header("Retry-After", "0.01");
    chat.simulator.enqueue(busy);
    chat.simulator.enqueue(sim::text_answer("Now."));
    const auto result = chat.run({"--jsonl", "hi"});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    const auto retries = of_type(result, "retry");
    REQUIRE(retries.size() == 1);
    CHECK(names_of(retries[0]) == Names{"type", "attempt", "maxRetries", "delayMs", "message"});
    CHECK(retries[0].at("attempt") == 1);
    CHECK(retries[0].at("maxRetries") == 3);
    CHECK(retries[0].at("delayMs").to_number<int>() >= 10);
    CHECK(joined(result, "text", "text") == "Now.");

    chat.simulator.enqueue(busy);
    const auto none = chat.run({"--jsonl", "--max-retries", "0", "hi"});
    CHECK(none.exit_code == 1);
    CHECK(of_type(none, "retry").empty());
    CHECK(lines_of(none).back().at("kind") == "overloaded");
}

TEST_CASE("chat --jsonl: unknown usage is null, and --no-usage-lookup asks nobody") {
    Chat chat;
    auto answer = sim::text_answer("Hm.");
    answer.with_usage = false;
    chat.simulator.enqueue(answer);
    const auto result = chat.run({"--jsonl", "--no-usage-lookup", "hi"});
    CHECK(result.exit_code == 0);
    for (const auto& line : of_type(result, "usage")) {
        CHECK(line.at("inputTokens").is_null());
        CHECK(line.at("totalCost").is_null());
    }
    CHECK(chat.simulator.requests("GET /generation").empty());
}

TEST_CASE("chat --jsonl: SIGINT and SIGTERM cancel, with an error line and exit code 130") {
    for (const int number : {SIGINT, SIGTERM}) {
        Chat chat;
        const sim::Latch gate;
        auto answer = sim::text_answer("never complete").streamed();
        answer.body.resize(answer.body.size() / 2);
        answer.with_step(sim::hold(gate));
        chat.simulator.enqueue(answer);
        Child child(chat.command({"--jsonl", "hi"}));
        REQUIRE(gate.wait_reached());
        child.signal(number);
        const auto result = child.wait();
        INFO(result.out << result.err);
        CHECK(result.exit_code == 130);
        CHECK(lines_of(result).back().at("type") == "error");
        CHECK(lines_of(result).back().at("kind") == "cancelled");
        CHECK(chat.simulator.wait_for_close());
    }
}

TEST_CASE("chat: over TLS with the certificate authority given") {
    sim::SimulatorOptions options;
    options.tls = true;
    Chat chat(options);
    const TemporaryFile ca(chat.simulator.ca_pem());
    const auto trusted = chat.run({"--jsonl", "--ca-file", ca.path(), "hi"});
    INFO(trusted.out << trusted.err);
    CHECK(trusted.exit_code == 0);
    const auto refused = chat.run({"--jsonl", "--max-retries", "0", "hi"});
    CHECK(refused.exit_code == 1);
    CHECK(lines_of(refused).back().at("kind") == "tls");
}
