#pragma once

#include <string>
#include <string_view>

namespace capstan {

/// The model id as the catalogue has it: without "@preset/...", and without the suffixes that only
/// direct routing (":nitro", ":floor", ":exacto", ":online", ":batch", several and anywhere).
/// Suffixes with catalogue rows of their own (":free", ":thinking", ":extended") and unknown ones
/// stay (wire reference 8.3). Empty for a bare "@preset/...".
std::string base_model_id(std::string_view model);

/// The vendor: "anthropic" for "anthropic/claude-sonnet-4.5" and "~anthropic/claude-latest". Empty
/// if there is none. Points into `model`.
std::string_view model_family(std::string_view model) noexcept;

/// What follows the first ':' of the name, without it: "free" for "x/y:free". Points into `model`.
std::string_view model_variant(std::string_view model) noexcept;

}  // namespace capstan
