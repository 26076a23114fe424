#include "net/http_pool.hpp"


namespace capstan::http {

namespace {

class PoolService final : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit PoolService(asio::execution_context& context)
        : asio::execution_context::service(context) {}

    const std::shared_ptr<Pool>& pool() const noexcept { return pool_; }

private:
    void shutdown() override { pool_->close(); }

    std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace

std::shared_ptr<Pool> pool_of(asio::execution_context& context) {
    return asio::use_service<PoolService>(context).pool();
}

void Pool::drop_expired() {
    const auto now = Clock::now();
    for (auto entry = idle_.begin(); entry != idle_.end();) {
        auto& idle = entry->second;
        std::erase_if(idle, [now](const auto& each) { return each->idle_until < now; });
        entry = idle.empty() ? idle_.erase(entry) : std::next(entry);
    }
}

std::unique_ptr<Connection> Pool::take(const std::string& key) {
    const std::lock_guard lock(mutex_);
    drop_expired();
    const auto found = idle_.find(key);
    if (found == idle_.end()) return nullptr;
    while (!found->second.empty()) {
        auto connection = std::move(found->second.back());
        found->second.pop_back();
        if (connection->alive()) return connection;
    }
    return nullptr;
}

void Pool::give(const std::string& key, std::unique_ptr<Connection> connection, std::size_t most,
                std::chrono::milliseconds lifetime) {
    const std::lock_guard lock(mutex_);
    drop_expired();
    if (closed_ || most == 0 || lifetime <= std::chrono::milliseconds::zero()) return;
    auto& idle = idle_[key];
    if (idle.size() >= most) idle.erase(idle.begin());
    connection->idle_until = Clock::now() + lifetime;
    connection->used = true;
    idle.push_back(std::move(connection));
}

void Pool::drop(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    const auto first = idle_.lower_bound(prefix);
    auto last = first;
    while (last != idle_.end() && last->first.starts_with(prefix)) ++last;
    idle_.erase(first, last);
}

void Pool::guard(const std::shared_ptr<Gate>& gate) {
    const std::lock_guard lock(mutex_);
    std::erase_if(gates_, [](const auto& each) { return each.expired(); });
    gates_.push_back(gate);
}

void Pool::close() {
    std::vector<std::weak_ptr<Gate>> gates;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        idle_.clear();
        gates.swap(gates_);
    }
    for (const auto& each : gates)
        if (const auto gate = each.lock()) gate->abandon();
}

}  // namespace capstan::http
