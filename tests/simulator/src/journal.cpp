#include "journal.hpp"

#include "http_text.hpp"

#include <stdexcept>

namespace capstan::testing {

void Journal::add(SimRequest& request) {
    const std::lock_guard lock(mutex_);
    request.index = request_count_++;
    connections_[request.connection - 1].requests += 1;
    if (keep_requests_) requests_.push_back(request);
    changed_.notify_all();
}

std::uint64_t Journal::open_connection() {
    const std::lock_guard lock(mutex_);
    ConnectionInfo info;
    info.id = connections_.size() + 1;
    info.accepted = std::chrono::steady_clock::now();
    connections_.push_back(info);
    ++open_;
    changed_.notify_all();
    return info.id;
}

void Journal::close_connection(std::uint64_t id, ConnectionEnd end) {
    const std::lock_guard lock(mutex_);
    auto& info = connections_[id - 1];
    if (info.end != ConnectionEnd::open) return;
    info.end = end;
    info.closed = std::chrono::steady_clock::now();
    --open_;
    changed_.notify_all();
}

std::vector<SimRequest> Journal::requests(std::string_view route) const {
    const std::lock_guard lock(mutex_);
    std::vector<SimRequest> found;
    for (const auto& request : requests_)
        if (route_matches(route, request.method, request.path)) found.push_back(request);
    return found;
}

std::size_t Journal::request_count() const {
    const std::lock_guard lock(mutex_);
    return request_count_;
}

SimRequest Journal::wait_for_request(std::size_t index, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, timeout, [&] { return requests_.size() > index; }))
        throw std::runtime_error("simulator: request " + std::to_string(index) + " did not come");
    return requests_[index];
}

std::size_t Journal::open_connections() const {
    const std::lock_guard lock(mutex_);
    return open_;
}

std::vector<ConnectionInfo> Journal::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

bool Journal::wait_for_close(std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return open_ == 0; });
}

ConnectionInfo Journal::wait_for_close(std::uint64_t id, std::chrono::milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    const auto ended = [&] {
        return id <= connections_.size() && connections_[id - 1].end != ConnectionEnd::open;
    };
    if (!changed_.wait_for(lock, timeout, ended))
        throw std::runtime_error("simulator: connection " + std::to_string(id) + " did not end");
    return connections_[id - 1];
}

}  // namespace capstan::testing
