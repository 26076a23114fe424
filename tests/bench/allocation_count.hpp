#pragma once

#include <cstdint>

namespace bench {

/// Calls of operator new by this thread so far, and by threads that have ended.
std::uint64_t allocations() noexcept;

}  // namespace bench
