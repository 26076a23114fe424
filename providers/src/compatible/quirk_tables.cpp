#include <capstan/providers/openai_quirks.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace capstan {
namespace {

constexpr std::array<std::pair<OpenAiFlavour, std::string_view>, 10> names = {{
    {OpenAiFlavour::automatic, "automatic"},
    {OpenAiFlavour::openai, "openai"},
    {OpenAiFlavour::deepseek, "deepseek"},
    {OpenAiFlavour::groq, "groq"},
    {OpenAiFlavour::mistral, "mistral"},
    {OpenAiFlavour::llama_cpp, "llama_cpp"},
    {OpenAiFlavour::lm_studio, "lm_studio"},
    {OpenAiFlavour::ollama, "ollama"},
    {OpenAiFlavour::vllm, "vllm"},
    {OpenAiFlavour::generic, "generic"},
}};

OpenAiQuirks generic() {
    OpenAiQuirks quirks;
    quirks.output_limit_field = "max_tokens";
    quirks.reasoning_request = ReasoningRequest::effort;
    quirks.reasoning_efforts.emplace();
    quirks.thinking_switch = "";
    quirks.thinking_object = false;
    quirks.reasoning_history = ReasoningHistory::none;
    quirks.reasoning_field = "reasoning_content";
    quirks.empty_reasoning = false;
    quirks.think_tags = false;
    quirks.stream_usage = true;
    quirks.model_required = false;
    quirks.developer_role = false;
    quirks.null_content = true;
    quirks.text_parts = true;
    quirks.images = true;
    quirks.tool_call_ids = ToolCallIdRule::any;
    quirks.user_after_tool = true;
    quirks.message_extras = true;
    quirks.parallel_tool_calls = true;
    quirks.strict_tools = true;
    quirks.named_tool_choice = true;
    quirks.required_tool_choice = "required";
    quirks.extended_sampling = true;
    quirks.verbosity = true;
    quirks.repetition_field = "repetition_penalty";
    quirks.seed_field = "seed";
    quirks.user_field = "user";
    quirks.most_stop_texts = 0;
    return quirks;
}

// Refuses fields that it does not know.
OpenAiQuirks openai() {
    OpenAiQuirks quirks = generic();
    quirks.output_limit_field = "max_completion_tokens";
    quirks.reasoning_efforts = {"none", "minimal", "low", "medium", "high", "xhigh"};
    quirks.model_required = true;
    quirks.developer_role = true;
    quirks.tool_call_ids = ToolCallIdRule::up_to_40;
    quirks.extended_sampling = false;
    quirks.repetition_field = "";
    quirks.most_stop_texts = 4;
    return quirks;
}

// https://api-docs.deepseek.com/guides/thinking_mode: what it thought between tool calls has to
// come back in all later requests. Maps every effort by itself.
OpenAiQuirks deepseek() {
    OpenAiQuirks quirks = generic();
    quirks.thinking_object = true;
    quirks.reasoning_history = ReasoningHistory::tool_turns;
    quirks.empty_reasoning = true;
    quirks.model_required = true;
    quirks.text_parts = false;
    quirks.images = false;
    quirks.parallel_tool_calls = false;
    quirks.strict_tools = false;
    quirks.extended_sampling = false;
    quirks.repetition_field = "";
    quirks.most_stop_texts = 16;
    return quirks;
}

// https://console.groq.com/docs/reasoning: these are the efforts of the gpt-oss models.
OpenAiQuirks groq() {
    OpenAiQuirks quirks = generic();
    quirks.output_limit_field = "max_completion_tokens";
    quirks.reasoning_efforts = {"low", "medium", "high"};
    quirks.reasoning_history = ReasoningHistory::tool_turns;
    quirks.reasoning_field = "reasoning";
    quirks.model_required = true;
    quirks.strict_tools = false;
    quirks.extended_sampling = false;
    quirks.repetition_field = "";
    quirks.most_stop_texts = 4;
    return quirks;
}

// Answers 422 "extra_forbidden" to any field of others, and 400 "Unexpected role 'user' after role
// 'tool'" (code 3230).
OpenAiQuirks mistral() {
    OpenAiQuirks quirks = generic();
    quirks.reasoning_request = ReasoningRequest::none;
    quirks.stream_usage = false;
    quirks.model_required = true;
    quirks.tool_call_ids = ToolCallIdRule::exactly_9_alphanumeric;
    quirks.user_after_tool = false;
    quirks.message_extras = false;
    quirks.required_tool_choice = "any";
    quirks.extended_sampling = false;
    quirks.verbosity = false;
    quirks.repetition_field = "";
    quirks.seed_field = "random_seed";
    quirks.user_field = "";
    return quirks;
}

// tools/server/README.md of ggml-org/llama.cpp. It takes a choice by name for "auto".
OpenAiQuirks llama_cpp() {
    OpenAiQuirks quirks = generic();
    quirks.thinking_switch = "enable_thinking";
    quirks.reasoning_history = ReasoningHistory::all;  // its template decides
    quirks.strict_tools = false;
    quirks.named_tool_choice = false;
    quirks.repetition_field = "repeat_penalty";
    return quirks;
}

// Refuses a tool_choice that is no text, and null where it expects one.
OpenAiQuirks lm_studio() {
    OpenAiQuirks quirks = generic();
    quirks.null_content = false;
    quirks.parallel_tool_calls = false;
    quirks.strict_tools = false;
    quirks.named_tool_choice = false;
    quirks.repetition_field = "repeat_penalty";
    return quirks;
}

// https://docs.ollama.com/api/openai-compatibility. It ignores tool_choice, so that the tools are
// what can be chosen from.
OpenAiQuirks ollama() {
    OpenAiQuirks quirks = generic();
    quirks.reasoning_efforts = {"none", "low", "medium", "high"};
    quirks.reasoning_history = ReasoningHistory::all;
    quirks.reasoning_field = "reasoning";
    quirks.model_required = true;
    quirks.parallel_tool_calls = false;
    quirks.strict_tools = false;
    quirks.named_tool_choice = false;
    quirks.extended_sampling = false;
    quirks.repetition_field = "";
    quirks.user_field = "";
    return quirks;
}

// https://docs.vllm.ai/en/stable/features/reasoning_outputs/: `reasoning` was `reasoning_content`
// before; efforts beyond these three are refused by older versions.
OpenAiQuirks vllm() {
    OpenAiQuirks quirks = generic();
    quirks.reasoning_efforts = {"low", "medium", "high"};
    quirks.thinking_switch = "enable_thinking";
    quirks.reasoning_history = ReasoningHistory::all;
    quirks.reasoning_field = "reasoning";
    quirks.strict_tools = false;
    return quirks;
}

}  // namespace

std::string_view to_string(OpenAiFlavour flavour) noexcept {
    const auto* found = std::find_if(names.begin(), names.end(),
                                     [&](const auto& name) { return name.first == flavour; });
    return found == names.end() ? "generic" : found->second;
}

std::optional<OpenAiFlavour> openai_flavour(std::string_view name) noexcept {
    const auto* found = std::find_if(names.begin(), names.end(),
                                     [&](const auto& known) { return known.second == name; });
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

OpenAiQuirks openai_quirks(OpenAiFlavour flavour) {
    switch (flavour) {
        case OpenAiFlavour::openai: return openai();
        case OpenAiFlavour::deepseek: return deepseek();
        case OpenAiFlavour::groq: return groq();
        case OpenAiFlavour::mistral: return mistral();
        case OpenAiFlavour::llama_cpp: return llama_cpp();
        case OpenAiFlavour::lm_studio: return lm_studio();
        case OpenAiFlavour::ollama: return ollama();
        case OpenAiFlavour::vllm: return vllm();
        case OpenAiFlavour::automatic:
        case OpenAiFlavour::generic: break;
    }
    return generic();
}

}  // namespace capstan
