#include "run_driver.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <random>
#include <set>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::run_event;

namespace {

std::uint64_t wanted_runs() {
    const char* text = std::getenv("CAPSTAN_RANDOM_RUNS");
    return text ? std::strtoull(text, nullptr, 10) : 20'000;
}

/// Makes events, most of which fit the run, and some that fit nothing.
class RandomEvents {
public:
    explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
    }
    bool chance(std::size_t percent) { return below(100) < percent; }

    AgentRunOptions options() {
        AgentRunOptions options;
        options.session_id = "s";
        options.max_parallel_tools = below(4);
        options.limits.max_steps(1 + static_cast<std::int64_t>(below(8)));
        options.limits.final_answer(chance(50));
        if (chance(30)) options.limits.max_cost(Money::from_nano_usd(50));
        if (chance(30)) options.limits.max_bad_calls(2);
        if (chance(50)) options.context.context_length = 100 + static_cast<int>(below(2'000));
        options.context.summary_tokens = 20;
        options.context.recent_results = 1;
        options.context.recent_tokens = 50;
        return options;
    }

    RunEvent next(const AgentRun& run) {
        if (chance(10)) return hostile(run);
        switch (run.state()) {
        case AgentRun::State::idle: return said(text());
        case AgentRun::State::model: return from_model();
        case AgentRun::State::checking: return check(run);
        case AgentRun::State::compacting: return summary();
        case AgentRun::State::tools: return in_round(run);
        }
        return Resumed();
    }

private:
    std::string text() {
        return chance(10) ? std::string(below(3'000), 'x') : std::string(below(3), 'y');
    }
    std::string id() { return "c" + std::to_string(1 + below(5)); }

    Usage usage() {
        Usage usage;
        usage.source = UsageSource::stream;
        if (chance(80)) usage.input_tokens = static_cast<std::int64_t>(below(400));
        if (chance(80)) usage.output_tokens = static_cast<std::int64_t>(below(40));
        if (chance(80)) usage.total_cost = Money::from_nano_usd(static_cast<int>(below(10)));
        return usage;
    }
    RunEvent from_model() {
        if (chance(8)) {
            ModelFailed failed;
            failed.error.kind = static_cast<ErrorKind>(below(18));
            if (chance(50)) failed.error.kind = ErrorKind::context_overflow;
            if (chance(50)) failed.partial = message();
            return failed;
        }
        auto event = answer(message(), static_cast<FinishReason>(chance(15) ? below(6) : 2));
        event.usage = usage();
        event.fixed_chars = below(200);
        event.input_estimate = static_cast<std::int64_t>(below(400));
        return event;
    }
    AssistantMessage message() {
        std::vector<std::pair<std::string, std::string>> calls;
        for (std::size_t n = below(6); n > 0; --n)
            calls.emplace_back(chance(50) ? "a" : "b", chance(50) ? "{}" : "{\"n\":1}");
        auto message = calls_of(std::move(calls));
        message.content = text();
        if (!message.tool_calls.empty() && chance(5)) message.tool_calls.back().id = "c1";
        if (!message.tool_calls.empty() && chance(5)) message.tool_calls.back().id.clear();
        return message;
    }
    RunEvent check(const AgentRun& run) {
        auto event = all_checked(run);
        for (auto& check : event.calls) {
            check.permission = static_cast<Permission>(chance(50) ? 0 : below(3));
            check.exclusive = chance(25);
            check.repeatable = chance(50);
            check.key = chance(50) ? "k" : "l";
            if (chance(10)) check.refused = outcome("bad", ToolStatus::bad_arguments);
            if (chance(10)) check.arguments = "{\"changed\":true}";
        }
        return event;
    }
    RunEvent summary() {
        Summarised event;
        event.text = chance(50) ? "" : "what was done";
        event.usage = usage();
        return event;
    }
    RunEvent in_round(const AgentRun& run) {
        const auto pending = run.pending_approvals();
        if (!pending.empty() && chance(40)) {
            const auto& request = pending[below(pending.size())];
            if (chance(30)) return Approved(ApprovalAnswer::deny(request, "no"));
            return Approved(chance(30) ? ApprovalAnswer::always(request)
                                       : ApprovalAnswer::allow(request));
        }
        if (chance(40)) return ToolBegun(id());
        auto event = ended(id(), text());
        event.outcome.status = static_cast<ToolStatus>(chance(70) ? 0 : below(9));
        return event;
    }
    RunEvent hostile(const AgentRun& run) {
        switch (below(12)) {
        case 0: return said(text());
        case 1: return from_model();
        case 2: return CallsChecked();
        case 3: return ToolBegun(id());
        case 4: return ended(id());
        case 5: return Resumed();
        case 6: return Approved(ApprovalAnswer());
        case 7: return summary();
        case 8: return CompactionWanted();
        case 9: return known();
        case 10: return in_round(run);
        default: return StopWanted(static_cast<StopReason>(below(16)), text());
        }
    }
    RunEvent known() {
        if (chance(30)) {
            SubAgentsSpent spent;
            spent.cost = Money::from_nano_usd(static_cast<std::int64_t>(random_()) / 1'000);
            spent.tokens = static_cast<std::int64_t>(random_());
            return spent;
        }
        ModelKnown known;
        if (chance(50)) known.context_length = static_cast<std::int64_t>(random_());
        if (chance(50)) known.max_output = static_cast<std::int64_t>(random_());
        if (chance(50)) known.input_price = known.output_price = Money::from_nano_usd(1);
        return known;
    }

    std::mt19937_64 random_;
};

/// What a reader of the commands knows: which calls run, and that no rule is broken.
class Watcher {
public:
    explicit Watcher(const AgentRunOptions& options)
        : most_(std::max<std::size_t>(options.max_parallel_tools, 1)) {}

    std::string fault(const AgentRun& run, const RunEvent& event,
                      const std::vector<RunCommand>& commands) {
        note(event);
        std::size_t finishes = 0;
        for (const auto& command : commands) {
            if (const auto* tool = std::get_if<run_command::RunTool>(&command))
                running_.insert(tool->call.id);
            finishes += std::holds_alternative<run_command::Finish>(command);
        }
        if (!in_round(run)) running_.clear();
        const bool went_idle = was_active_ && run.state() == AgentRun::State::idle;
        was_active_ = run.state() != AgentRun::State::idle;
        const bool began = std::holds_alternative<UserSaid>(event);
        if (finishes > 1 || (finishes == 1) != (went_idle || (began && !was_active_)))
            return "Finish does not come exactly once";
        if (run.finished().has_value() != (!was_active_ && !run.transcript().empty()))
            return "finished() does not tell the truth";
        if (running_.size() > most_) return "too many tools run";
        if (running_.size() > 1) {
            for (const auto& id : running_)
                if (exclusive_.contains(id)) return "an exclusive tool is not alone";
        }
        return transcript_fault(run.transcript(), in_round(run));
    }

private:
    static bool in_round(const AgentRun& run) {
        return run.state() == AgentRun::State::checking || run.state() == AgentRun::State::tools;
    }
    void note(const RunEvent& event) {
        if (const auto* done = std::get_if<ToolEnded>(&event)) running_.erase(done->call_id);
        // What had begun is over, or is commanded again; what had not goes on.
        if (std::holds_alternative<Resumed>(event)) {
            for (const auto& id : begun_) running_.erase(id);
            begun_.clear();
        }
        if (const auto* begun = std::get_if<ToolBegun>(&event); begun &&
            running_.contains(begun->call_id))
            begun_.insert(begun->call_id);
        if (const auto* checks = std::get_if<CallsChecked>(&event); checks && !checks->calls.empty()
            && running_.empty()) {
            begun_.clear();
            exclusive_.clear();
            for (const auto& check : checks->calls)
                if (check.exclusive) exclusive_.insert(check.call_id);
        }
    }

    std::size_t most_;
    bool was_active_ = false;
    std::set<std::string> running_;
    std::set<std::string> begun_;
    std::set<std::string> exclusive_;
};

std::string play(std::uint64_t seed) {
    RandomEvents random(seed);
    const auto options = random.options();
    AgentRun run(options);
    Watcher watcher(options);
    for (int i = 0; i < 30; ++i) {
        const auto event = random.next(run);
        const bool compare = random.below(80) == 0;  // it is what costs most
        std::optional<AgentRun> loaded;
        if (compare) loaded = AgentRun::from_json(parse_json(to_json_text(run.to_json())));
        const std::chrono::milliseconds time(i * 10);
        const auto before = compare ? to_json_text(run.to_json()) : std::string();
        const auto commands = run.handle(event, time);
        const auto fault = watcher.fault(run, event, commands);
        if (!fault.empty()) return fault + " (event " + std::to_string(i) + ")";
        if (!loaded) continue;
        if (to_json_text(loaded->to_json()) != before) return "the loaded state differs";
        const auto stored = run_event_from_json(parse_json(to_json_text(to_json(event))));
        if (words(loaded->handle(stored, time)) != words(commands))
            return "the loaded run commands something else";
        if (to_json_text(loaded->to_json()) != to_json_text(run.to_json()))
            return "the loaded run goes elsewhere";
        if (words(loaded->outstanding()) != words(run.outstanding()))
            return "the loaded run has other things outstanding";
    }
    return {};
}

}  // namespace

TEST_CASE("Whatever happens, in whatever order, a run keeps its rules") {
    const auto runs = wanted_runs();
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        const auto fault = play(seed);
        if (!fault.empty()) FAIL("seed " << seed << ": " << fault);
    }
    SUCCEED();
}
