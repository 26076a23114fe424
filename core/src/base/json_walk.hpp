#pragma once

#include <capstan/json.hpp>

#include <array>
#include <charconv>
#include <string>

namespace capstan::detail {

template <class Integer>
void append_integer(std::string& out, Integer value) {
    std::array<char, 24> buffer;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out.append(buffer.data(), result.ptr);
}

/// Values as JSON text without white space. The style says how numbers are written and in which
/// order members come: `Style::append_double(out, value)`, `Style::each_member(object, f)`.
template <class Style>
struct JsonWalk {
    static void append(std::string& out, const json::object& object) {
        char separator = '{';
        Style::each_member(object, [&](const json::key_value_pair& member) {
            out += separator;
            append_json_string(out, member.key());
            out += ':';
            append(out, member.value());
            separator = ',';
        });
        out += object.empty() ? "{}" : "}";
    }

    static void append(std::string& out, const json::array& array) {
        char separator = '[';
        for (const auto& element : array) {
            out += separator;
            append(out, element);
            separator = ',';
        }
        out += array.empty() ? "[]" : "]";
    }

    static void append(std::string& out, const json::value& value) {
        switch (value.kind()) {
        case json::kind::null: out += "null"; break;
        case json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
        case json::kind::int64: append_integer(out, value.get_int64()); break;
        case json::kind::uint64: append_integer(out, value.get_uint64()); break;
        case json::kind::double_: Style::append_double(out, value.get_double()); break;
        case json::kind::string: append_json_string(out, value.get_string()); break;
        case json::kind::array: append(out, value.get_array()); break;
        case json::kind::object: append(out, value.get_object()); break;
        }
    }
};

}  // namespace capstan::detail
