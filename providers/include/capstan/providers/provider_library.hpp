#pragma once

#include <capstan/providers/provider_registry.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace capstan {

/// Loads a shared library of providers (see provider_plugin.hpp), registers what it brings, and
/// gives the names. Its code then runs in this process with all its rights: load only what you
/// would link.
///
/// The library is refused before any code of it runs when it is none of providers, or was not
/// compiled for this program: with another version of Capstan, or another compiler, standard
/// library or Boost, or settings of these that change what objects look like. Throws ApiError of
/// kind configuration, which says what differs and what to do, also when the system cannot load the
/// library or a name is taken; and what the library's own function throws. The registry has not
/// changed then.
///
/// A library that was accepted stays loaded until the program ends: handlers, streams and errors
/// of it may outlive the registry. The program must offer Capstan's symbols to libraries: call
/// capstan_enable_provider_libraries() in CMake. Thread-safe.
std::vector<std::string> load_provider_library(const std::filesystem::path& file,
                                               ProviderRegistry& registry);

}  // namespace capstan
