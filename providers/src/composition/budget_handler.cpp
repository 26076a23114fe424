#include <capstan/providers/budget_handler.hpp>

#include "composition/call_errors.hpp"
#include "composition/cost_estimate.hpp"
#include "composition/inner_stream.hpp"
#include "composition/request_size.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace capstan {

namespace {

/// The limit that `extra` has, which wins over `max_tokens` on the wire.
std::optional<std::int64_t> raw_limit(const MessageRequest& request) {
    std::optional<std::int64_t> limit;
    for (const auto key : {"max_tokens", "max_completion_tokens", "max_output_tokens"})
        limit = std::max(limit, find_int(request.extra, key));  // nothing is less than any
    return limit;
}

/// True for e.g. "gpt-4o-2024-08-06", as which "gpt-4o" answers.
bool is_dated(std::string_view model, std::string_view answered) {
    if (!answered.starts_with(model)) return false;
    const auto rest = answered.substr(model.size());
    return rest.starts_with('-') && rest.find_first_not_of("-0123456789") == rest.npos;
}

}  // namespace

/// What the calls of one BudgetHandler share.
class BudgetHandler::Core {
public:
    Core(std::shared_ptr<ApiHandler> handler, std::shared_ptr<SpendingBudget> budget,
         BudgetOptions options)
        : handler_(std::move(handler)), budget_(std::move(budget)), options_(std::move(options)) {
        if (!handler_ || !budget_)
            throw ApiError(ErrorKind::configuration,
                           "A BudgetHandler needs a handler and a budget");
    }

    ApiHandler& handler() const noexcept { return *handler_; }
    SpendingBudget& budget() const noexcept { return *budget_; }
    const BudgetOptions& options() const noexcept { return options_; }

    std::optional<ModelInfo> info_of(const std::string& model) const {
        return model.empty() ? handler_->get_model().info : handler_->model_info(model);
    }

    ModelPricing pricing_of(const std::string& model,
                            const std::optional<ModelInfo>& info) const {
        if (options_.pricing) {
            const auto name = model.empty() ? handler_->get_model().id : model;
            if (auto known = options_.pricing(name)) return *known;
        }
        return info ? info->pricing : ModelPricing();
    }

    /// What `usage` cost at the prices of the model that answered. Nothing if it told no cost, and
    /// prices are unknown: those of another model would not do.
    std::optional<Money> cost_of(const Usage& usage, const std::string& asked,
                                 const ModelPricing& pricing, const std::string& answered) const {
        const auto by_asked = composition::cost_of(usage, pricing);
        if (usage.total_cost || answered.empty() || answered == asked) return by_asked;
        const auto name = asked.empty() ? handler_->get_model().id : asked;
        if (answered == name) return by_asked;
        auto cost = composition::cost_of(usage, pricing_of(answered, info_of(answered)));
        return !cost && is_dated(name, answered) ? by_asked : cost;
    }

    std::int64_t output_tokens(const MessageRequest& request,
                               const std::optional<ModelInfo>& info) const {
        constexpr std::int64_t unknown = 4096;
        if (const auto raw = raw_limit(request)) return *raw;
        if (request.max_tokens) return *request.max_tokens;
        if (options_.assumed_output_tokens) return *options_.assumed_output_tokens;
        return info ? info->max_completion_tokens.value_or(unknown) : unknown;
    }

private:
    std::shared_ptr<ApiHandler> handler_;
    std::shared_ptr<SpendingBudget> budget_;
    BudgetOptions options_;
};

namespace {

/// The money of one call.
class Purse {
public:
    /// Reserves; throws ApiError.
    Purse(std::shared_ptr<BudgetHandler::Core> core, MessageRequest& request)
        : core_(std::move(core)), asked_(request.model), reservation_(reserve(request)) {}
    Purse(const Purse&) = delete;
    ~Purse() { settle(asked_); }

    void see(const StreamChunk& chunk) {
        delivered_ = true;
        if (const auto* told = std::get_if<UsageChunk>(&chunk)) {
            usage_ = told->usage;
            if (usage_->total_cost) settle(asked_);
        } else if (const auto* finish = std::get_if<FinishChunk>(&chunk)) {
            settle(finish->model);
        }
    }

    void fail(const std::exception_ptr& failure) {
        const auto error = composition::as_api_error(failure, phase());
        if (!error || error->kind() == ErrorKind::cancelled) return;
        if (!delivered_) reservation_.refund();
    }

    ErrorPhase phase() const noexcept {
        return delivered_ ? ErrorPhase::mid_stream : ErrorPhase::before_first_chunk;
    }

private:
    SpendingBudget::Reservation reserve(MessageRequest& request) {
        const auto info = core_->info_of(request.model);
        pricing_ = core_->pricing_of(request.model, info);
        const auto output = core_->output_tokens(request, info);
        const auto& options = core_->options();
        auto amount = options.reservation;
        if (!amount)
            amount = composition::largest_cost(
                pricing_, composition::estimate_prompt_tokens(request), output);
        if (options.cap_output && !request.max_tokens && !raw_limit(request))
            request.max_tokens = output;
        return core_->budget().reserve(amount.value_or(options.unknown_price_reservation));
    }

    /// Without a cost that was told, the prices are those of the model that answered.
    void settle(const std::string& answered) {
        if (!reservation_.open()) return;
        const auto cost = usage_ ? core_->cost_of(*usage_, asked_, pricing_, answered)
                                 : std::nullopt;
        if (cost)
            reservation_.settle(*cost);
        else if (core_->options().charge_unknown)
            reservation_.settle_unknown();
        else
            reservation_.refund();
    }

    std::shared_ptr<BudgetHandler::Core> core_;
    std::string asked_;     // may be empty
    ModelPricing pricing_;  // of `asked_`
    std::optional<Usage> usage_;
    SpendingBudget::Reservation reservation_;
    bool delivered_ = false;
};

ChunkStream stream(std::shared_ptr<BudgetHandler::Core> core,
                   std::unique_ptr<MessageRequest> request) {
    const auto stop = co_await stream_stop_token;
    Purse purse(core, *request);
    std::exception_ptr failure;
    std::optional<composition::InnerStream> inner;
    try {
        inner.emplace(core->handler().create_message(std::move(*request)), stop);
    } catch (...) {
        failure = std::current_exception();
    }
    request.reset();
    while (!failure) {
        std::optional<StreamChunk> chunk;
        try {
            chunk = co_await inner->next();
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) break;
        if (!chunk) co_return;
        purse.see(*chunk);
        co_yield std::move(*chunk);
    }
    const auto phase = purse.phase();
    purse.fail(failure);
    composition::rethrow(failure, phase);
}

}  // namespace

BudgetHandler::BudgetHandler(std::shared_ptr<ApiHandler> handler,
                             std::shared_ptr<SpendingBudget> budget, BudgetOptions options)
    : core_(std::make_shared<Core>(std::move(handler), std::move(budget), std::move(options))) {}

BudgetHandler::~BudgetHandler() = default;

ChunkStream BudgetHandler::create_message(MessageRequest request) {
    return stream(core_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel BudgetHandler::get_model() const { return core_->handler().get_model(); }

std::optional<ModelInfo> BudgetHandler::model_info(const std::string& model) const {
    return core_->handler().model_info(model);
}

asio::awaitable<std::optional<Usage>> BudgetHandler::get_api_stream_usage(
    std::string generation_id) {
    return core_->handler().get_api_stream_usage(std::move(generation_id));
}

SpendingBudget& BudgetHandler::budget() const noexcept { return core_->budget(); }

}  // namespace capstan
