#pragma once

#include "openrouter_fixture.hpp"

#include <capstan/providers/openai_compatible.hpp>
#include <capstan/testing/compatible_answers.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace capstan::testing {

/// A simulator that looks like an OpenAI-compatible server at ".../v1" and asks for no key.
inline SimulatorOptions plain_server() {
    SimulatorOptions options;
    options.base_path = "/v1";
    options.require_key = false;
    return options;
}

inline OpenAiFlavour flavour_of(ChatServer server) {
    switch (server) {
        case ChatServer::openai: return OpenAiFlavour::openai;
        case ChatServer::deepseek: return OpenAiFlavour::deepseek;
        case ChatServer::llama_cpp: return OpenAiFlavour::llama_cpp;
        case ChatServer::lm_studio: return OpenAiFlavour::lm_studio;
        case ChatServer::ollama: return OpenAiFlavour::ollama;
        case ChatServer::vllm: return OpenAiFlavour::vllm;
    }
    return OpenAiFlavour::generic;
}

inline const std::vector<ChatServer> all_servers = {ChatServer::openai,    ChatServer::deepseek,
                                                    ChatServer::llama_cpp, ChatServer::lm_studio,
                                                    ChatServer::ollama,    ChatServer::vllm};

/// A server and a handler of it, in virtual time.
struct CompatibleFixture {
    explicit CompatibleFixture(OpenAiFlavour flavour = OpenAiFlavour::generic,
                               std::string key = {})
        : options(settings(flavour, std::move(key))), handler(options) {}

    OpenAiCompatibleOptions settings(OpenAiFlavour flavour, std::string key) {
        OpenAiCompatibleOptions made;
        made.flavour = flavour;
        made.api_key = std::move(key);
        made.base_url = simulator.base_url();
        made.model = "some-model";
        made.clock = clock;
        made.http.proxy_from_environment = false;
        return made;
    }

    json::object body(std::size_t request) const {
        return simulator.requests(Simulator::chat).at(request).json().as_object();
    }

    Simulator simulator{plain_server()};
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
    OpenAiCompatibleOptions options;
    OpenAiCompatibleHandler handler;
};

inline std::string reasoning_of(const Outcome& outcome) {
    std::string all;
    for (const StreamChunk& chunk : outcome.chunks)
        if (const auto* part = std::get_if<ReasoningChunk>(&chunk)) all += part->text;
    return all;
}

}  // namespace capstan::testing
