#include "composition/chunk_json.hpp"

#include "composition/json_fields.hpp"

#include <array>
#include <utility>
#include <variant>

namespace capstan::composition {
namespace {

constexpr std::array sources{UsageSource::unknown, UsageSource::stream, UsageSource::generation};
constexpr std::array<std::string_view, 3> source_names{"unknown", "stream", "generation"};

constexpr std::array reasons{FinishReason::stop,           FinishReason::length,
                             FinishReason::tool_calls,     FinishReason::content_filter,
                             FinishReason::error,          FinishReason::other};

json::value body_of(const TextChunk& chunk) { return json::value(chunk.text); }

json::value body_of(const ReasoningChunk& chunk) {
    json::object object;
    put(object, "text", chunk.text);
    put(object, "hidden_text", chunk.hidden_text);
    // The chunk's own memory must not be shared with the copy.
    if (chunk.details_present || !chunk.details.empty())
        object["details"] = json::array(chunk.details, json::storage_ptr());
    return object;
}

json::value body_of(const ToolCallChunk& chunk) {
    json::object object;
    object["index"] = chunk.index;
    put(object, "id", chunk.id);
    put(object, "name", chunk.name);
    put(object, "arguments", chunk.arguments);
    if (!chunk.extra.empty()) object["extra"] = chunk.extra;
    return object;
}

json::value body_of(const UsageChunk& chunk) {
    const auto& usage = chunk.usage;
    json::object object;
    object["source"] = source_names[static_cast<std::size_t>(usage.source)];
    put(object, "input_tokens", usage.input_tokens);
    put(object, "output_tokens", usage.output_tokens);
    put(object, "cache_read_tokens", usage.cache_read_tokens);
    put(object, "cache_write_tokens", usage.cache_write_tokens);
    put(object, "reasoning_tokens", usage.reasoning_tokens);
    if (usage.total_cost) object["total_cost"] = usage.total_cost->to_string();
    if (usage.is_byok) object["is_byok"] = true;
    if (!usage.raw.empty()) object["raw"] = usage.raw;
    return object;
}

json::value body_of(const FinishChunk& chunk) {
    json::object object;
    object["reason"] = to_string(chunk.reason);
    put(object, "finish_reason", chunk.finish_reason);
    put(object, "native_finish_reason", chunk.native_finish_reason);
    put(object, "generation_id", chunk.generation_id);
    put(object, "model", chunk.model);
    put(object, "provider", chunk.provider);
    put(object, "service_tier", chunk.service_tier);
    put(object, "system_fingerprint", chunk.system_fingerprint);
    return object;
}

json::value body_of(const ExtraChunk& chunk) {
    json::object object;
    object["name"] = chunk.name;
    object["value"] = chunk.value;
    return object;
}

StreamChunk read_text(const json::value& body) {
    if (!body.is_string()) throw std::invalid_argument("a text chunk is no text");
    return TextChunk(std::string(body.get_string()));
}

StreamChunk read_reasoning(const json::object& object) {
    ReasoningChunk chunk;
    chunk.text = text_of(object, "text");
    chunk.hidden_text = text_of(object, "hidden_text");
    if (const auto* details = find_array(object, "details")) {
        chunk.details = *details;
        chunk.details_present = true;
    }
    return chunk;
}

StreamChunk read_tool_call(const json::object& object) {
    ToolCallChunk chunk;
    const auto index = find_int(object, "index").value_or(0);
    if (index < 0) throw std::invalid_argument("the index of a tool call is negative");
    chunk.index = static_cast<std::size_t>(index);
    chunk.id = text_of(object, "id");
    chunk.name = text_of(object, "name");
    chunk.arguments = text_of(object, "arguments");
    if (const auto* extra = find_object(object, "extra")) chunk.extra = *extra;
    return chunk;
}

StreamChunk read_usage(const json::object& object) {
    Usage usage;
    const auto source = find_string(object, "source").value_or("");
    for (std::size_t n = 0; n < sources.size(); ++n)
        if (source == source_names[n]) usage.source = sources[n];
    usage.input_tokens = find_int(object, "input_tokens");
    usage.output_tokens = find_int(object, "output_tokens");
    usage.cache_read_tokens = find_int(object, "cache_read_tokens");
    usage.cache_write_tokens = find_int(object, "cache_write_tokens");
    usage.reasoning_tokens = find_int(object, "reasoning_tokens");
    if (const auto cost = find_string(object, "total_cost")) usage.total_cost = Money::parse(*cost);
    usage.is_byok = find_bool(object, "is_byok").value_or(false);
    if (const auto* raw = find_object(object, "raw")) usage.raw = *raw;
    return UsageChunk(std::move(usage));
}

StreamChunk read_finish(const json::object& object) {
    FinishChunk chunk;
    const auto reason = find_string(object, "reason").value_or("");
    for (const auto each : reasons)
        if (reason == to_string(each)) chunk.reason = each;
    chunk.finish_reason = text_of(object, "finish_reason");
    chunk.native_finish_reason = text_of(object, "native_finish_reason");
    chunk.generation_id = text_of(object, "generation_id");
    chunk.model = text_of(object, "model");
    chunk.provider = text_of(object, "provider");
    chunk.service_tier = text_of(object, "service_tier");
    chunk.system_fingerprint = text_of(object, "system_fingerprint");
    return chunk;
}

StreamChunk read_extra(const json::object& object) {
    ExtraChunk chunk;
    chunk.name = text_of(object, "name");
    if (const auto* value = find(object, "value")) chunk.value = *value;
    return chunk;
}

// In the order of StreamChunk's alternatives.
constexpr std::array<const char*, 6> kinds{"text", "reasoning", "tool_call", "usage", "finish",
                                           "extra"};

}  // namespace

json::object chunk_to_json(const StreamChunk& chunk) {
    json::object object;
    object[kinds[chunk.index()]] = std::visit([](const auto& known) { return body_of(known); },
                                              chunk);
    return object;
}

StreamChunk chunk_from_json(const json::value& value) {
    const auto& object = object_of(value, "a chunk");
    if (const auto* body = object.if_contains("text")) return read_text(*body);
    if (const auto* body = object.if_contains("reasoning"))
        return read_reasoning(object_of(*body, "a reasoning chunk"));
    if (const auto* body = object.if_contains("tool_call"))
        return read_tool_call(object_of(*body, "a tool call chunk"));
    if (const auto* body = object.if_contains("usage"))
        return read_usage(object_of(*body, "a usage chunk"));
    if (const auto* body = object.if_contains("finish"))
        return read_finish(object_of(*body, "a finish chunk"));
    if (const auto* body = object.if_contains("extra"))
        return read_extra(object_of(*body, "an extra chunk"));
    throw std::invalid_argument("a chunk has no known kind");
}

}  // namespace capstan::composition
