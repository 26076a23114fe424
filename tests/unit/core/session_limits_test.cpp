#include "session/session_limits.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace capstan;
using namespace capstan::detail;
using namespace capstan::literals;
using namespace std::chrono_literals;

namespace {

void check_same(const AgentLimits& limits) {
    const auto json = limits_to_json(limits);
    CHECK(limits_to_json(limits_from_json(parse_json(to_json_text(json)))) == json);
}

}  // namespace

TEST_CASE("limits are read as they were written") {
    check_same(AgentLimits());
    check_same(AgentLimits().max_steps({}).max_tool_calls({}).max_time({}).max_failed_steps({}));
    check_same(AgentLimits().max_cost(0.123456789012345678_usd).max_bad_calls({}));
    const auto limits = limits_from_json(
        limits_to_json(AgentLimits().max_time(5ms).max_tokens(7).final_answer(true)));
    CHECK(limits.max_time() == 5ms);
    CHECK(limits.max_tokens() == 7);
    CHECK(limits.final_answer());
    CHECK_FALSE(limits.max_cost());
}

TEST_CASE("limits that lack a member or have another kind are refused") {
    const auto whole = limits_to_json(AgentLimits().max_cost(1_usd));
    for (const auto& member : whole) {
        if (member.key() == "final_answer") continue;
        auto bad = whole;
        bad.erase(member.key());
        CHECK_THROWS_AS(limits_from_json(bad), std::invalid_argument);
        bad[member.key()] = "many";
        CHECK_THROWS_AS(limits_from_json(bad), std::invalid_argument);
    }
    CHECK_THROWS_AS(limits_from_json(nullptr), std::invalid_argument);
}
