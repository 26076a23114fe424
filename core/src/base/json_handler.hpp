#pragma once

#include <capstan/json.hpp>

#include <charconv>
#include <limits>
#include <string_view>

namespace capstan::detail {

/// Collects the events of boost::json::basic_parser into values. Other than Boost.JSON's own
/// handler it rounds numbers correctly: Boost 1.81 can be wrong in the last place.
///
/// basic_parser must be given whole documents, so that a number arrives in one part.
struct JsonHandler {
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    using Error = boost::system::error_code;
    using Text = json::string_view;

    json::value_stack stack;

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return true; }
    bool on_array_begin(Error&) { return true; }
    bool on_number_part(Text, Error&) { return true; }
    bool on_comment_part(Text, Error&) { return true; }
    bool on_comment(Text, Error&) { return true; }

    bool on_object_end(std::size_t size, Error&) { return stack.push_object(size), true; }
    bool on_array_end(std::size_t size, Error&) { return stack.push_array(size), true; }
    bool on_key_part(Text part, std::size_t, Error&) { return stack.push_chars(part), true; }
    bool on_key(Text part, std::size_t, Error&) { return stack.push_key(part), true; }
    bool on_string_part(Text part, std::size_t, Error&) { return stack.push_chars(part), true; }
    bool on_string(Text part, std::size_t, Error&) { return stack.push_string(part), true; }
    bool on_int64(std::int64_t value, Text, Error&) { return stack.push_int64(value), true; }
    bool on_uint64(std::uint64_t value, Text, Error&) { return stack.push_uint64(value), true; }
    bool on_bool(bool value, Error&) { return stack.push_bool(value), true; }
    bool on_null(Error&) { return stack.push_null(), true; }

    bool on_double(double approximate, Text digits, Error&) {
        stack.push_double(exact_double(approximate, digits));
        return true;
    }

    /// Numbers too large for a double become the largest one, numbers too small become zero.
    static double exact_double(double approximate, std::string_view digits) noexcept {
        const char* const end = digits.data() + digits.size();
        double value = 0;
        if (std::from_chars(digits.data(), end, value).ec == std::errc{}) return value;
        const double largest = std::numeric_limits<double>::max();
        return approximate > 1 ? largest : approximate < -1 ? -largest : 0.0;
    }
};

}  // namespace capstan::detail
