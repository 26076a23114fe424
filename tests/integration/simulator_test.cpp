#include "raw_client.hpp"

#include <capstan/testing/simulator.hpp>

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace capstan::testing;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr std::string_view chat_path = "/api/v1/chat/completions";
const std::string streamed_request =
    R"({"model":"simulator/echo","stream":true,"messages":[{"role":"user","content":"hi there"}]})";
const std::string single_request =
    R"({"model":"simulator/echo","messages":[{"role":"user","content":"hi there"}]})";

/// The payloads of the data lines.
std::vector<std::string> events_of(const std::string& body) {
    std::vector<std::string> events;
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("data: ")) events.push_back(line.substr(6));
    return events;
}

std::string text_of(const std::string& body) {
    std::string text;
    for (const auto& event : events_of(body)) {
        if (event == "[DONE]") continue;
        const auto delta = json::parse(event).at("choices").at(0).at("delta").as_object();
        const auto* content = delta.if_contains("content");
        if (content && content->is_string()) text += content->get_string().c_str();
    }
    return text;
}

RawResponse chat(const Simulator& simulator, const std::string& body = streamed_request) {
    RawClient client(simulator.port());
    client.post(chat_path, body);
    return client.read_response();
}

}  // namespace

TEST_CASE("simulator: the default model streams like OpenRouter") {
    Simulator simulator;
    const auto response = chat(simulator);
    CHECK(response.status == 200);
    CHECK(response.complete);
    CHECK(response.headers.at("content-type") == "text/event-stream");
    CHECK(response.body.starts_with(": OPENROUTER PROCESSING\n\n"));
    CHECK(text_of(response.body).find("\"hi there\"") != std::string::npos);

    const auto events = events_of(response.body);
    REQUIRE(events.size() > 4);
    CHECK(events.back() == "[DONE]");
    const auto first_end = json::parse(events[events.size() - 3]);
    const auto second_end = json::parse(events[events.size() - 2]);
    CHECK(first_end.at("choices").at(0).at("finish_reason") == "stop");
    CHECK(second_end.at("choices").at(0).at("finish_reason") == "stop");
    CHECK_FALSE(first_end.as_object().contains("usage"));
    CHECK(second_end.at("usage").at("cost").is_double());
    CHECK(second_end.at("id").as_string() ==
          json::string_view(response.headers.at("x-generation-id")));
}

TEST_CASE("simulator: the default model answers in one body after white space") {
    Simulator simulator;
    const auto response = chat(simulator, single_request);
    CHECK(response.status == 200);
    CHECK(response.body.front() == '\n');
    const auto body = json::parse(response.body);
    CHECK(body.at("object") == "chat.completion");
    CHECK(body.at("usage").at("total_tokens").as_int64() > 0);
}

TEST_CASE("simulator: reasoning comes when it is asked for, with a late signature") {
    Simulator simulator;
    const auto response = chat(
        simulator, R"({"model":"a/b","stream":true,"reasoning":{"effort":"high"},)"
                   R"("messages":[{"role":"user","content":"x"}]})");
    std::string reasoning;
    bool signed_last = false;
    for (const auto& event : events_of(response.body)) {
        if (event == "[DONE]") break;
        const auto delta = json::parse(event).at("choices").at(0).at("delta").as_object();
        if (!delta.contains("reasoning_details")) continue;
        const auto& detail = delta.at("reasoning_details").at(0).as_object();
        signed_last = detail.contains("signature");
        if (detail.contains("text")) reasoning += detail.at("text").as_string().c_str();
    }
    CHECK(reasoning.starts_with("The user wants"));
    CHECK(signed_last);
}

TEST_CASE("simulator: missing key, unknown path, bad body and bad model are JSON errors") {
    Simulator simulator;
    RawClient client(simulator.port());
    const auto status_of = [&](std::string_view request) {
        client.send(request);
        const auto response = client.read_response();
        CHECK(json::parse(response.body).at("error").at("code") == response.status);
        return response.status;
    };
    CHECK(status_of("POST /api/v1/key HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}") == 401);
    CHECK(status_of("GET /api/v1/nothing HTTP/1.1\r\n\r\n") == 404);
    client.post(chat_path, "no json");
    CHECK(client.read_response().status == 400);
    client.post(chat_path, R"({"model":"noauthor","messages":[{"role":"user","content":"x"}]})");
    CHECK(client.read_response().status == 400);
    CHECK(simulator.accepted_connections() == 1);
}

TEST_CASE("simulator: models, endpoints, key, credits and embeddings") {
    Simulator simulator;
    RawClient client(simulator.port());
    const auto get = [&](std::string_view target) {
        client.get(target, "Authorization: Bearer sk-test-0123456789\r\n");
        const auto response = client.read_response();
        CHECK(response.status == 200);
        return json::parse(response.body);
    };
    const auto models = get("/api/v1/models");
    CHECK(models.at("total_count") == models.at("data").as_array().size());
    CHECK(models.at("data").at(0).at("pricing").at("prompt") == "0.000001");
    const auto page = get("/api/v1/models?offset=1&limit=2");
    CHECK(page.at("data").as_array().size() == 2);
    CHECK(page.at("links").at("next") == "/api/v1/models?offset=3&limit=2");
    CHECK(get("/api/v1/model/openai/gpt-4o-mini:floor").at("data").at("id") ==
          "openai/gpt-4o-mini");
    const auto endpoints = get("/api/v1/models/openai/gpt-4o-mini/endpoints");
    CHECK(endpoints.at("data").at("endpoints").at(0).at("provider_name") == "OpenAI");
    CHECK(get("/api/v1/key").at("data").as_object().contains("limit_remaining"));
    CHECK(get("/api/v1/credits").at("data").at("total_credits") == 100.5);

    client.post("/api/v1/embeddings", R"({"model":"a/b","input":["x","x","y"],"dimensions":3})");
    const auto vectors = json::parse(client.read_response().body).at("data").as_array();
    REQUIRE(vectors.size() == 3);
    CHECK(vectors[0].at("embedding").as_array().size() == 3);
    CHECK(vectors[0].at("embedding") == vectors[1].at("embedding"));
    CHECK(vectors[0].at("embedding") != vectors[2].at("embedding"));
}

