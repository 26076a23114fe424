#pragma once

#include <cstddef>

namespace capstan::testing {

/// Calls of the global operator new by this process so far. Link allocation_count.cpp.
std::size_t allocation_count() noexcept;

}  // namespace capstan::testing
