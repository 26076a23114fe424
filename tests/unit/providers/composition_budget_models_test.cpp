#include "composition_fixture.hpp"

#include <capstan/providers/budget_handler.hpp>
#include <capstan/providers/fallback_handler.hpp>
#include <capstan/providers/routed_handler.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::literals;
using namespace capstan::testing;

namespace {

/// One model whose tokens have one price, in and out; no price: it is unknown.
std::shared_ptr<ScriptedHandler> model(const std::string& id, std::optional<Money> price) {
    ScriptedOptions options;
    options.model.id = id;
    options.model.info.emplace();
    options.model.info->id = id;
    options.model.info->pricing.prompt = price;
    options.model.info->pricing.completion = price;
    return std::make_shared<ScriptedHandler>(options);
}

/// 10 tokens that tell no cost.
ScriptedAnswer tokens() {
    Usage usage;
    usage.source = UsageSource::stream;
    usage.input_tokens = 6;
    usage.output_tokens = 4;
    return ScriptedAnswer().text("x").usage(usage);
}

ScriptedAnswer tokens_of(const std::string& answered) {
    FinishChunk finish;
    finish.reason = FinishReason::stop;
    finish.model = answered;
    return tokens().chunk(finish);
}

BudgetOptions one_dollar() {
    BudgetOptions options;
    options.reservation = 1_usd;
    return options;
}

}  // namespace

TEST_CASE("budget: no answer gives money back") {
    auto inner = std::make_shared<ScriptedHandler>();
    inner->otherwise(
        [](const MessageRequest&) { return ScriptedAnswer().text("x").cost(Money() - 9_usd); });
    auto budget = std::make_shared<SpendingBudget>(2_usd);
    budget->add_spent(0.25_usd);
    BudgetHandler handler(inner, budget, one_dollar());
    CHECK(hear(handler, question()).complete());
    CHECK(budget->state().spent == 0.25_usd);
    CHECK(budget->state().reserved.is_zero());
    CHECK(budget->state().left() == 1.75_usd);
}

TEST_CASE("budget: tokens have the price of the model that answered") {
    const auto cheap = model("a/cheap", 0.001_usd);
    const auto dear = model("a/dear", 0.02_usd);
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    SECTION("after a failover") {
        cheap->add(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
        dear->add(tokens());
        auto both = std::make_shared<FallbackHandler>(std::vector<FallbackEntry>{{cheap}, {dear}});
        BudgetHandler handler(both, budget, one_dollar());
        CHECK(hear(handler, question()).complete());
    }
    SECTION("in a role") {
        dear->add(tokens());
        Routes routes;
        routes["fast"] = Route(cheap);
        routes["planning"] = Route(dear);
        BudgetHandler handler(std::make_shared<RoutedHandler>(routes, "fast"), budget,
                              one_dollar());
        auto request = question();
        request.context.role = "planning";
        CHECK(hear(handler, request).complete());
    }
    CHECK(budget->state().spent == 0.2_usd);
    CHECK(budget->state().uncertain.is_zero());
    CHECK(budget->state().reserved.is_zero());
}

TEST_CASE("budget: where the model that answered has no known price, the cost is unknown") {
    struct Case {
        std::string asked;
        std::string answered;
        std::optional<Money> cost;
    };
    for (const auto& [asked, answered, cost] : std::vector<Case>{
             {"", "a/model", 0.01_usd},
             {"a/model", "a/model", 0.01_usd},
             {"", "a/model-2026-01-31", 0.01_usd},
             {"a/model", "a/model-20260131", 0.01_usd},
             {"a/model", "a/model-mini", std::nullopt},
             {"a/model", "a/model2", std::nullopt},
             {"", "b/other", std::nullopt},
             {"b/other", "a/model", 0.01_usd},
             {"b/other", "b/other", std::nullopt},
         }) {
        INFO(asked << " " << answered);
        auto inner = model("a/model", 0.001_usd);
        inner->add(tokens_of(answered));
        auto budget = std::make_shared<SpendingBudget>(100_usd);
        BudgetHandler handler(inner, budget, one_dollar());
        CHECK(hear(handler, question("?", asked)).complete());
        CHECK(budget->state().spent == cost.value_or(1_usd));
        CHECK(budget->state().uncertain.is_zero() == cost.has_value());
    }
}

TEST_CASE("budget: tokens that were told before the answer broke off are priced") {
    auto inner = model("a/model", 0.001_usd);
    inner->add(tokens().error(ErrorKind::network, "reset"));
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    BudgetHandler handler(inner, budget, one_dollar());
    CHECK(hear(handler, question()).error);
    CHECK(budget->state().spent == 0.01_usd);
}

TEST_CASE("budget: a limit in the request's extra is what is reserved, and stays the only one") {
    auto inner = model("a/model", 0.001_usd);
    auto budget = std::make_shared<SpendingBudget>(100_usd);
    Money reserved;
    inner->otherwise([&](const MessageRequest&) {
        reserved = budget->state().reserved;
        return ScriptedAnswer().text("x");
    });
    BudgetOptions options;
    options.cap_output = true;
    options.assumed_output_tokens = 100;
    BudgetHandler handler(inner, budget, options);
    CHECK(hear(handler, question()).complete());
    const auto assumed = reserved;
    CHECK(inner->requests().back().max_tokens == 100);
    for (const std::string key : {"max_tokens", "max_completion_tokens", "max_output_tokens"}) {
        INFO(key);
        auto request = question();
        request.extra[key] = 5000;
        CHECK(hear(handler, request).complete());
        CHECK(reserved - assumed == 0.001_usd * 4900);
        CHECK_FALSE(inner->requests().back().max_tokens);
        request.max_tokens = 100;
        CHECK(hear(handler, request).complete());
        CHECK(reserved - assumed == 0.001_usd * 4900);
        CHECK(inner->requests().back().max_tokens == 100);
    }
    auto request = question();
    request.extra["max_tokens"] = 5000;
    request.extra["max_completion_tokens"] = 6000;
    CHECK(hear(handler, request).complete());
    CHECK(reserved - assumed == 0.001_usd * 5900);
}
