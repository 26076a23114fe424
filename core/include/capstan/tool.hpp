#pragma once

#include <capstan/content.hpp>
#include <capstan/json.hpp>
#include <capstan/money.hpp>
#include <capstan/tool_definition.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan {

namespace asio = boost::asio;

/// What a call of a tool gave. `content` goes to the model: text, or parts with images and files.
struct ToolResult {
    ToolResult() = default;
    ToolResult(std::string text) : content(std::move(text)) {}
    ToolResult(const char* text) : content(std::string(text)) {}
    ToolResult(std::vector<ContentPart> parts) : content(std::move(parts)) {}

    /// A failure that the model is told of, so that it can try something else.
    static ToolResult error(std::string text);
    /// The value as JSON text.
    static ToolResult json(const json::value& value);

    Content content;
    bool is_error = false;
    /// For programs and their users, not for the model: a diff, an exit code. Kept in the events.
    json::object details;
};
static_assert(!std::is_aggregate_v<ToolResult>);

/// Whether a call may be made.
enum class Permission { allow, deny, ask };
std::string_view to_string(Permission permission) noexcept;

/// How a tool is to be run. Nothing of this is told to the model.
struct ToolOptions {
    ToolOptions() = default;

    bool exclusive = false;  ///< runs alone: what was called before it ends first
    /// May be run again when a crash interrupted it; else the model is told of the interruption.
    bool repeatable = false;
    Permission permission = Permission::allow;  ///< where no rule of the policy applies
    std::chrono::milliseconds timeout{0};       ///< zero: the agent's own
    std::size_t max_result_bytes = 0;           ///< zero: the agent's own
};
static_assert(!std::is_aggregate_v<ToolOptions>);

/// What several agents spend together: a run, and the sub-agents that its tools start. None of them
/// calls a model when nothing is left. Shared and thread-safe.
class Budget {
public:
    struct Spent {
        Spent() = default;

        Money cost;
        std::int64_t tokens = 0;
    };

    /// What is left within the limits; absent: there is none. Negative when more was spent.
    struct Left {
        Left() = default;

        std::optional<Money> cost;
        std::optional<std::int64_t> tokens;
    };

    Budget();
    /// A part of another one (or of none): what is added here is added there, and the limits of
    /// both count.
    explicit Budget(std::shared_ptr<Budget> parent);
    ~Budget();

    void add(Money cost, std::int64_t tokens);
    Spent spent() const;

    void limit(std::optional<Money> cost, std::optional<std::int64_t> tokens);
    Left left() const;

    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What a running tool knows of its call, and its way to tell of its progress. Valid until the
/// tool's coroutine ends; used on the executor of that coroutine.
class ToolContext {
public:
    /// A piece of progress: a text for people, and data for programs (may be null).
    using ProgressCallback = std::function<void(std::string text, json::value data)>;

    ToolContext() = default;

    std::string session_id;  ///< of the run; empty: it has none
    std::string call_id;
    std::string tool_name;
    std::string arguments;   ///< the model's own text
    std::shared_ptr<Budget> budget;  ///< of the run; never null within an agent
    ProgressCallback on_progress;    ///< may be empty

    /// Becomes an event of the run.
    void progress(std::string text, json::value data = nullptr) const {
        if (on_progress) on_progress(std::move(text), std::move(data));
    }
};
static_assert(!std::is_aggregate_v<ToolContext>);

/// Something that the model may call. Several calls of one tool may run at once, unless it is
/// exclusive.
class Tool {
public:
    Tool() = default;
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;
    virtual ~Tool() = default;

    /// Name, description and schema, as the model is told. Does not change during a run.
    virtual const FunctionTool& definition() const = 0;
    virtual ToolOptions options() const { return {}; }

    /// Why the tool cannot be called with these arguments, in words for the model, or an empty
    /// text. Called before approval is asked for and before run(). The default checks them against
    /// the schema of definition().
    virtual std::string check(const json::value& arguments) const;

    /// Whether this call may be made, where no rule of the policy applies. The default is what
    /// options() says of every call.
    virtual Permission permission(const json::value&) const { return options().permission; }

    /// What "always" is about when a user allows a call for the whole session: calls with the same
    /// key. The default is the tool's name, i.e. every call of it.
    virtual std::string approval_key(const json::value& arguments) const;

    /// What a user should see before the call is approved, e.g. the diff of an edit; may be empty.
    virtual std::string preview(const json::value& arguments) const;

    /// Makes the call. `arguments` have passed check(). An exception becomes an error result with
    /// its text; the cancellation of the awaiting coroutine is the call's, by timeout or by the
    /// user. The tool outlives the coroutine.
    virtual asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) = 0;
};

/// Where an agent finds its tools. Asked before each call of the model, so that tools may come and
/// go during a run.
class ToolSource {
public:
    ToolSource() = default;
    ToolSource(const ToolSource&) = delete;
    ToolSource& operator=(const ToolSource&) = delete;
    virtual ~ToolSource() = default;

    /// All tools, in the order in which the model is told of them. Names are unique.
    virtual std::vector<std::shared_ptr<Tool>> tools() const = 0;

    /// The tool of that name, or null.
    virtual std::shared_ptr<Tool> find(std::string_view name) const;
};

}  // namespace capstan
