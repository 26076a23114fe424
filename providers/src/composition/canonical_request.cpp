#include <capstan/providers/canonical_request.hpp>

#include <capstan/message_writer.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace capstan {
namespace {

constexpr std::array<std::string_view, 6> of_the_call{"metadata", "session_id", "stream",
                                                      "stream_options", "trace", "user"};

void put(json::object& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object[key] = text;
}

template <class T>
void put(json::object& object, std::string_view key, const std::optional<T>& value) {
    if (value) object[key] = *value;
}

void put(json::object& object, std::string_view key, const std::vector<std::string>& texts) {
    if (!texts.empty()) object[key] = json::array(texts.begin(), texts.end());
}

void put(json::object& object, std::string_view key, const json::value& value) {
    if (!value.is_null()) object[key] = value;
}

json::array messages_of(const Conversation& conversation) {
    json::array list;
    MessageFormat format;
    format.complete = true;
    std::string text;
    for (const auto& message : conversation.messages()) {
        text.clear();
        append_message(text, message, format);
        list.push_back(parse_json(text));
    }
    return list;
}

json::array tools_of(const ToolDefinitions& tools) {
    json::array list;
    for (const auto& tool : tools) list.push_back(to_json(tool));
    return list;
}

json::object sampling_of(const Sampling& sampling) {
    json::object object;
    put(object, "temperature", sampling.temperature);
    put(object, "top_p", sampling.top_p);
    put(object, "top_k", sampling.top_k);
    put(object, "min_p", sampling.min_p);
    put(object, "top_a", sampling.top_a);
    put(object, "frequency_penalty", sampling.frequency_penalty);
    put(object, "presence_penalty", sampling.presence_penalty);
    put(object, "repetition_penalty", sampling.repetition_penalty);
    put(object, "seed", sampling.seed);
    put(object, "stop", sampling.stop);
    put(object, "logprobs", sampling.logprobs);
    put(object, "top_logprobs", sampling.top_logprobs);
    json::object bias;
    for (const auto& [token, value] : sampling.logit_bias) bias[token] = value;
    if (!bias.empty()) object["logit_bias"] = std::move(bias);
    return object;
}

json::object reasoning_of(const ReasoningOptions& reasoning) {
    json::object object;
    put(object, "effort", reasoning.effort);
    put(object, "max_tokens", reasoning.max_tokens);
    put(object, "enabled", reasoning.enabled);
    put(object, "exclude", reasoning.exclude);
    put(object, "summary", reasoning.summary);
    return object;
}

json::object extra_of(const json::object& extra) {
    json::object object;
    for (const auto& [key, value] : extra)
        if (std::ranges::find(of_the_call, std::string_view(key)) == of_the_call.end())
            object[key] = value;
    return object;
}

}  // namespace

json::object canonical_request(const MessageRequest& request) {
    json::object object;
    put(object, "model", request.model);
    put(object, "models", request.models);
    put(object, "system_prompt", request.system_prompt);
    object["messages"] = messages_of(request.messages);
    if (!request.tools.empty()) object["tools"] = tools_of(request.tools);
    put(object, "tool_choice", request.tool_choice.value);
    put(object, "parallel_tool_calls", request.parallel_tool_calls);
    put(object, "max_tokens", request.max_tokens);
    if (auto sampling = sampling_of(request.sampling); !sampling.empty())
        object["sampling"] = std::move(sampling);
    if (request.reasoning) object["reasoning"] = reasoning_of(*request.reasoning);
    put(object, "verbosity", request.verbosity);
    put(object, "response_format", request.response_format);
    if (!request.plugins.empty()) object["plugins"] = request.plugins;
    put(object, "modalities", request.modalities);
    put(object, "audio", request.audio);
    if (auto extra = extra_of(request.extra); !extra.empty()) object["extra"] = std::move(extra);
    return object;
}

}  // namespace capstan
