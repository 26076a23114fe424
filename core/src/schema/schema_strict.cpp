#include <capstan/json_schema.hpp>

#include <algorithm>
#include <array>

namespace capstan {

namespace {

constexpr int most_depth = 100;

constexpr std::array dropped{"$schema", "default", "examples", "maxLength", "minLength"};
constexpr std::array kept{"$ref",
                          "const",
                          "description",
                          "enum",
                          "format",
                          "maxItems",
                          "maximum",
                          "exclusiveMaximum",
                          "minItems",
                          "minimum",
                          "exclusiveMinimum",
                          "multipleOf",
                          "pattern",
                          "title",
                          "type"};

template <std::size_t N>
bool is_among(const std::array<const char*, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

using Result = std::optional<json::value>;

Result strict_value(const json::value& schema, int depth);

bool is_null_schema(const json::value& schema) {
    const auto* object = schema.if_object();
    return object && find_string(*object, "type") == "null";
}

bool allows_null(const json::object& schema) {
    const json::value* type = schema.if_contains("type");
    if (type && type->is_array()) {
        return std::find(type->get_array().begin(), type->get_array().end(), "null") !=
               type->get_array().end();
    }
    const auto* alternatives = find_array(schema, "anyOf");
    return alternatives && std::any_of(alternatives->begin(), alternatives->end(), is_null_schema);
}

json::value nullable(json::value schema) {
    if (allows_null(schema.get_object())) return schema;
    return json::object{{"anyOf", json::array{std::move(schema), json::object{{"type", "null"}}}}};
}

bool is_required(const json::object& schema, const json::string& name) {
    const auto* required = find_array(schema, "required");
    return required && std::find(required->begin(), required->end(), name) != required->end();
}

/// Definitions, which may be left out each, and properties, which may not.
Result strict_members(const json::value& members, const json::object* owner, int depth) {
    if (!members.is_object()) return std::nullopt;
    json::object out;
    for (const auto& [name, schema] : members.get_object()) {
        Result member = strict_value(schema, depth);
        if (!member) return std::nullopt;
        const bool optional = owner && !is_required(*owner, json::string(name));
        out.insert_or_assign(name, optional ? nullable(std::move(*member)) : std::move(*member));
    }
    return json::value(std::move(out));
}

Result strict_list(const json::value& schemas, int depth) {
    if (!schemas.is_array()) return std::nullopt;
    json::array out;
    for (const json::value& schema : schemas.get_array()) {
        Result one = strict_value(schema, depth);
        if (!one) return std::nullopt;
        out.push_back(std::move(*one));
    }
    return json::value(std::move(out));
}

Result strict_keyword(const json::object& schema, std::string_view name, const json::value& value,
                      int depth) {
    if (is_among(kept, name)) return value;
    if (name == "properties") return strict_members(value, &schema, depth);
    if (name == "$defs" || name == "definitions") return strict_members(value, nullptr, depth);
    if (name == "anyOf") return strict_list(value, depth);
    if (name == "items") return strict_value(value, depth);
    return std::nullopt;
}

/// Objects must say all their members, and arrays their items.
bool is_closed(const json::object& schema) {
    const auto type = find_string(schema, "type");
    if (type == "object") {
        return find_object(schema, "properties") &&
               find_bool(schema, "additionalProperties") == false;
    }
    if (type == "array") return schema.contains("items");
    return !schema.empty();
}

json::array names_of(const json::object& properties) {
    json::array names;
    for (const auto& member : properties) names.emplace_back(member.key());
    return names;
}

Result strict_value(const json::value& value, int depth) {
    const auto* schema = value.if_object();
    if (!schema || depth > most_depth || !is_closed(*schema)) return std::nullopt;
    json::object out;
    for (const auto& [name, part] : *schema) {
        if (is_among(dropped, name)) continue;
        if (name == "required") continue;
        Result made = name == "additionalProperties"
                          ? Result(false)
                          : strict_keyword(*schema, name, part, depth + 1);
        if (!made) return std::nullopt;
        if (name == "properties") out["required"] = names_of(made->get_object());
        out.insert_or_assign(name, std::move(*made));
    }
    return json::value(std::move(out));
}

}  // namespace

std::optional<json::object> strict_schema(const json::object& schema) {
    if (find_string(schema, "type") != "object") return std::nullopt;
    Result made = strict_value(schema, 0);
    if (!made) return std::nullopt;
    return std::move(made->get_object());
}

}  // namespace capstan
