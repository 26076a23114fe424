#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/model_info.hpp>
#include <capstan/providers/spending_budget.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace capstan {

/// Settings of a BudgetHandler.
struct BudgetOptions {
    BudgetOptions() = default;

    /// Reserved for every call; absent: what it may cost by its prices.
    std::optional<Money> reservation;
    /// Reserved when the prices are unknown; 0.10 dollars.
    Money unknown_price_reservation = Money::from_nano_usd(100'000'000);

    /// Prices by model, where the handler's model_info() knows none or wrong ones. Returns nothing
    /// for a model that it does not know either.
    std::function<std::optional<ModelPricing>(const std::string& model)> pricing;

    /// Output tokens of a call that has no `max_tokens`, in its `extra` neither; absent: all that
    /// the model can give, where that is known, else 4096.
    std::optional<std::int64_t> assumed_output_tokens;
    /// Sends what was assumed as `max_tokens`, so that the reservation holds. Not with a handler
    /// inside that sets `max_tokens` itself, such as one whose model URI has it: that one wins. Say
    /// it in the request or in `assumed_output_tokens` instead.
    bool cap_output = false;

    /// True: when an answer does not tell its cost and it does not follow from tokens and prices,
    /// what was reserved counts. False: nothing counts.
    bool charge_unknown = true;
};
static_assert(!std::is_aggregate_v<BudgetOptions>);

/// Lets a handler's calls spend no more than a budget allows.
///
/// Each call reserves, atomically, what it may cost: estimated prompt tokens and the largest answer
/// at the model's prices. When less is left the stream throws ApiError of kind payment_required and
/// nothing is sent. The cost that the answer tells is settled as soon as it is told; where it tells
/// tokens only, they are priced with the FinishChunk, as the model's that answered. A call that
/// failed before its first chunk gets its reservation back. One that was cancelled, destroyed or
/// broken off without telling its cost is charged by `charge_unknown`: the server may have worked.
///
/// Estimates are no bounds: a prompt in a rare language, or an answer of a model that takes no
/// `max_tokens`, may cost more than was reserved. So may one of a dearer model than was asked: the
/// reservation knows the request's model, or the handler's where it names none, but not what a
/// RoutedHandler inside makes of a role, nor where a FallbackHandler goes. Give such a call a
/// `reservation`, or each of their handlers a BudgetHandler with the same budget.
///
/// Thread-safe; streams keep what they need.
class BudgetHandler final : public ApiHandler {
public:
    /// Throws ApiError of kind configuration for null pointers.
    BudgetHandler(std::shared_ptr<ApiHandler> handler, std::shared_ptr<SpendingBudget> budget,
                  BudgetOptions options = {});
    ~BudgetHandler() override;

    using ApiHandler::create_message;
    ChunkStream create_message(MessageRequest request) override;
    SelectedModel get_model() const override;
    std::optional<ModelInfo> model_info(const std::string& model) const override;
    asio::awaitable<std::optional<Usage>> get_api_stream_usage(std::string generation_id) override;

    SpendingBudget& budget() const noexcept;

    class Core;

private:
    std::shared_ptr<Core> core_;
};

}  // namespace capstan
