// Registers a provider and then throws an error of a class of its own.
#include <capstan/providers/provider_plugin.hpp>

#include <exception>

namespace {

class OwnError : public std::exception {
public:
    const char* what() const noexcept override { return "the library's own reasons"; }
};

void register_providers(capstan::ProviderRegistry& registry) {
    registry.register_provider("half", [](const capstan::ProviderConfig&) { return nullptr; });
    throw OwnError();
}

}  // namespace

const capstan::ProviderLibraryDescriptor capstan_provider_descriptor =
    capstan::describe_provider_library(register_providers);
