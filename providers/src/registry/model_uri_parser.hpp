#pragma once

#include <capstan/providers/model_uri.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace capstan::registry {

/// What is wrong at a place of a text that a person wrote.
struct TextFault {
    TextFault() = default;

    std::size_t position = 0;  ///< in bytes
    std::size_t length = 1;
    std::string problem;
    std::string remedy;
};

/// As ModelUri::parse(), but throws a TextFault.
ModelUri parse_model_uri(std::string_view text);

}  // namespace capstan::registry
