// Servers that crash, hang, and end.
#include "mcp_stdio_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/system_error.hpp>

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE(
    "A call that crashes the MCP server fails, is not repeated, and the next one restarts it") {
    TemporaryFolder folder;
    const auto counter = folder.path("starts");
    ChildClient child({"--counter", counter});
    const auto text = child.call_failure("crash");
    CHECK(text == "MCP server \"child\" ended (exit code 3); its last words: the last words");
    CHECK(read_file(counter) == ".");
    CHECK_FALSE(child.client->connected());
    CHECK(child.call_text("echo") == "{}");
    CHECK(read_file(counter) == "..");
}

TEST_CASE("A crash is seen although what the MCP server started holds its output open") {
    TemporaryFolder folder;
    const auto file = folder.path("grandchild");
    ChildClient child({"--grandchild", file});
    const auto text = child.call_failure("crash");
    CHECK(text == "MCP server \"child\" ended (exit code 3); its last words: the last words");
    const auto grandchild = static_cast<pid_t>(std::stol(read_file(file)));
    run_until(child.io, [&] { return !is_running(grandchild); });
}

TEST_CASE("All calls under way fail when the MCP server crashes") {
    ChildClient child;
    run(child.io, child.client->connect());
    Started<json::object> first(child.io, child.client->call_tool("hang", {}));
    Started<json::object> second(child.io, child.client->call_tool("hang", {}));
    child.call_failure("crash");
    CHECK_THROWS_AS(std::rethrow_exception(first.error()), McpError);
    CHECK_THROWS_AS(std::rethrow_exception(second.error()), McpError);
}

TEST_CASE("An MCP server that ended between two calls is started again unnoticed") {
    TemporaryFolder folder;
    const auto counter = folder.path("starts");
    int changes = 0;
    McpClientOptions options;
    options.on_tools_changed = [&](std::string_view) { ++changes; };
    ChildClient child({"--counter", counter}, options);
    CHECK(child.call_text("last") == "good bye");
    run_until(child.io, [&] { return !child.client->connected(); });
    CHECK(changes == 0);
    CHECK(child.call_text("echo") == "{}");
    CHECK(read_file(counter) == "..");
    CHECK(changes == 1);  // the new one may have other tools
}

TEST_CASE("A request that never left is made again by itself") {
    TemporaryFolder folder;
    ChildClient child({"--counter", folder.path("starts")});
    const auto pid = child.pid();
    REQUIRE(::kill(pid, SIGKILL) == 0);
    REQUIRE(is_gone(pid));
    // We have not looked at its output yet, and find out by writing.
    CHECK(child.client->connected());
    CHECK(child.call_text("echo") == "{}");
    CHECK(read_file(folder.path("starts")) == "..");
}

TEST_CASE("An MCP server that closes its output is lost") {
    ChildClient child;
    CHECK_THAT(child.call_failure("close_output"), ContainsSubstring("closed its input or output"));
    CHECK(child.call_text("echo") == "{}");
}

TEST_CASE("A call that takes too long ends in an error, and the MCP server is told") {
    auto config = child_config();
    config.request_timeout = 300ms;
    ChildClient child(config);
    run(child.io, child.client->connect());
    CHECK_THAT(child.call_failure("hang"),
               ContainsSubstring("did not answer tools/call within 300 ms"));
    CHECK(child.call_text("cancelled") == "yes");
}

TEST_CASE("Progress moves the time limit of a call and is passed on") {
    auto config = child_config();
    config.request_timeout = 2s;
    ChildClient child(config);
    std::vector<std::string> texts, data;
    auto call = child.client->call_tool("progress", {{"count", 6}, {"pause", 500}},
                                        [&](std::string text, json::value value) {
                                            texts.push_back(text);
                                            data.push_back(to_json_text(value));
                                        });
    CHECK(text_of(run(child.io, std::move(call))) == "done");  // after 3 s
    CHECK(texts == std::vector<std::string>{"1/6", "2/6", "3/6", "4/6", "5/6", "6/6"});
    REQUIRE(!data.empty());
    CHECK(data[0] == R"({"progress":1,"total":6})");
}

TEST_CASE("Progress does not move the last limit of a call") {
    auto config = child_config();
    config.max_request_time = 500ms;
    ChildClient child(config);
    run(child.io, child.client->connect());
    CHECK_THAT(child.call_failure("hang_with_progress", {{"count", 30}, {"pause", 50}}),
               ContainsSubstring("within 500 ms"));
}

