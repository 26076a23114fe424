// What MCP servers ask and tell of themselves.
#include "mcp_stdio_fixture.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What the client answered to the question of that tool.
json::object answer_of(ChildClient& child, const std::string& tool, json::object arguments = {}) {
    return parse_json(child.call_text(tool, std::move(arguments))).as_object();
}

asio::awaitable<json::object> accept_form(std::string server, json::object params) {
    json::object content;
    content["server"] = server;
    content["message"] = params["message"];
    json::object answer;
    answer["action"] = "accept";
    answer["content"] = std::move(content);
    co_return answer;
}

asio::awaitable<json::object> refuse(std::string, json::object) {
    throw std::runtime_error("nobody is there");
    co_return json::object();
}

asio::awaitable<json::object> wait_for_ever(std::shared_ptr<bool> was_cancelled) {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        *was_cancelled = true;
        throw;
    }
    co_return json::object();
}

}  // namespace

TEST_CASE("An MCP server's elicitation goes to the callback, and its answer back") {
    McpClientOptions options;
    options.on_elicitation = accept_form;
    ChildClient child(options);
    const json::object schema{{"properties", {{"size", {{"type", "integer"}, {"default", 3}}}}}};
    const auto answer = answer_of(child, "ask", {{"message", "How?"}, {"requestedSchema", schema}});
    CHECK(to_json_text(answer.at("result")) ==
          R"({"action":"accept","content":{"server":"child","message":"How?","size":3}})");
}

TEST_CASE("An elicitation of a mode that was not declared is refused") {
    McpClientOptions options;
    options.on_elicitation = accept_form;
    ChildClient child(options);
    const auto answer = answer_of(child, "ask", {{"message", "Go"}, {"mode", "url"}});
    CHECK(answer.at("error").at("code") == -32602);
}

TEST_CASE("A callback that throws becomes an error for the MCP server") {
    McpClientOptions options;
    options.on_elicitation = refuse;
    options.on_sampling = refuse;
    ChildClient child(options);
    for (const std::string tool : {"ask", "sample"}) {
        const auto answer = answer_of(child, tool);
        CHECK(answer.at("error").at("code") == -32603);
        CHECK(answer.at("error").at("message") == "nobody is there");
    }
}

TEST_CASE("What the client does not offer is refused, and a ping is answered") {
    ChildClient child;
    for (const std::string tool : {"ask", "sample", "roots", "unknown"}) {
        CHECK(answer_of(child, tool).at("error").at("code") == -32601);
    }
    CHECK(to_json_text(answer_of(child, "ping").at("result")) == "{}");
}

TEST_CASE("An MCP server may ask for the roots") {
    McpClientOptions options;
    options.roots = {"file:///a", "file:///b"};
    ChildClient child(options);
    CHECK(to_json_text(answer_of(child, "roots").at("result")) ==
          R"({"roots":[{"uri":"file:///a"},{"uri":"file:///b"}]})");
}

TEST_CASE("A question that the MCP server takes back is cancelled") {
    auto was_cancelled = std::make_shared<bool>(false);
    McpClientOptions options;
    options.on_elicitation = [was_cancelled](std::string, json::object) {
        return wait_for_ever(was_cancelled);
    };
    ChildClient child(options);
    CHECK(child.call_text("ask_and_cancel") == "taken back");
    run_until(child.io, [&] { return *was_cancelled; });
}

TEST_CASE("A question is cancelled when its MCP server is gone") {
    auto was_cancelled = std::make_shared<bool>(false);
    bool asked = false;
    McpClientOptions options;
    options.on_elicitation = [&, was_cancelled](std::string, json::object) {
        asked = true;
        return wait_for_ever(was_cancelled);
    };
    ChildClient child(options);
    const auto pid = child.pid();
    Started<json::object> call(child.io, child.client->call_tool("ask", {}));
    run_until(child.io, [&] { return asked; });
    REQUIRE(::kill(pid, SIGKILL) == 0);
    CHECK_THROWS_AS(std::rethrow_exception(call.error()), McpError);
    run_until(child.io, [&] { return *was_cancelled; });
}

TEST_CASE("An MCP server that says that its tools changed is asked again") {
    std::vector<std::string> changed;
    McpClientOptions options;
    options.on_tools_changed = [&](std::string_view server) { changed.emplace_back(server); };
    ChildClient child(options);
    CHECK(run(child.io, child.client->tools()).size() == 7);
    CHECK(child.call_text("grow") == "grown");
    CHECK(changed == std::vector<std::string>{"child"});
    const auto tools = run(child.io, child.client->tools());
    CHECK(tools.size() == 8);
    CHECK(tools.back().name == "new");
}

TEST_CASE("Log messages of an MCP server reach the callback") {
    std::string logged;
    McpClientOptions options;
    options.on_log = [&](std::string_view server, const json::object& message) {
        logged = std::string(server) + to_json_text(message);
    };
    ChildClient child(options);
    child.call("log");
    CHECK(logged == R"(child{"level":"info","data":"a message"})");
}
