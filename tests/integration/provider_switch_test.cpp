// One conversation goes on from provider to provider.
#include "openrouter_fixture.hpp"

#include <capstan/message_assembler.hpp>
#include <capstan/providers/anthropic.hpp>
#include <capstan/providers/openai_compatible.hpp>
#include <capstan/providers/openai_responses.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

using namespace capstan;
using namespace capstan::testing;

namespace {

template <class Handler, class Options>
std::shared_ptr<ApiHandler> make(const Simulator& simulator, std::string model) {
    Options options;
    options.base_url = simulator.base_url();
    options.api_key = "key";
    options.model = std::move(model);
    options.clock = std::make_shared<VirtualClock>();
    return std::make_shared<Handler>(std::move(options));
}

/// What one family of models thinks, signed in its way.
json::array thoughts(const std::string& format, const std::string& mark) {
    json::object entry;
    if (format == "openai-responses-v1") {
        entry = parse_json(R"({"type":"reasoning.encrypted","id":"rs_)" + mark +
                           R"(","index":0})")
                    .as_object();
        entry["data"] = "ENC" + mark;
    } else {
        entry = parse_json(R"({"type":"reasoning.text","index":0})").as_object();
        entry["text"] = "Thought " + mark;
        entry["signature"] = "c2ln" + mark;
    }
    entry["format"] = format;
    return json::array(1, json::value(entry));
}

Answer calling(const std::string& id, json::array details) {
    Answer answer;
    answer.reasoning_details = std::move(details);
    AnswerToolCall call;
    call.id = id;
    call.name = "look";
    call.arguments = R"({"at": 1})";
    answer.tool_calls.push_back(std::move(call));
    return answer;
}

AssistantMessage ask_once(ApiHandler& handler, const Conversation& conversation) {
    MessageRequest request;
    request.messages = conversation;
    FunctionTool tool;
    tool.name = "look";
    tool.description = "Looks.";
    tool.parameters = parse_json(R"({"type":"object","properties":{"at":{"type":"integer"}}})")
                          .as_object();
    request.tools.push_back(tool);
    const auto outcome = run_call(handler, std::move(request));
    if (outcome.error) FAIL(outcome.error->what());
    MessageAssembler assembler(handler.get_model().id);
    for (const auto& chunk : outcome.chunks) assembler.add(chunk);
    return assembler.message();
}

bool mentions(const SimRequest& request, const std::string& text) {
    return request.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a conversation goes from provider to provider and back, and loses nothing") {
    Simulator simulator;
    const std::array<std::shared_ptr<ApiHandler>, 4> handlers = {
        make<AnthropicHandler, AnthropicOptions>(simulator, "claude-sonnet-4-5"),
        make<OpenAiResponsesHandler, OpenAiResponsesOptions>(simulator, "gpt-5-mini"),
        make<OpenAiCompatibleHandler, OpenAiCompatibleOptions>(simulator, "qwen3"),
        make<OpenRouterHandler, OpenRouterOptions>(simulator, "google/gemini-2.5-pro")};
    const std::array<json::array, 4> details = {
        thoughts("anthropic-claude-v1", "A"), thoughts("openai-responses-v1", "B"), json::array(),
        thoughts("google-gemini-v1", "D")};

    auto conversation = Conversation::user("Look around.");
    std::vector<AssistantMessage> turns;
    for (std::size_t round = 0; round < 8; ++round) {
        const std::string id = "call_" + std::to_string(round);
        simulator.enqueue(calling(id, details[round % 4]));
        turns.push_back(ask_once(*handlers[round % 4], conversation));
        REQUIRE(turns.back().tool_calls.size() == 1);
        conversation.add(turns.back());
        conversation.add(ToolMessage(turns.back().tool_calls[0].id, "result " + id));
    }

    // Every request has every call's result, and the thoughts of its own family only.
    const auto requests = simulator.requests();
    REQUIRE(requests.size() == 8);
    for (std::size_t i = 0; i < requests.size(); ++i)
        for (std::size_t earlier = 0; earlier < i; ++earlier)
            CHECK(mentions(requests[i], "result call_" + std::to_string(earlier)));
    CHECK(mentions(requests[4], "c2lnA"));
    CHECK(!mentions(requests[4], "ENCB"));
    CHECK(mentions(requests[5], "ENCB"));
    CHECK(!mentions(requests[5], "c2lnA"));
    CHECK(!mentions(requests[6], "c2lnA"));
    CHECK(!mentions(requests[6], "ENCB"));

    // The conversation has them all still, as they came.
    std::size_t index = 0;
    for (const auto& message : conversation.messages()) {
        const auto* assistant = std::get_if<AssistantMessage>(&message);
        if (!assistant) continue;
        CHECK(to_json_text(to_json(*assistant)) == to_json_text(to_json(turns[index])));
        if (index % 4 != 2) {
            REQUIRE(assistant->reasoning.details);
            CHECK(assistant->reasoning.details->size() == 1);
        }
        ++index;
    }
    CHECK(index == turns.size());
}
