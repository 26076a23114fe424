#include "mcp/mcp_jsonrpc.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace capstan;
using namespace capstan::mcp;

namespace {

/// The only event of `text`, which has to be of that kind.
template <class Event>
Event only(JsonRpcPeer& peer, const std::string& text) {
    const auto events = peer.receive(text);
    INFO(text);
    REQUIRE(events.size() == 1);
    REQUIRE(std::holds_alternative<Event>(events[0]));
    return std::get<Event>(events[0]);
}

std::string text_of(const json::value& value) { return to_json_text(value); }

}  // namespace

TEST_CASE("A JSON-RPC call has an id of its own and is open until it is answered") {
    JsonRpcPeer peer;
    const auto first = peer.call("ping", {});
    const auto second = peer.call("tools/list", {{"cursor", "x"}});
    CHECK(first.text == R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{}})");
    CHECK(second.text ==
          R"({"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"x"}})");
    CHECK(peer.open_calls() == 2);

    const auto answer = only<RpcResponse>(peer, R"({"jsonrpc":"2.0","id":2,"result":{"a":1}})");
    CHECK(answer.id == 2);
    CHECK_FALSE(answer.error);
    CHECK(text_of(answer.result) == R"({"a":1})");
    CHECK(peer.is_open(1));
    CHECK_FALSE(peer.is_open(2));
}

TEST_CASE("A JSON-RPC answer that nobody waits for is a problem and changes nothing") {
    JsonRpcPeer peer;
    peer.call("a", {});
    const auto given_up = peer.call("b", {});
    peer.forget(given_up.id);
    const std::vector<std::string> answers = {
        R"({"jsonrpc":"2.0","id":2,"result":{}})",
        R"({"jsonrpc":"2.0","id":3,"result":{}})",
        R"({"jsonrpc":"2.0","id":-1,"result":{}})",
        R"({"jsonrpc":"2.0","id":"1","result":{}})",
        R"({"jsonrpc":"2.0","id":null,"result":{}})",
        R"({"jsonrpc":"2.0","id":[1],"result":{}})",
        R"({"jsonrpc":"2.0","id":1.5,"result":{}})",
        R"({"jsonrpc":"2.0","result":{}})",
        R"({"jsonrpc":"2.0","id":99999999999999999999,"result":{}})",
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}})",
    };
    for (const auto& answer : answers) {
        CHECK(only<RpcProblem>(peer, answer).reply.empty());
        CHECK(peer.is_open(1));
        CHECK(peer.open_calls() == 1);
    }
    CHECK(only<RpcResponse>(peer, R"({"jsonrpc":"2.0","id":1,"result":{}})").id == 1);
    only<RpcProblem>(peer, R"({"jsonrpc":"2.0","id":1,"result":{}})");  // once is enough
}

TEST_CASE("A JSON-RPC answer of a wrong shape fails its call") {
    struct Row {
        std::string answer;
        int code;
        std::string message;
    };
    const std::vector<Row> rows = {
        {R"("error":{"code":-32601,"message":"no such method"})", -32601, "no such method"},
        {R"("error":{"code":7.0,"message":"seven"},"result":{"a":1})", 7, "seven"},
        {R"("error":{"code":"x"})", rpc_code::internal_error, "an error without words"},
        {R"("error":"down")", rpc_code::internal_error, "an error of a wrong shape"},
        {R"("error":{"code":1e18,"message":"big"})", 2147483647, "big"},
        {R"("result":[1])", rpc_code::internal_error, "the result is no object"},
        {R"("result":null)", rpc_code::internal_error, "the result is no object"},
        {R"("error":null)", rpc_code::internal_error, "the result is no object"},
        {R"("result":"done","error":null)", rpc_code::internal_error, "the result is no object"},
    };
    for (const auto& row : rows) {
        JsonRpcPeer peer;
        peer.call("a", {});
        const auto answer =
            only<RpcResponse>(peer, R"({"jsonrpc":"2.0","id":1,)" + row.answer + "}");
        REQUIRE(answer.error);
        CHECK(answer.error->code == row.code);
        CHECK(answer.error->message == row.message);
    }
}

