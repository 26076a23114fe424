#include "coding_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

using namespace test;
using namespace capstan;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

/// Waits until `condition` holds; false after a generous while.
bool eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

/// The process whose number the command wrote to that file, once it is there.
pid_t written_pid(const std::string& path) {
    eventually([&] { return read_file(path).ends_with('\n'); });
    return std::stoi("0" + read_file(path));
}

bool is_gone(pid_t pid) {
    return pid > 0 && eventually([&] {
        const auto state = read_file("/proc/" + std::to_string(pid) + "/stat");
        return state.empty() || mentions(state, ") Z ");  // a zombie that init has yet to reap
    });
}

}  // namespace

TEST_CASE("run_command: output in order of arrival, and how it ended") {
    const CodingFixture fixture;
    CHECK(fixture.text("run_command", {{"command", "echo a; echo b >&2; echo c; exit 3"}}) ==
          "a\nb\nc\n[exit status 3]");
    CHECK(fixture.text("run_command", {{"command", "pwd"}, {"directory", "sub"}}) ==
          std::filesystem::canonical(fixture.at("sub")).string() + "\n[exit status 0]");
    CHECK(fixture.text("run_command", {{"command", "cat; echo -n end"}}) == "end\n[exit status 0]");
    CHECK(fixture.text("run_command", {{"command", "printf 'a\\377b'"}}) ==
          "a\xef\xbf\xbd" "b\n[exit status 0]");
    CHECK(mentions(fixture.text("run_command", {{"command", "no-such-program"}}),
                   "[exit status 127]"));
    const auto killed = fixture.call("run_command", {{"command", "kill -9 $$"}});
    CHECK(text_of(killed.content) == "[ended by signal 9 (Killed)]");
    CHECK(killed.details.at("signal") == 9);
    CHECK(killed.details.at("exit_status").is_null());
    CHECK(fixture.call("run_command", {{"command", "exit 3"}}).details.at("exit_status") == 3);
}

TEST_CASE("run_command: stays in the workspace, and says what is wrong with a command") {
    const CodingFixture fixture;
    fixture.link("../outside", "out");
    CHECK(mentions(fixture.error("run_command", {{"command", "ls"}, {"directory", ".."}}), "'..'"));
    CHECK(mentions(fixture.error("run_command", {{"command", "ls"}, {"directory", "out"}}),
                   "leads out"));
    const auto& tool = fixture.tool("run_command");
    CHECK(tool.check({{"command", "a\0b"s}}) == "the command has a NUL byte");
    CHECK(tool.check({{"command", ""}}) != "");
    CHECK(tool.check({{"command", "ls"}, {"timeout_seconds", 0}}) != "");
}

TEST_CASE("run_command: what needs approval, and what it would be for") {
    CodingToolOptions options;
    options.allowed_commands = {"git status*", "make test"};
    const CodingFixture fixture(options);
    const auto& tool = fixture.tool("run_command");
    CHECK(tool.permission({{"command", "git status -s"}}) == Permission::allow);
    CHECK(tool.permission({{"command", "make test"}}) == Permission::allow);
    CHECK(tool.permission({{"command", "make test2"}}) == Permission::ask);
    CHECK(tool.permission({{"command", "git status; rm -rf x"}}) == Permission::ask);
    CHECK(tool.permission({{"command", "git status\nrm -rf x"}}) == Permission::ask);
    CHECK(tool.approval_key({{"command", "git log -1"}}) == "run_command:git");
    CHECK(tool.approval_key({{"command", "a | b"}}) == "run_command:a | b");
    CHECK(tool.preview({{"command", "ls -l"}}) == "ls -l");
    CHECK(tool.preview({{"command", "ls"}, {"directory", "sub"}}) == "ls\n(in sub)");
}

