#pragma once

#include <chrono>

namespace capstan::detail {

/// The time in which a run was active: it stands still while the run waits for a person only.
class ActiveClock {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit ActiveClock(std::chrono::milliseconds so_far,
                         Time now = std::chrono::steady_clock::now())
        : total_(so_far), since_(now) {}

    /// From `now` on the clock runs, or stands still.
    void set_active(bool active, Time now = std::chrono::steady_clock::now()) {
        if (active == active_) return;
        if (active_ && now > since_) total_ += now - since_;
        active_ = active;
        since_ = now;
    }

    std::chrono::milliseconds value(Time now = std::chrono::steady_clock::now()) const {
        const auto running = active_ && now > since_ ? now - since_ : Time::duration::zero();
        return std::chrono::duration_cast<std::chrono::milliseconds>(total_ + running);
    }

private:
    Time::duration total_;
    Time since_;
    bool active_ = true;
};

}  // namespace capstan::detail
