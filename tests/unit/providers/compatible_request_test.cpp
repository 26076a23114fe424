#include "compatible/compatible_dialect.hpp"
#include "compatible/server.hpp"
#include "compatible_fixture.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace capstan;
using namespace compatible_fixture;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("every flavour's table sets every quirk") {
    const OpenAiFlavour flavour = GENERATE(from_range(all_flavours));
    const OpenAiQuirks quirks = openai_quirks(flavour);
    INFO(to_string(flavour));
    CHECK(quirks.output_limit_field);
    CHECK(quirks.reasoning_request);
    CHECK(quirks.reasoning_efforts);
    CHECK(quirks.thinking_switch);
    CHECK(quirks.thinking_object);
    CHECK(quirks.reasoning_history);
    CHECK(quirks.reasoning_field);
    CHECK(quirks.empty_reasoning);
    CHECK(quirks.think_tags == false);
    CHECK(quirks.stream_usage);
    CHECK(quirks.model_required);
    CHECK(quirks.developer_role);
    CHECK(quirks.null_content);
    CHECK(quirks.text_parts);
    CHECK(quirks.images);
    CHECK(quirks.tool_call_ids);
    CHECK(quirks.user_after_tool);
    CHECK(quirks.message_extras);
    CHECK(quirks.parallel_tool_calls);
    CHECK(quirks.strict_tools);
    CHECK(quirks.named_tool_choice);
    CHECK(quirks.required_tool_choice);
    CHECK(quirks.extended_sampling);
    CHECK(quirks.verbosity);
    CHECK(quirks.repetition_field);
    CHECK(quirks.seed_field);
    CHECK(quirks.user_field);
    CHECK(quirks.most_stop_texts);
    CHECK(openai_flavour(to_string(flavour)) == flavour);
}

TEST_CASE("flavours are found by their exact names only") {
    CHECK(openai_flavour("automatic") == OpenAiFlavour::automatic);
    CHECK(openai_flavour("llama_cpp") == OpenAiFlavour::llama_cpp);
    CHECK_FALSE(openai_flavour(""));
    CHECK_FALSE(openai_flavour("OpenAI"));
}

TEST_CASE("a plain question is written with nothing that was not asked for") {
    const auto wire = compatible::write_request(
        bare_options("m"), openai_quirks(OpenAiFlavour::generic), asking("hi"), nullptr);
    CHECK(wire.body == R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,)"
                       R"("stream_options":{"include_usage":true}})");
    CHECK(wire.path == "/chat/completions");
    CHECK(wire.model == "m");
    CHECK_FALSE(wire.has_replayed_reasoning);
}

TEST_CASE("the same arguments give the same bytes") {
    MessageRequest request = asking();
    request.tools = {tool("a"), tool("b")};
    request.sampling.logit_bias = {{"1", 2.0}, {"3", 4.0}};
    request.extra["z"] = 1;
    request.extra["a"] = 2;
    const auto quirks = openai_quirks(OpenAiFlavour::vllm);
    const auto write = [&] {
        return compatible::write_request(bare_options(), quirks, request, nullptr).body;
    };
    CHECK(write() == write());
}

TEST_CASE("usage is asked for in streams only, and not where the server refuses the field") {
    MessageRequest request = asking();
    CHECK(member(body_of(request, OpenAiFlavour::openai), "stream_options") ==
          R"({"include_usage":true})");
    CHECK(member(body_of(request, OpenAiFlavour::mistral), "stream_options") == "-");
    request.stream = false;
    CHECK(member(body_of(request, OpenAiFlavour::openai), "stream_options") == "-");
    CHECK(member(body_of(request, OpenAiFlavour::openai), "stream") == "false");
}

