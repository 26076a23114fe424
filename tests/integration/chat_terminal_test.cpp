// The chat program as a person sees it.
#include "chat_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace chat_test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

sim::Answer thoughtful(std::string text) {
    auto answer = sim::text_answer(std::move(text));
    answer.reasoning = "I ponder.";
    return answer;
}

Command in_terminal(const Chat& chat, std::vector<std::string> arguments) {
    auto command = chat.command(std::move(arguments));
    command.terminal = true;
    return command;
}

}  // namespace

TEST_CASE("chat: into a file goes the answer alone; cost, tokens and reasoning are beside it") {
    Chat chat;
    chat.simulator.enqueue(thoughtful("The answer."));
    const auto result = chat.run({"--model", "m/x", "hi"});
    CHECK(result.exit_code == 0);
    CHECK(result.out == "The answer.\n");
    CHECK(has(result.err, "$0.000042"));
    CHECK(has(result.err, "12 in, 8 out"));
    CHECK(has(result.err, "I ponder."));
    CHECK_FALSE(has(result.out + result.err, "\033"));
}

TEST_CASE("chat: on a terminal reasoning is dimmed, unless NO_COLOR is set") {
    Chat chat;
    chat.simulator.enqueue(thoughtful("The answer."));
    const auto dimmed = chat_process::run(in_terminal(chat, {"hi"}));
    INFO(dimmed.out);
    CHECK(dimmed.exit_code == 0);
    CHECK(has(dimmed.out, "\033[2mI"));
    CHECK(has(dimmed.out, "The answer."));
    chat.simulator.enqueue(thoughtful("The answer."));
    auto plain = in_terminal(chat, {"hi"});
    plain.environment["NO_COLOR"] = "1";
    CHECK_FALSE(has(chat_process::run(plain).out, "\033"));
}

TEST_CASE("chat: an answer cannot drive the terminal") {
    Chat chat;
    chat.simulator.enqueue(sim::text_answer("a\033]0;evil\007b \033[31mred"));
    const auto result = chat_process::run(in_terminal(chat, {"hi"}));
    CHECK_FALSE(has(result.out, "\033]"));
    CHECK_FALSE(has(result.out, "\033[31m"));
    CHECK(has(result.out, "red"));
}

TEST_CASE("chat: an error is a sentence on standard error, and exit code 1") {
    Chat chat;
    chat.simulator.enqueue(sim::error_answer(402, "Insufficient credits"));
    const auto result = chat.run({"hi"});
    CHECK(result.exit_code == 1);
    CHECK(result.out.empty());
    CHECK(has(result.err, "Insufficient credits"));
    CHECK(has(result.err, "add credits") + has(result.err, "Add credits") > 0);
}

TEST_CASE("chat: a conversation keeps its history, and ends at the end of the input") {
    Chat chat;
    auto first = thoughtful("First answer.");
    first.reasoning_details = {json::object{{"type", "reasoning.text"},
                                            {"text", "I ponder."},
                                            {"signature", "sig"},
                                            {"index", 0},
                                            {"format", "anthropic-claude-v1"}}};
    chat.simulator.enqueue(first);
    chat.simulator.enqueue(sim::text_answer("Second answer."));
    Child child(in_terminal(chat, {"--model", "anthropic/claude-sonnet-4.5"}));
    REQUIRE(child.wait_for("> "));
    child.type("one\n");
    REQUIRE(child.wait_for("> ", 2));
    child.type("\n");
    REQUIRE(child.wait_for("> ", 3));
    child.type("two\n");
    REQUIRE(child.wait_for("> ", 4));
    child.type("\004");
    const auto result = child.wait();
    INFO(result.out);
    CHECK(result.exit_code == 0);
    CHECK(has(result.out, "First answer."));
    CHECK(has(result.out, "Second answer."));
    const auto messages = chat.sent(1).at("messages").as_array();
    REQUIRE(messages.size() == 3);
    CHECK(json::serialize(messages[1]).find("First answer.") != std::string::npos);
    CHECK(messages[1].at("reasoning_details").at(0).at("signature") == "sig");
}

TEST_CASE("chat: Ctrl-C during an answer cancels it and keeps what came; at the prompt it quits") {
    Chat chat;
    const sim::Latch gate;
    auto cut = sim::text_answer("Only the beginning of it").streamed();
    cut.body.resize(cut.body.size() - 3);
    cut.with_step(sim::hold(gate));
    chat.simulator.enqueue(cut);
    chat.simulator.enqueue(sim::text_answer("Next answer."));
    Child child(in_terminal(chat, {}));
    REQUIRE(child.wait_for("> "));
    child.type("one\n");
    REQUIRE(child.wait_for("beginning"));
    child.type("\003");
    REQUIRE(child.wait_for("(cancelled)"));
    REQUIRE(child.wait_for("> ", 2));
    child.type("two\n");
    REQUIRE(child.wait_for("Next answer."));
    REQUIRE(child.wait_for("> ", 3));
    const auto messages = chat.sent(1).at("messages").as_array();
    REQUIRE(messages.size() == 3);
    CHECK(json::serialize(messages[1]).find("Only the beginning") != std::string::npos);
    child.type("\003");
    CHECK(child.wait().exit_code == 130);
}
