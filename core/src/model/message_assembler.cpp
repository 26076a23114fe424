#include <capstan/message_assembler.hpp>

#include "model/message_extra.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace capstan {
namespace {

/// FNV-1a, because the ids have to be the same on every machine.
std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
    for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return seed;
}

std::string make_call_id(std::string_view generation_id, const ToolCall& call, std::size_t salt) {
    std::uint64_t hash = hash_of(generation_id, 0xcbf29ce484222325u + salt);
    hash = hash_of(call.arguments, hash_of(call.name, hash));
    std::string id = "call_";
    for (int shift = 60; shift >= 0; shift -= 4) id += "0123456789abcdef"[(hash >> shift) & 15u];
    return id;
}

/// The last value of a key wins; the members of an object are kept apart.
void merge(json::object& into, const json::object& from) {
    for (const auto& member : from) {
        json::value& present = into[member.key()];
        if (present.is_object() && member.value().is_object()) {
            for (const auto& inner : member.value().get_object()) {
                present.get_object()[inner.key()] = inner.value();
            }
        } else {
            present = member.value();
        }
    }
}

}  // namespace

MessageAssembler::MessageAssembler(std::string requested_model)
    : requested_model_(std::move(requested_model)) {}

void MessageAssembler::add(const StreamChunk& chunk) {
    if (const auto* text = std::get_if<TextChunk>(&chunk)) {
        text_ += text->text;
    } else if (const auto* reasoning = std::get_if<ReasoningChunk>(&chunk)) {
        add_reasoning(*reasoning);
    } else if (const auto* call = std::get_if<ToolCallChunk>(&chunk)) {
        add_tool_call(*call);
    } else if (const auto* extra = std::get_if<ExtraChunk>(&chunk)) {
        add_extra(*extra);
    } else if (const auto* usage = std::get_if<UsageChunk>(&chunk)) {
        usage_ = usage->usage;
    } else {
        finish_ = std::get<FinishChunk>(chunk);
    }
}

void MessageAssembler::add_reasoning(const ReasoningChunk& chunk) {
    reasoning_text_ += chunk.hidden_text.empty() ? chunk.text : chunk.hidden_text;
    if (chunk.details_present || !chunk.details.empty()) details_.add(chunk.details);
}

void MessageAssembler::add_tool_call(const ToolCallChunk& chunk) {
    const auto found = std::find(call_indexes_.rbegin(), call_indexes_.rend(), chunk.index);
    std::size_t slot = static_cast<std::size_t>(call_indexes_.rend() - found);
    if (slot == 0) {
        call_indexes_.push_back(chunk.index);
        tool_calls_.emplace_back();
        slot = tool_calls_.size();
    }
    ToolCall& call = tool_calls_[slot - 1];
    if (call.id.empty()) call.id = chunk.id;
    if (call.name.empty()) call.name = chunk.name;
    call.arguments += chunk.arguments;
    merge(call.extra, chunk.extra);
}

void MessageAssembler::add_extra(const ExtraChunk& chunk) {
    merge_message_extra(extra_, chunk.name, chunk.value);
}

std::vector<ToolCall> MessageAssembler::finished_calls() const {
    const std::string_view generation = finish_ ? finish_->generation_id : std::string_view();
    std::vector<ToolCall> calls;
    std::set<std::string> ids;
    for (const ToolCall& call : tool_calls_) ids.insert(call.id);
    std::set<std::string> used;
    for (std::size_t i = 0; i < tool_calls_.size(); ++i) {
        if (tool_calls_[i].name.empty()) continue;
        ToolCall& call = calls.emplace_back(tool_calls_[i]);
        const bool own = !call.id.empty() && used.insert(call.id).second;
        if (own) continue;
        for (std::size_t salt = i; !ids.insert(call.id).second || call.id.empty(); ++salt) {
            call.id = make_call_id(generation, call, salt);
        }
        used.insert(call.id);
    }
    return calls;
}

AssistantMessage MessageAssembler::message() const {
    AssistantMessage message;
    message.content = text_;
    message.reasoning.text = reasoning_text_;
    if (details_.present()) message.reasoning.details = details_.merged();
    message.tool_calls = finished_calls();
    message.extra = extra_;
    message.origin.requested_model = requested_model_;
    if (finish_) {
        message.origin.model = finish_->model;
        message.origin.provider = finish_->provider;
    }
    return message;
}

bool MessageAssembler::empty() const noexcept {
    return text_.empty() && reasoning_text_.empty() && details_.merged().empty() &&
           tool_calls_.empty() && extra_.empty();
}

}  // namespace capstan
