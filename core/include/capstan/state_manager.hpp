#pragma once

#include <capstan/json.hpp>
#include <capstan/state_store.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

namespace asio = boost::asio;

/// Settings of a StateManager. The defaults suit programs, shorter times suit tests.
struct StateManagerOptions {
    StateManagerOptions() = default;

    std::string name_space = "default";  ///< programs that share a file but no values differ here
    std::chrono::milliseconds write_delay{500};       ///< from the last change on
    std::chrono::milliseconds max_write_delay{5000};  ///< from the first unsaved change on
    std::chrono::milliseconds retry_delay{1000};      ///< after a failure; doubles each time
    std::chrono::milliseconds max_retry_delay{60'000};
    std::chrono::milliseconds shutdown_timeout{2000};  ///< of the destructor's last write
    std::chrono::milliseconds poll_interval{0};  ///< for other processes' changes; zero: never

    /// Called on the manager's own thread; what it throws is contained.
    std::function<void(const StateNotice&)> on_notice;
};
static_assert(!std::is_aggregate_v<StateManagerOptions>);

/// Values by key, in memory, written behind to a StateStore.
///
/// Changes take effect at once and reach the store `write_delay` after the last one, at the latest
/// `max_write_delay` after the first; a crash loses at most that window and never leaves a part of
/// a transaction. A failed write is told to `on_notice` and tried again with growing delays.
///
/// Several processes may share one file. Each key's last writer wins; update() and increment()
/// work on the stored value inside the transaction, so that counters of two processes add up.
/// Values that others changed appear with the next write, reload() or poll.
///
/// All work with the store happens on one thread of the manager's own. get(), keys() and update()
/// wait for the first reading of the store, and for nothing else; `co_await loaded()` before them
/// keeps even that off an event loop. Thread-safe.
///
/// Not for secrets: values are stored as plain text. API keys and tokens do not belong here.
class StateManager {
public:
    /// From the stored value (nothing: no such key) to the new one. It may be called more than
    /// once, later and on the manager's thread, when another process has changed the value in
    /// between; so it must depend on its argument only, and must not call the manager.
    using UpdateFunction = std::function<json::value(std::optional<json::value>)>;

    /// Without a store the values live in memory only.
    explicit StateManager(std::unique_ptr<StateStore> store = nullptr,
                          StateManagerOptions options = {});
    StateManager(const StateManager&) = delete;
    StateManager& operator=(const StateManager&) = delete;

    /// Writes what is unsaved, for at most `shutdown_timeout`.
    ~StateManager();

    /// Nothing if there is no such key, or its text is no JSON.
    std::optional<json::value> get(std::string_view key) const;

    /// The value as JSON text, shared and not copied; null if there is none.
    std::shared_ptr<const std::string> get_text(std::string_view key) const;

    /// As get_text(), without waiting for the first reading of the store.
    std::shared_ptr<const std::string> peek_text(std::string_view key) const;

    /// The keys that begin with `prefix`, sorted.
    std::vector<std::string> keys(std::string_view prefix = {}) const;

    void set(std::string key, const json::value& value);
    void remove(std::string key);

    /// Several changes that belong together: one transaction. The values are JSON texts, which are
    /// not checked; those without a value are removed.
    void set_all(std::vector<StateEntry> changes);

    /// Changes a value depending on what it was, and returns the new one as far as it is known
    /// here. What `function` throws now comes out and nothing is changed; what it throws later is
    /// told to `on_notice`.
    json::value update(std::string key, UpdateFunction function);

    /// Adds to a number; a value that is none counts as 0. Returns the new one, as update() does.
    std::int64_t increment(std::string key, std::int64_t by = 1);

    /// Writes at once and waits. True only if everything changed before the call is on disk.
    bool flush(std::chrono::milliseconds timeout);
    /// The same without blocking. Cancellation ends the waiting, not the writing.
    asio::awaitable<bool> flush_async(std::chrono::milliseconds timeout);

    /// Picks up what other processes changed. True if the store could be read in time.
    bool reload(std::chrono::milliseconds timeout);
    asio::awaitable<bool> reload_async(std::chrono::milliseconds timeout);

    /// Completes when the store was read for the first time, or could not be.
    asio::awaitable<void> loaded();

    /// Runs `job` on the manager's thread and completes with it, throwing what it throws. For work
    /// that would hold up an event loop; writes wait meanwhile. The job must own what it uses, for
    /// a cancelled wait does not stop it.
    asio::awaitable<void> run(std::function<void()> job);

    /// The newest notices, at most 100.
    std::vector<StateNotice> notices() const;

    class Impl;

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace capstan
