#include "composition/fallback_call.hpp"

#include "composition/call_errors.hpp"
#include "composition/saturating_sum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace capstan::composition {
namespace {

void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& more) {
    if (more) sum = saturating_sum(sum.value_or(0), *more);
}

// Usage of several tries; what nobody told stays unknown.
void add(std::optional<Usage>& sum, const Usage& more) {
    if (!sum) sum.emplace();
    sum->source = std::max(sum->source, more.source);
    add(sum->input_tokens, more.input_tokens);
    add(sum->output_tokens, more.output_tokens);
    add(sum->cache_read_tokens, more.cache_read_tokens);
    add(sum->cache_write_tokens, more.cache_write_tokens);
    add(sum->reasoning_tokens, more.reasoning_tokens);
    if (more.total_cost) sum->total_cost = sum->total_cost.value_or(Money()) + *more.total_cost;
}

// What may come before an answer and be repeated by the next one without harm.
bool is_preliminary(const StreamChunk& chunk) {
    const auto* extra = std::get_if<ExtraChunk>(&chunk);
    return extra && (extra->name == "debug" || extra->name == "openrouter_metadata");
}

std::string sentence(const ApiError& error) {
    std::string text = error.what();
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
    return text;
}

}  // namespace

FallbackCall::FallbackCall(std::shared_ptr<FallbackHandler::Core> core,
                           std::unique_ptr<MessageRequest> request)
    : core_(std::move(core)), request_(std::move(request)), order_(core_->order()) {}

ChunkStream FallbackCall::open() {
    const auto& entry = core_->entries()[order_[place_]];
    // The last one may have the request itself.
    auto request = has_next() ? *request_ : std::move(*request_);
    if (!entry.model.empty()) {
        request.model = entry.model;
        request.models.clear();
    }
    return entry.handler->create_message(std::move(request));
}

bool FallbackCall::passes(StreamChunk& chunk) {
    if (auto* usage = std::get_if<UsageChunk>(&chunk)) {
        if (!delivered_) {
            held_ = std::move(usage->usage);
            return false;
        }
        add_failed_cost(usage->usage);
        failed_.reset();
        return true;
    }
    if (!delivered_ && is_preliminary(chunk) && has_next()) {
        early_.push_back(std::move(chunk));
        return false;
    }
    if (!std::exchange(delivered_, true)) request_.reset();
    return true;
}

std::vector<StreamChunk> FallbackCall::held_before(const StreamChunk& chunk) {
    auto held = std::exchange(early_, {});
    if (auto usage = usage_before(chunk)) held.emplace_back(std::move(*usage));
    return held;
}

std::optional<UsageChunk> FallbackCall::usage_before(const StreamChunk& chunk) {
    if (!std::holds_alternative<FinishChunk>(chunk)) return std::nullopt;
    if (!held_) {
        auto usage = usage_of_failures();
        if (!usage) return std::nullopt;
        // What the answer itself cost is not known.
        Usage unknown;
        unknown.raw["failed_attempts_cost"] =
            usage->usage.total_cost.value_or(Money()).to_string();
        return UsageChunk(std::move(unknown));
    }
    UsageChunk usage(*std::exchange(held_, std::nullopt));
    add_failed_cost(usage.usage);
    failed_.reset();
    return usage;
}

std::exception_ptr FallbackCall::judge(const std::exception_ptr& failure) {
    const auto phase = delivered_ ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    const auto error = as_api_error(failure, phase);
    if (!error) return failure;
    if (error->kind() == ErrorKind::cancelled) {
        failed_.reset();
        held_.reset();
        return std::make_exception_ptr(*error);
    }
    if (delivered_) return std::make_exception_ptr(*error);
    if (held_) add(failed_, *std::exchange(held_, std::nullopt));
    attempts_.push_back(Attempt{order_[place_], *error});
    const bool goes_on = core_->fails_over(*error);
    if (goes_on) core_->note_failure(order_[place_], *error);
    if (!goes_on || !has_next()) return std::make_exception_ptr(final_error());
    go_on(*error);
    return nullptr;
}

void FallbackCall::go_on(const ApiError& error) {
    early_.clear();
    Failover failover;
    failover.from = order_[place_++];
    failover.to = order_[place_];
    failover.from_name = core_->name(failover.from);
    failover.to_name = core_->name(failover.to);
    failover.error = error;
    core_->tell(failover);
}

ApiError FallbackCall::final_error() const {
    const auto& last = attempts_.back().error;
    if (attempts_.size() == 1) return last;
    const bool gave_up = core_->fails_over(last);
    const auto again = std::ranges::find_if(
        attempts_, [](const Attempt& attempt) { return attempt.error.retryable(); });
    auto info = gave_up && again != attempts_.end() ? again->error.info() : last.info();
    info.summary = "One model after the other failed:";
    info.server_message.clear();
    json::array list;
    std::string_view separator = " ";
    for (const auto& attempt : attempts_) {
        info.summary += fmt::format("{}{} said: {}", separator, core_->name(attempt.entry),
                                    sentence(attempt.error));
        separator = "; ";
        json::object entry;
        entry["name"] = core_->name(attempt.entry);
        entry["kind"] = to_string(attempt.error.kind());
        entry["message"] = attempt.error.what();
        list.push_back(std::move(entry));
    }
    json::object raw;
    raw["attempts"] = std::move(list);
    info.raw = std::move(raw);
    return ApiError(std::move(info));
}

void FallbackCall::add_failed_cost(Usage& usage) const {
    if (!failed_ || !failed_->total_cost) return;
    if (usage.total_cost) *usage.total_cost += *failed_->total_cost;
    usage.raw["failed_attempts_cost"] = failed_->total_cost->to_string();
}

std::optional<UsageChunk> FallbackCall::usage_of_failures() {
    if (held_) add(failed_, *std::exchange(held_, std::nullopt));
    if (!failed_) return std::nullopt;
    return UsageChunk(*std::exchange(failed_, std::nullopt));
}

}  // namespace capstan::composition
