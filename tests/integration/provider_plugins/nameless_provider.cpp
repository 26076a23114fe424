// Has a descriptor under another name than the one that programs ask for.
#include <capstan/providers/provider_plugin.hpp>

namespace {

void register_providers(capstan::ProviderRegistry&) {}

}  // namespace

extern "C" __attribute__((visibility("default")))
const capstan::ProviderLibraryDescriptor capstan_another_descriptor;

const capstan::ProviderLibraryDescriptor capstan_another_descriptor =
    capstan::describe_provider_library(register_providers);
