#include "mcp_http_server.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>

using namespace capstan;
using namespace test;
using Catch::Matchers::ContainsSubstring;

namespace {

McpServerConfig web_config(const std::string& url) {
    McpServerConfig config;
    config.name = "web";
    config.url = url;
    config.headers["Authorization"] = "Bearer secret-token";
    config.init_timeout = 20s;
    return config;
}

struct WebClient {
    explicit WebClient(McpHttpServer& server, McpClientOptions options = {})
        : WebClient(web_config(server.url()), std::move(options)) {}
    explicit WebClient(McpServerConfig config, McpClientOptions options = {}) {
        options.http.proxy_from_environment = false;
        client =
            std::make_unique<McpClient>(io.get_executor(), std::move(config), std::move(options));
    }

    std::string call() { return text_of(run(io, client->call_tool("a", {}))); }
    std::string call_failure() { return failure(io, client->call_tool("a", {})); }

    asio::io_context io;
    std::unique_ptr<McpClient> client;
};

bool is_call(const SimRequest& request) { return McpHttpServer::name_of(request) == "tools/call"; }

/// A server that answers calls with that response only.
McpHttpServer::Handler calls_get(std::function<SimResponse(const json::value&)> make) {
    return [make](const SimRequest& request, const json::value& message) {
        return is_call(request) ? std::optional(make(message)) : std::nullopt;
    };
}

}  // namespace

TEST_CASE("An MCP server over HTTP is greeted, used and left as the protocol says") {
    McpHttpServer server;
    WebClient web(server);
    CHECK(run(web.io, web.client->tools()).size() == 2);
    CHECK(web.call() == "called");
    run(web.io, web.client->close());

    const auto requests = server.simulator().requests();
    REQUIRE(requests.size() >= 5);
    CHECK(McpHttpServer::name_of(requests[0]) == "initialize");
    CHECK(requests[0].header("Mcp-Session-Id").empty());
    CHECK(requests[0].header("MCP-Protocol-Version").empty());
    CHECK(McpHttpServer::name_of(requests[1]) == "notifications/initialized");
    CHECK(requests.back().method == "DELETE");
    for (const auto& request : requests) {
        CHECK(request.header("Authorization") == "Bearer secret-token");
        if (request.index > 0) CHECK(request.header("Mcp-Session-Id") == "s1");
        if (request.index > 0) CHECK(request.header("MCP-Protocol-Version") == "2025-11-25");
        if (request.method != "POST") continue;
        CHECK(request.header("Accept") == "application/json, text/event-stream");
        CHECK(request.header("Content-Type") == "application/json");
    }
    const auto streams = server.requests("GET");
    REQUIRE(streams.size() == 1);  // 405: not asked again
    CHECK(streams[0].header("Accept") == "text/event-stream");
}

TEST_CASE("An answer over HTTP may be a stream with progress before the response") {
    McpHttpServer server(calls_get([](const json::value& message) {
        const auto token = message.at("params").at("_meta").at("progressToken");
        json::value progress = {
            {"jsonrpc", "2.0"},
            {"method", "notifications/progress"},
            {"params", {{"progressToken", token}, {"progress", 1}, {"message", "half"}}}};
        auto response = event_stream({send(": hello\n\n"), sse_message("", progress),
                                      sse_message("", result_message(message, text_content("x")))});
        response.split = Split::every(1);
        return response;
    }));
    WebClient web(server);
    std::vector<std::string> progress;
    auto call = web.client->call_tool(
        "a", {}, [&](std::string text, json::value) { progress.push_back(text); });
    CHECK(text_of(run(web.io, std::move(call))) == "x");
    CHECK(progress == std::vector<std::string>{"half"});
}

TEST_CASE("A stream that does not end after the response does not hold the answer back") {
    McpHttpServer server(calls_get([](const json::value& message) {
        return event_stream(
            {sse_message("", result_message(message, text_content("x"))), silence()});
    }));
    WebClient web(server);
    CHECK(web.call() == "x");
    run(web.io, web.client->close());
    CHECK(server.simulator()
              .wait_for_close(server.requests("POST", "tools/call")[0].connection)
              .end != ConnectionEnd::open);
}

TEST_CASE("A stream that broke off is gone on with where it was") {
    // An orderly end and a reset, with and without a wish for the pause.
    for (const bool reset : {false, true}) {
        json::value pending;
        auto handler = [&pending, reset](const SimRequest& request, const json::value& message) {
            std::optional<SimResponse> response;
            if (is_call(request)) {
                pending = message;
                response = event_stream({send("id: e1\nretry: 120\ndata:\n\n")});
                if (reset) response->with_step(reset_connection());
            } else if (request.header("Last-Event-ID") == "e1") {
                response = event_stream({send("id: e2\ndata:\n\n")});
            } else if (request.header("Last-Event-ID") == "e2") {
                response = event_stream(
                    {sse_message("e3", result_message(pending, text_content("resumed")))});
            }
            return response;
        };
        McpHttpServer server(handler);
        WebClient web(server);
        CHECK(web.call() == "resumed");
        std::vector<SimRequest> resumed;
        for (auto& request : server.requests("GET")) {
            if (!request.header("Last-Event-ID").empty()) resumed.push_back(request);
        }
        REQUIRE(resumed.size() == 2);
        const auto call = server.requests("POST", "tools/call");
        REQUIRE(call.size() == 1);
        CHECK(resumed[0].received - call[0].received >= 120ms);
        CHECK(resumed[1].received - resumed[0].received >= 120ms);
        CHECK(resumed[0].header("Mcp-Session-Id") == "s1");
    }
}

