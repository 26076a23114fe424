#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan {

/// What a state store could not do. It is never fatal to a StateManager, which keeps its values in
/// memory and tries again.
class StateError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A value as text (JSON, for StateManager), or its removal when `value` is empty.
struct StateEntry {
    StateEntry() = default;
    StateEntry(std::string k, std::optional<std::string> v)
        : key(std::move(k)), value(std::move(v)) {}

    std::string key;
    std::optional<std::string> value;
    /// Where it is written to, in the same transaction; empty: the transaction's own name space.
    /// Not set in what is read.
    std::string name_space;
};
static_assert(!std::is_aggregate_v<StateEntry>);

/// How far a reader has read a store. The default is "nothing yet".
struct StateCursor {
    StateCursor() = default;

    std::string incarnation;   ///< identifies one life of the file; another one means: start anew
    std::int64_t version = 0;  ///< of the newest transaction seen
};
static_assert(!std::is_aggregate_v<StateCursor>);

/// What changed behind a cursor.
struct StateDelta {
    StateDelta() = default;

    std::vector<StateEntry> entries;
    StateCursor cursor;     ///< to continue from
    bool complete = false;  ///< `entries` is everything there is, not only the changes
};
static_assert(!std::is_aggregate_v<StateDelta>);

enum class StateNoticeKind {
    moved_corrupt,  ///< the file was damaged; it was moved to `moved_to` and a new one begun
    moved_newer,    ///< the file is of a newer version of the program; moved likewise
    load_failed,    ///< nothing could be read; values live in memory and reading is tried again
    write_failed,   ///< values are not on disk yet; writing is tried again
    update_failed,  ///< a function given to StateManager::update() threw on the stored value
};
std::string_view to_string(StateNoticeKind kind) noexcept;

/// Something that a person may want to know of, told after the fact.
struct StateNotice {
    StateNotice() = default;

    StateNoticeKind kind = StateNoticeKind::write_failed;
    std::string message;
    std::string moved_to;
};
static_assert(!std::is_aggregate_v<StateNotice>);

/// Durable key-value state with transactions, shared by several processes.
///
/// The interface is blocking and is called from one thread at a time, never from an event loop.
/// Functions throw StateError when the storage fails; the store stays usable and the next call
/// tries anew.
class StateStore {
public:
    /// Given what others changed behind the cursor, returns what is to be written.
    using Edit = std::function<std::vector<StateEntry>(const StateDelta& changed)>;

    StateStore() = default;
    StateStore(const StateStore&) = delete;
    StateStore& operator=(const StateStore&) = delete;
    virtual ~StateStore() = default;

    /// The entries of `name_space` that changed behind `since`, removals included.
    virtual StateDelta changes_since(std::string_view name_space, const StateCursor& since) = 0;

    /// Reads the changes behind `since`, lets `edit` answer them and writes the answer, all in one
    /// transaction that excludes other writers. When it returns, the writes survive a crash.
    virtual StateCursor transact(std::string_view name_space, const StateCursor& since,
                                 const Edit& edit) = 0;

    /// Takes a name for the caller alone, among all who use the storage, until the last copy of the
    /// result goes. Null if somebody has it. It ends with the process too, however that ends, and
    /// at once. The result may outlive the store and may be released on any thread.
    virtual std::shared_ptr<void> try_lock(std::string_view name) = 0;

    /// What was recovered since the last call.
    virtual std::vector<StateNotice> take_notices() { return {}; }

    /// Makes a call that waits for another process give up soon. Callable from any thread.
    virtual void interrupt() noexcept {}
};

/// Keeps everything in memory, for the life of the object.
class MemoryStateStore final : public StateStore {
public:
    MemoryStateStore();
    ~MemoryStateStore() override;

    StateDelta changes_since(std::string_view name_space, const StateCursor& since) override;
    StateCursor transact(std::string_view name_space, const StateCursor& since,
                         const Edit& edit) override;
    std::shared_ptr<void> try_lock(std::string_view name) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Settings of a SqliteStateStore.
struct SqliteStateOptions {
    SqliteStateOptions() = default;

    std::chrono::milliseconds busy_timeout{5000};  ///< how long to wait for other writers
};
static_assert(!std::is_aggregate_v<SqliteStateOptions>);

/// One SQLite file, opened at the first call. Any number of processes may use it at once.
///
/// - The file is made with mode 0600, missing folders are made too.
/// - WAL, with synchronous=FULL: NORMAL would let a power cut undo commits that flush() has
///   reported as saved, and with at most about two commits a second its gain is nothing.
/// - A damaged file is moved to "<path>.corrupt-<UTC time>" and one of a newer schema to
///   "<path>.newer-<UTC time>", with their -wal, -shm and -journal; a new file takes their place
///   and a notice tells of it. A newer file that is in use is left alone and the call fails.
/// - A SQLite file of another program is never touched: calls fail.
/// - A file that was removed or replaced while open is noticed at the next call.
/// - Locks are advisory locks of the system on "<path>.locks", which stays empty.
class SqliteStateStore final : public StateStore {
public:
    explicit SqliteStateStore(std::string path, SqliteStateOptions options = {});
    ~SqliteStateStore() override;

    StateDelta changes_since(std::string_view name_space, const StateCursor& since) override;
    StateCursor transact(std::string_view name_space, const StateCursor& since,
                         const Edit& edit) override;
    std::shared_ptr<void> try_lock(std::string_view name) override;
    std::vector<StateNotice> take_notices() override;
    void interrupt() noexcept override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace capstan
