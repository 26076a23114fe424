#include "agent/agent_stream_impl.hpp"

#include <utility>

namespace capstan {

using namespace run_event;
using detail::ModelCall;

namespace {

// The characters of a request that are not in its messages.
std::size_t fixed_chars(const MessageRequest& request) {
    std::size_t chars = request.system_prompt.size();
    for (const auto& tool : request.tools) chars += to_json_text(to_json(tool)).size();
    return chars;
}

// Any call, or one certain call.
bool forces(const ToolChoice& choice) {
    return choice.value.is_object() || choice.value == "required";
}

std::int64_t tokens_of(const Usage& usage) {
    return usage.input_tokens.value_or(0) + usage.output_tokens.value_or(0) +
           usage.cache_read_tokens.value_or(0) + usage.cache_write_tokens.value_or(0);
}

}  // namespace

MessageRequest AgentStream::Impl::build_request(const run_command::CallModel& command) {
    const auto& options = parts_.options;
    MessageRequest request;
    request.system_prompt = options.system_prompt;
    request.messages = run().transcript();
    request.model = options.model;
    request.sampling = options.sampling;
    request.reasoning = options.reasoning;
    request.max_tokens = options.max_output_tokens;
    request.response_format = parts_.response_format;
    request.extra = options.extra;
    request.context.session_id = run().options().session_id;
    request.context.user_id = options.user_id;
    add_tools(request, command.final);
    return request;
}

// A last answer keeps the tools, so that the provider's cache of the prompt holds.
void AgentStream::Impl::add_tools(MessageRequest& request, bool final) {
    for (const auto& tool : parts_.tools->tools()) request.tools.emplace_back(tool->definition());
    if (request.tools.empty()) return;
    const auto& choice = parts_.options.tool_choice;
    if (final)
        request.tool_choice = ToolChoice::none();
    else if (!called_ || parts_.keep_tool_choice || !forces(choice))
        request.tool_choice = choice;
}

// Tells the run what is known of the model that it is about to use. A model of which nothing is
// known is asked for again: the catalogue may be loaded during the run.
void AgentStream::Impl::know_model(const std::string& wanted) {
    if (model_known_ && wanted == model_wanted_) return;
    auto selected = parts_.handler->get_model();
    if (!wanted.empty() && wanted != selected.id) {
        selected.id = wanted;
        selected.info = parts_.handler->model_info(wanted);
    }
    const bool changed = selected.id != model_;
    model_ = std::move(selected.id);
    model_wanted_ = wanted;
    model_known_ = selected.info.has_value();
    if (!changed && !model_known_) return;
    ModelKnown known;
    if (model_known_) {
        const auto& info = *selected.info;
        known.context_length = info.context_length;
        known.max_output = parts_.options.max_output_tokens ? parts_.options.max_output_tokens
                                                            : info.max_completion_tokens;
        known.input_price = info.pricing.prompt;
        known.output_price = info.pricing.completion;
    }
    note(std::move(known));
}

void AgentStream::Impl::call_model(const Executor& executor,
                                   const run_command::CallModel& command) {
    MessageRequest request;
    if (!guarded([&] {
            request = build_request(command);
            if (const auto& hook = parts_.options.hooks.before_model) hook(run(), request);
        }))
        return;
    know_model(request.model);
    call_ = std::make_shared<ModelCall>(inbox_, model_);
    call_->fixed_chars = fixed_chars(request);
    call_->input_estimate = command.input_estimate;
    called_ = true;

    agent_event::StepStarted event;
    event.step = command.step;
    event.model = model_;
    event.final = command.final;
    events_.emplace_back(std::move(event));
    detail::start_model_call(executor, *parts_.handler, std::move(request), call_);
}

void AgentStream::Impl::take(detail::ModelPiece& piece) {
    if (piece.call != call_) return;
    call_->assembler.add(piece.chunk);
    if (call_->summary) return;
    if (auto* text = std::get_if<TextChunk>(&piece.chunk)) {
        agent_event::Text event;
        event.text = std::move(text->text);
        if (!event.text.empty()) events_.emplace_back(std::move(event));
    } else if (auto* reasoning = std::get_if<ReasoningChunk>(&piece.chunk)) {
        agent_event::ReasoningText event;
        event.text = std::move(reasoning->text);
        if (!event.text.empty()) events_.emplace_back(std::move(event));
    } else if (auto* fragment = std::get_if<ToolCallChunk>(&piece.chunk)) {
        agent_event::ToolCallFragment event;
        event.index = fragment->index;
        event.id = std::move(fragment->id);
        event.name = std::move(fragment->name);
        event.arguments = std::move(fragment->arguments);
        events_.emplace_back(std::move(event));
    }
}

void AgentStream::Impl::take(detail::ModelEnd& end) {
    if (end.call != call_) return;
    const auto call = std::exchange(call_, nullptr);
    if (call->assembler.usage()) spend(*call->assembler.usage());
    feed_budget();
    if (call->summary)
        summarised(*call, end.error.has_value());
    else if (end.error)
        failed(*call, std::move(*end.error));
    else
        answered(*call);
}

void AgentStream::Impl::answered(ModelCall& call) {
    Reply reply;
    reply.message = call.assembler.message();
    if (call.assembler.usage()) reply.usage = *call.assembler.usage();
    if (call.assembler.finish()) reply.finish = *call.assembler.finish();
    const auto& hook = parts_.options.hooks.after_model;
    if (hook && !guarded([&] { hook(run(), reply); })) return;

    ModelAnswered answer;
    answer.message = reply.message;
    answer.usage = reply.usage;
    answer.finish = reply.finish.reason;
    answer.finish_word = reply.finish.finish_reason;
    answer.fixed_chars = call.fixed_chars;
    answer.input_estimate = call.input_estimate;
    note(std::move(answer));

    agent_event::Answer event;
    event.message = std::move(reply.message);
    event.finish = std::move(reply.finish);
    events_.emplace_back(std::move(event));
    agent_event::StepUsage usage;
    usage.usage = std::move(reply.usage);
    usage.totals = run().totals();
    usage.context = run().context();
    events_.emplace_back(std::move(usage));
}

void AgentStream::Impl::failed(ModelCall& call, ErrorInfo error) {
    ModelFailed failure;
    failure.error = std::move(error);
    if (!call.assembler.empty()) failure.partial = call.assembler.message();
    if (call.assembler.usage()) failure.usage = *call.assembler.usage();
    note(std::move(failure));
}

// A summary that fails, or was cut off in its middle, is none.
void AgentStream::Impl::summarised(ModelCall& call, bool failed) {
    Summarised summary;
    if (!failed) summary.text = call.assembler.text();
    if (call.assembler.usage()) summary.usage = *call.assembler.usage();
    note(std::move(summary));
}

void AgentStream::Impl::spend(const Usage& usage) {
    const auto cost = usage.total_cost.value_or(Money());
    const auto tokens = tokens_of(usage);
    own_cost_ += cost;
    own_tokens_ += tokens;
    budget_->add(cost, tokens);
}

}  // namespace capstan
