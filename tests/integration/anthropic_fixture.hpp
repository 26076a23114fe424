#pragma once

#include "openrouter_fixture.hpp"

#include <capstan/providers/anthropic.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace capstan::testing {

constexpr std::string_view messages_route = "POST /messages";

/// Settings for this simulator: key "sk-ant-test", virtual time.
inline AnthropicOptions anthropic_options(const Simulator& simulator,
                                          std::shared_ptr<Clock> clock = nullptr) {
    AnthropicOptions options;
    options.api_key = "sk-ant-test";
    options.base_url = simulator.base_url();
    options.clock = clock ? std::move(clock) : std::make_shared<VirtualClock>();
    options.http.proxy_from_environment = false;
    return options;
}

inline MessageRequest asking(std::string text = "hi") {
    MessageRequest request;
    request.messages = Conversation::user(std::move(text));
    return request;
}

inline AssistantMessage message_of(const Outcome& outcome, std::string requested) {
    MessageAssembler assembler(std::move(requested));
    for (const auto& chunk : outcome.chunks) assembler.add(chunk);
    return assembler.message();
}

/// The body of a request as the simulator got it.
inline json::object body_at(const Simulator& simulator, std::size_t index) {
    return parse_json(simulator.wait_for_request(index).body).as_object();
}

}  // namespace capstan::testing
