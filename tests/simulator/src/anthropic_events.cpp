#include "anthropic_events.hpp"

#include "answer_text.hpp"
#include "json_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

json::object typed(std::string_view type) {
    json::object object;
    object["type"] = type;
    return object;
}

std::string_view error_word(std::int64_t status) {
    switch (status) {
        case 400:
        case 422: return "invalid_request_error";
        case 401: return "authentication_error";
        case 402: return "billing_error";
        case 403: return "permission_error";
        case 404: return "not_found_error";
        case 413: return "request_too_large";
        case 429: return "rate_limit_error";
        case 503:
        case 529: return "overloaded_error";
        case 408:
        case 504: return "timeout_error";
        default: return "api_error";
    }
}

const json::object* object_at(const json::object& source, std::string_view name) {
    const auto* value = member_at(source, name);
    return value ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object& source, std::string_view name) {
    const auto* value = member_at(source, name);
    return value ? value->if_array() : nullptr;
}

bool is_error(const json::value* value) {
    return value && (value->is_object() || value->is_string());
}

/// The text of an error that a provider gave, where the error itself says nothing.
std::string error_text(const json::object& error) {
    const auto message = text_at(error, "message");
    const auto* metadata = object_at(error, "metadata");
    const auto raw = metadata ? text_at(*metadata, "raw") : std::string();
    return message == "Provider returned error" && !raw.empty() ? raw : message;
}

}  // namespace

std::string stop_reason_of(const std::string& finish, const std::string& native) {
    static const std::map<std::string, std::string> words = {{"stop", "end_turn"},
                                                             {"length", "max_tokens"},
                                                             {"tool_calls", "tool_use"},
                                                             {"content_filter", "refusal"}};
    const auto& word = native.empty() ? finish : native;
    const auto found = words.find(word);
    return found == words.end() ? word : found->second;
}

json::object messages_error(const json::value& error, int status) {
    std::int64_t known = status;
    std::string text;
    if (const auto* object = error.if_object()) {
        const auto code = integer_at(*object, "code", status);
        if (code >= 400 && code < 600) known = code;
        text = error_text(*object);
    } else if (error.is_string()) {
        text = error.get_string();
    }
    auto result = typed(error_word(known));
    result["message"] = text;
    return result;
}

json::object messages_usage(const json::object& usage) {
    const auto* prompt = object_at(usage, "prompt_tokens_details");
    const auto* completion = object_at(usage, "completion_tokens_details");
    const auto read = prompt ? integer_at(*prompt, "cached_tokens", 0) : 0;
    const auto write = prompt ? integer_at(*prompt, "cache_write_tokens", 0) : 0;
    json::object result;
    result["input_tokens"] = integer_at(usage, "prompt_tokens", 0) - read - write;
    result["cache_creation_input_tokens"] = write;
    result["cache_read_input_tokens"] = read;
    result["output_tokens"] = integer_at(usage, "completion_tokens", 0);
    if (const auto thoughts = completion ? integer_at(*completion, "reasoning_tokens", 0) : 0) {
        json::object details;
        details["thinking_tokens"] = thoughts;
        result["output_tokens_details"] = std::move(details);
    }
    return result;
}

void MessagesEvents::event(std::string_view type, json::object value) {
    json::object whole = typed(type);
    for (auto& member : value) whole[member.key()] = member.value();
    out_.append("event: ").append(type).append("\n").append(sse_event(json::serialize(whole)));
}

std::string MessagesEvents::ping() const {
    return "event: ping\n" + sse_event(R"({"type":"ping"})");
}

std::string MessagesEvents::chunk(const json::object& chunk) {
    out_.clear();
    if (ended_) return {};
    if (!std::exchange(started_, true)) start(chunk);
    const json::value* error = member_at(chunk, "error");
    if (const auto* choices = array_at(chunk, "choices"); choices && !choices->empty()) {
        const auto& choice = choices->front().as_object();
        if (const auto* delta = object_at(choice, "delta")) read_delta(*delta);
        if (is_error(member_at(choice, "error"))) error = member_at(choice, "error");
        if (const auto word = text_at(choice, "finish_reason"); !word.empty()) finish_ = word;
        if (const auto word = text_at(choice, "native_finish_reason"); !word.empty())
            native_ = word;
    }
    if (const auto* usage = member_at(chunk, "usage"); usage && usage->is_object())
        usage_ = *usage;
    if (is_error(error)) {
        json::object failure;
        failure["error"] = messages_error(*error, 500);
        failure["request_id"] = "req_simulator";
        event("error", std::move(failure));
        ended_ = true;
    }
    return std::exchange(out_, {});
}

