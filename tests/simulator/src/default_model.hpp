#pragma once

#include <capstan/testing/simulator.hpp>

#include <deque>
#include <map>
#include <mutex>

namespace capstan::testing {

/// Answers like OpenRouter when no script does. Thread-safe.
class DefaultModel {
public:
    explicit DefaultModel(const SimulatorOptions& options);

    SimResponse answer(const SimRequest& request);
    /// The answer as the request wants it; /generation knows it from now on.
    SimResponse render(Answer answer, const SimRequest& request);
    void add_generation(std::string_view id, boost::json::object data);

private:
    struct Generation {
        boost::json::object data;
        int misses = 0;
    };

    SimResponse chat(const SimRequest& request);
    SimResponse generation(const SimRequest& request);
    SimResponse inference(const SimRequest& request);
    SimResponse account(const SimRequest& request);

    bool require_key_;
    int misses_;
    std::chrono::microseconds word_delay_;
    std::mutex mutex_;
    std::map<std::string, Generation, std::less<>> generations_;
    std::deque<std::string> generation_order_;
};

}  // namespace capstan::testing
