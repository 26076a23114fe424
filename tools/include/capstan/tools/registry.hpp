#pragma once

#include <capstan/json_schema.hpp>
#include <capstan/tool.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace capstan {

/// The tools of an agent, by name. Safe to change and to read from several threads; a call under
/// way keeps its tool.
class ToolRegistry final : public ToolSource {
public:
    /// Makes one call of a tool given by a schema.
    using Handler =
        std::function<asio::awaitable<ToolResult>(json::value arguments, ToolContext& context)>;

    ToolRegistry();
    ~ToolRegistry() override;

    /// Throws std::invalid_argument for a name that models do not accept (1 to 64 characters of
    /// A-Z a-z 0-9 _ -) or that is taken.
    ToolRegistry& add(std::shared_ptr<Tool> tool);

    /// A tool with a schema written by hand. `name`, `description` and `parameters` are what the
    /// model is told.
    ToolRegistry& add(std::string name, std::string description, json::object parameters,
                      Handler handler, ToolOptions options = {});

    /// A typed tool: `handler(Args args, ToolContext& context)` or `handler(Args args)`, which
    /// returns asio::awaitable<ToolResult>, ToolResult, or something a ToolResult is made of. The
    /// schema comes from Args (json_schema.hpp), and the arguments are read strictly into it.
    template <class F>
        requires(!std::is_convertible_v<F, json::object>)
    ToolRegistry& add(std::string name, std::string description, F handler,
                      ToolOptions options = {});

    /// All tools of another source, as they are when they are asked for (an MCP server's may
    /// change). Names that are taken here are left out.
    ToolRegistry& add(std::shared_ptr<ToolSource> source);

    /// False if there is no such tool.
    bool remove(std::string_view name);

    std::vector<std::shared_ptr<Tool>> tools() const override;
    std::shared_ptr<Tool> find(std::string_view name) const override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace capstan

#include <capstan/tools/detail/typed_tool.hpp>
