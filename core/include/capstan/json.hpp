#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace capstan {

namespace json = boost::json;

/// Parses one JSON text into values owned by the default memory resource.
///
/// Differences from `boost::json::parse`: numbers with a fraction or an exponent are rounded
/// correctly (so that to_json_text() gives back the digits that were read), those too large become
/// the largest double; lone `\uD800` escapes are kept as WTF-8, and bytes that are not UTF-8 as
/// they are, instead of being refused; nesting up to 256 levels is accepted.
///
/// Throws boost::system::system_error with a boost::json::error when the text is not JSON.
json::value parse_json(std::string_view text);

/// As parse_json(), but returns nothing instead of throwing.
std::optional<json::value> try_parse_json(std::string_view text);

/// Serialises without white space, keeping the order in which members were inserted. The bytes
/// depend on the value only, numbers are written in their shortest decimal form (0.7, 1e-9, 3.0),
/// NaN and infinities as null.
std::string to_json_text(const json::value& value);

/// Appends what to_json_text() returns to `out`.
void append_json_text(std::string& out, const json::value& value);
void append_json_text(std::string& out, const json::object& object);
void append_json_text(std::string& out, const json::array& array);

/// Appends a JSON string literal, quotes included. Repairs as to_valid_utf8() does.
void append_json_string(std::string& out, std::string_view text);

/// Replaces every byte sequence that is not UTF-8 (lone surrogates included) by U+FFFD. The two
/// halves of a surrogate pair as WTF-8, one behind the other, become the character they stand for.
std::string to_valid_utf8(std::string_view text);

/// True if `text` is well-formed UTF-8.
bool is_valid_utf8(std::string_view text) noexcept;

/// Lenient readers for values from the wire: absent, null and values of another kind all give
/// nothing. A float with an integral value reads as an integer, and the reverse.
const json::value* find(const json::object& object, std::string_view key) noexcept;
const json::object* find_object(const json::object& object, std::string_view key) noexcept;
const json::array* find_array(const json::object& object, std::string_view key) noexcept;
std::optional<std::string_view> find_string(const json::object& object,
                                            std::string_view key) noexcept;
std::optional<std::int64_t> find_int(const json::object& object, std::string_view key) noexcept;
std::optional<double> find_number(const json::object& object, std::string_view key) noexcept;
std::optional<bool> find_bool(const json::object& object, std::string_view key) noexcept;

/// The integer that `value` holds as any numeric kind, or nothing.
std::optional<std::int64_t> as_int(const json::value& value) noexcept;

}  // namespace capstan