void MessagesEvents::start(const json::object& chunk) {
    auto message = typed("message");
    message["id"] = text_at(chunk, "id");
    message["role"] = "assistant";
    message["model"] = model_;
    message["content"] = json::array();
    message["stop_reason"] = nullptr;
    message["stop_sequence"] = nullptr;
    json::object whole;
    whole["message"] = std::move(message);
    event("message_start", std::move(whole));
}

void MessagesEvents::read_delta(const json::object& delta) {
    const auto* details = array_at(delta, "reasoning_details");
    if (details) {
        for (const auto& detail : *details)
            if (detail.is_object()) read_detail(detail.get_object());
    } else {
        add_thought(text_at(delta, "reasoning"));
    }
    add_text(text_at(delta, "content"));
    if (const auto* calls = array_at(delta, "tool_calls"))
        for (const auto& call : *calls) read_call(call.as_object());
}

void MessagesEvents::read_detail(const json::object& detail) {
    if (text_at(detail, "type") == "reasoning.encrypted") {
        auto block = typed("redacted_thinking");
        block["data"] = text_at(detail, "data");
        open(Open::none, std::move(block));
        return close();
    }
    const auto text = text_at(detail, "text");
    add_thought(text.empty() ? text_at(detail, "summary") : text);
    if (const auto signature = text_at(detail, "signature"); !signature.empty()) {
        if (open_ != Open::thinking) add_thought(" ");
        signature_ = signature;
        close();
    }
}

void MessagesEvents::add_thought(const std::string& text) {
    if (text.empty()) return;
    if (open_ != Open::thinking) {
        auto block = typed("thinking");
        block["thinking"] = "";
        block["signature"] = "";
        open(Open::thinking, std::move(block));
    }
    thought_ += text;
    if (!shows_thoughts_) return;
    auto piece = typed("thinking_delta");
    piece["thinking"] = text;
    delta(std::move(piece));
}

void MessagesEvents::add_text(const std::string& text) {
    if (text.empty()) return;
    if (open_ != Open::text) {
        auto block = typed("text");
        block["text"] = "";
        open(Open::text, std::move(block));
    }
    auto piece = typed("text_delta");
    piece["text"] = text;
    delta(std::move(piece));
}

void MessagesEvents::read_call(const json::object& call) {
    const auto* function = object_at(call, "function");
    const auto number = integer_at(call, "index", 0);
    if (open_ != Open::call || number != call_) {
        auto block = typed("tool_use");
        block["id"] = text_at(call, "id");
        block["name"] = function ? text_at(*function, "name") : std::string();
        block["input"] = json::object();
        open(Open::call, std::move(block));
        call_ = number;
    }
    auto piece = typed("input_json_delta");
    piece["partial_json"] = function ? text_at(*function, "arguments") : std::string();
    delta(std::move(piece));
}

void MessagesEvents::open(Open kind, json::object block) {
    close();
    open_ = kind;
    json::object whole;
    whole["index"] = ++index_;
    whole["content_block"] = std::move(block);
    event("content_block_start", std::move(whole));
    if (kind == Open::none) open_ = Open::text;  // to be closed at once
}

void MessagesEvents::delta(json::object value) {
    json::object whole;
    whole["index"] = index_;
    whole["delta"] = std::move(value);
    event("content_block_delta", std::move(whole));
}

void MessagesEvents::close() {
    if (open_ == Open::none) return;
    if (open_ == Open::thinking) {
        auto piece = typed("signature_delta");
        piece["signature"] = signature_.empty() ? signature_of(thought_) : signature_;
        delta(std::move(piece));
        thought_.clear();
        signature_.clear();
    }
    open_ = Open::none;
    json::object whole;
    whole["index"] = index_;
    event("content_block_stop", std::move(whole));
}

std::string MessagesEvents::end(bool done) {
    out_.clear();
    if (ended_ || !started_ || (!done && finish_.empty())) return {};
    ended_ = true;
    close();
    json::object delta;
    delta["stop_reason"] = stop_reason_of(finish_, native_);
    delta["stop_sequence"] = nullptr;
    json::object whole;
    whole["delta"] = std::move(delta);
    if (usage_.is_object()) whole["usage"] = messages_usage(usage_.get_object());
    event("message_delta", std::move(whole));
    if (done) event("message_stop", {});
    return std::exchange(out_, {});
}

}  // namespace capstan::testing
