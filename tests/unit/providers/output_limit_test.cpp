#include "chat/output_limit.hpp"
#include "request_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace request_fixture;

namespace {

using Tokens = std::optional<std::int64_t>;

struct Row {
    Tokens requested;
    Tokens most;
    Tokens context;
    std::int64_t bytes;
    std::int64_t budget;
    const char* model;
    Tokens limit;
    std::int64_t sent_budget;
};

ModelInfo info_of(Tokens most, Tokens context) {
    ModelInfo info;
    info.max_completion_tokens = most;
    info.context_length = context;
    return info;
}

}  // namespace

TEST_CASE(
    "user problem 13: the output limit is what was asked for, what the model can, and what fits") {
    const char* claude = "anthropic/claude-sonnet-4.5";
    const char* adaptive = "anthropic/claude-opus-4.7";
    const Row rows[] = {
        // requested, model, context, bytes, budget -> limit, budget
        {{}, {}, {}, 300, 0, "v/m", {}, 0},
        {500, {}, {}, 300, 0, "v/m", 500, 0},
        {{}, 64000, 200000, 300, 0, "v/m", 32000, 0},
        {{}, 8192, 200000, 300, 0, "v/m", 8192, 0},
        {50000, 64000, 200000, 300, 0, "v/m", 50000, 0},
        {{}, {}, 16384, 3000, 0, "v/m", 16384 - 1000 - 1024, 0},
        {{}, 64000, 16384, 60000, 0, "v/m", {}, 0},
        {700, 64000, 16384, 60000, 0, "v/m", 700, 0},
        {{}, 0, 0, 300, 0, "v/m", {}, 0},
        // a budget raises the default
        {{}, 128000, 400000, 300, 60000, "v/m", 61024, 60000},
        {{}, 128000, 400000, 300, 60000, claude, 61024, 60000},
        // pitfall 23: older Claude needs max_tokens above the budget
        {{}, 16000, 200000, 300, 20000, claude, 16000, 15999},
        {4000, 64000, 200000, 300, 8000, claude, 4000, 3999},
        {4000, 64000, 200000, 300, 8000, adaptive, 4000, 8000},
        {4000, {}, {}, 300, 4000, claude, 4000, 3999},
        {{}, 1000, 200000, 300, 8000, claude, {}, 8000},
        {{}, {}, {}, 300, 8000, claude, {}, 8000},
    };
    for (const Row& row : rows) {
        CAPTURE(row.requested, row.most, row.context, row.bytes, row.budget, row.model);
        const ModelInfo info = info_of(row.most, row.context);
        OutputLimitInput input;
        input.requested = row.requested;
        input.prompt_bytes = row.bytes;
        input.model = row.model;
        input.info = row.most || row.context ? &info : nullptr;
        ReasoningOptions reasoning;
        if (row.budget > 0) reasoning.max_tokens = row.budget;
        CHECK(output_limit(input, reasoning) == row.limit);
        CHECK(reasoning.max_tokens.value_or(0) == row.sent_budget);
    }
}

TEST_CASE("pitfall 23: a limit without room for the smallest budget is refused") {
    OutputLimitInput input;
    input.requested = 1000;
    input.model = "anthropic/claude-sonnet-4.5";
    ReasoningOptions reasoning;
    reasoning.max_tokens = 2000;
    CHECK_THROWS_AS(output_limit(input, reasoning), ApiError);
    input.model = "anthropic/claude-sonnet-5";
    CHECK(output_limit(input, reasoning) == 1000);
}

TEST_CASE("a limit that nobody asked for can be switched off") {
    const ModelInfo info = info_of(64000, 200000);
    OpenRouterOptions options = bare_options();
    options.send_max_tokens = false;
    CHECK(member(json_of(options, asking(), &info), "max_tokens") == "-");
    options.max_tokens = 99;
    CHECK(member(json_of(options, asking(), &info), "max_tokens") == "99");
}

TEST_CASE("the bytes of pictures and files are not taken for text") {
    const ModelInfo info = info_of({}, 20000);
    MessageRequest request;
    std::vector<ContentPart> parts;
    parts.emplace_back(ImagePart("data:image/png;base64," + std::string(90000, 'A')));
    request.messages.add(UserMessage(parts));
    const auto limit = json_of(bare_options(), request, &info).at("max_tokens").to_number<int>();
    CHECK(limit > 17000);
    CHECK(limit < 20000 - 1024 - 1500);
}

TEST_CASE("the name of the limit is one that the model takes") {
    ModelInfo info;
    CHECK(output_limit_field("vendor/model", nullptr) == "max_tokens");
    CHECK(output_limit_field("openai/gpt-5.6-sol", nullptr) == "max_completion_tokens");
    CHECK(output_limit_field("openai/o3-mini", nullptr) == "max_completion_tokens");
    CHECK(output_limit_field("openai/gpt-4o", nullptr) == "max_tokens");
    info.supported_parameters = {"max_tokens", "tools"};
    CHECK(output_limit_field("openai/gpt-5", &info) == "max_tokens");
    info.supported_parameters = {"max_completion_tokens", "max_tokens"};
    CHECK(output_limit_field("vendor/model", &info) == "max_completion_tokens");
}
