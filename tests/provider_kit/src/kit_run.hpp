#pragma once

#include <capstan/testing/provider_kit.hpp>
#include <capstan/testing/simulator.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace capstan::testing {

/// A clock whose sleeps end at once.
class InstantClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::now();
    }
    asio::awaitable<void> sleep_for(std::chrono::milliseconds duration) override;
    double random() override { return 1.0; }
};

/// What came out of one call.
struct KitOutcome {
    KitOutcome() = default;

    std::vector<StreamChunk> chunks;
    std::shared_ptr<ApiError> error;
    std::string breach;  ///< of the contract, seen while reading
    bool over = false;
};

/// The kit's server, and a handler that talks to it.
class KitRun {
public:
    explicit KitRun(const ProviderKit& kit);

    Simulator& server() noexcept { return server_; }
    ApiHandler& handler() noexcept { return *handler_; }
    const ProviderKit& kit() const noexcept { return kit_; }
    const std::string& key() const noexcept { return target_.api_key; }

    /// Every further request gets this answer.
    void answer(SimResponse response);

    /// Makes the case's call to its end.
    KitOutcome call(const WireCase& wire_case);

    void add(std::string check, const WireCase& wire_case, std::string what);
    std::vector<KitFinding> take() { return std::move(findings_); }

private:
    const ProviderKit& kit_;
    Simulator server_;
    KitTarget target_;
    std::shared_ptr<ApiHandler> handler_;
    std::vector<KitFinding> findings_;
};

MessageRequest request_of(const WireCase& wire_case);

/// Reads a stream to its end, and once more.
asio::awaitable<void> drain(ChunkStream stream, KitOutcome& outcome);

/// What is wrong with the order of the chunks; empty: nothing.
std::string order_fault(const KitOutcome& outcome);
/// How an outcome differs from what was expected; empty: not at all.
std::string difference(const KitOutcome& outcome, const ExpectedAnswer& expected);
std::string text_of(const KitOutcome& outcome);

using KitCheck = void (*)(KitRun& run);
void check_answers(KitRun& run);
void check_splits(KitRun& run);
void check_cuts(KitRun& run);
void check_errors(KitRun& run);
void check_cancel(KitRun& run);
void check_destroy(KitRun& run);
void check_threads(KitRun& run);
void check_secrets(KitRun& run);

}  // namespace capstan::testing
