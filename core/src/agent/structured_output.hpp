#pragma once

#include "agent/agent_stream_impl.hpp"

#include <capstan/agent.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::detail {

/// Says why a value is not what was asked for, or nothing.
using ValueCheck = std::function<std::string(const json::value&)>;

/// What an answer has to look like. Providers take objects only, so any other schema is wrapped in
/// {"value": ...} on the way.
class AnswerShape {
public:
    AnswerShape(json::object schema, ValueCheck fault);

    const json::object& schema() const noexcept { return schema_; }
    json::value response_format() const;

    /// An answer that was read, or what is wrong with it.
    struct Reading {
        Reading() = default;

        std::optional<json::value> value;
        std::string fault;
    };
    Reading read(const json::value& answer) const;
    /// The same of a text, which may stand in a fenced block of Markdown.
    Reading read_text(std::string_view answer) const;

private:
    json::object schema_;
    ValueCheck fault_;
    bool wrapped_ = false;
};

/// A tool whose arguments are the answer.
class AnswerTool final : public Tool {
public:
    AnswerTool(std::string name, AnswerShape shape);

    const FunctionTool& definition() const override { return definition_; }
    std::string check(const json::value& arguments) const override;
    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override;

    /// The last one that fitted.
    const std::optional<json::value>& answer() const noexcept { return *answer_; }
    std::shared_ptr<const std::optional<json::value>> shared_answer() const { return answer_; }

private:
    FunctionTool definition_;
    AnswerShape shape_;
    std::shared_ptr<std::optional<json::value>> answer_;
};

/// The tools of another source, and one more.
class ToolsAnd final : public ToolSource {
public:
    ToolsAnd(const ToolSource& others, std::shared_ptr<Tool> tool)
        : others_(others), tool_(std::move(tool)) {}

    std::vector<std::shared_ptr<Tool>> tools() const override;
    std::shared_ptr<Tool> find(std::string_view name) const override;

private:
    const ToolSource& others_;
    std::shared_ptr<Tool> tool_;
};

}  // namespace capstan::detail
