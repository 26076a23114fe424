#pragma once

#include <capstan/testing/sim_response.hpp>

#include <atomic>
#include <filesystem>
#include <mutex>

namespace capstan::testing {

/// How the writing of a response ended: whole, by its own close or reset, or by the client.
enum class ResponseOutcome { complete, closed, reset, gone };

/// A body with the sizes of its pieces and the time before each.
class RecordedBody {
public:
    void add(std::string_view piece);

    std::string bytes;
    std::vector<std::size_t> sizes;
    std::vector<std::int64_t> delays_ms;

private:
    std::chrono::steady_clock::time_point last_{};
};

/// Writes exchanges to a folder, each to turn-NN, without the caller's secrets. Thread-safe.
class Recorder {
public:
    /// Empty: off.
    void set_directory(const std::filesystem::path& directory);
    bool active() const noexcept { return active_; }
    void add(const SimRequest& request, const SimResponse& response, const RecordedBody& body,
             ResponseOutcome outcome);

private:
    std::filesystem::path next_directory();

    std::mutex mutex_;
    std::atomic<bool> active_{false};
    std::filesystem::path directory_;
    int count_ = 0;
};

}  // namespace capstan::testing
