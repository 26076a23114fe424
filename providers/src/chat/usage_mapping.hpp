#pragma once

#include <capstan/usage.hpp>

namespace capstan {

/// The `usage` object of an answer (wire reference 9.1) as Usage of source stream. The prompt's
/// tokens are counted without those read from or written to the cache. The cost is `cost`, plus
/// what the upstream provider charges when the user's own key was used. What is absent stays
/// unknown, and so does a negative cost; an object that tells nothing gives source unknown.
Usage usage_from_stream(const json::object& usage);

/// The `data` object of GET /generation (wire reference 9.3) as Usage of source generation; native
/// token counts, the same rules.
Usage usage_from_generation(const json::object& data);

}  // namespace capstan
