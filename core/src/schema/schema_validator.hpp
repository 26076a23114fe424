#pragma once

#include "schema/schema_pattern.hpp"

#include <capstan/detail/schema_faults.hpp>
#include <capstan/json.hpp>

#include <cstddef>
#include <string_view>

namespace capstan::detail {

/// Checks values against a schema from anywhere, hostile ones included: its work is bounded.
class SchemaValidator {
public:
    /// `root` must outlive the validator; references lead into it.
    explicit SchemaValidator(const json::object& root) : root_(root) {}

    /// Throws SchemaError if the schema is unusable.
    void check(const json::value& schema, const json::value& value, Faults& faults);
    void check(const json::object& schema, const json::value& value, Faults& faults);

private:
    // One file each: what concerns a kind of value, or several schemas.
    void check_kind(const json::object& schema, const json::value& value, Faults& faults);
    void check_number(const json::object& schema, const json::value& value, Faults& faults);
    void check_text(const json::object& schema, std::string_view text, Faults& faults);
    void check_array(const json::object& schema, const json::array& array, Faults& faults);
    void check_object(const json::object& schema, const json::object& object, Faults& faults);
    void check_combined(const json::object& schema, const json::value& value, Faults& faults);

    void check_items(const json::object& schema, const json::array& array, Faults& faults);
    void check_contains(const json::object& schema, const json::array& array, Faults& faults);
    void check_required(const json::object& schema, const json::object& object, Faults& faults);
    void check_dependent(const json::object& schema, const json::object& object, Faults& faults);
    void check_members(const json::object& schema, const json::object& object, Faults& faults);
    bool check_patterns(const json::object& schema, std::string_view name, const json::value& value,
                        Faults& faults);
    void check_any_of(const json::array& schemas, const json::value& value, Faults& faults);
    void check_one_of(const json::array& schemas, const json::value& value, Faults& faults);
    void check_if(const json::object& schema, const json::value& value, Faults& faults);
    void check_reference(std::string_view reference, const json::value& value, Faults& faults);

    /// A further schema for the same value, by which work can multiply: it is counted.
    void check_also(const json::value& schema, const json::value& value, Faults& faults);
    bool fits(const json::value& schema, const json::value& value, Faults& faults);
    const json::value* resolve(std::string_view reference) const;

    const json::object& root_;
    PatternMatcher patterns_;
    std::size_t depth_ = 0;
};

struct CountKeywords {
    const char* least;
    const char* most;
    const char* noun;
};
void check_count(const json::object& schema, const CountKeywords& keywords, std::size_t count,
                 Faults& faults);

/// Checks a value against keywords of our own, e.g. those of a field.
void check_keywords(Faults& faults, const json::value& value, const json::object& keywords);

}  // namespace capstan::detail
