#include "anthropic_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace anthropic_fixture;

namespace {

struct Wish {
    const char* effort = "";
    std::optional<std::int64_t> budget;
    std::optional<bool> enabled;
    std::optional<std::int64_t> max_tokens;
};

MessageRequest wishing(const Wish& wish) {
    MessageRequest request = asking();
    ReasoningOptions reasoning;
    reasoning.effort = wish.effort;
    reasoning.max_tokens = wish.budget;
    reasoning.enabled = wish.enabled;
    request.reasoning = reasoning;
    request.max_tokens = wish.max_tokens;
    return request;
}

std::string fields(const std::string& model, const MessageRequest& request) {
    const auto body = body_of(bare_options(model), request);
    return member(body, "max_tokens") + ' ' + member(body, "thinking") + ' ' +
           member(body, "output_config");
}

}  // namespace

TEST_CASE("Reasoning is asked for in the form that the model takes") {
    struct Row {
        const char* model;
        Wish wish;
        const char* expected;  // max_tokens, thinking, output_config
    };
    const Row rows[] = {
        // Claude before 3.7 does not think.
        {"claude-3-5-sonnet-latest", {"high", {}, {}, {}}, "8192 - -"},
        // Budgets.
        {"claude-sonnet-4-5", {"", {}, {}, {}}, "32000 - -"},
        {"claude-sonnet-4-5", {"", 5000, {}, {}},
         R"(32000 {"type":"enabled","budget_tokens":5000} -)"},
        {"claude-sonnet-4-5", {"", 40000, {}, {}},
         R"(41024 {"type":"enabled","budget_tokens":40000} -)"},
        {"claude-sonnet-4-5", {"", 5, {}, {}},
         R"(32000 {"type":"enabled","budget_tokens":1024} -)"},
        {"claude-sonnet-4-5", {"", 9000, {}, 8000},
         R"(8000 {"type":"enabled","budget_tokens":7999} -)"},
        {"claude-sonnet-4-5", {"high", {}, {}, 10000},
         R"(10000 {"type":"enabled","budget_tokens":8000} -)"},
        {"claude-sonnet-4-5", {"minimal", {}, {}, 4000},
         R"(4000 {"type":"enabled","budget_tokens":1024} -)"},
        {"claude-sonnet-4-5", {"low", {}, {}, 500}, "500 - -"},
        {"claude-sonnet-4-5", {"", {}, true, {}},
         R"(32000 {"type":"enabled","budget_tokens":16000} -)"},
        {"claude-sonnet-4-5", {"none", {}, {}, {}}, "32000 - -"},
        {"claude-sonnet-4-5", {"", 0, {}, {}}, "32000 - -"},
        {"claude-opus-4-1", {"", 31500, {}, {}},
         R"(32000 {"type":"enabled","budget_tokens":31500} -)"},
        // Both.
        {"claude-opus-4-6", {"", 5000, {}, {}},
         R"(32000 {"type":"enabled","budget_tokens":5000} -)"},
        {"claude-opus-4-6", {"xhigh", {}, {}, {}},
         R"(32000 {"type":"adaptive"} {"effort":"high"})"},
        {"claude-opus-4-6", {"max", {}, {}, {}}, R"(32000 {"type":"adaptive"} {"effort":"max"})"},
        // Adaptive only.
        {"claude-opus-4-7", {"", 5000, {}, {}},
         R"(32000 {"type":"adaptive","display":"summarized"} -)"},
        {"claude-opus-4-7", {"xhigh", {}, {}, {}},
         R"(32000 {"type":"adaptive","display":"summarized"} {"effort":"xhigh"})"},
        {"claude-opus-4-7", {"minimal", {}, {}, {}},
         R"(32000 {"type":"adaptive","display":"summarized"} {"effort":"low"})"},
        {"claude-sonnet-5", {"none", {}, {}, {}}, R"(32000 {"type":"disabled"} -)"},
        {"claude-sonnet-5", {"", {}, {}, {}}, "32000 - -"},
        {"claude-opus-5", {"none", {}, {}, {}}, R"(32000 {"type":"disabled"} -)"},
        {"claude-haiku-5-5", {"none", {}, {}, {}}, R"(32000 {"type":"disabled"} -)"},
        {"claude-sonnet-5-5", {"none", {}, {}, {}}, R"(32000 {"type":"between_tools"} -)"},
        {"claude-sonnet-5-5", {"", 0, {}, {}}, R"(32000 {"type":"between_tools"} -)"},
        {"anthropic/claude-sonnet-5.5", {"max", {}, {}, {}},
         R"(32000 {"type":"adaptive","display":"summarized"} {"effort":"max"})"},
        // They always think.
        {"claude-opus-5-5", {"none", {}, {}, {}}, "32000 - -"},
        {"claude-opus-5-5", {"", {}, false, {}}, "32000 - -"},
        {"claude-fable-5", {"none", {}, {}, {}}, "32000 - -"},
        {"claude-next", {"high", {}, {}, {}},
         R"(8192 {"type":"adaptive","display":"summarized"} {"effort":"high"})"},
        // Another vendor's model behind the same API.
        {"openai/gpt-5", {"high", {}, {}, {}}, R"(8192 {"type":"adaptive"} {"effort":"high"})"},
        {"openai/gpt-5", {"none", {}, {}, {}}, R"(8192 {"type":"disabled"} -)"},
    };
    for (const Row& row : rows) {
        INFO(row.model << ' ' << row.wish.effort << ' ' << row.wish.budget.value_or(-1));
        CHECK(fields(row.model, wishing(row.wish)) == row.expected);
    }
}

