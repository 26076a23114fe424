#include "session/run_log.hpp"

#include <capstan/session.hpp>

#include <utility>

namespace capstan::detail {
namespace {

class SessionLog final : public RunLog {
public:
    explicit SessionLog(Session& session) : session_(session) {}

    const AgentRun& run() const noexcept override { return session_.run(); }
    std::vector<RunCommand> note(RunEvent event, std::chrono::milliseconds active_time) override {
        dirty_ = true;
        return session_.note(std::move(event), active_time);
    }
    bool dirty() const noexcept override { return dirty_; }
    asio::awaitable<void> flush() override {
        dirty_ = false;  // what is noted meanwhile makes it dirty again
        bool flushed = false;
        const Undo undo(dirty_, flushed);
        co_await session_.flush();
        flushed = true;
    }

private:
    // A flush that throws, or is destroyed, leaves the log as it was.
    class Undo {
    public:
        Undo(bool& dirty, const bool& flushed) : dirty_(dirty), flushed_(flushed) {}
        Undo(const Undo&) = delete;
        ~Undo() {
            if (!flushed_) dirty_ = true;
        }

    private:
        bool& dirty_;
        const bool& flushed_;
    };

    Session& session_;
    bool dirty_ = false;
};

}  // namespace

std::unique_ptr<RunLog> make_session_log(Session& session) {
    return std::make_unique<SessionLog>(session);
}

}  // namespace capstan::detail
