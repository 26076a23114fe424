#include <capstan/detail/schema_reading.hpp>
#include <capstan/json_schema.hpp>

#include <algorithm>
#include <limits>

namespace capstan::detail {

namespace {

json::object with_keywords(json::object schema, const json::object& keywords);

/// The schema of a list, or of a list or null, with what was said of its items.
void add_to_items(json::object& schema, const json::object& keywords) {
    if (json::value* items = schema.if_contains("items")) {
        *items = with_keywords(std::move(items->as_object()), keywords);
    } else if (json::value* alternatives = schema.if_contains("anyOf")) {
        for (json::value& one : alternatives->as_array()) add_to_items(one.as_object(), keywords);
    }
}

/// The schema of a field: what its type gives, with what was said of the field.
json::object with_keywords(json::object schema, const json::object& keywords) {
    const bool is_reference = schema.contains("$ref");
    if (is_reference && !keywords.empty()) {
        schema = json::object{{"anyOf", json::array{std::move(schema)}}};
    }
    for (const auto& [name, value] : keywords) {
        if (name == "items")
            add_to_items(schema, value.get_object());
        else
            schema.insert_or_assign(name, value);
    }
    return schema;
}

}  // namespace

json::object SchemaBuilder::struct_schema(const StructInfo& info) {
    json::object properties;
    json::array required;
    for (const FieldInfo& field : info.fields) {
        properties.insert_or_assign(field.name,
                                    with_keywords(field.type->schema(*this), field.keywords));
        if (field.required) required.emplace_back(field.name);
    }
    json::object schema;
    schema["type"] = "object";
    if (!info.about.empty()) schema["description"] = info.about;
    schema["properties"] = std::move(properties);
    schema["required"] = std::move(required);
    schema["additionalProperties"] = false;
    return schema;
}

std::string SchemaBuilder::unused_name(const std::string& wish) const {
    const auto taken = [this](const std::string& name) {
        return std::any_of(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return entry.name == name; });
    };
    std::string name = wish;
    for (int i = 2; taken(name); ++i) name = wish + std::to_string(i);
    return name;
}

json::object SchemaBuilder::reference(std::size_t index) {
    Entry& entry = entries_[index];
    entry.recursive = true;
    const bool is_root = index == 0 && root_is_struct_;
    return {{"$ref", is_root ? std::string("#") : "#/$defs/" + entry.name}};
}

json::object SchemaBuilder::of_struct(const StructInfo& info) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        if (entry.info == &info && (entry.open || entry.recursive)) return reference(i);
    }
    const std::size_t index = entries_.size();
    Entry added;
    added.info = &info;
    added.name = unused_name(info.name);
    entries_.push_back(std::move(added));
    json::object schema = struct_schema(info);
    entries_[index].open = false;
    const bool is_root = index == 0 && root_is_struct_;
    if (is_root || !entries_[index].recursive) return schema;
    entries_[index].schema = std::move(schema);
    return reference(index);
}

json::object SchemaBuilder::finish(json::object schema) {
    json::object definitions;
    for (Entry& entry : entries_) {
        if (entry.schema.empty()) continue;
        definitions.insert_or_assign(entry.name, std::move(entry.schema));
    }
    if (!definitions.empty()) schema["$defs"] = std::move(definitions);
    return schema;
}

json::object simple_schema(std::string_view type) { return {{"type", type}}; }

json::object integer_schema(IntegerRange range) {
    json::object schema = simple_schema("integer");
    // The bounds of 32 and 64 bits say nothing to a model, and some providers read doubles.
    const bool wide = range.most >= std::numeric_limits<std::int32_t>::max();
    if (range.least == 0) schema["minimum"] = 0;
    if (wide) return schema;
    schema["minimum"] = range.least;
    schema["maximum"] = range.most;
    return schema;
}

json::object enum_schema(std::span<const EnumEntry> names) {
    json::array values;
    for (const EnumEntry& entry : names) values.emplace_back(entry.name);
    return {{"type", "string"}, {"enum", std::move(values)}};
}

json::object list_schema(json::object items) {
    json::object schema = simple_schema("array");
    schema["items"] = std::move(items);
    return schema;
}

json::object tuple_schema(json::object items, std::size_t size) {
    json::object schema = list_schema(std::move(items));
    schema["minItems"] = size;
    schema["maxItems"] = size;
    return schema;
}

json::object map_schema(json::object values) {
    json::object schema = simple_schema("object");
    schema["additionalProperties"] = std::move(values);
    return schema;
}

json::object nullable_schema(json::object schema) {
    if (schema.empty()) return schema;  // anything
    const json::value* type = schema.if_contains("type");
    if (type && type->is_string() && *type != "object" && *type != "array") {
        schema["type"] = json::array{*type, "null"};
        if (json::value* values = schema.if_contains("enum")) values->as_array().push_back(nullptr);
        return schema;
    }
    if (json::value* alternatives = schema.if_contains("anyOf")) {
        alternatives->as_array().push_back(simple_schema("null"));
        return schema;
    }
    return {{"anyOf", json::array{std::move(schema), simple_schema("null")}}};
}

json::object any_of_schema(json::array alternatives) {
    return {{"anyOf", std::move(alternatives)}};
}

}  // namespace capstan::detail
