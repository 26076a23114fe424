#include "responses_output.hpp"

#include "json_file.hpp"

#include <capstan/json.hpp>
#include <capstan/testing/answers.hpp>

#include <fmt/format.h>

#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

void append(json::value& text, std::string_view more) {
    if (!text.is_string()) text.emplace_string();
    text.get_string().append(view(more));
}

json::object text_part(std::string_view type) {
    json::object part;
    part["type"] = view(type);
    part["text"] = "";
    return part;
}

json::value responses_usage(const json::value& chat) {
    if (!chat.is_object()) return nullptr;
    const auto& object = chat.get_object();
    json::object usage;
    usage["input_tokens"] = integer_at(object, "prompt_tokens", 0);
    usage["output_tokens"] = integer_at(object, "completion_tokens", 0);
    usage["total_tokens"] = integer_at(object, "total_tokens", 0);
    if (const auto* details = member_at(object, "prompt_tokens_details"))
        usage["input_tokens_details"] = *details;
    if (const auto* details = member_at(object, "completion_tokens_details"))
        usage["output_tokens_details"] = *details;
    for (const char* same : {"cost", "is_byok", "cost_details"})
        if (const auto* value = member_at(object, same)) usage[same] = *value;
    return usage;
}

/// OpenRouter's stable word for a failure of a provider (wire reference 5.3).
std::string_view error_word(std::int64_t code) {
    switch (code) {
        case 400: return "invalid_request";
        case 401: return "authentication";
        case 402: return "payment_required";
        case 403: return "permission_denied";
        case 404: return "not_found";
        case 429: return "rate_limit_exceeded";
        case 502: return "provider_unavailable";
        case 503: return "provider_overloaded";
        case 504: return "timeout";
        default: return "server";
    }
}

std::string_view error_code(std::int64_t code) {
    if (code == 429) return "rate_limit_exceeded";
    return code >= 400 && code < 500 ? "invalid_prompt" : "server_error";
}

}  // namespace

std::string ResponsesOutput::new_id(std::string_view prefix) {
    return fmt::format("{}_tmp_{}", prefix, ++ids_);
}

void ResponsesOutput::emit(std::string_view type, json::object event) {
    json::object ordered;
    ordered["type"] = view(type);
    for (auto& member : event) ordered[member.key()] = std::move(member.value());
    ordered["sequence_number"] = sequence_++;
    events_ += sse_event(to_json_text(ordered));
}

std::string ResponsesOutput::take_events() { return std::exchange(events_, {}); }

json::object ResponsesOutput::reference(std::size_t index) const {
    json::object event;
    event["output_index"] = index;
    event["item_id"] = output_[index].at("id");
    return event;
}

std::size_t ResponsesOutput::add_item(json::object item) {
    item["status"] = "in_progress";
    output_.push_back(std::move(item));
    json::object event;
    event["output_index"] = output_.size() - 1;
    event["item"] = output_.back();
    emit("response.output_item.added", std::move(event));
    return output_.size() - 1;
}

void ResponsesOutput::item_done(std::size_t index) {
    item(index)["status"] = "completed";
    json::object event;
    event["output_index"] = index;
    event["item"] = output_[index];
    emit("response.output_item.done", std::move(event));
}

void ResponsesOutput::begin(const json::object& chunk) {
    if (std::exchange(begun_, true)) return;
    id_ = text_at(chunk, "id");
    model_ = text_at(chunk, "model");
    if (const auto* created = member_at(chunk, "created")) created_ = *created;
    for (const char* type : {"response.created", "response.in_progress"}) {
        json::object event;
        event["response"] = response("in_progress");
        emit(type, std::move(event));
    }
}

void ResponsesOutput::add_chunk(const json::object& chunk) {
    begin(chunk);
    if (const auto* choices = member_at(chunk, "choices"); choices && choices->is_array())
        for (const auto& choice : choices->get_array())
            if (choice.is_object()) add_choice(choice.get_object());
    if (const auto* usage = member_at(chunk, "usage"); usage && usage->is_object()) usage_ = *usage;
    if (const auto* error = member_at(chunk, "error"); error && error->is_object())
        fail(error->get_object());
}

