#include <capstan/model_info.hpp>

#include <algorithm>

namespace capstan {
namespace {

std::string text(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(std::string_view{}));
}

std::vector<std::string> texts(const json::array& array) {
    std::vector<std::string> result;
    result.reserve(array.size());
    for (const auto& value : array) {
        if (value.is_string()) result.emplace_back(value.get_string());
    }
    return result;
}

std::vector<std::string> texts(const json::object& object, std::string_view key) {
    const auto* array = find_array(object, key);
    return array ? texts(*array) : std::vector<std::string>{};
}

/// Limits of zero and below are as good as none.
std::optional<std::int64_t> limit(const json::object& object, std::string_view key) {
    const auto value = find_int(object, key);
    return value && *value > 0 ? value : std::nullopt;
}

std::optional<Money> price(const json::object& object, std::string_view key) {
    std::optional<Money> amount;
    if (const auto digits = find_string(object, key)) {
        amount = Money::parse(*digits);
    } else if (const auto number = find_number(object, key)) {
        amount = Money::from_double(*number);
    }
    // "-1" says "variable": neither free nor a credit.
    return amount && !amount->is_negative() ? amount : std::nullopt;
}

ReasoningSupport reasoning_support(const json::object& object) {
    ReasoningSupport support;
    support.mandatory = find_bool(object, "mandatory").value_or(false);
    if (const auto* efforts = find_array(object, "supported_efforts")) {
        support.supported_efforts = texts(*efforts);
    }
    support.default_effort = text(object, "default_effort");
    support.default_enabled = find_bool(object, "default_enabled");
    support.supports_max_tokens = find_bool(object, "supports_max_tokens");
    return support;
}

bool contains(const std::vector<std::string>& list, std::string_view word) noexcept {
    return std::find(list.begin(), list.end(), word) != list.end();
}

void read_limits(ModelInfo& info, const json::object& entry) {
    info.context_length = limit(entry, "context_length");
    const auto* top = find_object(entry, "top_provider");
    if (!top) return;
    info.max_completion_tokens = limit(*top, "max_completion_tokens");
    if (!info.context_length) info.context_length = limit(*top, "context_length");
}

}  // namespace

bool ModelInfo::supports(std::string_view parameter) const noexcept {
    return contains(supported_parameters, parameter);
}

bool EndpointInfo::supports(std::string_view parameter) const noexcept {
    return contains(supported_parameters, parameter);
}

ModelPricing model_pricing_from_json(const json::object& pricing) {
    ModelPricing result;
    result.prompt = price(pricing, "prompt");
    result.completion = price(pricing, "completion");
    result.request = price(pricing, "request");
    result.image = price(pricing, "image");
    result.input_cache_read = price(pricing, "input_cache_read");
    result.input_cache_write = price(pricing, "input_cache_write");
    result.internal_reasoning = price(pricing, "internal_reasoning");
    return result;
}

ModelInfo model_info_from_json(const json::object& entry) {
    ModelInfo info;
    info.id = text(entry, "id");
    info.canonical_slug = text(entry, "canonical_slug");
    info.name = text(entry, "name");
    read_limits(info, entry);
    if (const auto* architecture = find_object(entry, "architecture")) {
        info.input_modalities = texts(*architecture, "input_modalities");
        info.output_modalities = texts(*architecture, "output_modalities");
    }
    info.supported_parameters = texts(entry, "supported_parameters");
    if (const auto* reasoning = find_object(entry, "reasoning")) {
        info.reasoning = reasoning_support(*reasoning);
    }
    if (const auto* pricing = find_object(entry, "pricing")) {
        info.pricing = model_pricing_from_json(*pricing);
    }
    info.raw = entry;
    return info;
}

EndpointInfo endpoint_info_from_json(const json::object& entry) {
    EndpointInfo info;
    info.name = text(entry, "name");
    info.model_id = text(entry, "model_id");
    info.provider_name = text(entry, "provider_name");
    info.tag = text(entry, "tag");
    info.quantization = text(entry, "quantization");
    info.context_length = limit(entry, "context_length");
    info.max_prompt_tokens = limit(entry, "max_prompt_tokens");
    info.max_completion_tokens = limit(entry, "max_completion_tokens");
    info.status = find_int(entry, "status");
    info.uptime_last_30m = find_number(entry, "uptime_last_30m");
    info.supported_parameters = texts(entry, "supported_parameters");
    info.supports_implicit_caching = find_bool(entry, "supports_implicit_caching").value_or(false);
    if (const auto* pricing = find_object(entry, "pricing")) {
        info.pricing = model_pricing_from_json(*pricing);
    }
    info.raw = entry;
    return info;
}

}  // namespace capstan
