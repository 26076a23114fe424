#include "anthropic/answer_decoder.hpp"

#include "anthropic/answer_usage.hpp"
#include "anthropic/claude_models.hpp"
#include "anthropic/native_content.hpp"

#include <capstan/json_parser.hpp>

#include <utility>

namespace capstan::anthropic {
namespace {

constexpr std::size_t malformed_excerpt = 200;
constexpr std::size_t largest_usual_event = 64 * 1024;

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

void keep_text(std::string& into, const json::object& object, std::string_view name) {
    const auto text = find_string(object, name);
    if (text && !text->empty()) into = to_valid_utf8(*text);
}

bool says_something(const json::value* value) noexcept {
    return value && !value->is_null() &&
           !(value->is_object() && value->get_object().empty()) &&
           !(value->is_array() && value->get_array().empty());
}

void emit_debug(const json::value& value, std::vector<StreamChunk>& out) {
    ExtraChunk chunk;
    chunk.name = "debug";
    chunk.value = json::value(value, json::storage_ptr());
    out.emplace_back(std::move(chunk));
}

// Facts of the answer for which no chunk has a place.
void emit_others(const json::object& object, std::initializer_list<const char*> names,
                 std::vector<StreamChunk>& out) {
    json::object seen;
    for (const char* name : names)
        if (const json::value* value = find(object, name); says_something(value))
            seen[name] = json::value(*value, json::storage_ptr());
    if (!seen.empty()) emit_debug(seen, out);
}

// What the server did to the request.
void emit_changes(const json::object& object, std::vector<StreamChunk>& out) {
    emit_others(object, {"context_management", "input_transformations"}, out);
}

FinishReason reason_of(std::string_view word) noexcept {
    if (word == "end_turn" || word == "stop_sequence") return FinishReason::stop;
    if (word == "max_tokens" || word == "model_context_window_exceeded")
        return FinishReason::length;
    if (word == "tool_use") return FinishReason::tool_calls;
    return word == "refusal" ? FinishReason::content_filter : FinishReason::other;
}

}  // namespace

MessageDecoder::MessageDecoder(std::string_view model, std::optional<ModelInfo> info)
    : info_(std::move(info)) {
    // Thoughts of other vendors' models are not Claude's, whatever API brings them.
    content_.set_format(claude_traits(model).is_claude ? detail_format : "unknown");
}

void MessageDecoder::decode_event(const SseEvent& event, std::vector<StreamChunk>& out) {
    const std::string_view text = trimmed(event.data);
    if (text.empty() || complete()) return;
    if (text == "[DONE]") stopped_ = true;  // OpenRouter's
    else if (text.front() == '{') decode_json(text, event.type, out);
}

void MessageDecoder::decode_body(std::string_view body, std::vector<StreamChunk>& out) {
    decode_json(trimmed(body), "message", out);
}

void MessageDecoder::decode_json(std::string_view text, std::string_view type,
                                 std::vector<StreamChunk>& out) {
    // No document lives longer than this call; what a large one needed is given back at once.
    static thread_local JsonParser shared;
    JsonParser own;
    JsonParser& parser = text.size() > largest_usual_event ? own : shared;
    const json::value* value = parser.parse(text);
    if (value && value->is_object()) decode_object(value->get_object(), type, out);
    else if (!malformed_) malformed_ = to_valid_utf8(text.substr(0, malformed_excerpt));
}

void MessageDecoder::decode_object(const json::object& object, std::string_view type,
                                   std::vector<StreamChunk>& out) {
    const std::string_view kind = find_string(object, "type").value_or(type);
    const auto index = find_int(object, "index");
    const json::object* delta = find_object(object, "delta");
    if (kind == "content_block_delta") {
        if (delta) content_.delta(index, *delta, out);
    } else if (kind == "content_block_start") {
        if (const auto* block = find_object(object, "content_block"))
            content_.start(index, *block, out);
    } else if (kind == "content_block_stop") {
        content_.stop(index, out);
    } else if (kind == "message_start") {
        if (const auto* message = find_object(object, "message")) decode_message(*message, out);
    } else if (kind == "message_delta") {
        if (delta) read_end(*delta, out);
        emit_changes(object, out);
        if (const auto* usage = find_object(object, "usage")) {
            add_usage(usage_, *usage);
            usage_is_final_ = true;
        }
    } else if (kind == "message_stop") {
        stopped_ = true;
        emit_others(object, {"openrouter_metadata"}, out);
    } else if (kind == "error" || says_something(find(object, "error"))) {
        read_error(object);
    } else if (kind == "message") {
        decode_message(object, out);
        read_end(object, out);
        stopped_ = true;
        usage_is_final_ = true;
    } else if (kind != "ping") {
        emit_debug(object, out);
    }
}

void MessageDecoder::decode_message(const json::object& message, std::vector<StreamChunk>& out) {
    read_head(message, out);
    const json::array* content = find_array(message, "content");
    if (!content) return;
    std::int64_t index = 0;
    for (const json::value& block : *content) {
        if (!block.is_object()) continue;
        content_.start(index, block.get_object(), out);
        content_.stop(index++, out);
    }
}

void MessageDecoder::read_head(const json::object& message, std::vector<StreamChunk>& out) {
    keep_text(id_, message, "id");
    keep_text(model_, message, "model");
    keep_text(provider_, message, "provider");
    if (const auto* usage = find_object(message, "usage")) add_usage(usage_, *usage);
    emit_others(message, {"openrouter_metadata"}, out);
    emit_changes(message, out);
}

void MessageDecoder::read_end(const json::object& delta, std::vector<StreamChunk>& out) {
    keep_text(stop_reason_, delta, "stop_reason");
    emit_others(delta, {"stop_sequence", "stop_details", "container"}, out);
}

void MessageDecoder::read_error(const json::object& object) {
    if (error_) return;
    error_.emplace();
    const json::value* error = find(object, "error");
    if (error && error->is_object()) error_->object = json::object(error->get_object(), {});
    else if (error && error->is_string()) error_->object["message"] = json::value(*error, {});
    else error_->object = json::object(object, {});
    for (const char* name : {"error_type", "request_id"})
        if (const auto text = find_string(object, name)) error_->object.emplace(name, *text);
}

std::optional<Usage> MessageDecoder::usage() const {
    if (usage_.empty()) return std::nullopt;
    Usage usage = usage_of(usage_, usage_is_final_, info_);
    return usage.known() ? std::optional<Usage>(std::move(usage)) : std::nullopt;
}

FinishReason MessageDecoder::reason() const noexcept {
    if (error_) return FinishReason::error;
    const FinishReason word = reason_of(stop_reason_);
    const bool word_wins = word == FinishReason::length || word == FinishReason::content_filter;
    return content_.any_call() && !word_wins ? FinishReason::tool_calls : word;
}

FinishChunk MessageDecoder::finish_chunk() const {
    FinishChunk chunk;
    chunk.reason = reason();
    chunk.finish_reason = stop_reason_;
    chunk.native_finish_reason = stop_reason_;
    chunk.generation_id = id_;
    chunk.model = model_;
    chunk.provider = provider_;
    chunk.service_tier = std::string(find_string(usage_, "service_tier").value_or(""));
    return chunk;
}

}  // namespace capstan::anthropic
