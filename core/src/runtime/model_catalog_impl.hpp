#pragma once

#include "base/signal.hpp"
#include "runtime/model_index.hpp"

#include <capstan/model_catalog.hpp>
#include <capstan/state_manager.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <exception>
#include <map>
#include <mutex>
#include <unordered_map>

namespace capstan {

/// What all askers share: the stored entries' view, the requests under way, recent failures.
class ModelCatalog::Impl {
public:
    using Text = std::shared_ptr<const std::string>;
    using IndexPtr = std::shared_ptr<const detail::ModelIndex>;
    using TimePoint = std::chrono::system_clock::time_point;

    /// One request (or one sequence of pages) that any number of askers wait for.
    struct Flight {
        std::shared_ptr<detail::Signal> done = std::make_shared<detail::Signal>();
        std::function<void()> cancel;
        std::exception_ptr error;  // written before `done`
        bool abandoned = false;    // its executor went away; ask again
    };
    using FlightPtr = std::shared_ptr<Flight>;
    /// Fetches and stores; a coroutine of its own.
    using Work = asio::awaitable<void> (*)(std::shared_ptr<Impl>, std::string key);

    Impl(std::shared_ptr<StateManager> state, std::string source, Fetcher fetch,
         ModelCatalogOptions options);

    StateManager& state() const noexcept { return *state_; }
    const ModelCatalogOptions& options() const noexcept { return options_; }
    asio::awaitable<std::string> fetch(std::string path) const { return fetch_(std::move(path)); }
    TimePoint now() const;
    std::int64_t now_ms() const;
    bool stale(std::int64_t fetched_at) const;

    // Keys of the state.
    std::string list_key() const { return prefix_ + "models"; }
    std::string model_key(std::string_view id) const;
    std::string endpoints_key(std::string_view id) const;

    /// The index as it is in the state now, parsed once for each text.
    IndexPtr index() const;
    std::optional<ModelInfo> lookup(const detail::ModelIndex& index, std::string_view model) const;
    /// One transaction; what did not change is not written.
    void store(detail::ModelIndex index, std::vector<std::string> entries);

    std::optional<ModelInfo> overridden(std::string_view model) const;
    void set_override(std::string model, ModelInfo info);

    /// The flight for `key`, started on `executor` if there is none.
    static FlightPtr join(const std::shared_ptr<Impl>& self, const std::string& key, Work work,
                          const asio::any_io_executor& executor);
    void land(const std::string& key, const FlightPtr& flight, std::exception_ptr error,
              bool abandoned);
    /// Whether the last try for `key` failed so recently that another one would be rude.
    bool resting(const std::string& key, std::exception_ptr* error = nullptr) const;
    void close();

private:
    struct Failure {
        TimePoint until;
        std::exception_ptr error;
    };
    struct Parsed {
        Text text;
        std::shared_ptr<const ModelInfo> info;
    };

    const std::shared_ptr<StateManager> state_;
    const std::string prefix_;
    const Fetcher fetch_;
    const ModelCatalogOptions options_;

    mutable std::mutex mutex_;
    mutable Text index_text_;
    mutable IndexPtr index_;
    mutable std::unordered_map<std::string, Parsed> parsed_;
    std::map<std::string, ModelInfo, std::less<>> overrides_;
    std::map<std::string, FlightPtr> flights_;
    std::map<std::string, Failure> failures_;
    bool closed_ = false;
};

}  // namespace capstan
