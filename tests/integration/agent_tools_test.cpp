// How tools are run: beside each other, in time, and with their faults told to the model.
#include "agent_fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::agent_event;
using namespace std::chrono_literals;

namespace {

std::string told(const AgentFixture& fixture, std::size_t request) {
    return std::string(fixture.last_message(request).at("content").as_string());
}

/// Runs one call of that tool with these arguments, and gives what the model was told.
std::string run_one(AgentFixture& fixture, std::string tool, std::string arguments) {
    std::vector<AnswerToolCall> made;
    made.emplace_back("call_1", std::move(tool), std::move(arguments));
    fixture.simulator.enqueue(tool_call_answer(made));
    fixture.simulator.enqueue(text_answer("I see."));
    CHECK(fixture.run().done().reason == StopReason::answered);
    CHECK(fault_of(fixture.last) == "");
    return told(fixture, 1);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("calls run at once, and their results go back in the order of the calls") {
    AgentFixture fixture;
    std::map<std::string, Gate> gates;
    for (const auto* id : {"call_1", "call_2", "call_3"}) gates.try_emplace(id, fixture.io);
    int running = 0;
    fixture.add("work", [&](json::value, ToolContext& context) -> asio::awaitable<ToolResult> {
        if (++running == 3) gates.at("call_3").open();
        const auto id = context.call_id;
        auto passing = gates.at(id).pass();
        co_await std::move(passing);
        if (id == "call_3") gates.at("call_2").open();
        if (id == "call_2") gates.at("call_1").open();
        co_return ToolResult("by " + id);
    });
    fixture.simulator.enqueue(calls({"work", "work", "work"}));
    fixture.simulator.enqueue(text_answer("Done."));

    const auto watched = fixture.run();

    CHECK(watched.done().reason == StopReason::answered);
    const auto finished = watched.all<ToolFinished>();
    REQUIRE(finished.size() == 3);
    CHECK(finished[0].call.id == "call_3");
    CHECK(finished[2].call.id == "call_1");
    const auto messages = fixture.messages(1);
    REQUIRE(messages.size() == 5);
    for (std::size_t n = 1; n <= 3; ++n)
        CHECK(messages[n + 1].at("content").as_string() == "by call_" + std::to_string(n));
}

TEST_CASE("no more than eight calls run at once") {
    AgentFixture fixture;
    Gate gate(fixture.io);
    int running = 0;
    int most = 0;
    fixture.add("work", [&](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        most = std::max(most, ++running);
        if (running == 8) gate.open();
        auto passing = gate.pass();
        co_await std::move(passing);
        --running;
        co_return ToolResult("done");
    });
    fixture.simulator.enqueue(calls({"work", "work", "work", "work", "work", "work", "work", "work",
                                     "work", "work", "work", "work"}));
    fixture.simulator.enqueue(text_answer("Done."));

    CHECK(fixture.run().done().totals.tool_calls == 12);
    CHECK(most == 8);
}

TEST_CASE("an exclusive call waits for those before it and holds up those behind it") {
    AgentFixture fixture;
    std::string order;
    Gate first(fixture.io);
    fixture.add("read", [&](json::value, ToolContext& context) -> asio::awaitable<ToolResult> {
        const auto id = context.call_id.substr(5);
        order += "(" + id;
        if (id == "2") first.open();
        auto passing = first.pass();
        co_await std::move(passing);
        order += id + ")";
        co_return ToolResult("read");
    });
    ToolOptions exclusive;
    exclusive.exclusive = true;
    fixture.add("write", [&](json::value, ToolContext& context) -> asio::awaitable<ToolResult> {
        const auto id = context.call_id.substr(5);
        order += "[" + id;
        for (int i = 0; i < 5; ++i) co_await asio::post(fixture.io, asio::use_awaitable);
        order += id + "]";
        co_return ToolResult("written");
    }, exclusive);
    fixture.simulator.enqueue(calls({"read", "read", "write", "write", "read"}));
    fixture.simulator.enqueue(text_answer("Done."));

    CHECK(fixture.run().done().reason == StopReason::answered);
    CHECK((order == "(1(22)1)[33][44](55)" || order == "(1(21)2)[33][44](55)"));
}

TEST_CASE("a tool that throws gives an error result with the exception's text") {
    AgentFixture fixture;
    fixture.add("break", [](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        throw std::runtime_error("the disk is on fire");
        co_return ToolResult();
    });
    CHECK(contains(run_one(fixture, "break", "{}"), "the disk is on fire"));
}

TEST_CASE("a tool that throws before it is a coroutine, or throws no exception, does no harm") {
    AgentFixture fixture;
    fixture.add("early", [](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        throw 42;
    });
    CHECK(contains(run_one(fixture, "early", "{}"), "failed"));
}

TEST_CASE("an unknown tool is told with the names of those that exist, the nearest first") {
    AgentFixture fixture;
    for (const auto* name : {"zebra", "read_file", "write_file"}) fixture.add(name);
    const auto text = run_one(fixture, "readfile", "{}");
    CHECK(contains(text, "\"readfile\""));
    CHECK(contains(text, "read_file, write_file, zebra"));
}

TEST_CASE("arguments that cannot be used are refused with what is wrong") {
    AgentFixture fixture;
    bool called = false;
    auto schema = parse_json(R"({"type": "object", "properties": {"n": {"type": "integer"}},
        "required": ["n"], "additionalProperties": false})").as_object();
    auto tool = [&](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        called = true;
        co_return ToolResult("counted");
    };
    fixture.tools.add("count", "Counts.", schema, ToolRegistry::Handler(tool));
    const auto [arguments, words] = GENERATE(table<std::string, std::string>({
        {R"({"n": )", "JSON"},
        {"n=1", "JSON"},
        {"[1]", "object"},
        {R"({"n": "x"})", "n"},
        {R"({"m": 1})", "m"},
        {"", "n"},
    }));
    CAPTURE(arguments);

    const auto text = run_one(fixture, "count", arguments);

    CHECK(!called);
    CHECK(contains(text, "not made"));
    CHECK(contains(text, words));
}

TEST_CASE("calls of an answer that was cut off are not made") {
    AgentFixture fixture;
    bool called = false;
    fixture.add("work", [&](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        called = true;
        co_return ToolResult("worked");
    });
    auto answer = calls({"work"});
    answer.finish_reason = "length";
    fixture.simulator.enqueue(answer);
    fixture.simulator.enqueue(text_answer("I see."));

    const auto watched = fixture.run();

    CHECK(!called);
    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.outcome("call_1").status == ToolStatus::bad_arguments);
    CHECK(contains(told(fixture, 1), "cut off"));
}

