#pragma once

#include <capstan/providers/provider_plugin.hpp>

#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::registry {

/// Why a library cannot be used, and what to do about it.
struct LibraryRefusal {
    LibraryRefusal() = default;

    std::string problem;
    std::string remedy;
};

/// Finds the descriptor in the bytes of a library's file. Nothing: there is none. Its pointer means
/// nothing.
std::optional<ProviderLibraryDescriptor> find_descriptor(std::istream& file);

/// Compares what a library says of itself with what is true of this one.
std::optional<LibraryRefusal> check_descriptor(const ProviderLibraryDescriptor& library);

/// Explains what dlerror() said.
LibraryRefusal explain_load_error(std::string_view error);

}  // namespace capstan::registry
