#include "compatible/request_writer.hpp"

#include "chat/body_writer.hpp"
#include "chat/output_limit.hpp"
#include "chat/request_checks.hpp"
#include "chat/sampling_fields.hpp"
#include "compatible/history.hpp"
#include "compatible/reasoning_fields.hpp"
#include "compatible/tool_fields.hpp"

#include <capstan/error.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace capstan::compatible {
namespace {

void write_model(BodyWriter& body, const std::string& model, const OpenAiQuirks& quirks) {
    if (!model.empty()) return body.text("model", model);
    if (*quirks.model_required)
        throw ApiError(ErrorKind::configuration, "There is no model.",
                       "Name one in the settings or in the request.");
}

MediaSize write_messages(BodyWriter& body, const MessageRequest& request, std::string_view model,
                         const OpenAiQuirks& quirks, ReasoningReplay replay) {
    MediaSize media;
    body.field("messages", [&] {
        media = append_history(body.out(), request, model, quirks, replay);
    });
    return media;
}

OutputLimitInput limit_input(const ProviderOptions& options, const MessageRequest& request,
                             const ModelInfo* info, const MediaSize& media,
                             std::size_t prompt_size) {
    OutputLimitInput input;
    input.requested = request.max_tokens ? request.max_tokens : options.max_tokens;
    input.prompt_bytes = static_cast<std::int64_t>(prompt_size) - media.bytes;
    input.media_parts = media.parts;
    input.send_computed = false;
    input.info = info;
    return input;
}

// What was asked for, lowered to what the model and its context can take.
void write_limit(BodyWriter& body, const OutputLimitInput& input, const OpenAiQuirks& quirks) {
    if (body.has_extra("max_tokens") || body.has_extra("max_completion_tokens")) return;
    ReasoningOptions no_budget;
    if (const auto limit = output_limit(input, no_budget))
        body.value(*quirks.output_limit_field, *limit);
}

void write_fitted_sampling(BodyWriter& body, Sampling sampling, const OpenAiQuirks& quirks) {
    sampling.top_a.reset();
    if (!*quirks.extended_sampling) {
        sampling.top_k.reset();
        sampling.min_p.reset();
    }
    const auto repetition = std::exchange(sampling.repetition_penalty, std::nullopt);
    const auto seed = std::exchange(sampling.seed, std::nullopt);
    write_sampling(body, sampling);
    if (repetition && !quirks.repetition_field->empty())
        body.value(*quirks.repetition_field, *repetition);
    if (seed && !quirks.seed_field->empty()) body.value(*quirks.seed_field, *seed);
}

void write_format(BodyWriter& body, const MessageRequest& request, const OpenAiQuirks& quirks) {
    if (!request.response_format.is_null())
        body.value("response_format", request.response_format);
    if (!request.modalities.empty())
        body.value("modalities", json::array(request.modalities.begin(), request.modalities.end()));
    if (!request.audio.is_null()) body.value("audio", request.audio);
    if (!request.context.user_id.empty() && !quirks.user_field->empty())
        body.text(*quirks.user_field, request.context.user_id);
}

void write_streaming(BodyWriter& body, bool stream, const OpenAiQuirks& quirks) {
    body.value("stream", stream);
    if (!stream || !*quirks.stream_usage) return;
    json::object stream_options;
    stream_options["include_usage"] = true;
    body.object("stream_options", stream_options);
}

// Metadata and the session id are not sent, and each server has its own limit of stop texts.
void check_sent(const MessageRequest& request, const Sampling& sampling, const json::object& extra,
                const OpenAiQuirks& quirks) {
    json::object unchecked = extra;
    for (const auto* name : {"metadata", "session_id", "stop"}) unchecked[name] = true;
    check_request(request, sampling, unchecked);
    const auto most = *quirks.most_stop_texts;
    if (most > 0 && static_cast<std::int64_t>(sampling.stop.size()) > most &&
        !extra.contains("stop"))
        throw ApiError(ErrorKind::invalid_request,
                       "stop: more than " + std::to_string(most) + " texts");
}

}  // namespace

std::string model_of(const ProviderOptions& options, const MessageRequest& request) {
    return request.model.empty() ? options.model : request.model;
}

WireRequest write_request(const ProviderOptions& options, const OpenAiQuirks& quirks,
                          const MessageRequest& request, const ModelInfo* info,
                          ReasoningReplay replay) {
    const json::object extra = merge_extra(options.extra, request.extra);
    const Sampling sampling = merge_sampling(options.sampling, request.sampling);
    check_sent(request, sampling, extra, quirks);
    WireRequest result;
    result.path = "/chat/completions";
    const auto raw = find_string(extra, "model");
    result.model = raw ? std::string(*raw) : model_of(options, request);
    if (const auto& trace = request.context.trace_parent; !trace.empty())
        result.headers.set("traceparent", trace);
    BodyWriter body(result.body, extra);
    write_model(body, result.model, quirks);
    const std::size_t before = result.body.size();
    const MediaSize media = write_messages(body, request, result.model, quirks, replay);
    std::size_t prompt_size = result.body.size() - before;
    prompt_size += write_tools(body, options, request, quirks);
    write_thinking(body, thinking_wish(options, request, quirks), quirks);
    write_limit(body, limit_input(options, request, info, media, prompt_size), quirks);
    write_fitted_sampling(body, sampling, quirks);
    const auto verbosity = up_to_high(merge_verbosity(options, request));
    if (!verbosity.empty() && *quirks.verbosity) body.text("verbosity", verbosity);
    write_format(body, request, quirks);
    write_streaming(body, request.stream, quirks);
    body.end();
    return result;
}

}  // namespace capstan::compatible
