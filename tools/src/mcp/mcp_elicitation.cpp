#include "mcp/mcp_elicitation.hpp"

namespace capstan::mcp {

void apply_elicitation_defaults(const json::object& params, json::object& result) {
    if (find_string(result, "action") != "accept") return;
    const auto* schema = find_object(params, "requestedSchema");
    const auto* properties = schema ? find_object(*schema, "properties") : nullptr;
    if (!properties) return;
    auto& content = result["content"];
    if (!content.is_object()) content.emplace_object();
    for (const auto& property : *properties) {
        const auto* rules = property.value().if_object();
        const auto* value = rules ? find(*rules, "default") : nullptr;
        if (value) content.get_object().insert(json::object::value_type(property.key(), *value));
    }
}

}  // namespace capstan::mcp
