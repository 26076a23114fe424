#include "chat/chat_decoder.hpp"

#include "chat/usage_mapping.hpp"

#include <capstan/json_parser.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace capstan {
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

/// Keeps the last text that came; null, empty and other kinds change nothing.
void keep_text(std::string& into, const json::value& value) {
    if (!value.is_string() || value.get_string().empty()) return;
    const std::string_view text = value.get_string();
    if (text != into) into = to_valid_utf8(text);
}

/// True for null, false, "", {} and []: an `error` that says there is none.
bool says_nothing(const json::value& value) noexcept {
    switch (value.kind()) {
        case json::kind::null: return true;
        case json::kind::bool_: return !value.get_bool();
        case json::kind::string: return value.get_string().empty();
        case json::kind::object: return value.get_object().empty();
        case json::kind::array: return value.get_array().empty();
        default: return false;
    }
}

/// Log probabilities that some providers send with every member null.
bool all_null(const json::value& value) noexcept {
    const json::object* object = value.if_object();
    return object && std::all_of(object->begin(), object->end(), [](const auto& member) {
        return member.value().is_null();
    });
}

json::object error_object(const json::value& value) {
    if (value.is_object()) return json::object(value.get_object(), json::storage_ptr());
    json::object object;
    object.emplace(value.is_number() ? "code" : "message", json::value(value, {}));
    return object;
}

/// Members beside the choices that are handed on: OpenRouter's, llama.cpp's, Groq's, LM Studio's.
bool is_extra(std::string_view key) noexcept {
    return key == "citations" || key == "openrouter_metadata" || key == "debug" ||
           key == "timings" || key == "x_groq" || key == "stats";
}

std::int64_t index_of(const json::value& choice) {
    const json::object* object = choice.if_object();
    return object ? find_int(*object, "index").value_or(0) : -1;
}

FinishReason reason_of(std::string_view word) noexcept {
    if (word == "stop") return FinishReason::stop;
    if (word == "length") return FinishReason::length;
    if (word == "tool_calls" || word == "function_call") return FinishReason::tool_calls;
    if (word == "content_filter") return FinishReason::content_filter;
    return word == "error" ? FinishReason::error : FinishReason::other;
}

}  // namespace

/// The members of a choice, in whatever order they came.
struct ChatDecoder::Choice {
    const json::object* delta = nullptr;
    const json::object* message = nullptr;
    const json::value* text = nullptr;
    const json::value* finish_reason = nullptr;
    const json::value* native_finish_reason = nullptr;
    const json::value* error = nullptr;
    const json::value* logprobs = nullptr;
    std::optional<std::int64_t> index;

    explicit Choice(const json::object& choice) {
        for (const auto& member : choice) {
            const json::value& value = member.value();
            const std::string_view key = member.key();
            if (value.is_null()) continue;
            switch (key.size()) {
                case 4: if (key == "text") text = &value; break;
                case 5:
                    if (key == "delta") delta = value.if_object();
                    if (key == "error") error = &value;
                    if (key == "index") index = as_int(value);
                    break;
                case 7: if (key == "message") message = value.if_object(); break;
                case 8: if (key == "logprobs") logprobs = &value; break;
                case 13: if (key == "finish_reason") finish_reason = &value; break;
                case 20: if (key == "native_finish_reason") native_finish_reason = &value; break;
                default: break;
            }
        }
    }
};

void ChatDecoder::decode_event(std::string_view data, std::vector<StreamChunk>& out) {
    const std::string_view text = trimmed(data);
    if (text.empty() || done_) return;
    if (text == "[DONE]") {
        done_ = true;
    } else if (text.front() == '{') {
        decode_json(text, out);
    }
}

void ChatDecoder::decode_body(std::string_view body, std::vector<StreamChunk>& out) {
    decode_json(trimmed(body), out);
}

void ChatDecoder::decode_json(std::string_view text, std::vector<StreamChunk>& out) {
    // No document lives longer than this call: all decoders of a thread share their memory, so a
    // silent stream holds none. What a large document needed is given back at once.
    static thread_local JsonParser shared;
    JsonParser own;
    JsonParser& parser = text.size() > largest_usual_event ? own : shared;
    const json::value* value = parser.parse(text);
    if (value && value->is_object()) {
        decode_object(value->get_object(), out);
    } else if (!malformed_) {
        malformed_ = to_valid_utf8(text.substr(0, malformed_excerpt));
    }
}