TEST_CASE("a call ends at its timeout, whether the tool heeds it or not") {
    const bool heeds = GENERATE(true, false);
    AgentFixture fixture;
    Gate gate(fixture.io);
    ToolOptions options;
    options.timeout = 20ms;
    bool ended = false;
    fixture.add("slow", [&, heeds](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        if (heeds) {
            auto waiting = wait_for_ever();
            co_return co_await std::move(waiting);
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        auto passing = gate.pass();
        co_await std::move(passing);
        ended = true;
        co_return ToolResult("too late");
    }, options);
    fixture.simulator.enqueue(calls({"slow"}));
    fixture.simulator.enqueue(text_answer("Well."));

    const auto watched = fixture.run("Go.", [&](AgentStream&, const AgentEvent& event) {
        if (!std::holds_alternative<Done>(event)) return;
        CHECK(!ended);  // the end of the run did not wait for the tool
        gate.open();
    });

    CHECK(watched.done().reason == StopReason::answered);
    CHECK(watched.outcome("call_1").status == ToolStatus::timed_out);
    CHECK(watched.outcome("call_1").duration >= 20ms);
    CHECK(contains(told(fixture, 1), "20 ms"));
    CHECK(ended == !heeds);
}

TEST_CASE("a running tool's progress becomes events of its call") {
    AgentFixture fixture;
    fixture.add("work", [](json::value, ToolContext& context) -> asio::awaitable<ToolResult> {
        context.progress("half", parse_json(R"({"percent": 50})"));
        context.progress("whole");
        co_return ToolResult("worked");
    });
    fixture.simulator.enqueue(calls({"work"}));
    fixture.simulator.enqueue(text_answer("Done."));

    const auto progress = fixture.run().all<ToolProgress>();

    REQUIRE(progress.size() == 2);
    CHECK(progress[0].text == "half");
    CHECK(progress[0].name == "work");
    CHECK(progress[0].call_id == "call_1");
    CHECK(progress[0].data.at("percent") == 50);
}

TEST_CASE("a long result loses its middle, and the whole is in a file of the user alone") {
    namespace fs = std::filesystem;
    const auto directory = fs::temp_directory_path() /
                           ("capstan-spill-" + std::to_string(::getpid()));
    AgentFixture fixture;
    fixture.options.max_result_bytes = 100;
    fixture.options.spill_directory = directory;
    std::string whole;
    for (int i = 0; i < 100; ++i) whole += "zeile ü" + std::to_string(i) + "\n";
    fixture.add("long", [&](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        co_return ToolResult(whole);
    });

    const auto text = run_one(fixture, "long", "{}");

    CHECK(text.size() < 300);
    CHECK(is_valid_utf8(text));
    CHECK(text.starts_with("zeile ü0\n"));
    CHECK(text.ends_with("zeile ü99\n"));
    const auto file = directory / "call_1.txt";
    CHECK(contains(text, file.string()));
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    std::ifstream stream(file);
    CHECK(std::string(std::istreambuf_iterator<char>(stream), {}) == whole);
    fs::remove_all(directory);
}

TEST_CASE("what a tool says for programs is in the events and not in the request") {
    AgentFixture fixture;
    fixture.add("work", [](json::value, ToolContext&) -> asio::awaitable<ToolResult> {
        ToolResult result("worked");
        result.details["exit_code"] = 7;
        co_return result;
    });
    fixture.simulator.enqueue(calls({"work"}));
    fixture.simulator.enqueue(text_answer("Done."));

    const auto watched = fixture.run();

    CHECK(watched.outcome("call_1").details.at("exit_code") == 7);
    CHECK(!contains(fixture.simulator.requests()[1].body, "exit_code"));
}
