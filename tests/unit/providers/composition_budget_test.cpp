#include "composition_fixture.hpp"

#include "composition/cost_estimate.hpp"

#include <capstan/providers/budget_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <latch>
#include <random>
#include <thread>

using namespace capstan;
using namespace capstan::literals;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

BudgetOptions fixed(Money amount) {
    BudgetOptions options;
    options.reservation = amount;
    return options;
}

ScriptedOptions priced(Money prompt, Money completion) {
    ScriptedOptions options;
    options.model.id = "a/model";
    options.model.info.emplace();
    options.model.info->id = "a/model";
    options.model.info->pricing.prompt = prompt;
    options.model.info->pricing.completion = completion;
    options.model.info->max_completion_tokens = 1000;
    return options;
}

}  // namespace

TEST_CASE("budget: 200 threads on one dollar never spend more than it") {
    auto inner = std::make_shared<ScriptedHandler>();
    inner->otherwise(
        [](const MessageRequest&) { return ScriptedAnswer().text("x").cost(0.009_usd); });
    auto budget = std::make_shared<SpendingBudget>(1_usd);
    BudgetHandler handler(inner, budget, fixed(0.01_usd));
    std::atomic<int> answered{0};
    std::atomic<int> refused{0};
    std::latch start(200);
    std::vector<std::thread> threads;
    for (int t = 0; t < 200; ++t)
        threads.emplace_back([&] {
            start.arrive_and_wait();
            const auto heard = hear(handler, question());
            if (heard.complete()) ++answered;
            if (heard.error && heard.error->kind() == ErrorKind::payment_required) ++refused;
        });
    for (auto& thread : threads) thread.join();
    const auto state = budget->state();
    CHECK(answered + refused == 200);
    CHECK(answered >= 100);
    CHECK(state.spent <= 1_usd);
    CHECK(state.spent == 0.009_usd * answered);
    CHECK(state.reserved.is_zero());
    CHECK(state.uncertain.is_zero());
    CHECK(state.calls == answered);
    CHECK(state.refused == refused);
}

TEST_CASE("budget: 200 calls at once begin only as far as the money goes") {
    auto clock = std::make_shared<ManualClock>();
    ScriptedOptions slow;
    slow.clock = clock;
    auto inner = std::make_shared<ScriptedHandler>(slow);
    // Each costs twice what was reserved: the worst that an estimate may do here.
    inner->otherwise([](const MessageRequest&) {
        return ScriptedAnswer().delay(1s).text("x").cost(0.02_usd);
    });
    auto budget = std::make_shared<SpendingBudget>(1_usd);
    BudgetHandler handler(inner, budget, fixed(0.01_usd));
    Calls calls;
    for (int n = 0; n < 200; ++n) calls.start(handler, question());
    calls.run();
    CHECK(inner->calls() == 100);
    CHECK(budget->state().reserved == 1_usd);
    clock->advance(1s);
    calls.run();
    CHECK(budget->state().spent == 2_usd);
    CHECK(budget->state().left() == Money() - 1_usd);
    CHECK(calls.call(handler, question()).error);
    CHECK(inner->calls() == 100);
}

TEST_CASE("budget: the refusal says limit, spent, reserved and wanted") {
    auto inner = std::make_shared<ScriptedHandler>();
    auto budget = std::make_shared<SpendingBudget>(0.5_usd);
    budget->add_spent(0.2_usd);
    auto other = budget->reserve(0.25_usd);
    BudgetHandler handler(inner, budget, fixed(0.1_usd));
    const auto heard = hear(handler, question());
    REQUIRE(heard.error);
    CHECK(heard.error->kind() == ErrorKind::payment_required);
    CHECK(heard.error->phase() == ErrorPhase::before_request);
    CHECK_FALSE(heard.error->retryable());
    for (const std::string amount : {"$0.5 ", "$0.2 ", "$0.25 ", "$0.1."})
        CHECK(heard.what().find(amount) != std::string::npos);
    CHECK(inner->calls() == 0);
    other.refund();
    CHECK(budget->state().left() == 0.3_usd);
}

