#include <capstan/agent_hooks.hpp>

#include <utility>

namespace capstan {

ToolGate ToolGate::block(std::string reason) {
    ToolGate gate;
    gate.blocked = std::move(reason);
    return gate;
}

ToolGate ToolGate::change(json::value arguments) {
    ToolGate gate;
    gate.arguments = std::move(arguments);
    return gate;
}

ToolGate ToolGate::answer(ToolResult result) {
    ToolGate gate;
    gate.result = std::move(result);
    return gate;
}

}  // namespace capstan
