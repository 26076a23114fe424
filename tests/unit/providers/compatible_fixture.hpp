#pragma once

#include "compatible/request_writer.hpp"

#include <capstan/json.hpp>

#include <string>
#include <string_view>
#include <vector>

/// What the tests of the OpenAI-compatible requests share.
namespace compatible_fixture {

using capstan::OpenAiFlavour;

inline const std::vector<OpenAiFlavour> all_flavours = {
    OpenAiFlavour::openai,    OpenAiFlavour::deepseek, OpenAiFlavour::groq,
    OpenAiFlavour::mistral,   OpenAiFlavour::llama_cpp, OpenAiFlavour::lm_studio,
    OpenAiFlavour::ollama,    OpenAiFlavour::vllm,     OpenAiFlavour::generic,
};

inline capstan::ProviderOptions bare_options(std::string model = "some-model") {
    capstan::ProviderOptions options;
    options.model = std::move(model);
    return options;
}

inline capstan::MessageRequest asking(std::string text = "hi") {
    capstan::MessageRequest request;
    request.messages.add_user(std::move(text));
    return request;
}

inline capstan::json::object body_of(const capstan::MessageRequest& request,
                                     const capstan::OpenAiQuirks& quirks,
                                     const capstan::ProviderOptions& options = bare_options(),
                                     const capstan::ModelInfo* info = nullptr) {
    const auto wire = capstan::compatible::write_request(options, quirks, request, info);
    return capstan::parse_json(wire.body).as_object();
}

inline capstan::json::object body_of(const capstan::MessageRequest& request, OpenAiFlavour flavour,
                                     const capstan::ProviderOptions& options = bare_options(),
                                     const capstan::ModelInfo* info = nullptr) {
    return body_of(request, capstan::openai_quirks(flavour), options, info);
}

/// The member as JSON text; "-" when it is absent.
inline std::string member(const capstan::json::object& body, std::string_view name) {
    const auto* value = capstan::find(body, name);
    return value ? capstan::to_json_text(*value) : std::string("-");
}

/// Message `index` of the body as JSON text.
inline std::string message(const capstan::json::object& body, std::size_t index) {
    return capstan::to_json_text(body.at("messages").as_array().at(index));
}

inline capstan::FunctionTool tool(std::string name) {
    capstan::FunctionTool result;
    result.name = std::move(name);
    return result;
}

inline capstan::ToolCall call(std::string id, std::string name, std::string arguments = "{}") {
    capstan::ToolCall result;
    result.id = std::move(id);
    result.name = std::move(name);
    result.arguments = std::move(arguments);
    return result;
}

}  // namespace compatible_fixture