TEST_CASE("simulator: a generation is known after the set number of misses") {
    SimulatorOptions options;
    options.generation_misses = 2;
    Simulator simulator(options);
    auto answer = text_answer("hello");
    answer.id = "gen-1";
    answer.with_usage = false;
    answer.usage.cost = "0.25";
    simulator.enqueue(answer);
    CHECK(chat(simulator).body.find("usage") == std::string::npos);
    RawClient client(simulator.port());
    for (const int expected : {404, 404, 200, 200}) {
        client.get("/api/v1/generation?id=gen%2D1", "Authorization: Bearer sk-test-0123456789\r\n");
        const auto response = client.read_response();
        CHECK(response.status == expected);
        if (expected == 200)
            CHECK(json::parse(response.body).at("data").at("total_cost") == 0.25);
    }
}

TEST_CASE("simulator: queue, handler, always and default model, in this order") {
    Simulator simulator;
    simulator.enqueue(text_answer("queued"));
    simulator.always(text_answer("always").streamed());
    int asked = 0;
    simulator.set_handler([&](const SimRequest&) -> std::optional<SimResponse> {
        if (asked++ > 0) return std::nullopt;
        return text_answer("handled").streamed();
    });
    CHECK(simulator.queued() == 1);
    CHECK(text_of(chat(simulator).body) == "queued");
    CHECK(text_of(chat(simulator).body) == "handled");
    CHECK(text_of(chat(simulator).body) == "always");
    CHECK(text_of(chat(simulator).body) == "always");
    simulator.enqueue("GET /models", error_answer(503, "closed"));
    RawClient client(simulator.port());
    client.get("/api/v1/models");
    CHECK(client.read_response().status == 503);
    client.get("/api/v1/models");
    CHECK(client.read_response().status == 200);
}

TEST_CASE("simulator: an exception of a handler becomes a 500") {
    Simulator simulator;
    simulator.set_handler([](const SimRequest&) -> std::optional<SimResponse> {
        throw std::runtime_error("oops");
    });
    const auto response = chat(simulator);
    CHECK(response.status == 500);
    CHECK(response.body.find("oops") != std::string::npos);
}

TEST_CASE("simulator: tool calls stream in fragments") {
    Simulator simulator;
    simulator.enqueue(tool_call_answer({{"call_1", "add", R"({"a":1,"b":"zwölf"})"},
                                        {"call_2", "now", "{}"}}));
    std::string arguments;
    std::size_t fragments = 0;
    for (const auto& event : events_of(chat(simulator).body)) {
        if (event == "[DONE]") break;
        const auto parsed = json::parse(event);
        const auto& delta = parsed.at("choices").at(0).at("delta").as_object();
        if (!delta.contains("tool_calls")) continue;
        const auto& call = delta.at("tool_calls").at(0);
        if (call.at("index") != 0) continue;
        arguments += call.at("function").at("arguments").as_string().c_str();
        ++fragments;
    }
    CHECK(arguments == R"({"a":1,"b":"zwölf"})");
    CHECK(fragments > 2);
}

TEST_CASE("simulator: usage cost is written digit for digit") {
    Simulator simulator;
    auto answer = text_answer("x");
    answer.usage.cost = "0.000010000000000000000001";
    simulator.enqueue(answer);
    CHECK(chat(simulator).body.find("\"cost\":0.000010000000000000000001,") != std::string::npos);
}

TEST_CASE("simulator: requests are observed whole") {
    Simulator simulator;
    RawClient client(simulator.port());
    client.send("POST /api/v1/chat/completions?x=1 HTTP/1.1\r\nX-Title:  Test \r\n"
                "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2;ext=1\r\n1}\r\n0\r\n"
                "Trailer: t\r\n\r\n");
    const auto request = simulator.wait_for_request(0);
    CHECK(request.method == "POST");
    CHECK(request.target == "/api/v1/chat/completions?x=1");
    CHECK(request.path == "/chat/completions");
    CHECK(request.header("x-title") == "Test");
    CHECK(request.query("x") == "1");
    CHECK(request.body == R"({"a":1})");
    CHECK(request.connection == 1);
    CHECK(simulator.requests("POST /chat/*").size() == 1);
    CHECK(simulator.requests("GET *").empty());
}

TEST_CASE("simulator: Expect: 100-continue is answered before the body") {
    Simulator simulator;
    RawClient client(simulator.port());
    client.send("POST /api/v1/chat/completions HTTP/1.1\r\nExpect: 100-continue\r\n"
                "Content-Length: 2\r\n\r\n");
    CHECK(client.read_head() == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("{}");
    CHECK(client.read_response().status == 401);
}

TEST_CASE("simulator: bytes that are no HTTP get a 400 and the end") {
    Simulator simulator;
    RawClient client(simulator.port());
    client.send("hello\r\n\r\n");
    CHECK(client.read_response().status == 400);
    CHECK(client.wait_for_end());
}

TEST_CASE("simulator: pipelined requests are answered in order") {
    Simulator simulator;
    RawClient client(simulator.port());
    client.send("GET /api/v1/models/count HTTP/1.1\r\n\r\nGET /api/v1/nothing HTTP/1.1\r\n\r\n");
    CHECK(client.read_response().status == 200);
    CHECK(client.read_response().status == 404);
}
