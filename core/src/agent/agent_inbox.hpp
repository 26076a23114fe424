#pragma once

#include "base/notifier.hpp"

#include <capstan/agent_event.hpp>
#include <capstan/chunk.hpp>
#include <capstan/error.hpp>
#include <capstan/tool.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
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
    std::size_t dropped = 0;  // older news of the tool
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
    static constexpr std::size_t most_news = 64;  // of one tool; older ones are dropped

    void put(InboxItem item) {
        if (closed_) return;
        if (auto* news = std::get_if<ToolNews>(&item)) make_room_for(*news);
        items_.push_back(std::move(item));
        last_ = std::chrono::steady_clock::now();
        news_->notify();
    }
    std::optional<InboxItem> take() {
        if (items_.empty()) return std::nullopt;
        std::optional<InboxItem> item(std::move(items_.front()));
        items_.pop_front();
        if (const auto* news = std::get_if<ToolNews>(&*item)) forget(news->tool.get());
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
        waiting_.clear();
        news_->notify();
        room_->notify();
    }
    std::chrono::steady_clock::time_point last_arrival() const noexcept { return last_; }

    const std::shared_ptr<Notifier>& news() const noexcept { return news_; }
    const std::shared_ptr<Notifier>& room() const noexcept { return room_; }

private:
    // A tool cannot be made to wait until somebody reads its progress. The oldest goes, and the one
    // that follows it tells so.
    void make_room_for(ToolNews& newest) {
        auto& waiting = waiting_[newest.tool.get()];
        if (++waiting <= most_news) return;
        --waiting;
        auto oldest = find_news(items_.begin(), newest);
        const auto dropped = std::get<ToolNews>(*oldest).dropped + 1;
        const auto next = find_news(items_.erase(oldest), newest);
        (next == items_.end() ? newest : std::get<ToolNews>(*next)).dropped += dropped;
    }

    std::deque<InboxItem>::iterator find_news(std::deque<InboxItem>::iterator from,
                                              const ToolNews& like) {
        return std::find_if(from, items_.end(), [&](const InboxItem& item) {
            const auto* news = std::get_if<ToolNews>(&item);
            return news && news->tool == like.tool;
        });
    }

    void forget(const RunningTool* tool) {
        const auto waiting = waiting_.find(tool);
        if (waiting != waiting_.end() && --waiting->second == 0) waiting_.erase(waiting);
    }

    std::deque<InboxItem> items_;
    std::map<const RunningTool*, std::size_t> waiting_;  // news of each tool
    std::shared_ptr<Notifier> news_ = std::make_shared<Notifier>();
    std::shared_ptr<Notifier> room_ = std::make_shared<Notifier>();
    std::chrono::steady_clock::time_point last_;
    bool closed_ = false;
};

}  // namespace capstan::detail
