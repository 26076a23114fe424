#include "responses/responses_decoder.hpp"

#include "responses/responses_usage.hpp"

#include <algorithm>
#include <utility>

namespace capstan::responses {
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

std::string_view text_in(const json::object& object, std::string_view key) noexcept {
    return find_string(object, key).value_or(std::string_view());
}

void keep_text(std::string& into, const json::object& object, std::string_view key) {
    const std::string_view text = text_in(object, key);
    if (!text.empty() && text != into) into = to_valid_utf8(text);
}

bool is_over(std::string_view status) noexcept {
    return status == "completed" || status == "incomplete" || status == "failed" ||
           status == "cancelled";
}

/// False for null, false, "", {} and 0: an `error` that says there is none.
bool is_error(const json::value& value) noexcept {
    if (const auto* text = value.if_string()) return !text->empty();
    if (const auto* object = value.if_object()) return !object->empty();
    return false;
}

}  // namespace

/// One event, and where its chunks go.
struct ResponsesDecoder::Event {
    const json::object& object;
    std::string_view type;
    std::vector<StreamChunk>& out;

    ItemReference item() const {
        ItemReference reference;
        reference.index = find_int(object, "output_index");
        reference.id = text_in(object, "item_id");
        return reference;
    }
    std::string_view delta() const { return text_in(object, "delta"); }
    std::string_view text(std::string_view key = "text") const { return text_in(object, key); }
    std::int64_t part(std::string_view key = "content_index") const {
        return find_int(object, key).value_or(0);
    }
};

struct ResponsesDecoder::Handler {
    std::string_view type;
    void (ResponsesDecoder::*handle)(const Event&);
};

void ResponsesDecoder::decode_object(std::string_view type, const json::object& object,
                                     std::vector<StreamChunk>& out) {
    using D = ResponsesDecoder;
    static constexpr Handler handlers[] = {
        {"response.output_text.delta", &D::on_text_delta},
        {"response.function_call_arguments.delta", &D::on_arguments_delta},
        {"response.reasoning_summary_text.delta", &D::on_summary_delta},
        {"response.reasoning_text.delta", &D::on_thought_delta},
        {"response.reasoning.delta", &D::on_thought_delta},
        {"response.refusal.delta", &D::on_refusal_delta},
        {"response.custom_tool_call_input.delta", &D::on_arguments_delta},
        {"response.output_item.added", &D::on_item_added},
        {"response.output_item.done", &D::on_item_done},
        {"response.content_part.done", &D::on_part_done},
        {"response.reasoning_summary_part.done", &D::on_part_done},
        {"response.output_text.done", &D::on_text_done},
        {"response.output_text.annotation.added", &D::on_annotation},
        {"response.refusal.done", &D::on_refusal_done},
        {"response.reasoning_summary_text.done", &D::on_summary_done},
        {"response.reasoning_text.done", &D::on_thought_done},
        {"response.reasoning.done", &D::on_thought_done},
        {"response.function_call_arguments.done", &D::on_arguments_done},
        {"response.custom_tool_call_input.done", &D::on_arguments_done},
        {"response.created", &D::on_facts},
        {"response.queued", &D::on_facts},
        {"response.in_progress", &D::on_facts},
        {"response.completed", &D::on_end},
        {"response.incomplete", &D::on_end},
        {"response.failed", &D::on_end},
        {"response.cancelled", &D::on_end},
        {"response.done", &D::on_end},
        {"response.error", &D::on_error},
        {"error", &D::on_error},
    };
    const Event event{object, type, out};
    const auto* found = std::find_if(std::begin(handlers), std::end(handlers),
                                     [&](const Handler& one) { return one.type == type; });
    if (found != std::end(handlers)) {
        (this->*found->handle)(event);
    } else if (const auto* error = capstan::find(object, "error"); error && is_error(*error)) {
        on_error(event);
    }
}

const json::object* ResponsesDecoder::parse(JsonParser& parser, std::string_view text) {
    const json::value* value = parser.parse(text);
    if (value && value->is_object()) return &value->get_object();
    if (!malformed_) malformed_ = to_valid_utf8(text.substr(0, malformed_excerpt));
    return nullptr;
}