TEST_CASE("Verbosity is the effort of the whole answer, where the model knows one") {
    struct Row {
        const char* model;
        const char* effort;
        const char* verbosity;
        const char* expected;  // max_tokens, thinking, output_config
    };
    const Row rows[] = {
        {"claude-sonnet-4-5", "", "low", "32000 - -"},
        {"claude-opus-4-6", "", "low", R"(32000 - {"effort":"low"})"},
        {"claude-opus-4-6", "", "xhigh", R"(32000 - {"effort":"high"})"},
        {"claude-opus-4-6", "high", "low", R"(32000 {"type":"adaptive"} {"effort":"low"})"},
        {"claude-opus-4-7", "none", "xhigh", R"(32000 {"type":"disabled"} {"effort":"xhigh"})"},
        // From Claude 5 on, the highest efforts need thinking.
        {"claude-opus-5", "none", "xhigh", R"(32000 {"type":"disabled"} {"effort":"high"})"},
        {"claude-opus-5", "none", "low", R"(32000 {"type":"disabled"} {"effort":"low"})"},
        {"claude-opus-5", "", "xhigh", R"(32000 - {"effort":"xhigh"})"},
        {"claude-haiku-5-5", "none", "max", R"(32000 {"type":"disabled"} {"effort":"high"})"},
        {"claude-sonnet-5-5", "none", "max",
         R"(32000 {"type":"between_tools"} {"effort":"high"})"},
        {"claude-opus-5-5", "none", "max", R"(32000 - {"effort":"max"})"},
    };
    for (const Row& row : rows) {
        INFO(row.model << ' ' << row.effort << ' ' << row.verbosity);
        MessageRequest request = wishing({row.effort, {}, {}, {}});
        request.verbosity = row.verbosity;
        CHECK(fields(row.model, request) == row.expected);
        if (*row.effort) continue;
        request.reasoning.reset();
        CHECK(fields(row.model, request) == row.expected);
    }
}

TEST_CASE("A thinking budget without room under max_tokens is refused before anything is sent") {
    for (const char* model : {"claude-sonnet-4-5", "claude-opus-4-6"}) {
        try {
            fields(model, wishing({"", 5000, {}, 1000}));
            FAIL("not refused");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::invalid_request);
        }
    }
}

TEST_CASE("Unknown efforts and negative budgets are errors of the settings") {
    CHECK_THROWS_AS(fields("claude-sonnet-4-5", wishing({"huge", {}, {}, {}})), ApiError);
    CHECK_THROWS_AS(fields("claude-sonnet-4-5", wishing({"", -1, {}, {}})), ApiError);
}

TEST_CASE("Sampling is sent where the model takes it") {
    struct Row {
        const char* model;
        bool thinks;
        const char* expected;  // temperature, top_p, top_k
    };
    for (const Row& row : {Row{"claude-3-5-sonnet-latest", false, "1E0 9E-1 5"},
                           Row{"claude-sonnet-4-5", false, "1E0 - 5"},
                           Row{"claude-sonnet-4-5", true, "- - -"},
                           Row{"claude-opus-4-7", false, "- - -"}}) {
        MessageRequest request = asking();
        request.sampling.temperature = 1.5;
        request.sampling.top_p = 0.9;
        request.sampling.top_k = 5;
        request.sampling.seed = 7;
        request.sampling.stop = {"END", "\n"};
        if (row.thinks) request.reasoning.emplace().max_tokens = 2000;
        const auto body = body_of(bare_options(row.model), request);
        std::string text;
        for (const char* name : {"temperature", "top_p", "top_k"}) {
            const auto* value = find(body, name);
            text += (text.empty() ? "" : " ");
            text += value ? json::serialize(*value) : std::string("-");
        }
        INFO(row.model);
        CHECK(text == row.expected);
        CHECK(member(body, "seed") == "-");
        CHECK(member(body, "stop_sequences") == R"(["END"])");
    }
}

