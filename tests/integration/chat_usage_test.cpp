// The chat program's command line: what it refuses, and where the key and the URL come from.
#include "chat_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace chat_test;

TEST_CASE("chat: usage errors exit 2, say why, and send nothing") {
    Chat chat;
    const TemporaryFile broken("{\"role\":");
    const TemporaryFile wrong(R"([{"role":"nobody","content":"x"}])");
    const std::vector<std::vector<std::string>> commands = {
        {"--nonsense", "hi"},
        {"--param", "a=b", "hi"},
        {"--param", "a", "hi"},
        {"--param", "=1", "hi"},
        {"--messages", "/nonexistent/file", "hi"},
        {"--messages", broken.path()},
        {"--messages", wrong.path()},
        {"--tools", broken.path(), "hi"},
        {"--tools", wrong.path(), "hi"},
        {"--ca-file", "/nonexistent/file", "hi"},
        {"--max-retries", "-1", "hi"},
        {"--max-retries", "x", "hi"},
        {"--reasoning-effort", "enormous", "hi"},
        {"--thinking-budget", "-5", "hi"},
        {"--provider-sorting", "price,openai", "hi"},
        {"--timeout", "0", "hi"},
        {"--api-key", "x", "hi"},
        {"--model"},
    };
    for (const auto& arguments : commands) {
        const auto result = chat.run(arguments);
        INFO(arguments[0] << ' ' << result.out << result.err);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK_FALSE(result.err.empty());
    }
    const auto empty = chat.run({}, " \n");
    CHECK(empty.exit_code == 2);
    CHECK(chat.simulator.accepted_connections() == 0);
}

TEST_CASE("chat: help and version exit 0") {
    Chat chat;
    CHECK(chat.run({"--help"}).exit_code == 0);
    const auto version = chat.run({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.starts_with("capstan-chat "));
}

TEST_CASE("chat: without a key nothing is sent") {
    Chat chat;
    for (const bool empty : {true, false}) {
        auto command = chat.command({"--jsonl", "hi"});
        if (empty)
            command.environment["OPENROUTER_API_KEY"] = "";
        else
            command.environment.erase("OPENROUTER_API_KEY");
        const auto result = chat_process::run(command);
        CHECK(result.exit_code != 0);
        CHECK(lines_of(result).back().at("kind") == "configuration");
        CHECK(result.out.find("OPENROUTER_API_KEY") != std::string::npos);
    }
    CHECK(chat.simulator.accepted_connections() == 0);
}

TEST_CASE("chat: --base-url wins over OPENROUTER_BASE_URL") {
    Chat one, other;
    CHECK(one.run({"--base-url", other.simulator.base_url(), "hi"}).exit_code == 0);
    CHECK(one.simulator.requests(sim::Simulator::chat).empty());
    CHECK(other.simulator.requests(sim::Simulator::chat).size() == 1);
}

TEST_CASE("chat: the key is sent, and never printed, whatever the server answers") {
    Chat chat;
    const std::string echo = "bad key " + key;
    const std::vector<sim::SimResponse> answers = {
        sim::error_answer(401, echo),
        sim::error_answer(400, 400, "Provider returned error",
                          {{"raw", echo}, {"provider_name", key}}),
        sim::plain_answer(502, "text/html", "<p>" + echo + "</p>"),
        sim::mid_stream_error("half", 400, echo),
        sim::plain_answer(200, "text/html", echo),
    };
    for (const bool jsonl : {true, false})
        for (const auto& answer : answers) {
            chat.simulator.enqueue(answer);
            std::vector<std::string> arguments = {"--max-retries", "0", "hi"};
            if (jsonl) arguments.push_back("--jsonl");
            const auto result = chat.run(arguments);
            INFO(result.out << result.err);
            CHECK(result.exit_code == 1);
            CHECK((result.out + result.err).find(key) == std::string::npos);
        }
    for (const auto& request : chat.simulator.requests(sim::Simulator::chat))
        CHECK(request.header("Authorization") == "Bearer " + key);
}
