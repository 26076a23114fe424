#include <capstan/providers/budget_handler.hpp>

#include "composition/call_errors.hpp"
#include "composition/cost_estimate.hpp"
#include "composition/inner_stream.hpp"
#include "composition/request_size.hpp"

#include <capstan/error.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace capstan {

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

    std::int64_t output_tokens(const MessageRequest& request,
                               const std::optional<ModelInfo>& info) const {
        constexpr std::int64_t unknown = 4096;
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
        : core_(std::move(core)), reservation_(reserve(request)) {}
    Purse(const Purse&) = delete;
    ~Purse() { settle_unknown(); }

    void see(const StreamChunk& chunk) {
        delivered_ = true;
        if (const auto* told = std::get_if<UsageChunk>(&chunk)) {
            if (const auto cost = composition::cost_of(told->usage, pricing_))
                reservation_.settle(*cost);
        } else if (std::holds_alternative<FinishChunk>(chunk)) {
            settle_unknown();
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
        if (options.cap_output && !request.max_tokens) request.max_tokens = output;
        return core_->budget().reserve(amount.value_or(options.unknown_price_reservation));
    }

    void settle_unknown() {
        if (core_->options().charge_unknown)
            reservation_.settle_unknown();
        else
            reservation_.refund();
    }

    std::shared_ptr<BudgetHandler::Core> core_;
    ModelPricing pricing_;
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
