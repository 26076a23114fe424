// Handlers around a handler: a budget, a limit and a fallback, tried with scripted providers.
#include <capstan/capstan.hpp>
#include <capstan/providers/budget_handler.hpp>
#include <capstan/providers/fallback_handler.hpp>
#include <capstan/providers/limited_handler.hpp>
#include <capstan/providers/scripted_handler.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

using namespace capstan::literals;

/// Stands for a provider; in a program this would be an OpenRouterHandler or another one.
std::shared_ptr<capstan::ScriptedHandler> cheap_but_busy() {
    auto handler = std::make_shared<capstan::ScriptedHandler>();
    handler->add(capstan::ScriptedAnswer().error(capstan::ErrorKind::overloaded, "too busy"));
    handler->add(capstan::ScriptedAnswer().text("A winch.").cost(0.04_usd));
    return handler;
}

std::shared_ptr<capstan::ScriptedHandler> dear_but_there() {
    auto handler = std::make_shared<capstan::ScriptedHandler>();
    handler->add(capstan::ScriptedAnswer().text("A winch of a ship.").cost(0.06_usd));
    return handler;
}

std::shared_ptr<capstan::ApiHandler> compose(std::shared_ptr<capstan::SpendingBudget> budget) {
    // At most two calls at once, and thirty a minute; more of them wait.
    capstan::LimitedOptions limits;
    limits.max_concurrent = 2;
    limits.requests_per_minute = 30;
    auto limited = std::make_shared<capstan::LimitedHandler>(cheap_but_busy(), limits);

    capstan::FallbackOptions fallback;
    fallback.on_failover = [](const capstan::Failover& failover) {
        std::printf("%s %s Trying %s.\n", failover.from_name.c_str(), failover.error->what(),
                    failover.to_name.c_str());
    };
    auto both = std::make_shared<capstan::FallbackHandler>(
        std::vector{capstan::FallbackEntry(limited, "cheap/model"),
                    capstan::FallbackEntry(dear_but_there(), "dear/model")},
        fallback);

    capstan::BudgetOptions reserving;
    reserving.reservation = 0.05_usd;  // scripted models have no prices to estimate from
    return std::make_shared<capstan::BudgetHandler>(both, budget, reserving);
}

int main() {
    try {
        auto budget = std::make_shared<capstan::SpendingBudget>(0.12_usd);
        const auto handler = compose(budget);
        for (int n = 1; n <= 3; ++n) {
            const auto text = capstan::ask(*handler, "What is a capstan?");
            std::printf("%d: %s ($%s left)\n", n, text.c_str(),
                        budget->state().left().to_string().c_str());
        }
    } catch (const capstan::ApiError& error) {
        std::printf("%s\n", error.what());
        return error.kind() == capstan::ErrorKind::payment_required ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
