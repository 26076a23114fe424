#pragma once

#include "composition/pause.hpp"

#include <capstan/providers/fallback_handler.hpp>

#include <mutex>
#include <vector>

namespace capstan {

/// What the calls of one FallbackHandler share.
class FallbackHandler::Core {
public:
    Core(std::vector<FallbackEntry> entries, FallbackOptions options);

    const std::vector<FallbackEntry>& entries() const noexcept { return entries_; }
    const std::string& name(std::size_t entry) const { return names_[entry]; }
    const FallbackOptions& options() const noexcept { return options_; }

    /// The entries to try, in order.
    std::vector<std::size_t> order() const;
    bool fails_over(const ApiError& error) const;
    /// Lets the entry cool down.
    void note_failure(std::size_t entry, const ApiError& error);
    void tell(const Failover& failover) const;

private:
    std::vector<FallbackEntry> entries_;
    std::vector<std::string> names_;
    FallbackOptions options_;
    mutable std::mutex mutex_;
    mutable std::vector<composition::Pause> cooling_;
};

}  // namespace capstan