TEST_CASE("An event that was cut off is not taken") {
    McpHttpServer server([](const SimRequest& request, const json::value& message) {
        std::optional<SimResponse> response;
        const auto answer = [&](const char* text) {
            return sse_message("e2", result_message(message, text_content(text)));
        };
        if (is_call(request)) {
            auto cut = answer("cut").bytes;
            cut.resize(cut.size() - 1);  // all but the blank line
            response = event_stream({send("id: e1\nretry: 10\ndata:\n\n"), send(cut)});
        } else if (request.header("Last-Event-ID") == "e1") {
            const json::value call = {{"id", 2}};
            response =
                event_stream({sse_message("e2", result_message(call, text_content("whole")))});
        }
        return response;
    });
    WebClient web(server);
    CHECK(web.call() == "whole");
}

TEST_CASE("A stream that cannot be gone on with is an error") {
    McpHttpServer early(calls_get([](const json::value&) {
        return event_stream({send("data: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\n")});
    }));
    WebClient first(early);
    CHECK_THAT(first.call_failure(), ContainsSubstring("ended its answer too early"));

    // The plain server has no stream to go on with.
    McpHttpServer lost(calls_get(
        [](const json::value&) { return event_stream({send("id: e1\nretry: 1\ndata:\n\n")}); }));
    WebClient second(lost);
    CHECK_THAT(second.call_failure(), ContainsSubstring("HTTP 405"));
}

TEST_CASE("A call that the MCP server had begun to answer is not repeated") {
    // The session ends, or the server is gone, while the answer is being gone on with.
    for (const int status : {404, 400}) {
        McpHttpServer server([&](const SimRequest& request, const json::value&) {
            std::optional<SimResponse> response;
            if (is_call(request)) response = event_stream({send("id: e1\nretry: 1\ndata:\n\n")});
            const bool resumes = !request.header("Last-Event-ID").empty();
            if (resumes) response = http_status(status, "No such session", "text/plain");
            return response;
        });
        WebClient web(server);
        CHECK_THAT(web.call_failure(), ContainsSubstring("the session has ended"));
        CHECK(server.requests("POST", "tools/call").size() == 1);
        CHECK(run(web.io, web.client->tools()).size() == 2);  // in a new session
        CHECK(server.requests("POST", "initialize").size() == 2);
    }
}

TEST_CASE("A session that the MCP server ended is begun anew, and the call repeated") {
    McpHttpServer server;
    WebClient web(server);
    CHECK(web.call() == "called");
    server.end_sessions();
    // Two at once find out, and both are made again.
    Started<json::object> other(web.io, web.client->call_tool("b", {}));
    CHECK(web.call() == "called");
    CHECK_FALSE(other.error());
    CHECK(server.requests("POST", "initialize").size() == 2);
    CHECK(server.requests("POST", "initialize")[1].header("Mcp-Session-Id").empty());
    CHECK(server.requests("POST", "tools/call").back().header("Mcp-Session-Id") == "s2");
}

TEST_CASE("A status that is no success is an error that says what to do") {
    struct Row {
        int status;
        std::string body;
        std::string words;
    };
    const std::vector<Row> rows = {
        {401, "", "wants authorization: put a key or token into \"headers\""},
        {403, "{\"message\":\"not you\"}",
         "refuses: look at the key or token in \"headers\"; it "
         "said: not you"},
        {405, "", "HTTP 405; the URL is wrong"},
        {400, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"bad"}})",
         "HTTP 400; it said: bad"},
        {500, "<html>oops</html>", "HTTP 500"},
        {502, "upstream is down", "HTTP 502; it said: upstream is down"},
        {200, "<html>Welcome</html>", "without a response; is the URL right?"},
        {202, "", "without a response; is the URL right?"},
    };
    for (const auto& row : rows) {
        McpHttpServer server(calls_get([&](const json::value&) {
            return http_status(row.status, row.body,
                               row.status == 200 ? "text/html" : "text/plain");
        }));
        WebClient web(server);
        const auto text = web.call_failure();
        CHECK_THAT(text, ContainsSubstring(row.words));
        CHECK_THAT(text, !ContainsSubstring("secret-token"));
        CHECK_THAT(text, !ContainsSubstring("html>"));
        CHECK(server.requests("POST", "initialize").size() == 1);
    }
}

