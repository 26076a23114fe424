#include "coding/coding_tool.hpp"

#include <boost/describe/enum.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace capstan::coding {

enum class TodoStatus { pending, in_progress, done };
BOOST_DESCRIBE_ENUM(TodoStatus, pending, in_progress, done)

struct TodoItem {
    std::string text;
    TodoStatus status = TodoStatus::pending;
};
BOOST_DESCRIBE_STRUCT(TodoItem, (), (text, status))

struct TodoArgs {
    std::vector<TodoItem> items;
};
BOOST_DESCRIBE_STRUCT(TodoArgs, (), (items))

inline void describe(Fields<TodoItem>& fields) {
    fields(&TodoItem::text).min_length(1).max_length(500);
}

inline void describe(Fields<TodoArgs>& fields) {
    fields(&TodoArgs::items).about("The whole list, in order").max_items(100);
}

namespace {

std::string_view mark(TodoStatus status) {
    switch (status) {
        case TodoStatus::done: return "[x]";
        case TodoStatus::in_progress: return "[>]";
        default: return "[ ]";
    }
}

class Todo final : public CodingTool<TodoArgs> {
public:
    Todo()
        : CodingTool("todo",
                     "Keeps your list of what is to be done in a longer task. Give the whole list "
                     "each time; it replaces the one before.",
                     reading_options()) {}

private:
    asio::awaitable<ToolResult> call(TodoArgs args, ToolContext&) override {
        const std::lock_guard lock(mutex_);
        items_ = std::move(args.items);
        std::string text;
        for (const auto& item : items_)
            text += fmt::format("{} {}\n", mark(item.status), item.text);
        const auto done = std::count_if(items_.begin(), items_.end(), [](const auto& item) {
            return item.status == TodoStatus::done;
        });
        ToolResult result(items_.empty() ? "The list is empty" : text);
        result.details["done"] = done;
        result.details["items"] = items_.size();
        co_return result;
    }

    std::mutex mutex_;
    std::vector<TodoItem> items_;
};

}  // namespace

std::shared_ptr<Tool> make_todo() { return std::make_shared<Todo>(); }

}  // namespace capstan::coding