TEST_CASE("the output limit has the server's name and fits the model") {
    const auto row = GENERATE(table<OpenAiFlavour, const char*>({
        {OpenAiFlavour::openai, "max_completion_tokens"},
        {OpenAiFlavour::groq, "max_completion_tokens"},
        {OpenAiFlavour::ollama, "max_tokens"},
        {OpenAiFlavour::mistral, "max_tokens"},
        {OpenAiFlavour::generic, "max_tokens"},
    }));
    const auto [flavour, field] = row;
    CHECK(member(body_of(asking(), flavour), field) == "-");
    MessageRequest request = asking();
    request.max_tokens = 9000;
    CHECK(member(body_of(request, flavour), field) == "9000");
    ModelInfo info;
    info.context_length = 4096;
    const std::string fitted =
        member(body_of(request, flavour, bare_options(), &info), field);
    CHECK(std::stoll(fitted) < 4096);
    CHECK(std::stoll(fitted) > 2048);
    request.extra["max_tokens"] = 7;
    CHECK(member(body_of(request, flavour), "max_tokens") == "7");
    CHECK(member(body_of(request, flavour), "max_completion_tokens") == "-");
}

TEST_CASE("reasoning is asked for in the server's words") {
    using F = OpenAiFlavour;
    const auto [flavour, effort, sent, more] =
        GENERATE(table<F, const char*, const char*, const char*>({
            {F::openai, "high", R"("high")", "-"},
            {F::openai, "none", R"("none")", "-"},
            {F::openai, "max", R"("xhigh")", "-"},
            {F::ollama, "minimal", R"("low")", "-"},
            {F::ollama, "none", R"("none")", "-"},
            {F::vllm, "xhigh", R"("high")", R"({"enable_thinking":true})"},
            {F::vllm, "none", "-", R"({"enable_thinking":false})"},
            {F::llama_cpp, "medium", R"("medium")", R"({"enable_thinking":true})"},
            {F::llama_cpp, "none", "-", R"({"enable_thinking":false})"},
            {F::deepseek, "max", R"("max")", "-"},
            {F::deepseek, "none", "-", "-"},
            {F::mistral, "high", "-", "-"},
            {F::groq, "minimal", R"("low")", "-"},
            {F::groq, "medium", R"("medium")", "-"},
            {F::groq, "xhigh", R"("high")", "-"},
            {F::groq, "max", R"("high")", "-"},
            {F::groq, "none", R"("low")", "-"},
            {F::generic, "anything", R"("anything")", "-"},
        }));
    MessageRequest request = asking();
    request.reasoning.emplace();
    request.reasoning->effort = effort;
    const auto body = body_of(request, flavour);
    INFO(to_string(flavour) << ' ' << effort);
    CHECK(member(body, "reasoning_effort") == sent);
    CHECK(member(body, "chat_template_kwargs") == more);
    CHECK(member(body, "reasoning") == "-");
}

TEST_CASE("Qwen's models at Groq are only told whether to think") {
    const auto [effort, sent] = GENERATE(table<const char*, const char*>({
        {"none", R"("none")"}, {"minimal", R"("default")"}, {"high", R"("default")"},
        {"max", R"("default")"}, {"", "-"},
    }));
    MessageRequest request = asking();
    request.reasoning.emplace();
    request.reasoning->effort = effort;
    const auto options = bare_options("qwen/qwen3-32b");
    const auto quirks = [](OpenAiFlavour flavour) {
        return compatible::Server(flavour, {}).quirks("qwen/qwen3-32b");
    };
    CHECK(member(body_of(request, quirks(OpenAiFlavour::groq), options), "reasoning_effort") ==
          sent);
    CHECK(quirks(OpenAiFlavour::vllm).reasoning_efforts->size() == 3);
    OpenAiQuirks mine;
    mine.reasoning_efforts = {"low"};
    const compatible::Server server(OpenAiFlavour::groq, mine);
    CHECK(server.quirks("qwen/qwen3-32b").reasoning_efforts == mine.reasoning_efforts);
}