TEST_CASE("An MCP server that has moved, or is not there, is an error with the reason") {
    McpHttpServer moved([](const SimRequest&, const json::value&) {
        return std::optional(http_status(308).with_header("Location", "https://new.example/mcp"));
    });
    WebClient first(moved);
    CHECK_THAT(failure(first.io, first.client->connect()),
               ContainsSubstring("it has moved to https://new.example/mcp"));
    std::string url;
    {
        McpHttpServer gone;
        url = gone.url();
    }
    WebClient second(web_config(url));
    CHECK_THAT(failure(second.io, second.client->connect()), ContainsSubstring("\"web\""));
    WebClient third(web_config("no url"));
    CHECK_THAT(failure(third.io, third.client->connect()), ContainsSubstring("\"web\""));
}

TEST_CASE("An MCP server over HTTP may ask while it answers") {
    Latch answered;
    json::value reply;
    auto handler = [&](const SimRequest& request, const json::value& message) {
        std::optional<SimResponse> response;
        if (is_call(request)) {
            const json::value question = {{"jsonrpc", "2.0"},
                                          {"id", "q"},
                                          {"method", "elicitation/create"},
                                          {"params", {{"message", "?"}}}};
            response = event_stream({sse_message("", question), hold(answered),
                                     sse_message("", result_message(message, text_content("x")))});
        } else if (const auto* object = message.if_object(); object && object->contains("result")) {
            if (object->at("id") == json::value("q")) {
                reply = message;
                answered.release();
                response = http_status(202);
            }
        }
        return response;
    };
    McpHttpServer server(handler);
    McpClientOptions options;
    options.on_elicitation = [](std::string, json::object) -> asio::awaitable<json::object> {
        json::object answer;
        answer["action"] = "decline";
        co_return answer;
    };
    WebClient web(server, options);
    CHECK(web.call() == "x");
    CHECK(json::serialize(reply.at("result")) == R"({"action":"decline"})");
}

TEST_CASE("The stream of an MCP server brings what it says unasked, again and again") {
    std::atomic<int> streams = 0;
    McpHttpServer server([&](const SimRequest& request, const json::value&) {
        std::optional<SimResponse> response;
        if (request.method != "GET") return response;
        const auto id = std::to_string(++streams);
        const json::value changed = {{"jsonrpc", "2.0"},
                                     {"method", "notifications/tools/list_changed"}};
        response = event_stream({send("retry: 10\n\n"), sse_message(id, changed)});
        return response;
    });
    int changes = 0;
    McpClientOptions options;
    options.on_tools_changed = [&](std::string_view) { ++changes; };
    WebClient web(server, options);
    run(web.io, web.client->connect());
    run_until(web.io, [&] { return changes >= 3; });
    const auto gets = server.requests("GET");
    CHECK(gets[0].header("Last-Event-ID").empty());
    CHECK(gets[1].header("Last-Event-ID") == "1");
    CHECK(gets[2].header("Last-Event-ID") == "2");
    run(web.io, web.client->close());
    web.io.restart();
    web.io.run();  // nothing is left to do
}

TEST_CASE("A call over HTTP that takes too long is given up, told of, and its connection closed") {
    McpHttpServer server(calls_get([](const json::value&) { return event_stream({silence()}); }));
    auto config = web_config(server.url());
    config.request_timeout = 300ms;
    WebClient web(config);
    run(web.io, web.client->connect());
    CHECK_THAT(web.call_failure(), ContainsSubstring("did not answer tools/call within 300 ms"));
    run_until(web.io, [&] { return !server.requests("POST", "notifications/cancelled").empty(); });
    const auto call = server.requests("POST", "tools/call")[0];
    const auto note = server.requests("POST", "notifications/cancelled")[0].json();
    CHECK(note.at("params").at("requestId") == call.json().at("id"));
    bool closed = false;
    run_until(web.io, [&] {
        for (const auto& connection : server.simulator().connections()) {
            if (connection.id == call.connection) closed = connection.end != ConnectionEnd::open;
        }
        return closed;
    });
}

TEST_CASE("Destroying an MCP client ends its calls over HTTP and the session") {
    McpHttpServer server(calls_get([](const json::value&) { return event_stream({silence()}); }));
    WebClient web(server);
    run(web.io, web.client->connect());
    Started<json::object> call(web.io, web.client->call_tool("a", {}));
    run_until(web.io, [&] { return !server.requests("POST", "tools/call").empty(); });
    web.client.reset();
    CHECK_THROWS_AS(std::rethrow_exception(call.error()), McpError);
    web.io.restart();
    web.io.run();
    CHECK(server.requests("DELETE").size() == 1);
}

TEST_CASE("A context that is destroyed with calls over HTTP leaves nothing behind") {
    McpHttpServer server(calls_get([](const json::value&) { return event_stream({silence()}); }));
    {
        WebClient web(server);
        run(web.io, web.client->connect());
        asio::co_spawn(web.io, web.client->call_tool("a", {}),
                       [](std::exception_ptr, json::object) {});
        run_until(web.io, [&] { return !server.requests("POST", "tools/call").empty(); });
    }
    CHECK(server.simulator().wait_for_close());
}
