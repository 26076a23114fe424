#include "catalogue.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace capstan::testing {

namespace json = boost::json;

namespace {

struct Entry {
    const char* id;
    const char* canonical;
    const char* name;
    const char* provider;
    std::int64_t context;
    std::int64_t max_completion;
    TokenPrices prices;
    bool reasoning;
    bool vision;
};

TokenPrices prices(std::int64_t prompt, std::int64_t completion) {
    TokenPrices result;
    result.prompt = prompt;
    result.completion = completion;
    return result;
}

const std::vector<Entry>& entries() {
    static const std::vector<Entry> list{
        {"simulator/echo", "simulator/echo-20260101", "Simulator: Echo", "Simulator", 131072, 16384,
         prices(1'000, 4'000), true, true},
        {"simulator/free", "simulator/free", "Simulator: Free", "Simulator", 32768, 4096,
         prices(0, 0), false, false},
        {"anthropic/claude-sonnet-4.5", "anthropic/claude-4.5-sonnet-20250929",
         "Anthropic: Claude Sonnet 4.5", "Anthropic", 1000000, 64000, prices(3'000, 15'000), true,
         true},
        {"openai/gpt-4o-mini", "openai/gpt-4o-mini", "OpenAI: GPT-4o-mini", "OpenAI", 128000, 16384,
         prices(150, 600), false, true},
        {"google/gemini-2.5-flash", "google/gemini-2.5-flash", "Google: Gemini 2.5 Flash",
         "Google AI Studio", 1048576, 65535, prices(300, 2'500), true, true},
        {"deepseek/deepseek-r1", "deepseek/deepseek-r1", "DeepSeek: R1", "DeepSeek", 163840, 163840,
         prices(550, 2'190), true, false},
    };
    return list;
}

std::string price_text(std::int64_t nano_usd) {
    if (nano_usd == 0) return "0";
    auto text = fmt::format("0.{:09}", nano_usd);
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

json::array strings(const std::vector<const char*>& values) {
    json::array array;
    for (const auto* value : values) array.emplace_back(value);
    return array;
}

json::object pricing_of(const Entry& entry) {
    json::object pricing;
    pricing["prompt"] = price_text(entry.prices.prompt);
    pricing["completion"] = price_text(entry.prices.completion);
    pricing["request"] = "0";
    pricing["image"] = "0";
    pricing["input_cache_read"] = price_text(entry.prices.prompt / 10);
    pricing["input_cache_write"] = price_text(entry.prices.prompt * 5 / 4);
    pricing["discount"] = 0;
    return pricing;
}

json::object architecture_of(const Entry& entry) {
    json::object architecture;
    architecture["modality"] = entry.vision ? "text+image->text" : "text->text";
    architecture["input_modalities"] =
        entry.vision ? strings({"text", "image"}) : strings({"text"});
    architecture["output_modalities"] = strings({"text"});
    architecture["tokenizer"] = "Other";
    architecture["instruct_type"] = nullptr;
    return architecture;
}

json::object model_of(const Entry& entry) {
    json::object model;
    model["id"] = entry.id;
    model["canonical_slug"] = entry.canonical;
    model["name"] = entry.name;
    model["created"] = 1759000000;
    model["description"] = "A model of the simulator's catalogue.";
    model["context_length"] = entry.context;
    model["architecture"] = architecture_of(entry);
    model["pricing"] = pricing_of(entry);
    json::object top;
    top["context_length"] = entry.context;
    top["max_completion_tokens"] = entry.max_completion;
    top["is_moderated"] = false;
    model["top_provider"] = std::move(top);
    model["per_request_limits"] = nullptr;
    auto parameters = strings({"max_tokens", "response_format", "stop", "temperature",
                               "tool_choice", "tools", "top_p"});
    if (entry.reasoning) {
        parameters.emplace_back("include_reasoning");
        parameters.emplace_back("reasoning");
        json::object reasoning;
        reasoning["mandatory"] = false;
        reasoning["supported_efforts"] = nullptr;
        reasoning["supports_max_tokens"] = true;
        model["reasoning"] = std::move(reasoning);
    }
    model["supported_parameters"] = std::move(parameters);
    model["default_parameters"] = nullptr;
    model["supported_voices"] = nullptr;
    json::object links;
    links["details"] = fmt::format("/api/v1/models/{}/endpoints", entry.id);
    model["links"] = std::move(links);
    return model;
}

const Entry* entry_of(std::string_view slug) {
    for (const auto& entry : entries())
        if (slug == entry.id || slug == entry.canonical) return &entry;
    const auto colon = slug.rfind(':');
    return colon == std::string_view::npos ? nullptr : entry_of(slug.substr(0, colon));
}

}  // namespace

const json::array& catalogue() {
    static const json::array models = [] {
        json::array array;
        for (const auto& entry : entries()) array.push_back(model_of(entry));
        return array;
    }();
    return models;
}

const json::object* find_model(std::string_view slug) {
    const auto* entry = entry_of(slug);
    if (!entry) return nullptr;
    return &catalogue()[static_cast<std::size_t>(entry - entries().data())].as_object();
}

json::object endpoints_of(const json::object& model) {
    const auto* entry = entry_of(std::string_view(model.at("id").as_string()));
    json::object endpoint;
    endpoint["name"] = fmt::format("{} | {}", entry->provider, entry->canonical);
    endpoint["model_id"] = entry->id;
    endpoint["model_name"] = entry->name;
    endpoint["provider_name"] = entry->provider;
    endpoint["tag"] = std::string(entry->id).substr(0, std::string(entry->id).find('/'));
    endpoint["context_length"] = entry->context;
    endpoint["max_prompt_tokens"] = nullptr;
    endpoint["max_completion_tokens"] = entry->max_completion;
    endpoint["quantization"] = "unknown";
    endpoint["pricing"] = model.at("pricing");
    endpoint["supported_parameters"] = model.at("supported_parameters");
    endpoint["supports_implicit_caching"] = false;
    endpoint["status"] = 0;
    endpoint["uptime_last_5m"] = 100;
    endpoint["uptime_last_30m"] = 100;
    endpoint["uptime_last_1d"] = 99.9;
    endpoint["latency_last_30m"] = nullptr;
    endpoint["throughput_last_30m"] = nullptr;
    json::object data;
    for (const auto* key : {"id", "name", "created", "description", "architecture"})
        data[key] = model.at(key);
    json::array list;
    list.push_back(std::move(endpoint));
    data["endpoints"] = std::move(list);
    return data;
}

TokenPrices prices_of(std::string_view slug) {
    if (slug.ends_with(":free")) return prices(0, 0);
    const auto* entry = entry_of(slug);
    return entry ? entry->prices : TokenPrices();
}

}  // namespace capstan::testing
