#pragma once

#include <capstan/detail/schema_faults.hpp>

#include <vector>

namespace capstan::detail {

/// Says in one fault why a value fits none of several alternatives, from what trying them found;
/// or what is wrong with the one alternative that was meant, if that can be told.
void add_alternatives(Faults& faults, const json::value& value,
                      const std::vector<const Faults*>& tried);

}  // namespace capstan::detail