void ResponsesDecoder::decode_event(const SseEvent& event, std::vector<StreamChunk>& out) {
    const std::string_view text = trimmed(event.data);
    if (complete() || text.empty()) return;
    if (text == "[DONE]") {
        over_ = true;
        return;
    }
    if (text.front() != '{') return;
    // No document lives longer than this call: the decoders of a thread share their memory. What a
    // large document needed is given back at once.
    static thread_local JsonParser shared;
    JsonParser own;
    const json::object* object = parse(text.size() > largest_usual_event ? own : shared, text);
    if (!object) return;
    const std::string_view type = text_in(*object, "type");
    decode_object(type.empty() ? event.type : type, *object, out);
}

void ResponsesDecoder::decode_body(std::string_view body, std::vector<StreamChunk>& out) {
    JsonParser parser;
    const json::object* object = parse(parser, trimmed(body));
    if (!object) return;
    const std::string_view type = text_in(*object, "type");
    if (type == "error" || type.starts_with("response.")) return decode_object(type, *object, out);
    read_facts(*object);
    const std::string_view status = text_in(*object, "status");
    conclude(*object, is_over(status) ? status : "completed", out);
}

void ResponsesDecoder::read_facts(const json::object& response) {
    if (id_.empty()) keep_text(id_, response, "id");
    keep_text(model_, response, "model");
    keep_text(provider_, response, "provider");
    keep_text(service_tier_, response, "service_tier");
    const auto* usage = find_object(response, "usage");
    if (usage && !usage->empty()) usage_.emplace(*usage, json::storage_ptr());
}

void ResponsesDecoder::conclude(const json::object& response, std::string_view status,
                                std::vector<StreamChunk>& out) {
    if (const auto* output = find_array(response, "output")) items_.complete(*output, out);
    if (const auto* details = find_object(response, "incomplete_details"))
        keep_text(incomplete_reason_, *details, "reason");
    status_ = to_valid_utf8(status);
    over_ = true;
    set_error(response);
    if (!error_ && (status_ == "failed" || status_ == "cancelled"))
        error_.emplace().native_reason = status_;
}

/// `holder` has an `error`, or is one itself.
void ResponsesDecoder::set_error(const json::object& holder) {
    const json::value* error = capstan::find(holder, "error");
    if (error_ || !error || !is_error(*error)) return;
    json::object& object = error_.emplace().object;
    if (error->is_object())
        object = json::object(error->get_object(), json::storage_ptr());
    else
        object["message"] = json::value(*error, json::storage_ptr());
    const std::string_view word = text_in(holder, "error_type");
    if (!word.empty() && !object.contains("error_type")) object["error_type"] = word;
}

void ResponsesDecoder::on_facts(const Event& event) {
    if (const auto* response = find_object(event.object, "response")) read_facts(*response);
}

void ResponsesDecoder::on_end(const Event& event) {
    const auto* inner = find_object(event.object, "response");
    const json::object& response = inner ? *inner : event.object;
    read_facts(response);
    const std::string_view told = text_in(response, "status");
    const std::string_view word = event.type.substr(std::string_view("response.").size());
    conclude(response, is_over(told) ? told : is_over(word) ? word : "completed", event.out);
}

void ResponsesDecoder::on_error(const Event& event) {
    if (const auto* response = find_object(event.object, "response")) {
        read_facts(*response);
        set_error(*response);
    }
    set_error(event.object);
    if (error_) return;
    json::object& object = error_.emplace().object;
    for (const auto& member : event.object)
        if (member.key() != "type" && member.key() != "sequence_number")
            object.emplace(member.key(), json::value(member.value(), json::storage_ptr()));
    if (object.empty()) error_->native_reason = "error";
}

void ResponsesDecoder::on_item_added(const Event& event) {
    const auto* item = find_object(event.object, "item");
    if (!item) return;
    const ItemKind kind = item_kind(text_in(*item, "type"));
    if (kind == ItemKind::other) return items_.add_other(*item);
    ItemReference reference = event.item();
    if (reference.id.empty()) reference.id = text_in(*item, "id");
    items_.find(kind, reference).announce(*item, event.out);
}

void ResponsesDecoder::on_item_done(const Event& event) {
    const auto* item = find_object(event.object, "item");
    if (!item) return;
    const ItemKind kind = item_kind(text_in(*item, "type"));
    if (kind == ItemKind::other) return items_.add_other(*item);
    ItemReference reference = event.item();
    if (reference.id.empty()) reference.id = text_in(*item, "id");
    items_.find(kind, reference).complete(*item, event.out);
}