TEST_CASE("a handler's requests have the words of the model that is asked") {
    OpenAiCompatibleOptions options;
    options.flavour = OpenAiFlavour::groq;
    options.model = "openai/gpt-oss-20b";
    options.reasoning_effort = "high";
    const auto setup = compatible::prepare(options);
    MessageRequest request = asking();
    const auto effort = [&] {
        const auto wire = setup.dialect->write(request, ReasoningReplay::fitting);
        return member(parse_json(wire.body).as_object(), "reasoning_effort");
    };
    CHECK(effort() == R"("high")");
    request.model = "qwen/qwen3-32b";
    CHECK(effort() == R"("default")");
}

TEST_CASE("DeepSeek's thinking is turned on and off by an object") {
    MessageRequest request = asking();
    CHECK(member(body_of(request, OpenAiFlavour::deepseek), "thinking") == "-");
    request.reasoning.emplace();
    request.reasoning->enabled = true;
    CHECK(member(body_of(request, OpenAiFlavour::deepseek), "thinking") ==
          R"({"type":"enabled"})");
    request.reasoning->max_tokens = 0;
    CHECK(member(body_of(request, OpenAiFlavour::deepseek), "thinking") ==
          R"({"type":"disabled"})");
}

TEST_CASE("a thinking budget becomes an effort") {
    const auto [budget, effort] = GENERATE(table<std::int64_t, const char*>({
        {1, R"("low")"}, {2048, R"("low")"}, {2049, R"("medium")"}, {8192, R"("medium")"},
        {8193, R"("high")"}, {0, R"("none")"},
    }));
    ProviderOptions options = bare_options();
    options.thinking_budget_tokens = budget;
    CHECK(member(body_of(asking(), OpenAiFlavour::openai, options), "reasoning_effort") == effort);
}

TEST_CASE("the request's reasoning wins over the settings'") {
    ProviderOptions options = bare_options();
    options.reasoning_effort = "low";
    MessageRequest request = asking();
    CHECK(member(body_of(request, OpenAiFlavour::generic, options), "reasoning_effort") ==
          R"("low")");
    request.reasoning.emplace();
    CHECK(member(body_of(request, OpenAiFlavour::generic, options), "reasoning_effort") == "-");
}

TEST_CASE("efforts and budgets that mean nothing are refused") {
    MessageRequest request = asking();
    request.reasoning.emplace();
    request.reasoning->effort = "much";
    CHECK_THROWS_WITH(body_of(request, OpenAiFlavour::openai),
                      ContainsSubstring("\"much\" is unknown"));
    request.reasoning->effort.clear();
    request.reasoning->max_tokens = -1;
    CHECK_THROWS_WITH(body_of(request, OpenAiFlavour::generic), ContainsSubstring("negative"));
}

TEST_CASE("a quirk of one's own changes the form of the reasoning") {
    OpenAiQuirks quirks = openai_quirks(OpenAiFlavour::generic);
    quirks.reasoning_request = ReasoningRequest::object;
    MessageRequest request = asking();
    request.reasoning.emplace();
    request.reasoning->effort = "high";
    CHECK(member(body_of(request, quirks), "reasoning") == R"({"effort":"high"})");
}

TEST_CASE("the choice of a tool has the form that the server takes") {
    using F = OpenAiFlavour;
    MessageRequest request = asking();
    request.tools = {tool("first"), tool("second")};
    const auto choose = [&](F flavour, ToolChoice choice) {
        request.tool_choice = std::move(choice);
        const auto body = body_of(request, flavour);
        return member(body, "tool_choice") + " of " +
               std::to_string(body.at("tools").as_array().size());
    };
    CHECK(choose(F::openai, ToolChoice::required()) == R"("required" of 2)");
    CHECK(choose(F::mistral, ToolChoice::required()) == R"("any" of 2)");
    CHECK(choose(F::lm_studio, ToolChoice::automatic()) == R"("auto" of 2)");
    CHECK(choose(F::llama_cpp, ToolChoice::none()) == R"("none" of 2)");
    CHECK(choose(F::openai, ToolChoice::function("second")) ==
          R"({"type":"function","function":{"name":"second"}} of 2)");
    // These take no name: the chosen tool is offered alone.
    CHECK(choose(F::lm_studio, ToolChoice::function("second")) == R"("required" of 1)");
    CHECK(choose(F::llama_cpp, ToolChoice::function("second")) == R"("required" of 1)");
    CHECK(choose(F::ollama, ToolChoice::function("second")) == R"("required" of 1)");
    CHECK(choose(F::openai, ToolChoice()) == "- of 2");
}

