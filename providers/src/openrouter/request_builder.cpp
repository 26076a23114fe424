#include "openrouter/request_builder.hpp"

#include "chat/body_writer.hpp"
#include "chat/cache_marks.hpp"
#include "chat/message_list.hpp"
#include "chat/output_limit.hpp"
#include "chat/request_checks.hpp"
#include "chat/sampling_fields.hpp"
#include "openrouter/model_choice.hpp"
#include "openrouter/provider_preferences.hpp"
#include "openrouter/reasoning_parameter.hpp"
#include "openrouter/request_headers.hpp"
#include "openrouter/trace_parent.hpp"

namespace capstan {
namespace {

// What the parts of the body share.
struct Draft {
    Draft(const OpenRouterOptions& options_, const MessageRequest& request_)
        : options(options_),
          request(request_),
          extra(merge_extra(options_.extra, request_.extra)),
          models(choose_models(options_, request_, extra)) {}

    const OpenRouterOptions& options;
    const MessageRequest& request;
    json::object extra;
    ModelChoice models;
    const ModelInfo* info = nullptr;
    ReasoningOptions reasoning;
    std::optional<std::int64_t> limit;
};

bool marks_wanted(const Draft& draft) {
    switch (draft.options.prompt_caching) {
        case PromptCaching::off: return false;
        case PromptCaching::always: return true;
        case PromptCaching::automatic: break;
    }
    return needs_cache_marks(draft.models.model);
}

void write_models(BodyWriter& body, const ModelChoice& models) {
    if (!models.model.empty()) body.text("model", models.model);
    if (models.all.size() > 1)
        body.value("models", json::array(models.all.begin(), models.all.end()));
}

MessageListText write_messages(BodyWriter& body, const Draft& draft, ReasoningReplay replay) {
    MessageListOptions options;
    options.models = draft.models.all;
    options.replay = replay;
    // A top-level mark places one of the four itself.
    options.reserved_marks = body.has_extra("cache_control") ? 1 : 0;
    options.cache_marks = marks_wanted(draft);
    options.share_texts = !body.has_extra("messages");
    if (body.has_extra("messages")) {
        std::string replaced;
        body.field("messages", [] {});
        return append_message_list(replaced, draft.request, options);
    }
    MessageListText list;
    body.field("messages",
               [&] { list = append_message_list(body.out(), draft.request, options); });
    return list;
}

void write_tools(BodyWriter& body, const Draft& draft, const std::string& tools) {
    if (!tools.empty()) body.field("tools", [&] { body.out() += tools; });
    // The server takes these two only beside tools.
    if (tools.empty() && !body.has_extra("tools")) return;
    if (!draft.request.tool_choice.value.is_null())
        body.value("tool_choice", draft.request.tool_choice.value);
    const auto& own = draft.request.parallel_tool_calls;
    const auto& parallel = own ? own : draft.options.parallel_tool_calls;
    if (parallel) body.value("parallel_tool_calls", *parallel);
}

void plan_output(Draft& draft, const BodyWriter& body, const MessageListText& list,
                 std::size_t prompt_size) {
    OutputLimitInput input;
    input.requested =
        draft.request.max_tokens ? draft.request.max_tokens : draft.options.max_tokens;
    input.prompt_bytes = static_cast<std::int64_t>(prompt_size + list.tools.size()) -
                         list.media.bytes;
    input.media_parts = list.media.parts;
    input.send_computed = draft.options.send_max_tokens;
    input.model = draft.models.model;
    input.info = draft.info;
    draft.reasoning = fit_reasoning(wanted_reasoning(draft.options, draft.request),
                                    draft.models.model, draft.info);
    if (body.has_extra("max_tokens") || body.has_extra("max_completion_tokens")) return;
    draft.limit = output_limit(input, draft.reasoning);
}

void write_reasoning(BodyWriter& body, const Draft& draft) {
    // Two spellings that differ are refused (wire reference 2.1): the raw one wins.
    if (body.has_extra("reasoning_effort") || body.has_extra("include_reasoning")) return;
    const json::object reasoning = reasoning_parameter(draft.reasoning);
    if (!reasoning.empty()) body.object("reasoning", reasoning);
}

void write_format(BodyWriter& body, const MessageRequest& request) {
    if (!request.response_format.is_null())
        body.value("response_format", request.response_format);
    if (!request.plugins.empty())
        body.field("plugins", [&] { append_json_text(body.out(), request.plugins); });
    if (!request.modalities.empty())
        body.value("modalities", json::array(request.modalities.begin(), request.modalities.end()));
    if (!request.audio.is_null()) body.value("audio", request.audio);
}

void write_context(BodyWriter& body, const Draft& draft) {
    const json::object provider =
        provider_preferences(draft.options.provider_sorting, x_provider_text(draft.options),
                             draft.options.provider);
    if (!provider.empty()) body.object("provider", provider);
    const CallContext& context = draft.request.context;
    if (!context.user_id.empty()) body.text("user", context.user_id);
    if (!context.session_id.empty()) body.text("session_id", context.session_id);
    if (!draft.request.metadata.empty()) body.object("metadata", draft.request.metadata);
    const json::object trace = trace_of(context.trace_parent);
    if (!trace.empty()) body.object("trace", trace);
}

// The settings' model info describes the handler's model, not one that a call names.
const ModelInfo* choose_info(const OpenRouterOptions& options, const MessageRequest& request,
                             const ModelInfo* catalogue) {
    return options.model_info && request.model.empty() ? &*options.model_info : catalogue;
}

bool reasons(const Draft& draft) {
    const json::object parameter = reasoning_parameter(draft.reasoning);
    return !parameter.empty() && !is_reasoning_off(draft.reasoning);
}

}  // namespace

WireRequest build_chat_request(const OpenRouterOptions& options, const MessageRequest& request,
                               const ModelInfo* info, ReasoningReplay replay) {
    Draft draft(options, request);
    draft.info = choose_info(options, request, info);
    const Sampling sampling = merge_sampling(options.sampling, request.sampling);
    check_request(request, sampling, draft.extra);
    WireRequest result;
    result.path = "/chat/completions";
    BodyWriter body(result.body, draft.extra);
    write_models(body, draft.models);
    const std::size_t before = result.body.size();
    MessageListText list = write_messages(body, draft, replay);
    plan_output(draft, body, list, whole_body_size(result.body, list.parts) - before);
    write_tools(body, draft, list.tools);
    write_reasoning(body, draft);
    if (draft.limit)
        body.value(output_limit_field(draft.models.model, draft.info), *draft.limit);
    write_sampling(body, sampling);
    if (const auto& word = merge_verbosity(options, request); !word.empty())
        body.text("verbosity", word);
    write_format(body, request);
    write_context(body, draft);
    body.value("stream", request.stream);
    body.end();
    result.body_parts = std::move(list.parts);
    result.headers = request_headers(options, request, draft.models.model, reasons(draft));
    result.model = draft.models.model;
    result.has_replayed_reasoning = list.has_replayed_reasoning;
    return result;
}

}  // namespace capstan
