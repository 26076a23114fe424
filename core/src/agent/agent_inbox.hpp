#pragma once

#include "base/notifier.hpp"

#include <capstan/agent_event.hpp>
#include <capstan/chunk.hpp>
#include <capstan/error.hpp>
#include <capstan/tool.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace capstan::detail {

struct ModelCall;
class RunningTool;

/// What those who work beside a run tell it.
struct ModelPiece {
    ModelPiece() = default;

    std::shared_ptr<ModelCall> call;
    StreamChunk chunk;
};

/// The end of a call of the model; without an error: it is complete.
struct ModelEnd {
    ModelEnd() = default;

    std::shared_ptr<ModelCall> call;
    std::optional<ErrorInfo> error;
};

struct ToolNews {
    ToolNews() = default;

    std::shared_ptr<RunningTool> tool;
    std::string text;
    json::value data;
};

struct ToolEnd {
    ToolEnd() = default;

    std::shared_ptr<RunningTool> tool;
    ToolStatus status = ToolStatus::ok;
    ToolResult result;
};

using InboxItem = std::variant<ModelPiece, ModelEnd, agent_event::Retry, ToolNews, ToolEnd>;

/// In order of arrival. The writers share it, so that they may outlive the run.
class AgentInbox {
public:
    static constexpr std::size_t many = 256;

    void put(InboxItem item) {
        if (closed_) return;
        items_.push_back(std::move(item));
        last_ = std::chrono::steady_clock::now();
        news_->notify();
    }
    std::optional<InboxItem> take() {
        if (items_.empty()) return std::nullopt;
        std::optional<InboxItem> item(std::move(items_.front()));
        items_.pop_front();
        if (items_.size() < many / 2) room_->notify();
        return item;
    }
    bool empty() const noexcept { return items_.empty(); }
    /// A fast writer should wait for room().
    bool full() const noexcept { return items_.size() >= many && !closed_; }
    /// Drops everything, now and later.
    void close() {
        closed_ = true;
        items_.clear();
        news_->notify();
        room_->notify();
    }
    std::chrono::steady_clock::time_point last_arrival() const noexcept { return last_; }

    const std::shared_ptr<Notifier>& news() const noexcept { return news_; }
    const std::shared_ptr<Notifier>& room() const noexcept { return room_; }

private:
    std::deque<InboxItem> items_;
    std::shared_ptr<Notifier> news_ = std::make_shared<Notifier>();
    std::shared_ptr<Notifier> room_ = std::make_shared<Notifier>();
    std::chrono::steady_clock::time_point last_;
    bool closed_ = false;
};

}  // namespace capstan::detail
