// Keywords for objects.

#include "schema/schema_validator.hpp"
#include "schema/schema_words.hpp"

#include <algorithm>

namespace capstan::detail {

namespace {

std::vector<std::string_view> known_members(const json::object& schema) {
    std::vector<std::string_view> names;
    if (const auto* properties = find_object(schema, "properties")) {
        for (const auto& member : *properties) names.emplace_back(member.key());
    }
    return names;
}

}  // namespace

void SchemaValidator::check_object(const json::object& schema, const json::object& object,
                                   Faults& faults) {
    check_required(schema, object, faults);
    check_count(schema, {"minProperties", "maxProperties", "member"}, object.size(), faults);
    check_members(schema, object, faults);
    check_dependent(schema, object, faults);
}

void SchemaValidator::check_required(const json::object& schema, const json::object& object,
                                     Faults& faults) {
    const auto* required = find_array(schema, "required");
    if (!required) return;
    const auto* properties = find_object(schema, "properties");
    for (const json::value& name : *required) {
        const auto* text = name.if_string();
        if (!text || object.if_contains(*text)) continue;
        const json::value* property = properties ? properties->if_contains(*text) : nullptr;
        const Faults::Inside inside(faults, std::string_view(*text));
        faults.add("missing; expected " + (property ? schema_words(*property) : "a value"));
        if (faults.full()) return;
    }
}

void SchemaValidator::check_members(const json::object& schema, const json::object& object,
                                    Faults& faults) {
    const auto* properties = find_object(schema, "properties");
    const json::value* others = schema.if_contains("additionalProperties");
    const json::value* names = schema.if_contains("propertyNames");
    for (const auto& [name, value] : object) {
        if (faults.full()) return;
        const Faults::Inside inside(faults, std::string_view(name));
        if (names) check(*names, json::value(name), faults);
        const json::value* property = properties ? properties->if_contains(name) : nullptr;
        if (property) check(*property, value, faults);
        const bool matched = check_patterns(schema, name, value, faults);
        if (property || matched || !others) continue;
        if (others->is_bool() && !others->get_bool()) {
            faults.add(unknown_words(name, known_members(schema)));
        } else {
            check(*others, value, faults);
        }
    }
}

bool SchemaValidator::check_patterns(const json::object& schema, std::string_view name,
                                     const json::value& value, Faults& faults) {
    const auto* patterns = find_object(schema, "patternProperties");
    if (!patterns) return false;
    bool matched = false;
    for (const auto& [pattern, property] : *patterns) {
        const auto found = patterns_.search(pattern, name);
        if (found == PatternMatcher::Result::differs) continue;
        matched = true;
        if (found == PatternMatcher::Result::matches) check(property, value, faults);
    }
    return matched;
}

void SchemaValidator::check_dependent(const json::object& schema, const json::object& object,
                                      Faults& faults) {
    for (const char* keyword : {"dependentRequired", "dependentSchemas", "dependencies"}) {
        const auto* dependencies = find_object(schema, keyword);
        if (!dependencies) continue;
        for (const auto& [name, wanted] : *dependencies) {
            if (!object.if_contains(name)) continue;
            if (wanted.is_array()) {
                check_required(json::object{{"required", wanted}}, object, faults);
            } else {
                check(wanted, json::value(object), faults);
            }
        }
    }
}

}  // namespace capstan::detail
