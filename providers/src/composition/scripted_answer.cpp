#include <capstan/providers/scripted_handler.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace capstan {
namespace {

Usage default_usage() {
    Usage usage;
    usage.source = UsageSource::stream;
    usage.input_tokens = 10;
    usage.output_tokens = 5;
    usage.total_cost = Money::from_nano_usd(100'000);
    return usage;
}

bool is_retryable(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::rate_limited:
        case ErrorKind::overloaded:
        case ErrorKind::server:
        case ErrorKind::network:
        case ErrorKind::timeout:
            return true;
        default:
            return false;
    }
}

}  // namespace

ScriptedStep& ScriptedAnswer::next_step() {
    has_pending_ = false;
    steps_.push_back(std::exchange(pending_, ScriptedStep()));
    return steps_.back();
}

ScriptedAnswer& ScriptedAnswer::text(std::string piece) {
    return chunk(TextChunk(std::move(piece)));
}

ScriptedAnswer& ScriptedAnswer::reasoning(std::string text) {
    ReasoningChunk thought;
    thought.text = std::move(text);
    return chunk(std::move(thought));
}

ScriptedAnswer& ScriptedAnswer::reasoning_details(json::array details) {
    ReasoningChunk thought(std::move(details));
    thought.details_present = true;
    return chunk(std::move(thought));
}

ScriptedAnswer& ScriptedAnswer::tool_call(std::string id, std::string name,
                                          std::string arguments) {
    ToolCallChunk call;
    call.index = calls_;
    call.id = std::move(id);
    call.name = std::move(name);
    call.arguments = std::move(arguments);
    return chunk(std::move(call));
}

ScriptedAnswer& ScriptedAnswer::chunk(StreamChunk chunk) {
    if (auto* end = std::get_if<FinishChunk>(&chunk)) {
        finish_ = std::move(*end);
        return *this;
    }
    if (auto* told = std::get_if<UsageChunk>(&chunk)) return usage(std::move(told->usage));
    if (const auto* call = std::get_if<ToolCallChunk>(&chunk))
        calls_ = std::max(calls_, call->index + 1);
    next_step().chunk = std::move(chunk);
    delivers_ = true;
    return *this;
}

ScriptedAnswer& ScriptedAnswer::delay(std::chrono::milliseconds time) {
    pending_.delay += time;
    has_pending_ = true;
    return *this;
}

ScriptedAnswer& ScriptedAnswer::wait(std::function<asio::awaitable<void>()> operation) {
    if (pending_.wait) next_step();  // one step for each
    pending_.wait = std::move(operation);
    has_pending_ = true;
    return *this;
}

ScriptedAnswer& ScriptedAnswer::error(ErrorKind kind, std::string summary) {
    ErrorInfo info;
    info.kind = kind;
    info.phase = delivers_ ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    info.summary = std::move(summary);
    info.retryable = is_retryable(kind);
    return error(std::move(info));
}

ScriptedAnswer& ScriptedAnswer::error(ErrorInfo info) {
    next_step().error = std::move(info);
    return *this;
}

ScriptedAnswer& ScriptedAnswer::usage(Usage usage) {
    usage_ = std::move(usage);
    usage_wanted_ = true;
    return *this;
}

ScriptedAnswer& ScriptedAnswer::cost(Money amount) {
    auto usage = default_usage();
    usage.total_cost = amount;
    return this->usage(std::move(usage));
}

ScriptedAnswer& ScriptedAnswer::no_usage() {
    usage_.reset();
    usage_wanted_ = false;
    return *this;
}

ScriptedAnswer& ScriptedAnswer::finish(FinishReason reason) {
    if (!finish_) finish_.emplace();
    finish_->reason = reason;
    finish_->finish_reason = to_string(reason);
    return *this;
}

bool ScriptedAnswer::fails() const {
    return std::ranges::any_of(steps_, [](const auto& step) { return step.error.has_value(); });
}

FinishChunk ScriptedAnswer::make_finish() const {
    if (finish_) return *finish_;
    FinishChunk finish;
    finish.reason = calls_ > 0 ? FinishReason::tool_calls : FinishReason::stop;
    finish.finish_reason = to_string(finish.reason);
    return finish;
}

std::vector<ScriptedStep> ScriptedAnswer::steps() const {
    auto steps = steps_;
    if (has_pending_) steps.push_back(pending_);
    if (fails()) {
        // Like a real handler: the cost of a broken answer is told, where it is known.
        if (!usage_) return steps;
        ScriptedStep told;
        told.chunk = UsageChunk(*usage_);
        const auto error = std::ranges::find_if(
            steps, [](const auto& step) { return step.error.has_value(); });
        steps.insert(error, std::move(told));
        return steps;
    }
    if (usage_wanted_) {
        ScriptedStep told;
        told.chunk = UsageChunk(usage_.value_or(default_usage()));
        steps.push_back(std::move(told));
    }
    ScriptedStep end;
    end.chunk = make_finish();
    steps.push_back(std::move(end));
    return steps;
}

}  // namespace capstan