TEST_CASE("run_command: no key of ours in its environment, no file of ours open") {
    ::setenv("OPENROUTER_API_KEY", "sk-or-v1-1234567890abcdef", 1);
    ::setenv("CAPSTAN_TEST_PLAIN", "plain", 1);
    ::setenv("CAPSTAN_TEST_HIDDEN", "hidden", 1);
    CodingToolOptions options;
    options.hidden_environment = {"CAPSTAN_TEST_HIDDEN"};
    const CodingFixture fixture(options);
    const auto environment = fixture.text("run_command", {{"command", "env"}});
    CHECK_FALSE(mentions(environment, "sk-or-v1"));
    CHECK_FALSE(mentions(environment, "HIDDEN"));
    CHECK(mentions(environment, "CAPSTAN_TEST_PLAIN=plain"));
    ::unsetenv("OPENROUTER_API_KEY");
    int ends[2];
    REQUIRE(::pipe(ends) == 0);  // not close-on-exec, as a careless program has them
    const auto test = "[ -e /proc/self/fd/" + std::to_string(ends[1]) + " ] && echo open; true";
    CHECK(fixture.text("run_command", {{"command", test}}) == "[exit status 0]");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("run_command: long output keeps its head and tail") {
    CodingToolOptions options;
    options.max_command_output = 1000;
    const CodingFixture fixture(options);
    const auto result = fixture.call("run_command", {{"command", "seq 1 200000"}});
    const auto text = text_of(result.content);
    CHECK(text.starts_with("1\n2\n3\n"));
    CHECK(text.ends_with("199999\n200000\n[exit status 0]"));
    CHECK(mentions(text, "bytes left out ...]\n"));
    CHECK(text.size() < 1200);
    CHECK(result.details.at("output_bytes") == 1288895);
}

TEST_CASE("run_command: a timeout ends the command with all that it started") {
    const CodingFixture fixture;
    SECTION("that listen to SIGTERM") {
        const auto text = fixture.error(
            "run_command",
            {{"command", "echo first; (sleep 1000 & echo $! > pid; wait) & wait"},
             {"timeout_seconds", 0.5}});
        CHECK(text == "first\n[killed: it took longer than 0.5 seconds]");
    }
    SECTION("that do not") {
        const auto result = fixture.call(
            "run_command",
            {{"command", "trap '' TERM; bash -c 'trap \"\" TERM; echo $$ > pid; "
                         "while true; do sleep 1; done'"},
             {"timeout_seconds", 0.5}});
        CHECK(result.details.at("timed_out") == true);
        CHECK(result.details.at("signal") == SIGKILL);
    }
    SECTION("that write without end") {
        const auto result = fixture.call(
            "run_command",
            {{"command", "echo $$ > pid; yes"}, {"timeout_seconds", 0.5}});
        CHECK(result.details.at("timed_out") == true);
    }
    SECTION("that closed their output") {
        const auto result = fixture.call(
            "run_command", {{"command", "echo $$ > pid; exec >&- 2>&-; exec sleep 1000"},
                            {"timeout_seconds", 0.5}});
        CHECK(result.details.at("timed_out") == true);
    }
    CHECK(is_gone(written_pid(fixture.at("pid"))));
}

TEST_CASE("run_command: what a command leaves running is killed when it ends") {
    const CodingFixture fixture;
    const auto start = std::chrono::steady_clock::now();
    CHECK(fixture.text("run_command", {{"command", "sleep 1000 & echo $! > pid"}}) ==
          "[exit status 0]");
    CHECK(is_gone(written_pid(fixture.at("pid"))));
    CHECK(std::chrono::steady_clock::now() - start < 100s);
}

TEST_CASE("run_command: what makes a session of its own is killed, too, and nobody else") {
    const CodingFixture fixture;
    ChildProcess bystander({"/bin/sleep", "1000"});
    const std::string daemon = "setsid sh -c 'echo $$ > pid2; mv pid2 pid; exec sleep 1000'";
    const std::string settled = " while [ ! -e pid ]; do sleep 0.01; done";
    SECTION("in the background") {
        fixture.text("run_command", {{"command", daemon + " &" + settled}});
    }
    SECTION("whose parent has gone") {
        fixture.text("run_command", {{"command", "(" + daemon + " & );" + settled}});
    }
    SECTION("without the environment, while its parent lives") {
        write_file(fixture.at("bare"), "echo $$ > pid2; mv pid2 pid; exec /bin/sleep 1000\n");
        fixture.text("run_command",
                     {{"command", "setsid sh -c 'env -i PATH=/usr/bin:/bin sh bare; true' &" +
                                      settled}});
    }
    SECTION("when the time is over") {
        const auto result = fixture.call(
            "run_command", {{"command", daemon + " &" + settled + "; sleep 1000"},
                            {"timeout_seconds", 2}});
        CHECK(result.details.at("timed_out") == true);
    }
    CHECK(is_gone(written_pid(fixture.at("pid"))));
    CHECK_FALSE(bystander.ended());
}

TEST_CASE("run_command: cancellation and destruction kill the whole group") {
    const CodingFixture fixture;
    auto& tool = fixture.tool("run_command");
    const json::value arguments = {
        {"command", "(sleep 1000 & echo $! > pid2; mv pid2 pid; wait) & wait"}};
    ToolContext context;
    auto io = std::make_unique<asio::io_context>();
    asio::cancellation_signal cancel;
    std::exception_ptr error;
    bool ended = false;
    asio::co_spawn(*io, tool.run(arguments, context),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [&](std::exception_ptr failure, ToolResult) {
                           error = failure;
                           ended = true;
                       }));
    REQUIRE(eventually([&] {
        io->poll();
        return std::filesystem::exists(fixture.at("pid"));
    }));
    const auto pid = written_pid(fixture.at("pid"));
    SECTION("cancelled") {
        cancel.emit(asio::cancellation_type::terminal);
        REQUIRE(eventually([&] { return io->poll(), ended; }));
        CHECK_THROWS_AS(std::rethrow_exception(error), boost::system::system_error);
    }
    SECTION("the event loop goes away") { io.reset(); }
    CHECK(is_gone(pid));
}

TEST_CASE("run_command: tells of its output while it runs") {
    CodingFixture fixture;
    std::string told;
    fixture.progress = [&](std::string text, json::value) { told += text; };
    fixture.text("run_command", {{"command", "echo early; sleep 0.5; echo late"}});
    CHECK(told == "early\nlate\n");
}
