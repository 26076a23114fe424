// The settings that only some providers have, from JSON.
#include <capstan/providers/provider_config.hpp>

namespace capstan {
namespace {

template <class T>
void read_optional(SettingsReader& reader, std::string_view name, std::optional<T>& value) {
    if (!reader.member(name)) return;
    T found{};
    reader.read(name, found);
    value = std::move(found);
}

template <class T>
void read_word(SettingsReader& reader, std::string_view name, std::optional<T>& value,
               std::initializer_list<std::pair<std::string_view, T>> words) {
    if (!reader.member(name)) return;
    T found{};
    reader.read<T>(name, found, words);
    value = found;
}

void read_reasoning_quirks(SettingsReader& reader, OpenAiQuirks& quirks) {
    read_word<ReasoningRequest>(reader, "reasoning_request", quirks.reasoning_request,
                                {{"none", ReasoningRequest::none},
                                 {"effort", ReasoningRequest::effort},
                                 {"object", ReasoningRequest::object}});
    read_optional(reader, "reasoning_efforts", quirks.reasoning_efforts);
    read_optional(reader, "thinking_switch", quirks.thinking_switch);
    reader.read("thinking_object", quirks.thinking_object);
    read_word<ReasoningHistory>(reader, "reasoning_history", quirks.reasoning_history,
                                {{"none", ReasoningHistory::none},
                                 {"tool_turns", ReasoningHistory::tool_turns},
                                 {"all", ReasoningHistory::all}});
    read_optional(reader, "reasoning_field", quirks.reasoning_field);
    reader.read("empty_reasoning", quirks.empty_reasoning);
    reader.read("think_tags", quirks.think_tags);
}

void read_tool_quirks(SettingsReader& reader, OpenAiQuirks& quirks) {
    read_word<ToolCallIdRule>(reader, "tool_call_ids", quirks.tool_call_ids,
                              {{"any", ToolCallIdRule::any},
                               {"up_to_40", ToolCallIdRule::up_to_40},
                               {"exactly_9_alphanumeric", ToolCallIdRule::exactly_9_alphanumeric}});
    reader.read("user_after_tool", quirks.user_after_tool);
    reader.read("parallel_tool_calls", quirks.parallel_tool_calls);
    reader.read("strict_tools", quirks.strict_tools);
    reader.read("named_tool_choice", quirks.named_tool_choice);
    read_optional(reader, "required_tool_choice", quirks.required_tool_choice);
}

void read_quirks(SettingsReader& reader, OpenAiQuirks& quirks) {
    read_optional(reader, "output_limit_field", quirks.output_limit_field);
    read_reasoning_quirks(reader, quirks);
    read_tool_quirks(reader, quirks);
    reader.read("stream_usage", quirks.stream_usage);
    reader.read("model_required", quirks.model_required);
    reader.read("developer_role", quirks.developer_role);
    reader.read("null_content", quirks.null_content);
    reader.read("text_parts", quirks.text_parts);
    reader.read("images", quirks.images);
    reader.read("message_extras", quirks.message_extras);
    reader.read("extended_sampling", quirks.extended_sampling);
    reader.read("verbosity", quirks.verbosity);
    read_optional(reader, "repetition_field", quirks.repetition_field);
    read_optional(reader, "seed_field", quirks.seed_field);
    read_optional(reader, "user_field", quirks.user_field);
    reader.read("most_stop_texts", quirks.most_stop_texts, 0);
}

}  // namespace

void read_settings(SettingsReader& reader, AnthropicOptions& options) {
    read_settings(reader, static_cast<ProviderOptions&>(options));
    reader.read("anthropic_version", options.anthropic_version);
    reader.read("betas", options.betas);
    reader.read("prompt_caching", options.prompt_caching);
    reader.read<std::string>("thinking_display", options.thinking_display,
                             {{"summarized", "summarized"}, {"omitted", "omitted"}});
    reader.read("bearer_auth", options.bearer_auth);
}

void read_settings(SettingsReader& reader, OpenAiResponsesOptions& options) {
    read_settings(reader, static_cast<ProviderOptions&>(options));
    reader.read("store", options.store);
    reader.read("include_encrypted_reasoning", options.include_encrypted_reasoning);
    reader.read("reasoning_summary", options.reasoning_summary);
    reader.read("service_tier", options.service_tier);
    reader.read("truncation", options.truncation);
    reader.read("prompt_cache_key", options.prompt_cache_key);
    reader.read("organization", options.organization);
    reader.read("project", options.project);
}

void read_settings(SettingsReader& reader, OpenAiCompatibleOptions& options) {
    read_settings(reader, static_cast<ProviderOptions&>(options));
    std::string flavour;
    reader.read("flavour", flavour);
    if (!flavour.empty()) {
        const auto known = openai_flavour(flavour);
        if (!known) reader.fail("flavour", "is no flavour that is known");
        options.flavour = *known;
    }
    reader.read_object("quirks",
                       [&](SettingsReader& inner) { read_quirks(inner, options.quirks); });
}

}  // namespace capstan
