#include "run_driver.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::run_event;

namespace {

/// One round with one call; gives what is commanded behind it.
std::string round(Driver& drive, const std::string& arguments, const std::string& result,
                  ToolStatus status = ToolStatus::ok) {
    drive(answer(calls_of({{"tool", arguments}})));
    const auto commands = drive(all_checked(drive.run));
    if (commands != "run c1") return commands;
    ToolEnded event;
    event.call_id = "c1";
    event.outcome = outcome(result, status);
    return drive(event);
}

}  // namespace

TEST_CASE("A loop is warned of, then blocked, then ends the run") {
    Driver drive;
    drive(said("Go"));
    CHECK(round(drive, R"({"a":1,"b":2})", "same") == "call 2");
    CHECK(round(drive, R"({"b":2,"a":1})", "same") == "notice loop_warning, call 3");
    CHECK(lines(drive.run).find("same\n\n[Note: this call gave the same result") !=
          std::string::npos);
    CHECK(round(drive, R"({"a":1,"b":2})", "same") == "notice loop_warning, call 4");
    const std::string blocked = "repeated c1, notice loop_warning, ";
    CHECK(round(drive, R"({"a":1,"b":2})", "same") == blocked + "call 5");
    CHECK(round(drive, R"({"a":1,"b":2})", "same") == blocked + "call 6");
    CHECK(round(drive, R"({"a":1,"b":2})", "same") == blocked + "finish loop");
}

TEST_CASE("Another result, or a word of the user, ends a loop") {
    Driver drive;
    drive(said("Go"));
    for (int i = 0; i < 6; ++i)
        CHECK(round(drive, "{}", std::to_string(i)).find("loop") == std::string::npos);
    round(drive, "{}", "same");
    drive(said("Once more"));
    CHECK(round(drive, "{}", "same") == "notice loop_warning, notice steering, call 9");
    CHECK(round(drive, "{}", "same") == "call 10");
}

TEST_CASE("Steps in which everything fails end the run") {
    AgentRunOptions options;
    options.limits.max_failed_steps(2);
    Driver drive(options);
    drive(said("Go"));
    round(drive, "1", "no", ToolStatus::failed);
    round(drive, "2", "yes");
    CHECK(round(drive, "3", "no", ToolStatus::timed_out) == "call 4");
    CHECK(round(drive, "4", "no", ToolStatus::failed) == "finish failed_steps");
}

TEST_CASE("Calls that are cut off are never executed, and too many of them end the run") {
    AgentRunOptions options;
    options.limits.max_bad_calls(3);
    Driver drive(options);
    drive(said("Go"));
    const auto cut = answer(calls_of({{"a", "{}"}, {"b", "{\"x"}}), FinishReason::length);
    CHECK(drive(cut) == "bad_arguments c1, bad_arguments c2, call 2");
    CHECK(drive(cut) == "bad_arguments c1, bad_arguments c2, finish bad_calls");
    CHECK(drive.run.totals().tool_calls == 0);
}

TEST_CASE("A last answer is asked for when a limit is hit, and its calls are refused") {
    AgentRunOptions options;
    options.limits.max_tool_calls(1).final_answer(true);
    Driver drive(options);
    drive(said("Go"));
    CHECK(round(drive, "{}", "one") == "notice final_answer, call 2 final");
    CHECK(words(drive.run.outstanding()) == "call 2 final");
    CHECK(drive(answer(calls_of({{"a", "{}"}}))) == "denied c1, finish max_tool_calls");
    drive(said("Go on"));
    CHECK(round(drive, "{}", "two") == "notice final_answer, call 4 final");
    CHECK(drive(answer("Here it is")) == "finish max_tool_calls");
}

TEST_CASE("The cost of the next call counts before it is made") {
    AgentRunOptions options;
    options.limits.max_cost(Money::from_nano_usd(1'000));
    Driver drive(options);
    SECTION("by the last call") {
        drive(said("Go"));
        auto event = answer(calls_of({{"a", "{}"}}));
        event.usage.total_cost = Money::from_nano_usd(400);
        drive(event);
        drive(all_checked(drive.run));
        CHECK(drive(ended("c1")) == "call 2");
        drive(event);
        drive(all_checked(drive.run));
        CHECK(drive(ended("c1", "other")) == "finish max_cost");
    }
    SECTION("by the prices") {
        ModelKnown known;
        known.input_price = known.output_price = Money::from_nano_usd(1'000);
        drive(known);
        CHECK(drive(said("A question of more than one token")) == "finish max_cost");
    }
    SECTION("with what sub-agents have spent") {
        SubAgentsSpent spent;
        spent.cost = Money::from_nano_usd(1'000);
        CHECK(drive(spent) == "");
        CHECK(drive(said("Go")) == "finish max_cost");
    }
}

TEST_CASE("Time and tokens have limits") {
    AgentRunOptions options;
    options.limits.max_time(1s).max_tokens(100);
    Driver drive(options);
    drive(said("Go"));
    SECTION("time") {
        drive.time = 1s;
        CHECK(round(drive, "{}", "one") == "finish max_time");
        drive(said("Go on"));
        drive.time = 1'999ms;
        CHECK(round(drive, "{}", "two") == "call 3");
    }
    SECTION("tokens") {
        auto event = answer(calls_of({{"a", "{}"}}), FinishReason::length);
        event.usage.input_tokens = 60;
        event.usage.output_tokens = 40;
        CHECK(drive(event) == "bad_arguments c1, finish max_tokens");
    }
}

TEST_CASE("What had arrived of a failed answer is kept without its calls") {
    Driver drive;
    drive(said("Go"));
    ModelFailed failed;
    failed.error.kind = ErrorKind::network;
    failed.partial = calls_of({{"a", "{\"x"}});
    SECTION("with a text") {
        failed.partial->content = "I will";
        CHECK(drive(failed) == "finish error");
        CHECK(lines(drive.run) == "user: Go\nassistant: I will\n");
    }
    SECTION("without one") {
        CHECK(drive(failed) == "finish error");
        CHECK(lines(drive.run) == "user: Go\n");
    }
    CHECK(drive.run.finished()->error->kind == ErrorKind::network);
}

TEST_CASE("A conversation that the server finds too long is compacted once, then given up") {
    Driver drive;
    drive(said("Go"));
    for (int i = 0; i < 8; ++i) round(drive, std::to_string(i), std::string(4'000, 'x'));
    ModelFailed failed;
    failed.error.kind = ErrorKind::context_overflow;
    const auto before = drive.run.context().tokens;
    CHECK(drive(failed) == "notice overflow, notice compacted, call 10");
    CHECK(drive.run.context().tokens <= before / 2);
    CHECK(drive(failed) == "finish context_overflow");
    CHECK(drive.run.finished()->error);
}

TEST_CASE("A compaction can be asked for") {
    Driver drive;
    drive(said("Go"));
    for (int i = 0; i < 9; ++i) round(drive, std::to_string(i), std::string(4'000, 'x'));
    CHECK(drive(CompactionWanted()) == "");
    CHECK(round(drive, "10", "end") == "notice compacted, call 11");
    CHECK(round(drive, "11", "end") == "call 12");
}
