#include "responses/request_writer.hpp"

#include "chat/body_writer.hpp"
#include "chat/model_slug.hpp"
#include "chat/output_limit.hpp"
#include "chat/request_checks.hpp"
#include "chat/sampling_fields.hpp"
#include "responses/flat_shapes.hpp"
#include "responses/input_items.hpp"
#include "responses/reasoning_setting.hpp"
#include "responses/responses_headers.hpp"

#include <utility>

namespace capstan::responses {
namespace {

constexpr std::size_t longest_cache_key = 64;

/// What the parts of the body share.
struct Draft {
    Draft(const OpenAiResponsesOptions& options_, const MessageRequest& request_)
        : options(options_),
          request(request_),
          extra(merge_extra(options_.extra, request_.extra)),
          sampling(merge_sampling(options_.sampling, request_.sampling)),
          model(request_.model.empty() ? options_.model : request_.model) {
        if (const auto raw = find_string(extra, "model")) model = *raw;
        routed = is_routed(model);
    }

    const OpenAiResponsesOptions& options;
    const MessageRequest& request;
    json::object extra;
    Sampling sampling;
    std::string model;
    bool routed = false;  ///< see is_routed()
    ReasoningOptions reasoning;
    std::optional<std::int64_t> limit;
};

bool wants_store(const Draft& draft) {
    return find_bool(draft.extra, "store").value_or(draft.options.store);
}

void write_instructions(BodyWriter& body, const Draft& draft) {
    body.text("model", draft.model);
    const auto& fallbacks = draft.request.models;
    if (draft.routed && !fallbacks.empty())
        body.value("models", json::array(fallbacks.begin(), fallbacks.end()));
    if (!draft.request.system_prompt.empty() && !draft.request.messages.empty())
        body.text("instructions", draft.request.system_prompt);
}

InputText write_input(BodyWriter& body, const Draft& draft, ReasoningReplay replay) {
    InputOptions options;
    options.models.push_back(draft.model);
    if (draft.routed)
        for (const std::string& model : draft.request.models) options.models.push_back(model);
    options.replay = replay;
    options.stored = wants_store(draft);
    InputText input;
    body.field("input", [&] { input = append_input(body.out(), draft.request, options); });
    return input;
}

void write_tools(BodyWriter& body, const Draft& draft) {
    const MessageRequest& request = draft.request;
    if (!request.tools.empty())
        body.field("tools", [&] { append_tools(body.out(), request.tools); });
    if (request.tools.empty() && !body.has_extra("tools")) return;
    if (!request.tool_choice.value.is_null())
        body.value("tool_choice", flattened(request.tool_choice.value));
    const auto& own = request.parallel_tool_calls;
    const auto& parallel = own ? own : draft.options.parallel_tool_calls;
    if (parallel) body.value("parallel_tool_calls", *parallel);
}

void plan_output(Draft& draft, std::size_t prompt_bytes, const InputText& input) {
    if (draft.request.reasoning) {
        draft.reasoning = *draft.request.reasoning;
    } else {
        draft.reasoning.effort = draft.options.reasoning_effort;
        draft.reasoning.max_tokens = draft.options.thinking_budget_tokens;
    }
    OutputLimitInput limit;
    limit.requested = draft.request.max_tokens ? draft.request.max_tokens
                                               : draft.options.max_tokens;
    limit.prompt_bytes = static_cast<std::int64_t>(prompt_bytes) - input.media.bytes;
    limit.media_parts = input.media.parts;
    limit.send_computed = false;
    limit.model = draft.model;
    const bool own_model = draft.request.model.empty() && draft.options.model_info;
    if (own_model) limit.info = &*draft.options.model_info;
    if (!draft.extra.contains("max_output_tokens"))
        draft.limit = output_limit(limit, draft.reasoning);
}

void write_reasoning(BodyWriter& body, const Draft& draft) {
    const json::object setting =
        reasoning_setting(draft.reasoning, draft.options.reasoning_summary, draft.model);
    if (!setting.empty()) body.object("reasoning", setting);
    if (draft.limit) body.value("max_output_tokens", *draft.limit);
}

template <class T>
void write_if(BodyWriter& body, std::string_view name, const std::optional<T>& value) {
    if (value) body.value(name, json::value(*value));
}

void write_numbers(BodyWriter& body, const Draft& draft) {
    const Sampling& sampling = draft.sampling;
    write_if(body, "temperature", sampling.temperature);
    write_if(body, "top_p", sampling.top_p);
    if (draft.routed) {
        write_if(body, "top_k", sampling.top_k);
        write_if(body, "frequency_penalty", sampling.frequency_penalty);
        write_if(body, "presence_penalty", sampling.presence_penalty);
    }
    write_if(body, "top_logprobs", sampling.top_logprobs);
}

void write_format(BodyWriter& body, const Draft& draft) {
    const MessageRequest& request = draft.request;
    json::object text;
    if (!request.response_format.is_null()) text["format"] = flattened(request.response_format);
    const auto verbosity = up_to_high(merge_verbosity(draft.options, request));
    if (!verbosity.empty()) text["verbosity"] = verbosity;
    if (!text.empty()) body.object("text", text);
    if (!request.modalities.empty())
        body.value("modalities", json::array(request.modalities.begin(), request.modalities.end()));
    if (!request.plugins.empty())
        body.field("plugins", [&] { append_json_text(body.out(), request.plugins); });
}

void write_include(BodyWriter& body, const Draft& draft) {
    json::array include;
    if (draft.options.include_encrypted_reasoning && may_reason(draft.model))
        include.emplace_back("reasoning.encrypted_content");
    if (draft.sampling.logprobs == true && !draft.routed)
        include.emplace_back("message.output_text.logprobs");
    if (!include.empty()) body.value("include", std::move(include));
}

void write_context(BodyWriter& body, const Draft& draft) {
    const CallContext& context = draft.request.context;
    const auto add = [&](std::string_view name, const std::string& text) {
        if (!text.empty()) body.text(name, text);
    };
    add("service_tier", draft.options.service_tier);
    add("truncation", draft.options.truncation);
    add(draft.routed ? "user" : "safety_identifier", context.user_id);
    std::string key = draft.options.prompt_cache_key;
    if (key.empty() && context.session_id.size() <= longest_cache_key) key = context.session_id;
    add("prompt_cache_key", key);
    if (draft.routed) add("session_id", context.session_id);
    if (!draft.request.metadata.empty()) body.object("metadata", draft.request.metadata);
}

/// chat completions' names for the same, which check_request() goes by.
json::object checked_names(const json::object& extra) {
    json::object names = extra;
    if (extra.contains("input") || extra.contains("prompt")) names["messages"] = true;
    names["stop"] = true;  // never sent
    return names;
}

}  // namespace

WireRequest write_request(const OpenAiResponsesOptions& options, const MessageRequest& request,
                          ReasoningReplay replay) {
    Draft draft(options, request);
    check_request(request, draft.sampling, checked_names(draft.extra));
    WireRequest result;
    result.path = "/responses";
    result.model = draft.model;
    result.headers = request_headers(options, request);
    BodyWriter body(result.body, draft.extra);
    write_instructions(body, draft);
    const InputText input = write_input(body, draft, replay);
    result.has_replayed_reasoning = input.has_replayed_reasoning;
    write_tools(body, draft);
    plan_output(draft, result.body.size(), input);
    write_reasoning(body, draft);
    write_numbers(body, draft);
    write_format(body, draft);
    write_include(body, draft);
    write_context(body, draft);
    body.value("store", options.store);
    body.value("stream", request.stream);
    body.end();
    return result;
}

}  // namespace capstan::responses
