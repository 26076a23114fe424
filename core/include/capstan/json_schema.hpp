#pragma once

// C++ types as JSON: their schema, and strict reading. For structs that Boost.Describe knows:
//
//     struct Report { std::string title; std::vector<int> pages; std::optional<double> score; };
//     BOOST_DESCRIBE_STRUCT(Report, (), (title, pages, score))
//
// Fields may be bool, integers, floating point, std::string, enums described by BOOST_DESCRIBE_ENUM
// (their names), std::optional (may be left out, or null), std::vector, std::array, std::map and
// std::unordered_map with string keys, std::variant (anyOf, the first that fits), json::value
// (anything), json::object, json::array, and further described structs. Names of fields are the
// names in JSON. More is said of them by a function beside the struct:
//
//     inline void describe(capstan::Fields<Report>& fields) {
//         fields.about("A report on a book");
//         fields(&Report::title).about("Title, as printed").min_length(1);
//         fields(&Report::pages).max_items(20).items().minimum(1);
//         fields(&Report::score).minimum(0).maximum(10);
//     }

#include <capstan/fields.hpp>
#include <capstan/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// A value that does not fit. what() says where and why, in words for a model: "pages[2]: expected
/// an integer, got \"x\"".
class SchemaError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The JSON schema (draft 2020-12, the subset that providers accept in strict mode) of a described
/// type: additionalProperties false, fields without std::optional required.
template <class T>
json::object schema_of();

/// The schema as the strict mode of providers takes it: every member is required, and null where it
/// may be left out; what that mode has no words for (defaults, lengths of texts) is dropped, and
/// from_json() still reads what fits it. Nothing if there is no such form: maps, values of any
/// kind, keywords beyond those of schema_of().
std::optional<json::object> strict_schema(const json::object& schema);

/// Reads strictly: unknown members, missing fields, wrong kinds, values out of bounds and numbers
/// that do not fit the C++ type are refused with SchemaError. 3.0 is an integer, "3" is not. A
/// null stands for a field that is left out, if it is a std::optional or has a default.
template <class T>
T from_json(const json::value& value);

/// The reverse.
template <class T>
json::value to_json_value(const T& value);

/// What from_json<T>() would throw, or an empty text.
template <class T>
std::string conversion_fault(const json::value& value);

/// Checks a value against any JSON schema (drafts 7 and 2020-12 as far as tools use them; keywords
/// that are not known are ignored). Empty if it fits, else every fault, a line each, at most ten.
/// Throws SchemaError if the schema itself is unusable.
std::string schema_fault(const json::value& value, const json::object& schema);

}  // namespace capstan

#include <capstan/detail/schema_impl.hpp>
