#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// The slug without '~', "@preset/..." and all variant suffixes: "~a/b:free@preset/x" -> "a/b".
std::string base_slug(std::string_view slug);

/// The vendor in front of the '/', e.g. "anthropic"; empty when there is none, and for OpenRouter's
/// own routers ("openrouter/auto"), whose model is not known beforehand.
std::string vendor_of(std::string_view slug);

/// True for "~author/family-latest" aliases, which the server treats leniently.
bool is_latest_alias(std::string_view slug) noexcept;

/// The family's version in the slug as major * 100 + minor, e.g. 405 for
/// "anthropic/claude-sonnet-4.5", 300 for "google/gemini-3-pro"; nothing when it has none.
std::optional<int> model_version(std::string_view slug);

/// True for Claude models whose thinking has a budget below max_tokens (before 4.6).
bool has_thinking_budget(std::string_view slug);

/// The texts of a comma list, trimmed, without empty ones and repetitions.
std::vector<std::string> split_list(std::string_view list);

}  // namespace capstan
