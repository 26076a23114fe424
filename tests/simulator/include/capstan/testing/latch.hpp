#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace capstan::testing {

/// A gate in a scripted response: the simulator stops there until the test opens it.
///
/// Copies share one gate. Thread-safe. Once released it stays open.
class Latch {
public:
    Latch();

    void release();
    bool released() const;

    /// Waits until a response stands before the gate (or has passed it); false after `timeout`.
    bool wait_reached(std::chrono::milliseconds timeout = std::chrono::seconds(10)) const;

    /// For the server: says that it stands here, and what to call at the release (at once if open).
    void arrive(std::function<void()> on_release) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace capstan::testing
