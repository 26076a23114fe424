#pragma once

#include <capstan/providers/provider_registry.hpp>

namespace capstan::registry {

/// Registers the library's own providers: the one place that lists them.
void register_builtin(ProviderRegistry& registry);

/// Registers those of the ProviderRegistration objects that exist.
void register_static(ProviderRegistry& registry);

}  // namespace capstan::registry
