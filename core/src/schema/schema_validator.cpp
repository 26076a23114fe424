// The entry, and what concerns values of every kind.

#include "schema/schema_validator.hpp"

#include "base/json_equal.hpp"
#include "schema/schema_words.hpp"

#include <capstan/json_schema.hpp>

#include <algorithm>
#include <cmath>

namespace capstan::detail {

namespace {

constexpr std::size_t most_depth = 1'200;

bool is_type(std::string_view type, const json::value& value) {
    if (type == "string") return value.is_string();
    if (type == "number") return value.is_number();
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type != "integer") return true;  // not known
    if (value.is_int64() || value.is_uint64()) return true;
    return value.is_double() && std::trunc(value.get_double()) == value.get_double();
}

bool is_one_of(const json::value& types, const json::value& value) {
    if (types.is_string()) return is_type(types.get_string(), value);
    const auto* list = types.if_array();
    if (!list || list->empty()) return true;
    return std::any_of(list->begin(), list->end(), [&](const json::value& type) {
        return !type.is_string() || is_type(type.get_string(), value);
    });
}

void add_wrong_type(Faults& faults, const json::value& types, const json::value& value) {
    if (types == "array") return faults.expected_array(value);
    if (types == "object") return faults.expected_object(value);
    faults.expected(type_words(types), value);
}

void add_wrong_choice(Faults& faults, const json::array& choices, const json::value& value) {
    std::vector<std::string_view> texts;
    for (const json::value& choice : choices) {
        if (choice.is_string()) texts.emplace_back(choice.get_string());
    }
    const auto* text = value.if_string();
    const std::string hint = text ? nearest_words(*text, texts) : std::string();
    if (hint.empty()) return faults.expected(choice_words(choices), value);
    faults.add("expected " + choice_words(choices) + ", got " + value_words(value) + hint);
}

}  // namespace

void SchemaValidator::check(const json::value& schema, const json::value& value, Faults& faults) {
    if (const auto* object = schema.if_object()) return check(*object, value, faults);
    if (!schema.is_bool()) throw SchemaError("the schema holds something that is no schema");
    if (!schema.get_bool()) faults.add("nothing is allowed here");
}

void SchemaValidator::check(const json::object& schema, const json::value& value, Faults& faults) {
    if (faults.full()) return;
    struct Level {
        explicit Level(std::size_t& depth) : depth_(depth) { ++depth_; }
        ~Level() { --depth_; }
        std::size_t& depth_;
    };
    const Level level(depth_);
    if (depth_ > most_depth) throw SchemaError("the schema nests too deeply or without end");
    if (value.is_null() && find_bool(schema, "nullable").value_or(false)) return;  // OpenAPI
    check_kind(schema, value, faults);
    check_combined(schema, value, faults);
}

void SchemaValidator::check_also(const json::value& schema, const json::value& value,
                                 Faults& faults) {
    if (!faults.spend()) throw SchemaError("the schema takes too long to check");
    check(schema, value, faults);
}

void SchemaValidator::check_kind(const json::object& schema, const json::value& value,
                                 Faults& faults) {
    const json::value* constant = schema.if_contains("const");
    if (constant && !json_equal(*constant, value)) {
        return faults.expected(value_words(*constant), value);
    }
    if (const auto* choices = find_array(schema, "enum")) {
        const auto equal = [&](const json::value& choice) { return json_equal(choice, value); };
        if (std::none_of(choices->begin(), choices->end(), equal)) {
            return add_wrong_choice(faults, *choices, value);
        }
    }
    const json::value* types = schema.if_contains("type");
    if (types && !is_one_of(*types, value)) return add_wrong_type(faults, *types, value);
    if (value.is_number()) return check_number(schema, value, faults);
    if (const auto* text = value.if_string()) return check_text(schema, *text, faults);
    if (const auto* array = value.if_array()) return check_array(schema, *array, faults);
    if (const auto* object = value.if_object()) return check_object(schema, *object, faults);
}

void check_keywords(Faults& faults, const json::value& value, const json::object& keywords) {
    SchemaValidator(keywords).check(keywords, value, faults);
}

}  // namespace capstan::detail

namespace capstan {

std::string schema_fault(const json::value& value, const json::object& schema) {
    detail::Faults faults;
    detail::SchemaValidator(schema).check(schema, value, faults);
    return faults.text();
}

}  // namespace capstan