void ResponsesOutput::add_choice(const json::object& choice) {
    for (const char* name : {"delta", "message"})
        if (const auto* delta = member_at(choice, name); delta && delta->is_object())
            add_delta(delta->get_object());
    if (const auto word = text_at(choice, "finish_reason"); !word.empty()) finish_reason_ = word;
    if (const auto word = text_at(choice, "native_finish_reason"); !word.empty())
        native_finish_reason_ = word;
    if (const auto* error = member_at(choice, "error"); error && error->is_object())
        fail(error->get_object());
}

void ResponsesOutput::add_delta(const json::object& delta) {
    const auto* details = member_at(delta, "reasoning_details");
    if (details && details->is_array() && !details->get_array().empty())
        add_details(details->get_array());
    else if (const auto text = text_at(delta, "reasoning"); !text.empty())
        add_thought(text, false, 0);
    if (const auto text = text_at(delta, "content"); !text.empty()) add_text(text);
    if (const auto text = text_at(delta, "refusal"); !text.empty()) add_refusal(text);
    if (const auto* list = member_at(delta, "annotations"); list && list->is_array())
        for (const auto& annotation : list->get_array()) add_annotation(annotation);
    if (const auto* calls = member_at(delta, "tool_calls"); calls && calls->is_array())
        for (const auto& call : calls->get_array())
            if (call.is_object()) add_tool_call(call.get_object());
}

void ResponsesOutput::add_details(const json::array& details) {
    std::string id;
    for (std::size_t i = 0; i < details.size(); ++i) {
        if (!details[i].is_object()) continue;
        // A summary comes before the entry that knows the item's id.
        id = text_at(details[i].get_object(), "id");
        for (std::size_t k = i + 1; id.empty() && k < details.size(); ++k)
            if (details[k].is_object()) id = text_at(details[k].get_object(), "id");
        add_detail(details[i].get_object(), id);
    }
}

void ResponsesOutput::add_detail(const json::object& detail, const std::string& id) {
    const auto type = text_at(detail, "type");
    const bool other_item = open_kind_ == Kind::reasoning && !id.empty() &&
                            text_at(item(open_), "id") != id;
    if (other_item) close();
    open(Kind::reasoning, id);
    if (const auto format = text_at(detail, "format"); !format.empty())
        item(open_)["format"] = format;
    const bool summary = type == "reasoning.summary";
    const auto text = text_at(detail, summary ? "summary" : "text");
    if (!text.empty()) add_thought(text, summary, integer_at(detail, "index", 0));
    if (const auto signature = text_at(detail, "signature"); !signature.empty())
        item(open_)["signature"] = signature;
    if (type != "reasoning.encrypted") return;
    item(open_)["encrypted_content"] = text_at(detail, "data");
    close();
}

void ResponsesOutput::add_thought(std::string_view text, bool summary, std::int64_t part) {
    open(Kind::reasoning, {});
    auto& list = item(open_)[summary ? "summary" : "content"];
    if (!list.is_array()) list.emplace_array();
    if (part_ != part || list.get_array().empty())
        list.get_array().push_back(text_part(summary ? "summary_text" : "reasoning_text"));
    part_ = part;
    append(list.get_array().back().at("text"), text);
    auto event = reference(open_);
    event[summary ? "summary_index" : "content_index"] = list.get_array().size() - 1;
    event["delta"] = view(text);
    emit(summary ? "response.reasoning_summary_text.delta" : "response.reasoning_text.delta",
         std::move(event));
}

void ResponsesOutput::open(Kind kind, const std::string& id) {
    if (open_kind_ == kind) return;
    close();
    json::object item;
    const bool message = kind == Kind::message;
    item["id"] = id.empty() ? new_id(message ? "msg" : "rs") : id;
    item["type"] = message ? "message" : "reasoning";
    if (message) item["role"] = "assistant";
    item[message ? "content" : "summary"] = json::array();
    open_ = add_item(std::move(item));
    open_kind_ = kind;
    part_.reset();
}

void ResponsesOutput::close() {
    if (std::exchange(open_kind_, Kind::none) == Kind::none) return;
    auto& content = item(open_)["content"];
    for (std::size_t i = 0; content.is_array() && i < content.get_array().size(); ++i) {
        const auto& part = content.get_array()[i].get_object();
        if (text_at(part, "type") != "output_text") continue;
        auto event = reference(open_);
        event["content_index"] = i;
        event["text"] = part.at("text");
        emit("response.output_text.done", std::move(event));
    }
    if (!content.is_array()) item(open_).erase("content");
    item_done(open_);
}

