#include "script.hpp"

#include "dialects.hpp"

#include <algorithm>

namespace capstan::testing {

void Script::enqueue(std::string_view route, SimHandler handler) {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(route, std::move(handler));
}

void Script::always(std::string_view route, SharedResponse response) {
    const std::lock_guard lock(mutex_);
    // The latest of one route wins.
    always_.emplace(always_.begin(), route, std::move(response));
}

void Script::set_handler(OptionalHandler handler) {
    const std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
}

void Script::add_rule(OptionalHandler rule) {
    const std::lock_guard lock(mutex_);
    rules_.push_back(std::move(rule));
}

std::size_t Script::queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

SharedResponse Script::answer(const SimRequest& request) {
    if (const auto handler = next_queued(request))
        return std::make_shared<const SimResponse>(handler(request));
    OptionalHandler handler;
    {
        const std::lock_guard lock(mutex_);
        handler = handler_;
    }
    if (handler)
        if (auto response = handler(request))
            return std::make_shared<const SimResponse>(std::move(*response));
    if (auto response = shared_for(request)) return response;
    for (const auto& rule : rules())
        if (auto response = rule(request))
            return std::make_shared<const SimResponse>(std::move(*response));
    return nullptr;
}

SimHandler Script::next_queued(const SimRequest& request) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(queue_.begin(), queue_.end(), [&](const auto& entry) {
        return answers(entry.first, request);
    });
    if (found == queue_.end()) return nullptr;
    auto handler = std::move(found->second);
    queue_.erase(found);
    return handler;
}

SharedResponse Script::shared_for(const SimRequest& request) {
    const std::lock_guard lock(mutex_);
    for (const auto& [route, response] : always_)
        if (answers(route, request)) return response;
    return nullptr;
}

std::vector<OptionalHandler> Script::rules() const {
    const std::lock_guard lock(mutex_);
    return rules_;
}

}  // namespace capstan::testing
