#include "session_fixture.hpp"

#include <capstan/context.hpp>
#include <capstan/testing/simulator.hpp>

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace capstan;
using namespace test;
using capstan::testing::Simulator;
using capstan::testing::SimRequest;
using capstan::testing::SimResponse;

namespace {

constexpr std::size_t steps = 8;
constexpr std::size_t calls_in_step = 4;

int wanted_kills() {
    const char* text = std::getenv("CAPSTAN_KILLS");
    return text ? std::atoi(text) : 30;
}

/// What the model says depends on the request alone, i.e. on how many results it has.
std::optional<SimResponse> model(const SimRequest& request) {
    if (request.method != "POST") return std::nullopt;
    std::size_t results = 0;
    const auto body = request.json();
    for (const auto& message : body.at("messages").as_array()) {
        results += message.at("role").as_string() == "tool";
    }
    testing::Answer answer = testing::text_answer("Now all of it is done.");
    if (results < steps * calls_in_step) {
        std::vector<testing::AnswerToolCall> calls;
        for (const char* tool : {"again", "once", "alone", "asked"}) {
            const auto number = std::to_string(results);
            calls.emplace_back(std::string(tool) + "_" + number, tool, "{\"n\":" + number + "}");
        }
        answer = testing::tool_call_answer(std::move(calls), "I go on with the work.");
        answer.reasoning = "There is more to do.";
    }
    answer.word_delay = std::chrono::microseconds(300);
    return answer.answer(request);
}

/// The log as it is on disk, record by record.
std::vector<std::string> read_log(const std::string& path, const std::string& id) {
    SqliteStateStore store(path);
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& entry : store.changes_since("session/" + id, {}).entries) {
        if (entry.key != "head") entries.emplace_back(entry.key, entry.value.value_or(""));
    }
    std::sort(entries.begin(), entries.end());
    std::vector<std::string> log;
    for (auto& [key, text] : entries) log.push_back(std::move(text));
    return log;
}

bool is_prefix(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin());
}

/// Those that are `wanted`, or all.
std::size_t count_lines(const std::string& path, std::string_view wanted = {}) {
    std::istringstream file(read_file(path));
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) count += wanted.empty() || line == wanted;
    return count;
}

/// What the model was told of each call.
std::map<std::string, std::string> results_of(const AgentRun& run) {
    std::map<std::string, std::string> results;
    for (const auto& message : run.transcript().messages()) {
        if (const auto* result = std::get_if<ToolMessage>(&message)) {
            CHECK(results.emplace(result->tool_call_id, text_of(result->content)).second);
        }
    }
    return results;
}

struct Victim {
    explicit Victim(Simulator& simulator) : url(simulator.base_url()) {
        auto store = sqlite_sessions(path);
        id = run_awaitable(store->create(unlimited())).id();
    }

    /// Runs the agent, and kills it some time after it has written so many lines, unless `lines` is
    /// nothing; true if it came to its end before.
    bool live(std::optional<std::size_t> lines, std::chrono::microseconds time) {
        const auto wanted = count_lines(file) + lines.value_or(0);
        ChildProcess child({AGENT_CHILD, url, path, id, file});
        if (lines) {
            REQUIRE(eventually([&] { return child.ended() || count_lines(file) >= wanted; }));
            std::this_thread::sleep_for(time);
            child.kill();
        }
        const int code = child.wait();
        CHECK((code == 0 || (lines && code == -SIGKILL)));
        return code == 0;
    }

    /// What was there before is there still, in front.
    void check_log() {
        auto now = read_log(path, id);
        CHECK(is_prefix(log, now));
        log = std::move(now);
        auto store = sqlite_sessions(path);
        const auto session = run_awaitable(store->open(id));
        CHECK(transcript_fault(session.run().transcript(), true).empty());
        CHECK(session.info().events == static_cast<std::int64_t>(log.size()));
    }

    void check_end() {
        auto store = sqlite_sessions(path);
        const auto session = run_awaitable(store->open(id));
        CHECK(session.info().status == "answered");
        CHECK(transcript_fault(session.run().transcript()).empty());
        const auto results = results_of(session.run());
        CHECK(results.size() == steps * calls_in_step);
        for (const auto& [call, text] : results) check_call(call, text);
    }

    void check_call(const std::string& call, const std::string& text) {
        const auto begun = count_lines(file, "begin " + call);
        const auto ended = count_lines(file, "end " + call);
        INFO(call << ": " << text);
        if (call.starts_with("again")) {
            CHECK(begun >= 1);
            CHECK(ended >= 1);
            CHECK(text == "did " + call);
            return;
        }
        CHECK(begun <= 1);
        if (text == "did " + call) {
            CHECK(ended == 1);
        } else {
            CHECK(text.starts_with("Interrupted:"));
            ++interrupted;
        }
    }

    TemporaryFolder folder;
    std::string path = folder.path("state.db");
    std::string file = folder.path("tools");
    std::string url;
    std::string id;
    std::vector<std::string> log;
    int interrupted = 0;
};

}  // namespace

TEST_CASE("an agent that is killed again and again ends in a complete transcript") {
    Simulator simulator;
    simulator.set_handler(model);
    std::mt19937 random(std::random_device{}());
    int kills = 0;
    int interrupted = 0;
    int runs = 0;
    while (kills < wanted_kills()) {
        Victim victim(simulator);
        for (bool done = false; !done;) {
            // Each life begins with one line; a step writes eight.
            std::optional<std::size_t> lines;
            if (kills < wanted_kills()) lines = random() % 14;
            done = victim.live(lines, std::chrono::microseconds(random() % 20'000));
            kills += !done;
            victim.check_log();
        }
        victim.check_end();
        interrupted += victim.interrupted;
        ++runs;
    }
    WARN(kills << " kills, " << runs << " runs, " << interrupted << " interrupted calls");
    CHECK(interrupted > 0);
}
