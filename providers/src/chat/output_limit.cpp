#include "chat/output_limit.hpp"

#include "chat/model_slug.hpp"

#include <capstan/error.hpp>

#include <algorithm>

namespace capstan {
namespace {

constexpr std::int64_t bytes_per_token = 3;
constexpr std::int64_t tokens_per_media_part = 1'500;
constexpr std::int64_t smallest_budget = 1'024;

std::optional<std::int64_t> known_positive(const std::optional<std::int64_t>& value) {
    return value && *value > 0 ? value : std::nullopt;
}

std::optional<std::int64_t> computed_limit(const OutputLimitInput& input, std::int64_t budget) {
    const auto most = input.info ? known_positive(input.info->max_completion_tokens) : std::nullopt;
    const auto context = input.info ? known_positive(input.info->context_length) : std::nullopt;
    if (!input.requested && (!input.send_computed || (!most && !context))) return std::nullopt;
    std::int64_t limit =
        input.requested.value_or(std::max(default_output_tokens, budget + reserved_tokens));
    if (most) limit = std::min(limit, *most);
    if (!context) return limit;
    const std::int64_t room =
        *context - estimate_tokens(input.prompt_bytes, input.media_parts) - reserved_tokens;
    if (room > 0) return std::min(limit, room);
    // An estimate alone is no reason to refuse: only the wish of the user is kept.
    return input.requested ? std::optional(limit) : std::nullopt;
}

}  // namespace

std::int64_t estimate_tokens(std::int64_t bytes, std::int64_t media_parts) noexcept {
    return (bytes + bytes_per_token - 1) / bytes_per_token + media_parts * tokens_per_media_part;
}

std::optional<std::int64_t> output_limit(const OutputLimitInput& input,
                                         ReasoningOptions& reasoning) {
    const std::int64_t budget = reasoning.max_tokens.value_or(0);
    const auto limit = computed_limit(input, budget);
    if (!limit || budget <= 0 || !has_thinking_budget(input.model)) return limit;
    if (std::max(budget, smallest_budget) < *limit) return limit;
    if (*limit > smallest_budget) {
        reasoning.max_tokens = *limit - 1;
        return limit;
    }
    // Our own limit may go; the user's may not.
    if (!input.requested || *input.requested > *limit) return std::nullopt;
    throw ApiError(ErrorKind::invalid_request,
                   "max_tokens " + std::to_string(*limit) + " leaves no room for thinking",
                   "this model needs a thinking budget of at least 1024 tokens and max_tokens "
                   "above it; raise max_tokens or turn reasoning off");
}

std::string_view output_limit_field(std::string_view model, const ModelInfo* info) {
    constexpr std::string_view old_name = "max_tokens";
    constexpr std::string_view new_name = "max_completion_tokens";
    const auto has = [&](std::string_view name) {
        const auto& listed = info->supported_parameters;
        return std::find(listed.begin(), listed.end(), name) != listed.end();
    };
    if (info && has(new_name)) return new_name;
    if (info && has(old_name)) return old_name;
    const std::string base = base_slug(model);
    const bool openai_reasoning = base.starts_with("openai/gpt-5") ||
                                  base.starts_with("openai/o1") || base.starts_with("openai/o3") ||
                                  base.starts_with("openai/o4");
    return openai_reasoning ? new_name : old_name;
}

}  // namespace capstan
