#include "compatible/server.hpp"

#include "compatible/model_entries.hpp"

#include <utility>

namespace capstan::compatible {
namespace {

template <class T>
void take(std::optional<T>& into, const std::optional<T>& from) {
    if (from) into = from;
}

// https://console.groq.com/docs/reasoning: Qwen's models are only told whether to think.
void fit_to_model(OpenAiQuirks& quirks, OpenAiFlavour flavour, std::string_view model) {
    if (flavour == OpenAiFlavour::groq && model.find("qwen3") != model.npos)
        quirks.reasoning_efforts = {"none", "default"};
}

}  // namespace

OpenAiQuirks resolve(const OpenAiQuirks& wanted, OpenAiFlavour flavour, std::string_view model) {
    OpenAiQuirks result = openai_quirks(flavour);
    fit_to_model(result, flavour, model);
    take(result.output_limit_field, wanted.output_limit_field);
    take(result.reasoning_request, wanted.reasoning_request);
    take(result.reasoning_efforts, wanted.reasoning_efforts);
    take(result.thinking_switch, wanted.thinking_switch);
    take(result.thinking_object, wanted.thinking_object);
    take(result.reasoning_history, wanted.reasoning_history);
    take(result.reasoning_field, wanted.reasoning_field);
    take(result.empty_reasoning, wanted.empty_reasoning);
    take(result.think_tags, wanted.think_tags);
    take(result.stream_usage, wanted.stream_usage);
    take(result.model_required, wanted.model_required);
    take(result.developer_role, wanted.developer_role);
    take(result.null_content, wanted.null_content);
    take(result.text_parts, wanted.text_parts);
    take(result.images, wanted.images);
    take(result.tool_call_ids, wanted.tool_call_ids);
    take(result.user_after_tool, wanted.user_after_tool);
    take(result.message_extras, wanted.message_extras);
    take(result.parallel_tool_calls, wanted.parallel_tool_calls);
    take(result.strict_tools, wanted.strict_tools);
    take(result.named_tool_choice, wanted.named_tool_choice);
    take(result.required_tool_choice, wanted.required_tool_choice);
    take(result.extended_sampling, wanted.extended_sampling);
    take(result.verbosity, wanted.verbosity);
    take(result.repetition_field, wanted.repetition_field);
    take(result.seed_field, wanted.seed_field);
    take(result.user_field, wanted.user_field);
    take(result.most_stop_texts, wanted.most_stop_texts);
    return result;
}

Server::Server(OpenAiFlavour flavour, const OpenAiQuirks& quirks)
    : wanted_(quirks),
      flavour_(flavour == OpenAiFlavour::automatic ? OpenAiFlavour::generic : flavour),
      learns_(flavour == OpenAiFlavour::automatic) {}

void Server::learn(const std::vector<ModelInfo>& models) {
    if (learns_ && !models.empty()) {
        const OpenAiFlavour owner = flavour_of_entry(models.front());
        if (owner != OpenAiFlavour::automatic) flavour_ = owner;
    }
    std::lock_guard lock(mutex_);
    // What was asked for by name is known better than what a list says.
    for (const ModelInfo& info : models) {
        ModelInfo& known = models_[info.id];
        const auto length = info.context_length ? info.context_length : known.context_length;
        known = info;
        known.context_length = length;
    }
}

void Server::learn(const std::string& model, ModelInfo info) {
    std::lock_guard lock(mutex_);
    models_[model] = std::move(info);
}

std::optional<ModelInfo> Server::find(const std::string& model) const {
    const bool one_for_all = model.empty() || flavour() == OpenAiFlavour::llama_cpp;
    std::lock_guard lock(mutex_);
    auto found = models_.find(model);
    if (found == models_.end() && flavour() == OpenAiFlavour::ollama)
        found = models_.find(model + ":latest");
    if (found == models_.end() && one_for_all && models_.size() == 1) found = models_.begin();
    return found == models_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace capstan::compatible