TEST_CASE("An exception of the progress callback ends its call only") {
    ChildClient child;
    auto call = child.client->call_tool("progress", {{"count", 2}, {"pause", 1}},
                                        [](std::string, json::value) { throw 7; });
    CHECK_THROWS_AS(run(child.io, std::move(call)), int);
    CHECK(child.call_text("echo") == "{}");
}

TEST_CASE("An exception of a listener does not disturb the connection") {
    McpClientOptions options;
    options.on_log = [](std::string_view, const json::object&) { throw 7; };
    options.on_tools_changed = [](std::string_view) { throw 8; };
    ChildClient child(options);
    CHECK(child.call_text("log") == "logged");
    CHECK(child.call_text("grow") == "grown");
    CHECK(child.call_text("last") == "good bye");
    run_until(child.io, [&] { return !child.client->connected(); });
    CHECK(child.call_text("echo") == "{}");
}

TEST_CASE("Cancelling a call tells the MCP server") {
    ChildClient child;
    run(child.io, child.client->connect());
    asio::cancellation_signal signal;
    std::exception_ptr error;
    bool done = false;
    asio::co_spawn(
        child.io, child.client->call_tool("hang", {}),
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr failure, json::object) {
            error = failure;
            done = true;
        }));
    child.call("echo");  // the other one is under way by now
    signal.emit(asio::cancellation_type::terminal);
    run_until(child.io, [&] { return done; });
    CHECK_THROWS_AS(std::rethrow_exception(error), boost::system::system_error);
    CHECK(child.call_text("cancelled") == "yes");
}

TEST_CASE("Cancelling one of two that wait for the connection leaves it to the other") {
    ChildClient child;
    asio::cancellation_signal signal;
    std::exception_ptr error;
    asio::co_spawn(child.io, child.client->connect(),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](std::exception_ptr failure) { error = failure; }));
    Started<json::object> other(child.io, child.client->call_tool("echo", {}));
    child.io.poll_one();
    signal.emit(asio::cancellation_type::terminal);
    CHECK_FALSE(other.error());
    CHECK(error);
}

TEST_CASE("Closing an MCP client ends the server, and a later call starts a new one") {
    ChildClient child;
    const auto pid = child.pid();
    run(child.io, child.client->close());
    CHECK_FALSE(is_running(pid));
    CHECK_FALSE(child.client->connected());
    child.io.restart();
    child.io.run();  // nothing is left to do
    CHECK(child.pid() != pid);
    run(child.io, child.client->close());
    run(child.io, child.client->close());  // once more does nothing
}

TEST_CASE("A server that does not want to end is killed with all that it started") {
    TemporaryFolder folder;
    const auto file = folder.path("grandchild");
    ChildClient child({"--ignore-end", "--grandchild", file});
    const auto pid = child.pid();
    const auto grandchild = static_cast<pid_t>(std::stol(read_file(file)));
    CHECK(is_running(grandchild));
    run(child.io, child.client->close());
    CHECK_FALSE(is_running(pid));
    CHECK(is_gone(grandchild));
}

TEST_CASE("Destroying an MCP client ends the server in the background") {
    ChildClient child;
    const auto pid = child.pid();
    Started<json::object> call(child.io, child.client->call_tool("hang", {}));
    child.io.poll();
    child.client.reset();
    CHECK_THROWS_AS(std::rethrow_exception(call.error()), McpError);
    child.io.restart();
    child.io.run();
    CHECK_FALSE(is_running(pid));
}

TEST_CASE("A context that is destroyed takes its MCP servers along") {
    pid_t pid = 0;
    {
        asio::io_context io;
        McpClient client(io.get_executor(), child_config());
        run(io, client.connect());
        pid = static_cast<pid_t>(client.server_info().at("pid").as_int64());
        asio::co_spawn(io, client.call_tool("hang", {}), [](std::exception_ptr, json::object) {});
        io.poll();
    }
    CHECK(is_gone(pid));
}

TEST_CASE("An MCP client may be part of what its context destroys") {
    pid_t pid = 0;
    {
        asio::io_context io;
        auto client = std::make_shared<McpClient>(io.get_executor(), child_config());
        run(io, client->connect());
        pid = static_cast<pid_t>(client->server_info().at("pid").as_int64());
        asio::co_spawn(io, client->call_tool("hang", {}),
                       [client](std::exception_ptr, json::object) {});
        io.poll();
    }
    CHECK(is_gone(pid));
}