TEST_CASE("budget: reserved is what the prompt and the largest answer may cost") {
    auto inner = std::make_shared<ScriptedHandler>(priced(0.001_usd, 0.01_usd));
    auto clock = std::make_shared<ManualClock>();
    inner->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("x"); });
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    const auto reserved = [&](BudgetOptions options, std::optional<std::int64_t> max_tokens,
                              std::string text) {
        BudgetHandler handler(inner, budget, options);
        Calls calls;
        calls.read_at_most(0);
        auto request = question(std::move(text));
        request.max_tokens = max_tokens;
        Money seen;
        inner->otherwise([&](const MessageRequest&) {
            seen = budget->state().reserved;
            return ScriptedAnswer().text("x");
        });
        CHECK(hear(handler, request).complete());
        return seen;
    };
    const auto small = reserved({}, 50, "Hm?");
    CHECK(small > 0.5_usd);
    CHECK(small < 0.6_usd);
    CHECK(reserved({}, std::nullopt, "Hm?") - small == 0.01_usd * 950);
    CHECK(reserved({}, 50, std::string(10'000, 'x')) - small > 2_usd);
    BudgetOptions assumed;
    assumed.assumed_output_tokens = 60;
    CHECK(reserved(assumed, std::nullopt, "Hm?") - small == 0.1_usd);
    CHECK(reserved(fixed(3_usd), 50, "Hm?") == 3_usd);
}

TEST_CASE("budget: unknown prices reserve a fixed amount, other prices can be given") {
    auto inner = std::make_shared<ScriptedHandler>();
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    Money seen;
    inner->otherwise([&](const MessageRequest&) {
        seen = budget->state().reserved;
        return ScriptedAnswer().text("x");
    });
    BudgetOptions options;
    options.unknown_price_reservation = 0.07_usd;
    BudgetHandler plain(inner, budget, options);
    CHECK(hear(plain, question()).complete());
    CHECK(seen == 0.07_usd);
    options.pricing = [](const std::string& model) -> std::optional<ModelPricing> {
        if (model != "scripted/model") return std::nullopt;
        ModelPricing pricing;
        pricing.prompt = Money();
        pricing.completion = 0.0001_usd;
        return pricing;
    };
    BudgetHandler priced_by_us(inner, budget, options);
    CHECK(hear(priced_by_us, question()).complete());
    CHECK(seen == 0.4096_usd);
    CHECK(hear(priced_by_us, question("?", "other")).complete());
    CHECK(seen == 0.07_usd);
}

TEST_CASE("budget: cap_output sends the limit that was reserved") {
    auto inner = std::make_shared<ScriptedHandler>(priced(Money(), Money()));
    inner->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("x"); });
    BudgetOptions options;
    options.cap_output = true;
    BudgetHandler handler(inner, std::make_shared<SpendingBudget>(1_usd), options);
    auto request = question();
    hear(handler, request);
    request.max_tokens = 7;
    hear(handler, request);
    CHECK(inner->requests().at(0).max_tokens == 1000);
    CHECK(inner->requests().at(1).max_tokens == 7);
}

TEST_CASE("budget: the cost is what was told, else what tokens and prices give, else reserved") {
    auto inner = std::make_shared<ScriptedHandler>(priced(0.001_usd, 0.01_usd));
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    auto options = fixed(0.5_usd);
    Usage tokens;
    tokens.source = UsageSource::stream;
    tokens.input_tokens = 10;
    tokens.output_tokens = 5;
    SECTION("told") {
        inner->add(ScriptedAnswer().text("x").cost(0.2_usd));
        BudgetHandler handler(inner, budget, options);
        hear(handler, question());
        CHECK(budget->state().spent == 0.2_usd);
        CHECK(budget->state().uncertain.is_zero());
    }
    SECTION("tokens") {
        inner->add(ScriptedAnswer().text("x").usage(tokens));
        BudgetHandler handler(inner, budget, options);
        hear(handler, question());
        CHECK(budget->state().spent == 0.06_usd);
    }
    SECTION("unknown") {
        inner->add(ScriptedAnswer().text("x").no_usage());
        inner->add(ScriptedAnswer().text("x").no_usage());
        BudgetHandler handler(inner, budget, options);
        hear(handler, question());
        CHECK(budget->state().spent == 0.5_usd);
        CHECK(budget->state().uncertain == 0.5_usd);
        options.charge_unknown = false;
        BudgetHandler generous(inner, budget, options);
        hear(generous, question());
        CHECK(budget->state().spent == 0.5_usd);
    }
    CHECK(budget->state().reserved.is_zero());
}