TEST_CASE("fields of tools that only some servers know are left out for the others") {
    MessageRequest request = asking();
    FunctionTool strict = tool("f");
    strict.strict = true;
    strict.cache_control.emplace();
    request.tools = {strict};
    request.parallel_tool_calls = false;
    const auto openai = body_of(request, OpenAiFlavour::openai);
    CHECK_THAT(member(openai, "tools"), ContainsSubstring(R"("strict":true)"));
    CHECK(member(openai, "parallel_tool_calls") == "false");
    const auto ollama = body_of(request, OpenAiFlavour::ollama);
    CHECK_THAT(member(ollama, "tools"), !ContainsSubstring("strict"));
    CHECK(member(ollama, "parallel_tool_calls") == "-");
    for (const OpenAiFlavour flavour : all_flavours)
        CHECK_THAT(member(body_of(request, flavour), "tools"), !ContainsSubstring("cache_control"));
}

TEST_CASE("without tools nothing is said of them") {
    MessageRequest request = asking();
    request.tool_choice = ToolChoice::required();
    request.parallel_tool_calls = true;
    const auto body = body_of(request, OpenAiFlavour::openai);
    CHECK(member(body, "tools") == "-");
    CHECK(member(body, "tool_choice") == "-");
    CHECK(member(body, "parallel_tool_calls") == "-");
}

TEST_CASE("sampling goes under the server's names, and not where it would be refused") {
    MessageRequest request = asking();
    request.sampling.temperature = 0.7;
    request.sampling.top_k = 40;
    request.sampling.min_p = 0.05;
    request.sampling.top_a = 0.1;
    request.sampling.repetition_penalty = 1.1;
    request.sampling.seed = 7;
    const auto fields = [&](OpenAiFlavour flavour) {
        const auto body = body_of(request, flavour);
        return member(body, "temperature") + ' ' + member(body, "top_k") + ' ' +
               member(body, "min_p") + ' ' + member(body, "top_a") + ' ' +
               member(body, "repetition_penalty") + ' ' + member(body, "repeat_penalty") + ' ' +
               member(body, "seed") + ' ' + member(body, "random_seed");
    };
    CHECK(fields(OpenAiFlavour::openai) == "0.7 - - - - - 7 -");
    CHECK(fields(OpenAiFlavour::mistral) == "0.7 - - - - - - 7");
    CHECK(fields(OpenAiFlavour::vllm) == "0.7 40 0.05 - 1.1 - 7 -");
    CHECK(fields(OpenAiFlavour::llama_cpp) == "0.7 40 0.05 - - 1.1 7 -");
}

TEST_CASE("verbosity is said in the words of chat completions, and not where it would be refused") {
    const auto said = [](OpenAiFlavour flavour, const char* ours, const char* calls) {
        auto options = bare_options("m");
        options.verbosity = ours;
        auto request = asking("hi");
        request.verbosity = calls;
        const auto quirks = openai_quirks(flavour);
        const auto wire = compatible::write_request(options, quirks, request, nullptr);
        const auto body = parse_json(wire.body).as_object();
        const auto word = find_string(body, "verbosity");
        return std::string(word.value_or("-"));
    };
    CHECK(said(OpenAiFlavour::openai, "", "") == "-");
    CHECK(said(OpenAiFlavour::openai, "low", "") == "low");
    CHECK(said(OpenAiFlavour::openai, "low", "medium") == "medium");
    CHECK(said(OpenAiFlavour::generic, "", "max") == "high");
    CHECK(said(OpenAiFlavour::mistral, "low", "") == "-");
}

