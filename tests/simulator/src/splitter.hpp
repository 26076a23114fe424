#pragma once

#include <capstan/testing/sim_response.hpp>

#include <random>

namespace capstan::testing {

/// Says, piece after piece, how long the next one is and how long to wait before it.
class Splitter {
public:
    explicit Splitter(const Split& split) : split_(split), random_(split.seed_) {}

    bool cuts() const noexcept { return split_.cuts(); }
    /// Begins the next piece; its size is at least 1.
    std::size_t next();
    /// Before the piece that next() or whole() began.
    std::chrono::microseconds pause() const noexcept { return pause_; }
    /// Begins a piece of its own (no cuts).
    void whole() noexcept;

private:
    std::size_t next_given();

    const Split& split_;
    std::mt19937_64 random_;
    std::size_t index_ = 0;
    bool first_ = true;
    std::chrono::microseconds pause_{0};
};

}  // namespace capstan::testing
