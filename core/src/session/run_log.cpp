#include "session/run_log.hpp"

#include <utility>

namespace capstan::detail {
namespace {

class MemoryLog final : public RunLog {
public:
    explicit MemoryLog(AgentRun run) : run_(std::move(run)) {}

    const AgentRun& run() const noexcept override { return run_; }
    std::vector<RunCommand> note(RunEvent event, std::chrono::milliseconds active_time) override {
        return run_.handle(event, active_time);
    }
    bool dirty() const noexcept override { return false; }
    asio::awaitable<void> flush() override { co_return; }

private:
    AgentRun run_;
};

}  // namespace

std::unique_ptr<RunLog> make_memory_log(AgentRun run) {
    return std::make_unique<MemoryLog>(std::move(run));
}

}  // namespace capstan::detail
