#include "openrouter/reasoning_parameter.hpp"
#include "request_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

namespace {

std::string sent(const ReasoningOptions& reasoning, const ModelInfo* info = nullptr,
                 const char* model = "vendor/model") {
    MessageRequest request = asking();
    request.reasoning = reasoning;
    return member(json_of(bare_options(model), request, info), "reasoning");
}

ReasoningOptions effort(std::string word) {
    ReasoningOptions reasoning;
    reasoning.effort = std::move(word);
    return reasoning;
}

ReasoningOptions budget(std::int64_t tokens) {
    ReasoningOptions reasoning;
    reasoning.max_tokens = tokens;
    return reasoning;
}

ModelInfo listing(std::optional<std::vector<std::string>> efforts, bool mandatory = false) {
    ModelInfo info;
    info.reasoning.emplace();
    info.reasoning->supported_efforts = std::move(efforts);
    info.reasoning->mandatory = mandatory;
    return info;
}

}  // namespace

TEST_CASE("pitfall 23: effort, budget and off, one of them only") {
    CHECK(sent(ReasoningOptions()) == "-");
    for (const char* word : {"max", "xhigh", "high", "medium", "low", "minimal", "none"})
        CHECK(sent(effort(word)) == std::string(R"({"effort":")") + word + "\"}");
    CHECK(sent(budget(4096)) == R"({"max_tokens":4096})");
    CHECK(sent(budget(0)) == R"({"enabled":false})");
    ReasoningOptions both = effort("high");
    both.max_tokens = 2048;
    CHECK(sent(both) == R"({"max_tokens":2048})");
    both.max_tokens = 0;
    CHECK(sent(both) == R"({"enabled":false})");
    ReasoningOptions flags;
    flags.enabled = true;
    flags.exclude = true;
    CHECK(sent(flags) == R"({"enabled":true,"exclude":true})");
    flags.enabled = false;
    CHECK(sent(flags) == R"({"enabled":false})");
}

TEST_CASE("the request's reasoning replaces the handler's") {
    OpenRouterOptions options = bare_options();
    options.reasoning_effort = "low";
    MessageRequest request = asking();
    CHECK(member(json_of(options, request), "reasoning") == R"({"effort":"low"})");
    options.thinking_budget_tokens = 1500;
    CHECK(member(json_of(options, request), "reasoning") == R"({"max_tokens":1500})");
    request.reasoning = effort("high");
    CHECK(member(json_of(options, request), "reasoning") == R"({"effort":"high"})");
}

TEST_CASE("an effort that the catalogue does not list becomes the nearest one") {
    const ModelInfo three = listing({{"high", "medium", "low"}});
    CHECK(sent(effort("max"), &three) == R"({"effort":"high"})");
    CHECK(sent(effort("minimal"), &three) == R"({"effort":"low"})");
    CHECK(sent(effort("medium"), &three) == R"({"effort":"medium"})");
    CHECK(sent(effort("none"), &three) == R"({"effort":"none"})");
    const ModelInfo two = listing({{"high", "low"}});
    CHECK(sent(effort("medium"), &two) == R"({"effort":"low"})");
    const ModelInfo unlisted = listing(std::nullopt);
    CHECK(sent(effort("max"), &unlisted) == R"({"effort":"max"})");
    const ModelInfo unknown = listing({{"ultra"}});
    CHECK(sent(effort("max"), &unknown) == R"({"effort":"max"})");
}

TEST_CASE("pitfall 23: models that must reason get their lowest effort instead of off") {
    const ModelInfo listed = listing({{"high", "low"}}, true);
    CHECK(sent(effort("none"), &listed) == R"({"effort":"low"})");
    CHECK(sent(budget(0), &listed) == R"({"effort":"low"})");
    const ModelInfo unlisted = listing(std::nullopt, true);
    CHECK(sent(effort("none"), &unlisted) == R"({"effort":"minimal"})");
    const ModelInfo none_listed = listing(std::vector<std::string>(), true);
    CHECK(sent(effort("none"), &none_listed) == "-");
    CHECK(sent(effort("none"), &listed, "~vendor/model-latest") == R"({"effort":"none"})");
}

TEST_CASE("unknown efforts and negative budgets are configuration errors") {
    CHECK_THROWS_AS(sent(effort("hihg")), ApiError);
    CHECK_THROWS_AS(sent(budget(-1)), ApiError);
}
