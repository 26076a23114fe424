#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <string>

namespace capstan::composition {

/// How two JSON values differ. Pure; the order of members does not count, 1 equals 1.0.
struct JsonDifference {
    JsonDifference() = default;

    std::size_t count = 0;  ///< places that differ; an absent member or element is one
    std::string path;       ///< of the first one, e.g. $.messages[2].content
    std::string left;       ///< what is there, as JSON, cut around the difference; or "nothing"
    std::string right;
};

JsonDifference json_difference(const json::value& left, const json::value& right);

}  // namespace capstan::composition