void ResponsesOutput::add_text(std::string_view text) {
    close_calls();
    open(Kind::message, {});
    auto& content = item(open_)["content"].get_array();
    if (content.empty() || text_at(content.back().get_object(), "type") != "output_text") {
        json::object part = text_part("output_text");
        part["annotations"] = json::array();
        content.push_back(std::move(part));
        auto event = reference(open_);
        event["content_index"] = content.size() - 1;
        event["part"] = content.back();
        emit("response.content_part.added", std::move(event));
    }
    append(content.back().at("text"), text);
    auto event = reference(open_);
    event["content_index"] = content.size() - 1;
    event["delta"] = view(text);
    emit("response.output_text.delta", std::move(event));
}

void ResponsesOutput::add_refusal(std::string_view text) {
    open(Kind::message, {});
    auto& content = item(open_)["content"].get_array();
    if (content.empty() || text_at(content.back().get_object(), "type") != "refusal") {
        json::object part;
        part["type"] = "refusal";
        part["refusal"] = "";
        content.push_back(std::move(part));
    }
    append(content.back().at("refusal"), text);
    auto event = reference(open_);
    event["content_index"] = content.size() - 1;
    event["delta"] = view(text);
    emit("response.refusal.delta", std::move(event));
}

void ResponsesOutput::add_annotation(const json::value& annotation) {
    open(Kind::message, {});
    auto event = reference(open_);
    event["content_index"] = 0;
    event["annotation"] = annotation;
    emit("response.output_text.annotation.added", std::move(event));
}

void ResponsesOutput::add_tool_call(const json::object& call) {
    close();
    const auto* function = member_at(call, "function");
    if (!function || !function->is_object()) return;
    const auto index = integer_at(call, "index", static_cast<std::int64_t>(calls_.size()));
    auto found = calls_.find(index);
    if (found == calls_.end()) {
        json::object item;
        item["id"] = new_id("fc");
        item["type"] = "function_call";
        item["call_id"] = text_at(call, "id");
        item["name"] = text_at(function->get_object(), "name");
        item["arguments"] = "";
        found = calls_.emplace(index, add_item(std::move(item))).first;
    }
    const auto text = text_at(function->get_object(), "arguments");
    if (text.empty()) return;
    append(item(found->second)["arguments"], text);
    auto event = reference(found->second);
    event["delta"] = view(text);
    emit("response.function_call_arguments.delta", std::move(event));
}

void ResponsesOutput::close_calls() {
    for (const auto& [index, place] : calls_) {
        auto event = reference(place);
        event["name"] = item(place)["name"];
        event["arguments"] = item(place)["arguments"];
        emit("response.function_call_arguments.done", std::move(event));
        item_done(place);
    }
    calls_.clear();
}

void ResponsesOutput::complete() {
    if (!begun_ || std::exchange(over_, true)) return;
    close();
    close_calls();
    const bool cut = finish_reason_ == "length" || finish_reason_ == "content_filter";
    const bool failed = finish_reason_ == "error";
    const std::string_view status = failed ? "failed" : cut ? "incomplete" : "completed";
    json::object event;
    event["response"] = response(status);
    emit(fmt::format("response.{}", status), std::move(event));
}

void ResponsesOutput::fail(const json::object& error) {
    if (std::exchange(over_, true)) return;
    const auto code = integer_at(error, "code", 500);
    const auto* metadata = member_at(error, "metadata");
    if (metadata && metadata->is_object())
        error_type_ = text_at(metadata->get_object(), "error_type");
    if (error_type_.empty()) error_type_ = error_word(code);
    json::object translated;
    translated["code"] = view(error_code(code));
    translated["message"] = text_at(error, "message");
    if (metadata) translated["metadata"] = *metadata;
    error_ = std::move(translated);
    json::object event;
    event["response"] = response("failed");
    emit("response.failed", std::move(event));
}

json::object ResponsesOutput::response(std::string_view status) const {
    json::object response;
    response["id"] = id_;
    response["object"] = "response";
    response["created_at"] = created_;
    response["model"] = model_;
    response["status"] = view(status);
    response["output"] = output_;
    response["error"] = error_;
    if (!error_type_.empty()) response["error_type"] = error_type_;
    response["incomplete_details"] = nullptr;
    if (status == "incomplete") {
        json::object details;
        details["reason"] = finish_reason_ == "length" ? "max_output_tokens" : "content_filter";
        response["incomplete_details"] = std::move(details);
    }
    response["usage"] = responses_usage(usage_);
    return response;
}

}  // namespace capstan::testing
