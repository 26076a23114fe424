#pragma once

#include <capstan/json.hpp>
#include <capstan/money.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// Prices in USD per unit (token, request, image). Absent means unknown or variable ("-1"), never
/// free (wire reference 10.1).
struct ModelPricing {
    ModelPricing() = default;

    std::optional<Money> prompt;
    std::optional<Money> completion;
    std::optional<Money> request;
    std::optional<Money> image;
    std::optional<Money> input_cache_read;
    std::optional<Money> input_cache_write;
    std::optional<Money> internal_reasoning;
};
static_assert(!std::is_aggregate_v<ModelPricing>);

/// What a model can do with reasoning (wire reference 10.1, `reasoning`).
struct ReasoningSupport {
    ReasoningSupport() = default;

    bool mandatory = false;
    std::optional<std::vector<std::string>> supported_efforts;  ///< absent: all
    std::string default_effort;
    std::optional<bool> default_enabled;
    std::optional<bool> supports_max_tokens;
};
static_assert(!std::is_aggregate_v<ReasoningSupport>);

/// What is known of a model. Everything may be absent.
struct ModelInfo {
    ModelInfo() = default;

    std::string id;
    std::string canonical_slug;
    std::string name;
    std::optional<std::int64_t> context_length;
    std::optional<std::int64_t> max_completion_tokens;
    std::vector<std::string> input_modalities;
    std::vector<std::string> output_modalities;
    std::vector<std::string> supported_parameters;
    std::optional<ReasoningSupport> reasoning;
    ModelPricing pricing;
    json::object raw;  ///< the catalogue's entry as it came

    bool supports(std::string_view parameter) const noexcept;
};
static_assert(!std::is_aggregate_v<ModelInfo>);

/// One provider's offer of a model (wire reference 10.2). Everything may be absent.
struct EndpointInfo {
    EndpointInfo() = default;

    std::string name;
    std::string model_id;
    std::string provider_name;
    std::string tag;  ///< the slug for provider routing
    std::string quantization;
    std::optional<std::int64_t> context_length;
    std::optional<std::int64_t> max_prompt_tokens;
    std::optional<std::int64_t> max_completion_tokens;
    std::optional<std::int64_t> status;
    std::optional<double> uptime_last_30m;  ///< percent
    std::vector<std::string> supported_parameters;
    bool supports_implicit_caching = false;
    ModelPricing pricing;
    json::object raw;

    bool supports(std::string_view parameter) const noexcept;
};
static_assert(!std::is_aggregate_v<EndpointInfo>);

/// Read a catalogue's entries (wire reference 10). Lenient: members of a wrong kind are absent.
/// Prices are exact; negative ones ("-1": variable) are absent.
ModelInfo model_info_from_json(const json::object& entry);
EndpointInfo endpoint_info_from_json(const json::object& entry);
ModelPricing model_pricing_from_json(const json::object& pricing);

/// The model a handler talks to. `info` is empty when nothing is known of it: an unknown model is
/// never described, nor priced, as another one.
struct SelectedModel {
    SelectedModel() = default;

    std::string id;
    std::optional<ModelInfo> info;
};
static_assert(!std::is_aggregate_v<SelectedModel>);

}  // namespace capstan
