#pragma once

#include <capstan/testing/answers.hpp>

#include <optional>

namespace capstan::testing {

/// The answer to a request that reads the catalogue (no key needed), or nothing.
std::optional<SimResponse> catalogue_answer(const SimRequest& request);

}  // namespace capstan::testing
