#pragma once

#include <capstan/testing/sim_response.hpp>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace capstan::testing {

using SharedResponse = std::shared_ptr<const SimResponse>;
using OptionalHandler = std::function<std::optional<SimResponse>(const SimRequest&)>;

/// Which response answers which request. Thread-safe; handlers run without the lock.
class Script {
public:
    void enqueue(std::string_view route, SimHandler handler);
    void always(std::string_view route, SharedResponse response);
    void set_handler(OptionalHandler handler);
    void add_rule(OptionalHandler rule);
    std::size_t queued() const;

    /// The scripted response, or nothing.
    SharedResponse answer(const SimRequest& request);

private:
    SimHandler next_queued(const SimRequest& request);
    SharedResponse shared_for(const SimRequest& request);
    std::vector<OptionalHandler> rules() const;

    mutable std::mutex mutex_;
    std::deque<std::pair<std::string, SimHandler>> queue_;
    std::vector<std::pair<std::string, SharedResponse>> always_;
    OptionalHandler handler_;
    std::vector<OptionalHandler> rules_;
};

}  // namespace capstan::testing
