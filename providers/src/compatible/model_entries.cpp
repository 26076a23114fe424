#include "compatible/model_entries.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace capstan::compatible {
namespace {

using Length = std::optional<std::int64_t>;

Length positive(const json::object* object, std::string_view key) {
    const Length value = object ? find_int(*object, key) : std::nullopt;
    return value && *value > 0 ? value : std::nullopt;
}

Length context_length(const json::object& entry) {
    const json::object* meta = find_object(entry, "meta");
    if (const Length length = positive(&entry, "loaded_context_length")) return length;
    if (const Length length = positive(meta, "n_ctx")) return length;
    for (const auto key : {"context_length", "max_model_len", "context_window",
                           "max_context_length"})
        if (const Length length = positive(&entry, key)) return length;
    return positive(meta, "n_ctx_train");
}

bool reads_images(const json::object& entry) {
    if (find_string(entry, "type") == "vlm") return true;
    const json::object* capabilities = find_object(entry, "capabilities");
    return capabilities && find_bool(*capabilities, "vision").value_or(false);
}

bool is_name_of(std::string_view name, std::string_view model) {
    if (name == model) return true;
    return name.starts_with(model) && name.substr(model.size()) == ":latest";
}

/// N of a line "num_ctx N".
Length parameter_num_ctx(std::string_view parameters) {
    constexpr std::string_view name = "num_ctx";
    const auto at = parameters.find(name);
    if (at == parameters.npos) return std::nullopt;
    std::string_view rest = parameters.substr(at + name.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    return failed == std::errc{} && value > 0 ? Length(value) : std::nullopt;
}

}  // namespace

ModelInfo model_from_entry(const json::object& entry) {
    ModelInfo info = model_info_from_json(entry);
    info.context_length = context_length(entry);
    if (!info.max_completion_tokens)
        info.max_completion_tokens = positive(&entry, "max_completion_tokens");
    if (info.input_modalities.empty() && reads_images(entry))
        info.input_modalities = {"text", "image"};
    return info;
}

std::vector<ModelInfo> models_from_list(const json::value& answer) {
    std::vector<ModelInfo> models;
    const json::object* object = answer.if_object();
    const json::array* entries = object ? find_array(*object, "data") : answer.if_array();
    if (!entries) return models;
    for (const json::value& value : *entries) {
        if (!value.is_object()) continue;
        ModelInfo info = model_from_entry(value.get_object());
        if (!info.id.empty()) models.push_back(std::move(info));
    }
    return models;
}

OpenAiFlavour flavour_of_entry(const ModelInfo& info) {
    using Flavour = OpenAiFlavour;
    constexpr std::array<std::pair<std::string_view, Flavour>, 7> owners = {{
        {"llamacpp", Flavour::llama_cpp},
        {"vllm", Flavour::vllm},
        {"library", Flavour::ollama},
        {"organization_owner", Flavour::lm_studio},
        {"organization-owner", Flavour::lm_studio},
        {"deepseek", Flavour::deepseek},
        {"mistralai", Flavour::mistral},
    }};
    const std::string_view owner = find_string(info.raw, "owned_by").value_or("");
    const auto* found = std::find_if(owners.begin(), owners.end(),
                                     [&](const auto& known) { return known.first == owner; });
    return found == owners.end() ? Flavour::automatic : found->second;
}

Length context_of_llama_props(const json::object& answer) {
    return positive(find_object(answer, "default_generation_settings"), "n_ctx");
}

Length context_of_ollama_ps(const json::object& answer, std::string_view model) {
    const json::array* loaded = find_array(answer, "models");
    if (!loaded) return std::nullopt;
    for (const json::value& value : *loaded) {
        const json::object* entry = value.if_object();
        if (entry && is_name_of(find_string(*entry, "name").value_or(""), model))
            return positive(entry, "context_length");
    }
    return std::nullopt;
}

Length context_of_ollama_show(const json::object& answer) {
    const auto parameters = find_string(answer, "parameters");
    if (const Length length = parameter_num_ctx(parameters.value_or(""))) return length;
    const json::object* info = find_object(answer, "model_info");
    if (!info) return std::nullopt;
    for (const auto& member : *info) {
        // "qwen3.context_length"
        if (std::string_view(member.key()).ends_with(".context_length"))
            return positive(info, member.key());
    }
    return std::nullopt;
}

}  // namespace capstan::compatible
