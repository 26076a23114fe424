#include <capstan/tool.hpp>

namespace capstan {

ToolResult ToolResult::error(std::string text) {
    ToolResult result(std::move(text));
    result.is_error = true;
    return result;
}

ToolResult ToolResult::json(const json::value& value) { return ToolResult(to_json_text(value)); }

std::string_view to_string(Permission permission) noexcept {
    switch (permission) {
    case Permission::allow: return "allow";
    case Permission::deny: return "deny";
    case Permission::ask: return "ask";
    }
    return "ask";
}

std::string Tool::approval_key(const json::value&) const { return definition().name; }

std::string Tool::preview(const json::value&) const { return {}; }

std::shared_ptr<Tool> ToolSource::find(std::string_view name) const {
    for (auto& tool : tools()) {
        if (tool->definition().name == name) return tool;
    }
    return nullptr;
}

}  // namespace capstan
