#include "compatible/tool_fields.hpp"

#include <capstan/message_writer.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace capstan::compatible {
namespace {

// The name in {"type":"function","function":{"name":"..."}}.
std::optional<std::string_view> chosen_name(const ToolChoice& choice) {
    const json::object* object = choice.value.if_object();
    const json::object* function = object ? find_object(*object, "function") : nullptr;
    return function ? find_string(*function, "name") : std::nullopt;
}

bool has_name(const ToolDefinition& tool, std::string_view name) {
    const auto* function = std::get_if<FunctionTool>(&tool);
    return function && function->name == name;
}

void append_one(std::string& out, const ToolDefinition& tool, const OpenAiQuirks& quirks) {
    const auto* function = std::get_if<FunctionTool>(&tool);
    if (!function || *quirks.strict_tools || !function->strict)
        return append_tool(out, tool, true);
    FunctionTool plain = *function;
    plain.strict.reset();
    append_tool(out, plain, true);
}

// All tools, or with `only` the one of that name.
std::string tools_text(const ToolDefinitions& tools, std::optional<std::string_view> only,
                       const OpenAiQuirks& quirks) {
    std::string out = "[";
    for (const ToolDefinition& tool : tools) {
        if (only && !has_name(tool, *only)) continue;
        if (out.size() > 1) out += ',';
        append_one(out, tool, quirks);
    }
    out += ']';
    return out;
}

void write_choice(BodyWriter& body, const ToolChoice& choice, bool by_list,
                  const OpenAiQuirks& quirks) {
    if (by_list || choice.value == json::value("required"))
        body.text("tool_choice", *quirks.required_tool_choice);
    else if (!choice.value.is_null())
        body.value("tool_choice", choice.value);
}

}  // namespace

std::size_t write_tools(BodyWriter& body, const ProviderOptions& options,
                        const MessageRequest& request, const OpenAiQuirks& quirks) {
    if (request.tools.empty() && !body.has_extra("tools")) return 0;
    const auto name = *quirks.named_tool_choice ? std::nullopt : chosen_name(request.tool_choice);
    std::string text;
    if (!request.tools.empty()) {
        text = tools_text(request.tools, name, quirks);
        body.field("tools", [&] { body.out() += text; });
    }
    write_choice(body, request.tool_choice, name.has_value(), quirks);
    const auto& own = request.parallel_tool_calls;
    const auto& parallel = own ? own : options.parallel_tool_calls;
    if (parallel && *quirks.parallel_tool_calls) body.value("parallel_tool_calls", *parallel);
    return text.size();
}

}  // namespace capstan::compatible
