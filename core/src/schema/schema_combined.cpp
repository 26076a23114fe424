// Keywords that hold other schemas for the same value.

#include "schema/schema_alternatives.hpp"
#include "schema/schema_validator.hpp"
#include "schema/schema_words.hpp"

#include <memory>

namespace capstan::detail {

bool SchemaValidator::fits(const json::value& schema, const json::value& value, Faults& faults) {
    Faults tried(faults, 1);
    check_also(schema, value, tried);
    return tried.empty();
}

void SchemaValidator::check_combined(const json::object& schema, const json::value& value,
                                     Faults& faults) {
    if (const auto reference = find_string(schema, "$ref")) {
        check_reference(*reference, value, faults);
    }
    if (const auto* all = find_array(schema, "allOf")) {
        for (const json::value& one : *all) check_also(one, value, faults);
    }
    if (const auto* any = find_array(schema, "anyOf")) check_any_of(*any, value, faults);
    if (const auto* one = find_array(schema, "oneOf")) check_one_of(*one, value, faults);
    const json::value* forbidden = schema.if_contains("not");
    if (forbidden && fits(*forbidden, value, faults)) {
        const std::string words = schema_words(*forbidden);
        faults.add((words == "a value" ? "is excluded by the schema" : "must not be " + words) +
                   std::string(", got ") + value_words(value));
    }
    check_if(schema, value, faults);
}

void SchemaValidator::check_any_of(const json::array& schemas, const json::value& value,
                                   Faults& faults) {
    if (schemas.empty()) return;
    std::vector<std::unique_ptr<Faults>> failed;
    std::vector<const Faults*> tried;
    for (const json::value& schema : schemas) {
        failed.push_back(std::make_unique<Faults>(faults, Faults::most));
        check_also(schema, value, *failed.back());
        if (failed.back()->empty()) return;
        tried.push_back(failed.back().get());
    }
    add_alternatives(faults, value, tried);
}

void SchemaValidator::check_one_of(const json::array& schemas, const json::value& value,
                                   Faults& faults) {
    std::string fitting;
    std::size_t count = 0;
    for (std::size_t i = 0; i < schemas.size(); ++i) {
        if (!fits(schemas[i], value, faults)) continue;
        fitting += (count++ > 0 ? " and " : "") + std::to_string(i + 1);
    }
    if (count == 0) return check_any_of(schemas, value, faults);
    if (count > 1) faults.add("fits more than one alternative: number " + fitting);
}

void SchemaValidator::check_if(const json::object& schema, const json::value& value,
                               Faults& faults) {
    const json::value* condition = schema.if_contains("if");
    if (!condition) return;
    const char* branch = fits(*condition, value, faults) ? "then" : "else";
    if (const json::value* chosen = schema.if_contains(branch)) check_also(*chosen, value, faults);
}

}  // namespace capstan::detail
