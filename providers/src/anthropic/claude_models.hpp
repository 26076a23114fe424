#pragma once

#include <capstan/model_info.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan::anthropic {

/// How a model is told to think.
enum class ThinkingForm {
    none,      ///< it cannot
    budget,    ///< {"type":"enabled","budget_tokens":n}: Claude 3.7 to 4.5
    either,    ///< both; Claude 4.6
    adaptive,  ///< {"type":"adaptive"} with an effort; the later ones
};

/// What a request has to know of a model. Read off its name; https://platform.claude.com/docs:
/// thinking, adaptive-thinking, define-tools (forcing tool use), migration guides.
struct ClaudeTraits {
    ClaudeTraits() = default;

    ThinkingForm thinking = ThinkingForm::adaptive;
    bool always_thinks = false;      ///< cannot be told not to
    std::string_view off = "disabled";  ///< the type of thinking that turns it off
    bool caps_effort_when_off = false;  ///< refuses efforts above "high" without thinking
    bool takes_forced_tool = true;      ///< a `tool_choice` of type "any" or "tool"
    bool thinks_before_forced_tool = false;  ///< where its form of thinking is adaptive
    bool hides_thoughts = false;     ///< `display` is "omitted" unless asked otherwise
    bool takes_sampling = true;      ///< temperature, top_p, top_k
    bool one_sampling_only = false;  ///< refuses temperature beside top_p
    bool takes_xhigh = true;         ///< the effort of that name
    bool interleaves_by_beta = false;
    bool is_claude = true;           ///< false: another vendor's model behind the same API
};
static_assert(!std::is_aggregate_v<ClaudeTraits>);

/// True for the models that answer in the form of a JSON schema and know strict tools: Claude 4.1
/// and later, and all of other vendors (https://platform.claude.com/docs: structured-outputs).
bool knows_schemas(std::string_view model);

ClaudeTraits claude_traits(std::string_view model);

/// The slug with its vendor: "claude-..." is "anthropic/claude-...".
std::string vendor_slug(std::string_view model);

/// One spelling for all names of a Claude model, e.g. of "claude-sonnet-4-5-20250929",
/// "anthropic/claude-sonnet-4.5" and "anthropic/claude-4.5-sonnet-20250929". Others stay as they
/// are; a '~' in front stays.
std::string same_model_key(std::string_view model);

/// What is known of a Claude model without asking; nothing: unknown.
std::optional<ModelInfo> known_claude(std::string_view model);

/// An entry of GET /v1/models.
ModelInfo claude_info_from_json(const json::object& entry);

}  // namespace capstan::anthropic