TEST_CASE("budget: failures before the first chunk cost nothing, later ones what is known") {
    auto inner = std::make_shared<ScriptedHandler>();
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    BudgetHandler handler(inner, budget, fixed(0.5_usd));
    inner->add(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
    hear(handler, question());
    CHECK(budget->state().spent.is_zero());
    inner->add(ScriptedAnswer().text("x").error(ErrorKind::network, "reset"));
    hear(handler, question());
    CHECK(budget->state().spent == 0.5_usd);
    inner->add(ScriptedAnswer().text("x").cost(0.1_usd).error(ErrorKind::network, "reset"));
    hear(handler, question());
    CHECK(budget->state().spent == 0.6_usd);
    CHECK(budget->state().uncertain == 0.5_usd);
    CHECK(budget->state().reserved.is_zero());
}

TEST_CASE("budget: a stream given up at any point is charged, one never begun is not") {
    auto clock = std::make_shared<ManualClock>();
    ScriptedOptions slow;
    slow.clock = clock;
    for (const bool destroyed : {true, false})
        for (int step = 0; step < 4; ++step) {
            INFO(destroyed << step);
            auto inner = std::make_shared<ScriptedHandler>(slow);
            inner->add(ScriptedAnswer().delay(1s).text("A").delay(1s).text("B").cost(0.1_usd));
            auto budget = std::make_shared<SpendingBudget>(1_usd);
            BudgetHandler handler(inner, budget, fixed(0.5_usd));
            { const auto never = handler.create_message(question()); }
            CHECK(budget->state().calls == 0);
            Calls calls;
            calls.start(handler, question());
            for (int n = 0; n < step; ++n) {
                calls.run();
                clock->advance(1s);
            }
            if (step > 0) calls.run();
            destroyed ? calls.destroy(0) : calls.cancel(0);
            calls.run();
            CHECK(budget->state().reserved.is_zero());
            CHECK(inner->open_calls() == 0);
            if (step >= 2)
                CHECK(budget->state().spent == 0.1_usd);
            else if (step == 1)
                CHECK(budget->state().spent == 0.5_usd);
        }
}

TEST_CASE("budget: handlers share one, and its books balance under random use by threads") {
    auto budget = std::make_shared<SpendingBudget>(5_usd);
    std::atomic<std::int64_t> mills{0};
    std::atomic<bool> broken{false};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            std::mt19937 random(t);
            for (int n = 0; n < 2000; ++n) {
                const auto wanted = static_cast<std::int64_t>(random() % 50);
                try {
                    auto reservation = budget->reserve(0.001_usd * wanted);
                    const auto state = budget->state();
                    if (state.spent + state.reserved > state.limit) broken = true;
                    const auto cost = wanted == 0 ? 0 : static_cast<std::int64_t>(
                                                            random() % wanted);
                    switch (random() % 4) {
                        case 0: reservation.refund(); break;
                        case 1: mills += wanted; break;  // its destruction charges it
                        default:
                            reservation.settle(0.001_usd * cost);
                            mills += cost;
                    }
                } catch (const ApiError& error) {
                    if (error.kind() != ErrorKind::payment_required) broken = true;
                }
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK_FALSE(broken);
    CHECK(budget->state().spent == 0.001_usd * mills);
    CHECK(budget->state().spent <= 5_usd);
    CHECK(budget->state().reserved.is_zero());
    CHECK(budget->state().refused > 0);
}

TEST_CASE("budget: a reservation outlives its budget, and is settled once") {
    auto budget = std::make_unique<SpendingBudget>(1_usd);
    auto first = budget->reserve(0.5_usd);
    auto second = std::move(first);
    second.settle(0.1_usd);
    second.settle(0.1_usd);
    second.settle_unknown();
    CHECK(budget->state().spent == 0.1_usd);
    auto third = budget->reserve(0.9_usd);
    CHECK_THROWS_AS(budget->reserve(Money::from_nano_usd(1)), ApiError);
    CHECK_NOTHROW(budget->reserve(Money() - 5_usd));
    budget.reset();
    third.refund();
}

TEST_CASE("budget: null pointers are refused") {
    auto budget = std::make_shared<SpendingBudget>(1_usd);
    CHECK_THROWS_AS(BudgetHandler(nullptr, budget), ApiError);
    CHECK_THROWS_AS(BudgetHandler(std::make_shared<ScriptedHandler>(), nullptr), ApiError);
}

TEST_CASE("cost estimate: missing prices are unknown and never free") {
    ModelPricing pricing;
    CHECK_FALSE(composition::largest_cost(pricing, 1, 1));
    pricing.prompt = 1_usd;
    CHECK_FALSE(composition::largest_cost(pricing, 1, 1));
    pricing.completion = 2_usd;
    CHECK(composition::largest_cost(pricing, 3, 4) == 11_usd);
    pricing.request = 5_usd;
    pricing.input_cache_write = 1.25_usd;
    pricing.internal_reasoning = 3_usd;
    CHECK(composition::largest_cost(pricing, 4, 4) == 22_usd);
    CHECK(composition::largest_cost(pricing, -4, -4) == 5_usd);

    Usage usage;
    CHECK_FALSE(composition::cost_of(usage, pricing));
    usage.input_tokens = 2;
    CHECK_FALSE(composition::cost_of(usage, pricing));
    usage.output_tokens = 3;
    usage.cache_read_tokens = 1;
    usage.cache_write_tokens = 4;
    CHECK(composition::cost_of(usage, pricing) == 19_usd);
    pricing.input_cache_read = 0.5_usd;
    CHECK(composition::cost_of(usage, pricing) == 18.5_usd);
    usage.total_cost = 7_usd;
    CHECK(composition::cost_of(usage, pricing) == 7_usd);
}
