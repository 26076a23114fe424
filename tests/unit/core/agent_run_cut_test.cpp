#include "run_driver.hpp"

#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <stdexcept>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::run_event;

namespace {

/// Answers commands by what the transcript says, so that a run that was cut goes on alike.
class Executor {
public:
    explicit Executor(bool repeatable) : repeatable_(repeatable) {}

    void take(const AgentRun& run, const std::vector<RunCommand>& commands) {
        for (const auto& command : commands) {
            if (const auto* call = std::get_if<run_command::CallModel>(&command)) {
                events.push_back(from_model(run, *call));
            } else if (std::holds_alternative<run_command::CheckCalls>(command)) {
                auto checks = all_checked(run);
                for (auto& check : checks.calls) {
                    check.exclusive = check.call_id == "c2";
                    check.repeatable = repeatable_;
                    if (check.call_id == "c3") check.permission = Permission::ask;
                }
                events.push_back(checks);
            } else if (const auto* ask = std::get_if<run_command::AskApproval>(&command)) {
                events.push_back(Approved(ApprovalAnswer::allow(ask->request)));
            } else if (const auto* tool = std::get_if<run_command::RunTool>(&command)) {
                events.push_back(ToolBegun(tool->call.id));
                events.push_back(ended(tool->call.id, "result of " + tool->call.id +
                                                          std::string(600, '.')));
            } else if (std::holds_alternative<run_command::SummariseHistory>(command)) {
                Summarised summary;
                summary.text = "Much was done.";
                events.push_back(summary);
            }
        }
    }

    std::deque<RunEvent> events;

private:
    static RunEvent from_model(const AgentRun&, const run_command::CallModel& call) {
        if (call.step > 6 || call.final) return answer("All done.");
        const auto step = std::to_string(call.step);
        return answer(calls_of({{"a", step}, {"b", step}, {"c", step}, {"d", step}}));
    }

    bool repeatable_;
};

AgentRunOptions small_window() {
    AgentRunOptions options;
    options.session_id = "s";
    options.context.context_length = 6'000;
    options.context.reserve = 1'000;
    options.context.recent_results = 2;
    options.context.recent_tokens = 500;
    options.context.summary_tokens = 50;
    options.context.target = 0.2;
    options.context.trigger = 0.4;
    return options;
}

/// Plays to the end; before event `cut` the program dies and the state is loaded.
std::string play(std::size_t cut, bool repeatable, std::size_t& events, std::string* trace) {
    Executor executor(repeatable);
    AgentRun run(small_window());
    executor.events.push_back(said("Do it"));
    for (events = 0; !executor.events.empty(); ++events) {
        if (events == cut && events > 0) {
            run = AgentRun::from_json(parse_json(to_json_text(run.to_json())));
            run.handle(Resumed(), 0ms);
            executor.events.clear();
            executor.take(run, run.outstanding());
        }
        if (executor.events.empty()) break;
        const auto event = executor.events.front();
        executor.events.pop_front();
        const auto commands = run.handle(event, 0ms);
        if (trace) *trace += words(commands) + "\n";
        executor.take(run, commands);
    }
    CHECK(run.finished().has_value());
    CHECK(transcript_fault(run.transcript()) == "");
    return run.transcript().to_json_text();
}

}  // namespace

TEST_CASE("A run that is cut at any point goes on to the identical transcript") {
    std::size_t count = 0;
    std::string trace;
    const auto whole = play(0, true, count, &trace);
    CHECK(count > 50);
    CHECK(trace.find("compacted") != std::string::npos);
    CHECK(trace.find("summarise") != std::string::npos);
    CHECK(trace.find("ask c3") != std::string::npos);
    for (std::size_t cut = 1; cut < count; ++cut) {
        INFO("cut before event " << cut);
        std::size_t events = 0;
        CHECK(play(cut, true, events, nullptr) == whole);
    }
}

TEST_CASE("A call that may not be repeated is reported as interrupted after a cut") {
    std::size_t count = 0;
    play(0, false, count, nullptr);
    std::size_t interrupted = 0;
    for (std::size_t cut = 1; cut < count; ++cut) {
        std::size_t events = 0;
        interrupted += play(cut, false, events, nullptr).find("Interrupted") != std::string::npos;
    }
    CHECK(interrupted > 5);  // the others are summarised
}

TEST_CASE("A state that nobody wrote is refused, with its place") {
    Driver drive;
    drive(said("Go"));
    drive(answer(calls_of({{"a", "{}"}})));
    const auto good = drive.run.to_json();
    CHECK(to_json_text(AgentRun::from_json(good).to_json()) == to_json_text(good));
    for (const auto& member : good) {
        auto bad = good;
        if (member.key() == "finished") continue;
        bad.erase(member.key());
        INFO(member.key());
        CHECK_THROWS_AS(AgentRun::from_json(bad), std::invalid_argument);
        bad[member.key()] = 1.5;
        CHECK_THROWS_AS(AgentRun::from_json(bad), std::invalid_argument);
    }
    auto newer = good;
    newer["version"] = 2;
    CHECK_THROWS_AS(AgentRun::from_json(newer), std::invalid_argument);
    auto torn = good;
    torn["state"] = "idle";
    CHECK_THROWS_AS(AgentRun::from_json(torn), std::invalid_argument);
}
