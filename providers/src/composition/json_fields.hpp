#pragma once

#include <capstan/json.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace capstan::composition {

/// Small helpers of what is written to and read from storage.
inline void put(json::object& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object[key] = text;
}
inline void put(json::object& object, std::string_view key,
                const std::optional<std::int64_t>& count) {
    if (count) object[key] = *count;
}

inline std::string text_of(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(""));
}

inline const json::object& object_of(const json::value& value, const char* what) {
    if (const auto* object = value.if_object()) return *object;
    throw std::invalid_argument(std::string(what) + " is no object");
}

}  // namespace capstan::composition
