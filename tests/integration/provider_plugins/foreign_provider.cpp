// Compiled with the other layout of std::string (see CMakeLists.txt), so that no program of ours
// can use it. It tells if any code of it ran.
#include <capstan/providers/provider_plugin.hpp>

#include <cstdlib>

namespace {

[[maybe_unused]] const int ran = ::setenv("CAPSTAN_FOREIGN_PROVIDER_RAN", "1", 1);

void register_providers(capstan::ProviderRegistry&) {}

}  // namespace

const capstan::ProviderLibraryDescriptor capstan_provider_descriptor =
    capstan::describe_provider_library(register_providers);
