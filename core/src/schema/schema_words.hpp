#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::detail {

/// A value in few words: 5, "x", null, an array, an object; long texts are cut.
std::string value_words(const json::value& value);

/// What a schema wants in few words: "a string", "one of \"a\", \"b\"", "a value".
std::string schema_words(const json::value& schema);

/// "a string or null" for the value of the keyword `type`.
std::string type_words(const json::value& type);

/// One of these values, "one of 1, 2"; many are cut.
std::string choice_words(const json::array& choices);

/// "; did you mean "city"?" for the name most like `name`, or nothing.
std::string nearest_words(std::string_view name, const std::vector<std::string_view>& names);

/// Of a member that is none of these: "unknown member; did you mean "city"? Known are: city, unit".
std::string unknown_words(std::string_view member, const std::vector<std::string_view>& names);

/// "3 items", "1 item".
std::string count_words(std::size_t count, std::string_view noun);

/// Appends ".name", or ["odd name"] if it is no identifier.
void append_member(std::string& place, std::string_view member);

/// Code points of a text.
std::size_t text_length(std::string_view text) noexcept;

/// `text`, cut to at most so many bytes at a code point, with "..." if it was longer.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace capstan::detail
