#include "compatible/compatible_decoder.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace capstan::compatible {
namespace {

struct ReasonWord {
    std::string_view word;
    FinishReason reason;
};

// What servers say beside OpenAI's own words.
constexpr std::array<ReasonWord, 14> reason_words = {{
    {"eos", FinishReason::stop},
    {"eos_token", FinishReason::stop},
    {"end_turn", FinishReason::stop},
    {"stop_sequence", FinishReason::stop},
    {"complete", FinishReason::stop},
    {"max_tokens", FinishReason::length},
    {"max_length", FinishReason::length},
    {"model_length", FinishReason::length},
    {"limit", FinishReason::length},
    {"tool_use", FinishReason::tool_calls},
    {"tool_call", FinishReason::tool_calls},
    {"safety", FinishReason::content_filter},
    {"insufficient_system_resource", FinishReason::error},
    {"abort", FinishReason::error},
}};

FinishReason known_reason(std::string_view word) {
    const auto* found = std::find_if(reason_words.begin(), reason_words.end(),
                                     [&](const ReasonWord& known) { return known.word == word; });
    return found == reason_words.end() ? FinishReason::other : found->reason;
}

/// An event that is itself an error, as an answer that has one; empty: as it is. Older versions of
/// llama.cpp write a field `error:`, which SseParser gives as such an event.
std::string wrapped_error(const SseEvent& event) {
    if (event.type != "error") return {};
    const auto value = try_parse_json(event.data);
    const json::object* object = value ? value->if_object() : nullptr;
    if (object && object->contains("error")) return {};
    std::string text = R"({"error":)";
    if (value) append_json_text(text, *value);
    else append_json_string(text, event.data);
    text += '}';
    return text;
}

// What ends a turn before the model has said all, so that its last call may be a part of one.
bool cuts(FinishReason reason) {
    return reason == FinishReason::length || reason == FinishReason::content_filter ||
           reason == FinishReason::error;
}

std::optional<std::int64_t> count(const json::object& timings, std::string_view key) {
    const auto value = find_int(timings, key);
    return value && *value >= 0 ? value : std::nullopt;
}

Usage usage_from_timings(const json::object& timings) {
    Usage usage;
    usage.input_tokens = count(timings, "prompt_n");
    usage.cache_read_tokens = count(timings, "cache_n");
    usage.output_tokens = count(timings, "predicted_n");
    usage.raw = timings;
    if (usage.input_tokens || usage.output_tokens) usage.source = UsageSource::stream;
    return usage;
}

}  // namespace

CompatibleDecoder::CompatibleDecoder(bool think_tags) {
    if (think_tags) tags_.emplace();
}

void CompatibleDecoder::decode_event(const SseEvent& event, std::vector<StreamChunk>& out) {
    const std::size_t first = out.size();
    const std::string wrapped = wrapped_error(event);
    inner_.decode_event(wrapped.empty() ? event.data : std::string_view(wrapped), out);
    refine(first, out);
}

void CompatibleDecoder::decode_body(std::string_view body, std::vector<StreamChunk>& out) {
    const std::size_t first = out.size();
    inner_.decode_body(body, out);
    refine(first, out);
}

void CompatibleDecoder::finish(std::vector<StreamChunk>& out) {
    const std::size_t first = out.size();
    inner_.finish(out);
    refine(first, out);
    if (tags_) tags_->finish(out);
}

/// Looks at the chunks from `first` on: keeps timings, parts text that holds thoughts.
void CompatibleDecoder::refine(std::size_t first, std::vector<StreamChunk>& out) {
    for (std::size_t i = first; i < out.size(); ++i) {
        const auto* extra = std::get_if<ExtraChunk>(&out[i]);
        if (extra && extra->name == "timings" && extra->value.is_object())
            timings_ = extra->value.get_object();
    }
    if (!tags_) return;
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<StreamChunk> chunks(std::make_move_iterator(begin),
                                    std::make_move_iterator(out.end()));
    out.resize(first);
    for (StreamChunk& chunk : chunks) {
        if (const auto* text = std::get_if<TextChunk>(&chunk)) tags_->add(text->text, out);
        else out.push_back(std::move(chunk));
    }
}

std::optional<Usage> CompatibleDecoder::usage() const {
    auto usage = inner_.usage();
    if (usage || !timings_) return usage;
    Usage timed = usage_from_timings(*timings_);
    return timed.known() ? std::optional<Usage>(std::move(timed)) : std::nullopt;
}

FinishChunk CompatibleDecoder::finish_chunk() const {
    FinishChunk chunk = inner_.finish_chunk();
    const FinishReason known = known_reason(chunk.finish_reason);
    const bool called = chunk.reason == FinishReason::tool_calls;
    if (chunk.reason == FinishReason::other || (called && cuts(known))) chunk.reason = known;
    if (chunk.reason == FinishReason::error && chunk.native_finish_reason.empty())
        chunk.native_finish_reason = chunk.finish_reason;
    return chunk;
}

std::optional<InBandError> CompatibleDecoder::error() const {
    auto error = inner_.error();
    if (error) return error;
    const FinishChunk finish = finish_chunk();
    if (finish.reason != FinishReason::error) return std::nullopt;
    error.emplace();
    error->native_reason = finish.native_finish_reason;
    return error;
}

}  // namespace capstan::compatible
