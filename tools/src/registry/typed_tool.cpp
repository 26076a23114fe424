#include <capstan/tools/registry.hpp>

#include <utility>

namespace capstan::detail {

namespace {

// A function with parameters, so that all it uses is in its frame; the handler is the tool's.
asio::awaitable<ToolResult> run_call(TypedHandler& handler, json::value arguments,
                                     ToolContext& context) {
    const auto call = handler.prepare(arguments);
    auto operation = call->start(context);
    co_return co_await std::move(operation);
}

class TypedTool final : public Tool {
public:
    TypedTool(FunctionTool definition, std::unique_ptr<TypedHandler> handler, ToolOptions options)
        : definition_(std::move(definition)), handler_(std::move(handler)), options_(options) {}

    const FunctionTool& definition() const override { return definition_; }
    ToolOptions options() const override { return options_; }

    std::string check(const json::value& arguments) const override {
        return handler_->check(arguments);
    }

    asio::awaitable<ToolResult> run(json::value arguments, ToolContext& context) override {
        return run_call(*handler_, std::move(arguments), context);
    }

private:
    FunctionTool definition_;
    std::unique_ptr<TypedHandler> handler_;
    ToolOptions options_;
};

}  // namespace

std::shared_ptr<Tool> make_typed_tool(std::string name, std::string description,
                                      std::unique_ptr<TypedHandler> handler, ToolOptions options) {
    FunctionTool definition;
    definition.name = std::move(name);
    definition.description = std::move(description);
    definition.parameters = handler->schema();
    return std::make_shared<TypedTool>(std::move(definition), std::move(handler), options);
}

asio::awaitable<ToolResult> as_result(ToolResult result) { co_return std::move(result); }

asio::awaitable<ToolResult> as_result(asio::awaitable<std::string> operation) {
    std::string text = co_await std::move(operation);
    co_return ToolResult(std::move(text));
}

}  // namespace capstan::detail
