#pragma once

#include "openrouter_fixture.hpp"

#include <capstan/message_assembler.hpp>
#include <capstan/providers/openai_responses.hpp>
#include <capstan/testing/simulator.hpp>

#include <memory>
#include <string>
#include <vector>

namespace capstan::testing {

inline constexpr std::string_view responses_route = "POST /responses";

/// A handler's settings for this simulator: key "sk-test-responses", virtual time.
inline OpenAiResponsesOptions responses_options(const Simulator& simulator,
                                                std::string model = "gpt/5") {
    OpenAiResponsesOptions options;
    options.api_key = "sk-test-responses";
    options.base_url = simulator.base_url();
    options.model = std::move(model);
    options.clock = std::make_shared<VirtualClock>();
    options.http.proxy_from_environment = false;
    return options;
}

inline AssistantMessage message_of(const Outcome& outcome, std::string model) {
    MessageAssembler assembler(std::move(model));
    for (const auto& chunk : outcome.chunks) assembler.add(chunk);
    return assembler.message();
}

inline MessageRequest asking(std::string text) {
    MessageRequest request;
    request.messages.add_user(std::move(text));
    return request;
}

/// The item at `index` of the input of request number `request`, as JSON text.
inline std::string sent_item(const Simulator& simulator, std::size_t request, std::size_t index) {
    const auto body = parse_json(simulator.wait_for_request(request).body);
    const auto& input = body.at("input").as_array();
    return index < input.size() ? to_json_text(input[index]) : std::string("none");
}

}  // namespace capstan::testing
