#pragma once

#include <capstan/message_request.hpp>
#include <capstan/model_info.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace capstan {

inline constexpr std::int64_t default_output_tokens = 32'000;
inline constexpr std::int64_t reserved_tokens = 1'024;

/// What the output limit of a request depends on.
struct OutputLimitInput {
    OutputLimitInput() = default;

    std::optional<std::int64_t> requested;  ///< by the user
    std::int64_t prompt_bytes = 0;          ///< of the messages and tools, media left out
    std::int64_t media_parts = 0;
    bool send_computed = true;  ///< whether a limit is sent that nobody asked for
    std::string_view model;
    const ModelInfo* info = nullptr;
};
static_assert(!std::is_aggregate_v<OutputLimitInput>);

/// Tokens that a prompt takes, from its size: 3 bytes a token, 1500 tokens a picture or file.
/// Rather too many than too few.
std::int64_t estimate_tokens(std::int64_t bytes, std::int64_t media_parts) noexcept;

/// min(requested or 32000, the model's output limit, context - prompt - 1024). A thinking budget in
/// `reasoning` raises the 32000 to at least budget + 1024. Nothing when nothing is known of the
/// model and nothing was requested, and when no room is left: then the server has the last word.
///
/// Older Claude models need a limit above the thinking budget (wire reference 7.2): the budget in
/// `reasoning` is lowered to fit. Throws ApiError of kind invalid_request when a requested limit
/// leaves no room for the smallest budget (1024).
std::optional<std::int64_t> output_limit(const OutputLimitInput& input,
                                         ReasoningOptions& reasoning);

/// "max_tokens", which every provider takes, or "max_completion_tokens" for the models that refuse
/// the former: those that list it in the catalogue, and OpenAI's reasoning models of which nothing
/// is listed (wire reference 2.1).
std::string_view output_limit_field(std::string_view model, const ModelInfo* info);

}  // namespace capstan
