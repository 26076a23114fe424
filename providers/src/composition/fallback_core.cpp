#include "composition/fallback_core.hpp"

#include <algorithm>
#include <utility>

namespace capstan {

bool fails_over_by_default(const ApiError& error) {
    switch (error.kind()) {
        case ErrorKind::authentication:
        case ErrorKind::payment_required:
        case ErrorKind::permission_denied:
        case ErrorKind::not_found:
        case ErrorKind::rate_limited:
        case ErrorKind::overloaded:
        case ErrorKind::server:
        case ErrorKind::network:
        case ErrorKind::tls:
        case ErrorKind::timeout:
        case ErrorKind::malformed:
        case ErrorKind::empty_answer:
            return true;
        case ErrorKind::configuration:
        case ErrorKind::invalid_request:
        case ErrorKind::context_overflow:
        case ErrorKind::content_policy:
        case ErrorKind::invalid_signature:
            return error.retryable();
        case ErrorKind::cancelled:
            return false;
    }
    return false;
}

FallbackHandler::Core::Core(std::vector<FallbackEntry> entries, FallbackOptions options)
    : entries_(std::move(entries)), options_(std::move(options)), cooling_(entries_.size()) {
    if (entries_.empty())
        throw ApiError(ErrorKind::configuration, "A FallbackHandler needs at least one entry");
    for (const auto& entry : entries_) {
        if (!entry.handler)
            throw ApiError(ErrorKind::configuration, "A FallbackHandler's entry has no handler");
        auto name = entry.name.empty() ? entry.model : entry.name;
        if (name.empty()) name = entry.handler->get_model().id;
        names_.push_back(std::move(name));
    }
    if (!options_.fails_over) options_.fails_over = fails_over_by_default;
    if (!options_.clock) options_.clock = system_clock();
}

std::vector<std::size_t> FallbackHandler::Core::order() const {
    std::vector<std::size_t> all;
    std::vector<std::size_t> ready;
    const auto now = options_.clock->now();
    const std::scoped_lock lock(mutex_);
    for (std::size_t entry = 0; entry < entries_.size(); ++entry) {
        all.push_back(entry);
        if (cooling_[entry].rest(now).count() == 0) ready.push_back(entry);
    }
    return ready.empty() ? all : ready;
}

bool FallbackHandler::Core::fails_over(const ApiError& error) const {
    return error.kind() != ErrorKind::cancelled && options_.fails_over(error);
}

void FallbackHandler::Core::note_failure(std::size_t entry, const ApiError& error) {
    if (options_.cool_down.count() <= 0) return;
    const auto asked = error.info().retry_after.value_or(std::chrono::milliseconds(0));
    const auto now = options_.clock->now();
    const std::scoped_lock lock(mutex_);
    cooling_[entry].extend(now, std::max(options_.cool_down, asked));
}

void FallbackHandler::Core::tell(const Failover& failover) const {
    if (!options_.on_failover) return;
    try {
        options_.on_failover(failover);
    } catch (...) {
        // A callback informs; what goes wrong in it must not change the call.
    }
}

}  // namespace capstan
