#pragma once

#include <capstan/json.hpp>

#include <string>
#include <string_view>

namespace capstan {

/// "a string", "a number", ... or "nothing" for a null pointer.
std::string_view kind_name(const json::value* value) noexcept;

/// Throws ApiError of kind invalid_request: "<place>: expected <expected>, found <kind>".
[[noreturn]] void fail_at(std::string_view place, std::string_view expected,
                          const json::value* found);

/// "messages" and 3 -> "messages[3]".
std::string place_at(std::string_view place, std::size_t index);
/// "messages[3]" and "content" -> "messages[3].content"; an empty place gives the name alone.
std::string place_of(std::string_view place, std::string_view member);

const json::object& expect_object(const json::value& value, std::string_view place);
const json::array& expect_array(const json::value& value, std::string_view place);
/// The member as text; `required` decides whether null and absence are errors or an empty text.
std::string read_text(const json::object& object, std::string_view name, std::string_view place,
                      bool required);

}  // namespace capstan