TEST_CASE("what only OpenRouter has is not sent") {
    MessageRequest request = asking();
    request.models = {"other"};
    request.plugins.push_back(json::object{{"id", "web"}});
    request.metadata["a"] = "b";
    request.context.session_id = "s";
    request.context.user_id = "u";
    request.context.trace_parent = "00-1-2-01";
    for (const OpenAiFlavour flavour : all_flavours) {
        const auto body = body_of(request, flavour);
        for (const auto* name : {"models", "plugins", "metadata", "session_id", "trace"})
            CHECK(member(body, name) == "-");
    }
    CHECK(member(body_of(request, OpenAiFlavour::openai), "user") == R"("u")");
    CHECK(member(body_of(request, OpenAiFlavour::mistral), "user") == "-");
    const auto wire = compatible::write_request(
        bare_options(), openai_quirks(OpenAiFlavour::openai), request, nullptr);
    CHECK(wire.headers.get("traceparent") == "00-1-2-01");
}

TEST_CASE("raw fields take the place of ours, the request's before the settings'") {
    ProviderOptions options = bare_options();
    options.extra["temperature"] = 0.1;
    options.extra["keep_alive"] = "5m";
    MessageRequest request = asking();
    request.sampling.temperature = 0.9;
    request.extra["keep_alive"] = -1;
    request.extra["model"] = "raw";
    const auto wire = compatible::write_request(options, openai_quirks(OpenAiFlavour::ollama),
                                                request, nullptr);
    const auto body = parse_json(wire.body).as_object();
    CHECK(member(body, "temperature") == "0.1");
    CHECK(member(body, "keep_alive") == "-1");
    CHECK(member(body, "model") == R"("raw")");
    CHECK(wire.model == "raw");
}

TEST_CASE("a model is needed where the server has many") {
    CHECK_THROWS_WITH(body_of(asking(), OpenAiFlavour::openai, bare_options("")),
                      ContainsSubstring("no model"));
    CHECK(member(body_of(asking(), OpenAiFlavour::llama_cpp, bare_options("")), "model") == "-");
    MessageRequest request = asking();
    request.model = "other";
    CHECK(member(body_of(request, OpenAiFlavour::openai), "model") == R"("other")");
}

TEST_CASE("requests that can only be refused are refused before they are sent") {
    CHECK_THROWS_AS(body_of(MessageRequest(), OpenAiFlavour::generic), ApiError);
    MessageRequest twice = asking();
    twice.tools = {tool("same"), tool("same")};
    CHECK_THROWS_WITH(body_of(twice, OpenAiFlavour::generic), ContainsSubstring("defined twice"));
}

TEST_CASE("what is not sent does not keep a request from being sent") {
    MessageRequest request = asking();
    request.context.session_id = std::string(300, 's');
    for (int i = 0; i < 17; ++i) request.metadata[std::to_string(i)] = std::string(600, 'x');
    const OpenAiFlavour flavour = GENERATE(from_range(all_flavours));
    INFO(to_string(flavour));
    const auto body = body_of(request, flavour);
    CHECK(member(body, "metadata") == "-");
    CHECK(member(body, "session_id") == "-");
    CHECK(member(body, "stop") == "-");
}

TEST_CASE("stop texts are refused where the server takes fewer") {
    const auto [flavour, most] = GENERATE(table<OpenAiFlavour, std::size_t>({
        {OpenAiFlavour::openai, 4},
        {OpenAiFlavour::groq, 4},
        {OpenAiFlavour::deepseek, 16},
        {OpenAiFlavour::llama_cpp, 0},
        {OpenAiFlavour::generic, 0},
    }));
    INFO(to_string(flavour));
    MessageRequest request = asking();
    request.sampling.stop.assign(most == 0 ? 100 : most, "x");
    CHECK(body_of(request, flavour).at("stop").as_array().size() == request.sampling.stop.size());
    if (most == 0) return;
    request.sampling.stop.push_back("y");
    CHECK_THROWS_WITH(body_of(request, flavour),
                      ContainsSubstring("stop: more than " + std::to_string(most) + " texts"));
    request.extra["stop"] = "z";
    CHECK(member(body_of(request, flavour), "stop") == R"("z")");
}
