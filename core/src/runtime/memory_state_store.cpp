#include <capstan/state_store.hpp>

#include <map>
#include <mutex>
#include <set>

namespace capstan {

std::string_view to_string(StateNoticeKind kind) noexcept {
    switch (kind) {
        case StateNoticeKind::moved_corrupt: return "moved_corrupt";
        case StateNoticeKind::moved_newer: return "moved_newer";
        case StateNoticeKind::load_failed: return "load_failed";
        case StateNoticeKind::write_failed: return "write_failed";
        case StateNoticeKind::update_failed: return "update_failed";
    }
    return "unknown";
}

struct MemoryStateStore::Impl {
    struct Row {
        std::optional<std::string> value;
        std::int64_t version = 0;
    };
    std::map<std::string, std::map<std::string, Row, std::less<>>, std::less<>> spaces;
    struct Locks {
        std::mutex mutex;
        std::set<std::string, std::less<>> names;
    };
    std::shared_ptr<Locks> locks = std::make_shared<Locks>();
    std::int64_t version = 0;
};

MemoryStateStore::MemoryStateStore() : impl_(std::make_unique<Impl>()) {}
MemoryStateStore::~MemoryStateStore() = default;

StateDelta MemoryStateStore::changes_since(std::string_view name_space, const StateCursor& since) {
    StateDelta delta;
    delta.complete = since.incarnation.empty();
    delta.cursor.incarnation = "memory";
    delta.cursor.version = impl_->version;
    const auto space = impl_->spaces.find(name_space);
    if (space == impl_->spaces.end()) return delta;
    for (const auto& [key, row] : space->second) {
        const bool wanted = delta.complete ? row.value.has_value() : row.version > since.version;
        if (wanted) delta.entries.emplace_back(key, row.value);
    }
    return delta;
}

StateCursor MemoryStateStore::transact(std::string_view name_space, const StateCursor& since,
                                       const Edit& edit) {
    auto delta = changes_since(name_space, since);
    auto writes = edit(delta);
    if (writes.empty()) return delta.cursor;
    delta.cursor.version = ++impl_->version;
    for (auto& write : writes) {
        const bool elsewhere = !write.name_space.empty();
        auto& space = impl_->spaces[elsewhere ? write.name_space : std::string(name_space)];
        auto& row = space[std::move(write.key)];
        row.value = std::move(write.value);
        row.version = impl_->version;
    }
    return delta.cursor;
}

std::shared_ptr<void> MemoryStateStore::try_lock(std::string_view name) {
    auto locks = impl_->locks;
    const std::scoped_lock lock(locks->mutex);
    const auto [held, taken] = locks->names.emplace(name);
    if (!taken) return nullptr;
    // The pointer means nothing; what counts is the deleter.
    return std::shared_ptr<void>(locks.get(), [locks, text = *held](void*) {
        const std::scoped_lock release(locks->mutex);
        locks->names.erase(text);
    });
}

}  // namespace capstan