void ResponsesDecoder::on_part_done(const Event& event) {
    const auto* part = find_object(event.object, "part");
    if (!part) return;
    const std::string_view type = text_in(*part, "type");
    const std::string_view text = text_in(*part, type == "refusal" ? "refusal" : "text");
    const ItemReference item = event.item();
    if (type == "output_text")
        items_.find(ItemKind::message, item).complete_text(event.part(), text, event.out);
    else if (type == "refusal")
        items_.find(ItemKind::message, item).complete_refusal(event.part(), text, event.out);
    else if (type == "reasoning_text")
        items_.find(ItemKind::reasoning, item).complete_thought(event.part(), text, event.out);
    else if (type == "summary_text")
        items_.find(ItemKind::reasoning, item)
            .complete_summary(event.part("summary_index"), text, event.out);
}

void ResponsesDecoder::on_text_delta(const Event& event) {
    items_.find(ItemKind::message, event.item()).add_text(event.part(), event.delta(), event.out);
}

void ResponsesDecoder::on_text_done(const Event& event) {
    items_.find(ItemKind::message, event.item())
        .complete_text(event.part(), event.text(), event.out);
}

void ResponsesDecoder::on_refusal_delta(const Event& event) {
    items_.find(ItemKind::message, event.item())
        .add_refusal(event.part(), event.delta(), event.out);
}

void ResponsesDecoder::on_refusal_done(const Event& event) {
    items_.find(ItemKind::message, event.item())
        .complete_refusal(event.part(), event.text("refusal"), event.out);
}

void ResponsesDecoder::on_summary_delta(const Event& event) {
    items_.find(ItemKind::reasoning, event.item())
        .add_summary(event.part("summary_index"), event.delta(), event.out);
}

void ResponsesDecoder::on_summary_done(const Event& event) {
    items_.find(ItemKind::reasoning, event.item())
        .complete_summary(event.part("summary_index"), event.text(), event.out);
}

void ResponsesDecoder::on_thought_delta(const Event& event) {
    items_.find(ItemKind::reasoning, event.item())
        .add_thought(event.part(), event.delta(), event.out);
}

void ResponsesDecoder::on_thought_done(const Event& event) {
    items_.find(ItemKind::reasoning, event.item())
        .complete_thought(event.part(), event.text(), event.out);
}

void ResponsesDecoder::on_arguments_delta(const Event& event) {
    items_.find(ItemKind::call, event.item()).add_arguments(event.delta(), event.out);
}

void ResponsesDecoder::on_arguments_done(const Event& event) {
    const bool custom = event.type.starts_with("response.custom");
    items_.find(ItemKind::call, event.item())
        .complete_arguments(event.text(custom ? "input" : "arguments"), event.out);
}

void ResponsesDecoder::on_annotation(const Event& event) {
    if (const auto* annotation = capstan::find(event.object, "annotation"))
        items_.find(ItemKind::message, event.item()).add_annotation(*annotation, event.out);
}

void ResponsesDecoder::finish(std::vector<StreamChunk>& out) { items_.finish(out); }

bool ResponsesDecoder::empty() const noexcept {
    return !items_.progress().any_content && items_.progress().calls == 0;
}

std::optional<Usage> ResponsesDecoder::usage() const {
    if (!usage_) return std::nullopt;
    Usage usage = usage_of(*usage_);
    return usage.known() ? std::optional<Usage>(std::move(usage)) : std::nullopt;
}

FinishReason ResponsesDecoder::reason() const {
    if (error_) return FinishReason::error;
    if (status_ == "incomplete") {
        if (incomplete_reason_ == "max_output_tokens") return FinishReason::length;
        if (incomplete_reason_ == "content_filter") return FinishReason::content_filter;
    }
    if (items_.progress().any_named_call) return FinishReason::tool_calls;
    return status_ == "completed" ? FinishReason::stop : FinishReason::other;
}

FinishChunk ResponsesDecoder::finish_chunk() const {
    FinishChunk chunk;
    chunk.reason = reason();
    chunk.finish_reason = status_;
    chunk.native_finish_reason = incomplete_reason_.empty() ? status_ : incomplete_reason_;
    chunk.generation_id = id_;
    chunk.model = model_;
    chunk.provider = provider_;
    chunk.service_tier = service_tier_;
    return chunk;
}

bool ResponsesDecoder::failed() const noexcept {
    return status_ == "failed" || status_ == "cancelled";
}

}  // namespace capstan::responses
