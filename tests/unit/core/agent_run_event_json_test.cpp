#include "run_driver.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace capstan;
using namespace capstan::testing;
using namespace capstan::run_event;

namespace {

Usage full_usage() {
    Usage usage;
    usage.source = UsageSource::generation;
    usage.input_tokens = usage.output_tokens = usage.cache_read_tokens = 3;
    usage.cache_write_tokens = usage.reasoning_tokens = 4;
    usage.total_cost = Money::parse("0.000000012345");
    usage.is_byok = true;
    usage.raw["x"] = 1;
    return usage;
}

ErrorInfo full_error() {
    ErrorInfo error;
    error.kind = ErrorKind::rate_limited;
    error.phase = ErrorPhase::mid_stream;
    error.summary = "s";
    error.http_status = 429;
    error.retry_after = 5ms;
    error.fallback_models = {"a", "b"};
    error.raw = json::array{1, 2};
    return error;
}

std::vector<RunEvent> one_of_each() {
    auto answered = answer(calls_of({{"a", " {\"x\": 1.0} "}}), FinishReason::tool_calls);
    answered.message.reasoning.details = json::array{json::object{{"type", "reasoning.text"}}};
    answered.message.origin.model = "m";
    answered.usage = full_usage();
    answered.fixed_chars = 7;
    answered.input_estimate = 8;
    ModelFailed failed;
    failed.error = full_error();
    failed.partial = AssistantMessage(std::string("half"));
    CallsChecked checks;
    checks.calls = {checked("c1", Permission::ask), checked("c2")};
    checks.calls[0].arguments = "{}";
    checks.calls[1].refused = outcome("no", ToolStatus::unknown_tool);
    auto tool = ended("c1");
    tool.outcome.content = std::vector<ContentPart>{TextPart("t"), ImagePart("https://x/y.png")};
    tool.outcome.details["exit"] = 1;
    tool.outcome.spilled_to = "file";
    tool.outcome.duration = 12ms;
    Approved approved;
    approved.answer.fingerprint = "f";
    approved.answer.for_session = true;
    Summarised summary;
    summary.usage = full_usage();
    SubAgentsSpent spent;
    spent.cost = Money::from_nano_usd(1);
    ModelKnown known;
    known.context_length = 9;
    known.output_price = Money::from_nano_usd(2);
    StopWanted stop(StopReason::hook, "why");
    stop.partial = AssistantMessage(std::string("half"));
    return {said("hi"), answered, failed, checks, ToolBegun("c1"), tool, Resumed(), approved,
            summary, CompactionWanted(), spent, known, stop};
}

}  // namespace

TEST_CASE("Every kind of event reads back from its JSON as it was") {
    const auto events = one_of_each();
    REQUIRE(events.size() == std::variant_size_v<RunEvent>);
    for (std::size_t i = 0; i < events.size(); ++i) {
        CHECK(events[i].index() == i);
        const auto text = to_json_text(to_json(events[i]));
        const auto again = run_event_from_json(parse_json(text));
        CHECK(again.index() == i);
        CHECK(to_json_text(to_json(again)) == text);
    }
    const auto text = to_json_text(to_json(events[1]));
    CHECK(text.find(R"(" {\"x\": 1.0} ")") != std::string::npos);
    CHECK(text.find(R"("total_cost":"0.000000012345")") != std::string::npos);
}

TEST_CASE("An event with a member of a wrong kind is refused") {
    json::array wrong;  // in braces, compilers differ in whether it is nested
    wrong.emplace_back(json::array());
    for (const auto& event : one_of_each()) {
        const auto good = to_json(event);
        for (const auto& member : good) {
            auto bad = good;
            bad[member.key()] = wrong;
            INFO(to_json_text(bad));
            CHECK_THROWS_AS(run_event_from_json(bad), std::invalid_argument);
        }
    }
    CHECK_THROWS_AS(run_event_from_json(json::value("x")), std::invalid_argument);
    CHECK_THROWS_AS(run_event_from_json(json::object{{"type", "x"}}), std::invalid_argument);
}
