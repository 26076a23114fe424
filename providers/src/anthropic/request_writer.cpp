#include "anthropic/request_writer.hpp"

#include "anthropic/json_text.hpp"
#include "anthropic/message_turns.hpp"
#include "anthropic/request_headers.hpp"
#include "anthropic/thinking.hpp"
#include "anthropic/tool_fields.hpp"
#include "chat/body_writer.hpp"
#include "chat/model_slug.hpp"
#include "chat/request_checks.hpp"
#include "chat/sampling_fields.hpp"

#include <capstan/error.hpp>

#include <algorithm>

namespace capstan::anthropic {
namespace {

// What the parts of the body share.
struct Draft {
    Draft(const AnthropicOptions& options_, const MessageRequest& request_)
        : options(options_),
          request(request_),
          extra(merge_extra(options_.extra, request_.extra)),
          sampling(merge_sampling(options_.sampling, request_.sampling)) {}

    bool has_vendor() const { return !vendor_of(model).empty(); }

    const AnthropicOptions& options;
    const MessageRequest& request;
    json::object extra;
    Sampling sampling;
    std::string model;
    std::optional<ModelInfo> info;
    ClaudeTraits traits;
    TurnText turns;
    json::object choice;
    ThinkingPlan plan;
};

TurnText turns_of(const Draft& draft, ReasoningReplay replay) {
    TurnOptions options;
    options.model = draft.model;
    options.replay = replay;
    options.cache_marks = draft.options.prompt_caching;
    // A top-level mark places one of the four itself.
    options.reserved_marks = draft.extra.contains("cache_control") ? 1 : 0;
    return write_turns(draft.request, options);
}

json::object choice_of(const Draft& draft) {
    const bool own_tools = draft.extra.contains("tools");
    if (draft.turns.tools_are_history && !own_tools)
        return tool_choice(ToolChoice::none(), std::nullopt);
    if (draft.turns.tools.empty() && !own_tools) return {};
    const auto& own = draft.request.parallel_tool_calls;
    const json::object choice = tool_choice(draft.request.tool_choice,
                                            own ? own : draft.options.parallel_tool_calls);
    const bool refused = forces_tool(choice) && !draft.traits.takes_forced_tool;
    return refused ? unforced(choice) : choice;
}

ThinkingPlan plan_of(const Draft& draft) {
    ThinkingInput input;
    input.wanted = wanted_reasoning(draft.options, draft.request);
    input.verbosity = merge_verbosity(draft.options, draft.request);
    input.traits = draft.traits;
    input.display = draft.options.thinking_display;
    const json::object* raw = find_object(draft.extra, "tool_choice");
    input.forced_tool = forces_tool(raw ? *raw : draft.choice);
    input.unthought_loop = draft.turns.loop_without_thought;
    input.model = vendor_slug(draft.model);
    input.info = draft.info ? &*draft.info : nullptr;
    input.requested =
        draft.request.max_tokens ? draft.request.max_tokens : draft.options.max_tokens;
    const std::size_t bytes = draft.turns.system.size() + draft.turns.messages.size() +
                              draft.turns.tools.size();
    input.prompt_bytes = static_cast<std::int64_t>(bytes) - draft.turns.media.bytes;
    input.media_parts = draft.turns.media.parts;
    return plan_thinking(input);
}

void write_models(BodyWriter& body, const Draft& draft) {
    body.text("model", draft.model);
    if (!draft.has_vendor() || draft.request.models.empty()) return;
    json::array all{json::value(draft.model)};
    for (const std::string& slug : draft.request.models) all.emplace_back(slug);
    body.value("models", all);
}

void write_raw(BodyWriter& body, std::string_view name, const std::string& text) {
    if (!text.empty()) body.field(name, [&] { body.out() += text; });
}

// The chat format has the schema one level deeper.
json::object output_format(const json::value& format) {
    json::object result;
    const json::object* object = format.if_object();
    if (!object || find_string(*object, "type") != "json_schema") return result;
    const json::object* inner = find_object(*object, "json_schema");
    const json::value* schema = find(inner ? *inner : *object, "schema");
    if (!schema) return result;
    result["type"] = "json_schema";
    result["schema"] = *schema;
    return result;
}

void write_output(BodyWriter& body, const Draft& draft) {
    json::object config;
    if (!draft.plan.effort.empty()) config["effort"] = draft.plan.effort;
    const json::object format = output_format(draft.request.response_format);
    if (!format.empty()) config["format"] = format;
    if (!config.empty()) body.object("output_config", config);
}

void write_sampling(BodyWriter& body, const Draft& draft) {
    const Sampling& sampling = draft.sampling;
    const ClaudeTraits& traits = draft.traits;
    const bool free = traits.takes_sampling && !draft.plan.thinks;
    if (free && sampling.temperature)
        body.value("temperature",
                   traits.is_claude ? std::min(*sampling.temperature, 1.0) : *sampling.temperature);
    const bool beside = sampling.temperature && traits.one_sampling_only;
    if (free && sampling.top_p && !beside) body.value("top_p", *sampling.top_p);
    if (free && sampling.top_k) body.value("top_k", *sampling.top_k);
    // A stop text of white space only is refused.
    json::array stops;
    for (const std::string& text : sampling.stop)
        if (!is_blank(text)) stops.emplace_back(text);
    if (!stops.empty()) body.value("stop_sequences", stops);
}

void write_context(BodyWriter& body, const Draft& draft) {
    const CallContext& context = draft.request.context;
    const auto given = find_string(draft.request.metadata, "user_id");
    json::object metadata;
    if (given) metadata["user_id"] = *given;
    else if (!context.user_id.empty()) metadata["user_id"] = context.user_id;
    if (!metadata.empty()) body.object("metadata", metadata);
    if (draft.has_vendor() && !context.session_id.empty())
        body.text("session_id", context.session_id);
}

std::string body_of(const Draft& draft) {
    std::string text;
    text.reserve(draft.turns.messages.size() + draft.turns.system.size() +
                 draft.turns.tools.size() + 1024);
    BodyWriter body(text, draft.extra);
    write_models(body, draft);
    body.value("max_tokens", draft.plan.max_tokens);
    write_raw(body, "system", draft.turns.system);
    write_raw(body, "messages", draft.turns.messages);
    write_raw(body, "tools", draft.turns.tools);
    if (!draft.choice.empty()) body.object("tool_choice", draft.choice);
    if (!draft.plan.thinking.empty()) body.object("thinking", draft.plan.thinking);
    write_output(body, draft);
    write_sampling(body, draft);
    write_context(body, draft);
    body.value("stream", draft.request.stream);
    body.end();
    return text;
}

HeaderNeeds needs_of(const Draft& draft) {
    HeaderNeeds needs;
    needs.interleaving = draft.plan.thinks && !draft.request.tools.empty() &&
                         draft.traits.interleaves_by_beta;
    needs.uploaded_files = draft.turns.has_uploaded_files;
    needs.strict_tools = has_strict_tool(draft.request.tools);
    needs.through_router = draft.has_vendor();
    return needs;
}

}  // namespace

std::string model_of(const AnthropicOptions& options, const MessageRequest& request) {
    for (const json::object* extra : {&request.extra, &options.extra})
        if (const auto raw = find_string(*extra, "model")) return std::string(*raw);
    return request.model.empty() ? options.model : request.model;
}

std::optional<ModelInfo> info_of(const AnthropicOptions& options, const std::string& model) {
    if (options.model_info && model == options.model) return options.model_info;
    return known_claude(model);
}

WireRequest write_request(const AnthropicOptions& options, const MessageRequest& request,
                          ReasoningReplay replay) {
    Draft draft(options, request);
    draft.model = model_of(options, request);
    if (draft.model.empty())
        throw ApiError(ErrorKind::configuration, "no model is named",
                       "set AnthropicOptions::model or MessageRequest::model");
    Sampling checked = draft.sampling;
    checked.stop.clear();  // as many as one likes
    check_request(request, checked, draft.extra);
    draft.info = info_of(options, draft.model);
    draft.traits = claude_traits(draft.model);
    draft.turns = turns_of(draft, replay);
    draft.choice = choice_of(draft);
    draft.plan = plan_of(draft);
    WireRequest result;
    result.path = "/messages";
    result.body = body_of(draft);
    result.headers = request_headers(options, needs_of(draft));
    result.model = draft.model;
    result.has_replayed_reasoning = draft.turns.has_replayed_reasoning;
    return result;
}

}  // namespace capstan::anthropic