TEST_CASE("Before a call that it is forced to make a model thinks only where it may") {
    MessageRequest request = wishing({"high", {}, {}, {}});
    request.tools.push_back(tool("a"));
    request.tool_choice = ToolChoice::required();
    CHECK(fields("claude-sonnet-4-5", request) == "32000 - -");
    CHECK(fields("claude-opus-4-6", request) == "32000 - -");
    CHECK(fields("claude-opus-4-7", request) == R"(32000 {"type":"disabled"} -)");
    for (const char* model : {"claude-opus-4-8", "claude-sonnet-5", "claude-opus-5-5"}) {
        INFO(model);
        CHECK(fields(model, request) ==
              R"(32000 {"type":"adaptive","display":"summarized"} {"effort":"high"})");
    }
    request.reasoning.reset();
    CHECK(fields("claude-sonnet-5", request) == "32000 - -");
    request = wishing({"", 2000, {}, {}});
    request.tools.push_back(tool("a"));
    request.tool_choice = ToolChoice::required();
    CHECK(fields("claude-opus-4-6", request) == "32000 - -");
    request = wishing({"high", {}, {}, {}});
    request.tools.push_back(tool("a"));
    request.tool_choice = ToolChoice::automatic();
    CHECK(fields("claude-opus-4-7", request) ==
          R"(32000 {"type":"adaptive","display":"summarized"} {"effort":"high"})");
}

TEST_CASE("Calls that began without a thought go on without a budget for thoughts") {
    const std::string calls = R"([{"role":"user","content":"q"},
        {"role":"assistant","content":null,"model":"M","reasoning_details":D,
         "tool_calls":[{"id":"t1","type":"function","function":{"name":"a","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"t1","content":"r"}TAIL])";
    const auto asked = [&](std::string model, std::string origin, std::string details,
                           std::string tail) {
        std::string history = calls;
        history.replace(history.find(R"("M")"), 3, '"' + origin + '"');
        history.replace(history.find(":D,"), 3, ":" + details + ",");
        history.replace(history.find("TAIL"), 4, tail);
        MessageRequest request = wishing({"", 2000, {}, {}});
        request.messages = Conversation::from_json(history);
        request.tools.push_back(tool("a"));
        return member(body_of(bare_options(model), request), "thinking");
    };
    const std::string signed_thought =
        R"([{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic-claude-v1"}])";
    const std::string enabled = R"({"type":"enabled","budget_tokens":2000})";
    CHECK(asked("claude-sonnet-4-5", "claude-sonnet-4-5", signed_thought, "") == enabled);
    CHECK(asked("claude-sonnet-4-5", "openai/gpt-5", "[]", "") == "-");
    CHECK(asked("claude-sonnet-4-5", "openai/gpt-5", "[]",
                R"(,{"role":"user","content":"and?"})") == "-");
    CHECK(asked("claude-sonnet-4-5", "openai/gpt-5", "[]",
                R"(,{"role":"assistant","content":"a"},{"role":"user","content":"and?"})") ==
          enabled);
    CHECK(asked("claude-opus-4-7", "openai/gpt-5", "[]", "") ==
          R"({"type":"adaptive","display":"summarized"})");
}

TEST_CASE("How thoughts come back follows the settings, and `exclude` before them") {
    auto options = bare_options("claude-sonnet-4-5");
    options.thinking_display = "summarized";
    options.thinking_budget_tokens = 2000;
    CHECK(member(body_of(options, asking()), "thinking") ==
          R"({"type":"enabled","budget_tokens":2000,"display":"summarized"})");
    MessageRequest request = wishing({"", 2000, {}, {}});
    request.reasoning->exclude = true;
    CHECK(member(body_of(options, request), "thinking") ==
          R"({"type":"enabled","budget_tokens":2000,"display":"omitted"})");
}
