// Needs a function that nobody has.
#include <capstan/providers/provider_plugin.hpp>

namespace somewhere {
void function_that_nobody_has(capstan::ProviderRegistry& registry);
}

const capstan::ProviderLibraryDescriptor capstan_provider_descriptor =
    capstan::describe_provider_library(somewhere::function_that_nobody_has);
