#include "registry/handler_tool.hpp"

#include <stdexcept>
#include <utility>

namespace capstan {

namespace {

class HandlerTool final : public Tool {
public:
    HandlerTool(FunctionTool definition, ToolRegistry::Handler handler, ToolOptions options)
        : definition_(std::move(definition)), handler_(std::move(handler)), options_(options) {}

    const FunctionTool& definition() const override { return definition_; }
    ToolOptions options() const override { return options_; }

    // No coroutine: the handler's own is returned, and its function lives as long as the tool.
    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override {
        return handler_(std::move(arguments), context);
    }

private:
    FunctionTool definition_;
    ToolRegistry::Handler handler_;
    ToolOptions options_;
};

}  // namespace

std::shared_ptr<Tool> make_handler_tool(FunctionTool definition, ToolRegistry::Handler handler,
                                        ToolOptions options) {
    if (!handler) throw std::invalid_argument("no function for the tool " + definition.name);
    return std::make_shared<HandlerTool>(std::move(definition), std::move(handler), options);
}

}  // namespace capstan