TEST_CASE("JSON-RPC requests and notifications of the other side keep their ids and params") {
    JsonRpcPeer peer;
    const std::vector<std::string> ids = {
        "0", "-7", "\"abc\"", "\"\"", "9223372036854775807", "18446744073709551615"};
    for (const auto& id : ids) {
        const auto request = only<RpcRequest>(
            peer, R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"ping","params":{"a":null}})");
        CHECK(text_of(request.id) == id);
        CHECK(request.method == "ping");
        CHECK(text_of(request.params) == R"({"a":null})");
        CHECK(JsonRpcPeer::result(request.id, {}) ==
              R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{}})");
    }
    for (const std::string params : {"", R"(,"params":null)", R"(,"params":{})"}) {
        const auto note =
            only<RpcNotification>(peer, R"({"jsonrpc":"2.0","method":"m")" + params + "}");
        CHECK(note.method == "m");
        CHECK(note.params.empty());
    }
    CHECK(JsonRpcPeer::notification("m") == R"({"jsonrpc":"2.0","method":"m"})");
}

TEST_CASE("A JSON-RPC request that cannot be served is answered with an error") {
    JsonRpcPeer peer;
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"({"id":null,"method":"m"})", R"("id":null,"error":{"code":-32600)"},
        {R"({"id":{"a":1},"method":"m"})", R"("id":null,"error":{"code":-32600)"},
        {R"({"id":1.5,"method":"m"})", R"("id":null,"error":{"code":-32600)"},
        {R"({"id":5,"method":"m","params":[1]})", R"("id":5,"error":{"code":-32602)"},
        {R"({"id":"x","method":"m","params":"p"})", R"("id":"x","error":{"code":-32602)"},
    };
    for (const auto& [request, reply] : rows) {
        const auto problem = only<RpcProblem>(peer, request);
        INFO(problem.reply);
        CHECK(problem.reply.find(reply) != std::string::npos);
    }
}

TEST_CASE("What is no JSON-RPC message is a problem that quotes its start and gets no answer") {
    JsonRpcPeer peer;
    peer.call("a", {});
    std::vector<std::string> texts = {"",
                                      " ",
                                      "Server listening on stdio",
                                      "{",
                                      "null",
                                      "1",
                                      "\"x\"",
                                      "{}",
                                      "[]",
                                      R"({"jsonrpc":"2.0","id":1})",
                                      R"({"method":7})",
                                      R"({"method":null,"id":1})",
                                      R"({"method":"m","params":[1]})",
                                      std::string(100, '\0'),
                                      "\xff\xfe{}",
                                      std::string(100'000, '['),
                                      std::string(1'000'000, 'x')};
    for (const auto& text : texts) {
        const auto problem = only<RpcProblem>(peer, text);
        CHECK(problem.reply.empty());
        CHECK(problem.what.size() < 300);
        CHECK(is_valid_utf8(problem.what));
    }
    CHECK(peer.is_open(1));
}

TEST_CASE("A JSON-RPC batch is taken apart, in order and up to a bound") {
    JsonRpcPeer peer;
    peer.call("a", {});
    peer.call("b", {});
    const auto events = peer.receive(
        R"([{"id":2,"result":{}}, 7, {"method":"n"}, [],
            {"id":1,"error":{"code":3,"message":"x"}}])");
    REQUIRE(events.size() == 5);
    CHECK(std::get<RpcResponse>(events[0]).id == 2);
    CHECK(std::holds_alternative<RpcProblem>(events[1]));
    CHECK(std::get<RpcNotification>(events[2]).method == "n");
    CHECK(std::holds_alternative<RpcProblem>(events[3]));
    CHECK(std::get<RpcResponse>(events[4]).error->code == 3);

    std::string flood = "[1";
    for (int i = 0; i < 100'000; ++i) flood += ",1";
    CHECK(peer.receive(flood + "]").size() == 1000);
}

TEST_CASE("No bytes at all upset the JSON-RPC peer") {
    std::mt19937 random(42);
    const std::string good = R"([{"jsonrpc":"2.0","id":1,"result":{"tools":[]}},)"
                             R"({"id":"x","method":"ping","params":{}}])";
    for (int i = 0; i < 20'000; ++i) {
        JsonRpcPeer peer;
        peer.call("a", {});
        auto text = good;
        for (int change = 0; change < 3; ++change) {
            const auto at = random() % text.size();
            if (random() % 2)
                text[at] = static_cast<char>(random());
            else
                text.erase(at, random() % 4);
        }
        for (const auto& event : peer.receive(text)) {
            if (const auto* answer = std::get_if<RpcResponse>(&event)) CHECK(answer->id == 1);
        }
        CHECK(peer.open_calls() <= 1);
    }
}