void ChatDecoder::decode_object(const json::object& object, std::vector<StreamChunk>& out) {
    const json::value* error = nullptr;
    bool is_error = false;  // vLLM's {"object":"error","message":...}
    for (const auto& member : object) {
        const std::string_view key = member.key();
        const json::value& value = member.value();
        if (value.is_null()) continue;
        if (key == "choices") {
            if (value.is_array()) decode_choices(value.get_array(), out);
        } else if (key == "id") {
            if (id_.empty()) keep_text(id_, value);
        } else if (key == "model") {
            keep_text(model_, value);
        } else if (key == "provider") {
            keep_text(provider_, value);
        } else if (key == "error") {
            error = &value;
        } else if (key == "object") {
            is_error = value == json::value("error");
        } else if (key != "created") {
            decode_other(key, value, out);
        }
    }
    if (error) set_error(*error);
    else if (is_error) set_error(object);
}

void ChatDecoder::decode_other(std::string_view key, const json::value& value,
                               std::vector<StreamChunk>& out) {
    if (key == "usage") {
        if (!value.is_object() || value.get_object().empty()) return;
        usage_.emplace(value.get_object(), json::storage_ptr());
    } else if (key == "service_tier") {
        keep_text(service_tier_, value);
    } else if (key == "system_fingerprint") {
        keep_text(system_fingerprint_, value);
    } else if (is_extra(key)) {
        ExtraChunk chunk;
        chunk.name = key;
        chunk.value = json::value(value, json::storage_ptr());
        out.emplace_back(std::move(chunk));
    }
}

void ChatDecoder::select_choice(const json::array& choices) {
    const bool has_first =
        std::any_of(choices.begin(), choices.end(),
                    [](const json::value& choice) { return index_of(choice) == 0; });
    const auto first = std::find_if(choices.begin(), choices.end(),
                                    [](const json::value& choice) { return choice.is_object(); });
    if (has_first) {
        selected_ = 0;
    } else if (first != choices.end()) {
        selected_ = index_of(*first);
    }
}

void ChatDecoder::decode_choices(const json::array& choices, std::vector<StreamChunk>& out) {
    if (!selected_) select_choice(choices);
    for (const json::value& value : choices) {
        if (!value.is_object()) continue;
        const Choice choice(value.get_object());
        if (!choice.index || choice.index == selected_) decode_choice(choice, out);
    }
}

void ChatDecoder::decode_choice(const Choice& choice, std::vector<StreamChunk>& out) {
    const bool use_message = choice.message && (!choice.delta || choice.delta->empty());
    if (use_message) {
        delta_.add(*choice.message, out);
    } else if (choice.delta) {
        delta_.add(*choice.delta, out);
    } else if (choice.text && choice.text->is_string()) {
        delta_.add_text(choice.text->get_string(), out);
    }
    if (choice.logprobs && !all_null(*choice.logprobs)) {
        ExtraChunk chunk;
        chunk.name = "logprobs";
        chunk.value = json::value(*choice.logprobs, json::storage_ptr());
        out.emplace_back(std::move(chunk));
    }
    if (choice.finish_reason) keep_text(finish_reason_, *choice.finish_reason);
    if (choice.native_finish_reason) keep_text(native_finish_reason_, *choice.native_finish_reason);
    if (choice.error) set_error(*choice.error);
    if (finish_reason_ == "error" && !error_) error_.emplace();
}

void ChatDecoder::set_error(const json::value& value) {
    if (says_nothing(value)) return;
    if (error_ && !error_->object.empty()) return;
    error_.emplace();
    error_->object = error_object(value);
}

std::optional<Usage> ChatDecoder::usage() const {
    if (!usage_) return std::nullopt;
    Usage usage = usage_from_stream(*usage_);
    return usage.known() ? std::optional<Usage>(std::move(usage)) : std::nullopt;
}

FinishReason ChatDecoder::reason() const {
    const FinishReason word = reason_of(finish_reason_);
    if (error_) return FinishReason::error;
    const bool word_wins = word == FinishReason::length || word == FinishReason::content_filter;
    return delta_.tool_calls().any_complete() && !word_wins ? FinishReason::tool_calls : word;
}

FinishChunk ChatDecoder::finish_chunk() const {
    FinishChunk chunk;
    chunk.reason = reason();
    chunk.finish_reason = finish_reason_;
    chunk.native_finish_reason = native_finish_reason_;
    chunk.generation_id = id_;
    chunk.model = model_;
    chunk.provider = provider_;
    chunk.service_tier = service_tier_;
    chunk.system_fingerprint = system_fingerprint_;
    return chunk;
}

bool ChatDecoder::failed() const noexcept {
    std::string word = native_finish_reason_;
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return word.find("error") != std::string::npos || word == "malformed_function_call";
}

}  // namespace capstan
