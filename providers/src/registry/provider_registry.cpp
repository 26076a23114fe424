#include <capstan/providers/provider_registry.hpp>

#include "registry/builtin_providers.hpp"
#include "registry/caret_text.hpp"
#include "registry/parameter_handler.hpp"
#include "registry/provider_name.hpp"

#include <capstan/detail/nearest_names.hpp>
#include <capstan/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace capstan {
namespace {

using Providers = std::map<std::string, ProviderFactory, std::less<>>;

[[noreturn]] void refuse(std::string summary, std::string remedy) {
    throw ApiError(ErrorKind::configuration, std::move(summary), std::move(remedy));
}

std::string shown(std::string_view name) {
    return registry::in_quotes(registry::without_secrets(name));
}

void check(const std::string& name, const ProviderFactory& factory) {
    if (!registry::is_provider_name(name))
        refuse(fmt::format("{} is no name of a provider", shown(name)),
               "Use lower-case letters, digits, '-', '_' and '.', a letter or digit first");
    if (!factory) refuse(fmt::format("the provider \"{}\" has no factory", name), {});
}

[[noreturn]] void refuse_duplicate(const std::string& name) {
    refuse(fmt::format("there is already a provider \"{}\"", name),
           "Choose another name, or replace it on purpose by replace_provider()");
}

std::string known_text(std::string_view name, const std::vector<std::string>& names) {
    if (names.empty()) return "No provider is registered";
    const auto likely = detail::likely_name(name, names);
    const auto known = fmt::format("Known are {}", fmt::join(names, ", "));
    return likely ? fmt::format("Did you mean \"{}\"? {}", *likely, known) : known;
}

}  // namespace

class ProviderRegistry::Impl {
public:
    void add(std::string name, ProviderFactory factory) {
        check(name, factory);
        const std::unique_lock lock(mutex_);
        const auto [place, added] = providers_.try_emplace(std::move(name), std::move(factory));
        if (!added) refuse_duplicate(place->first);
    }

    void replace(std::string name, ProviderFactory factory) {
        check(name, factory);
        const std::unique_lock lock(mutex_);
        providers_.insert_or_assign(std::move(name), std::move(factory));
    }

    void add_all(Providers others) {
        const std::unique_lock lock(mutex_);
        for (const auto& other : others)
            if (providers_.contains(other.first)) refuse_duplicate(other.first);
        providers_.merge(others);
    }

    Providers all() const {
        const std::shared_lock lock(mutex_);
        return providers_;
    }

    // Empty if there is none.
    ProviderFactory find(std::string_view name) const {
        const std::shared_lock lock(mutex_);
        const auto found = providers_.find(name);
        return found == providers_.end() ? ProviderFactory() : found->second;
    }

private:
    mutable std::shared_mutex mutex_;
    Providers providers_;
};

ProviderRegistry::ProviderRegistry() : impl_(std::make_unique<Impl>()) {}
ProviderRegistry::ProviderRegistry(ProviderRegistry&&) noexcept = default;
ProviderRegistry& ProviderRegistry::operator=(ProviderRegistry&&) noexcept = default;
ProviderRegistry::~ProviderRegistry() = default;

ProviderRegistry ProviderRegistry::with_builtin() {
    ProviderRegistry result;
    registry::register_builtin(result);
    registry::register_static(result);
    return result;
}

void ProviderRegistry::register_provider(std::string name, ProviderFactory factory) {
    impl_->add(std::move(name), std::move(factory));
}

void ProviderRegistry::replace_provider(std::string name, ProviderFactory factory) {
    impl_->replace(std::move(name), std::move(factory));
}

void ProviderRegistry::register_all(const ProviderRegistry& other) {
    impl_->add_all(other.impl_->all());
}

bool ProviderRegistry::contains(std::string_view name) const {
    return static_cast<bool>(impl_->find(name));
}

std::vector<std::string> ProviderRegistry::names() const {
    std::vector<std::string> names;
    for (const auto& provider : impl_->all()) names.push_back(provider.first);
    return names;
}

std::shared_ptr<ApiHandler> ProviderRegistry::make_handler(const ProviderConfig& config) const {
    const auto factory = impl_->find(config.name);
    if (!factory)
        refuse(fmt::format("there is no provider {}", shown(config.name)),
               known_text(config.name, names()));
    auto handler = factory(config);
    if (!handler) refuse(fmt::format("the provider \"{}\" made no handler", config.name), {});
    if (config.parameters.empty()) return handler;
    return std::make_shared<registry::ParameterHandler>(std::move(handler), config.parameters);
}

std::shared_ptr<ApiHandler> ProviderRegistry::make_handler(
    std::string_view uri, std::optional<ProviderOptions> options) const {
    ProviderConfig config(ModelUri::parse(uri));
    if (!contains(config.name))
        throw ModelUriError(uri, 0, config.name.size(),
                            fmt::format("there is no provider {}", shown(config.name)),
                            known_text(config.name, names()));
    config.options = std::move(options);
    return make_handler(config);
}

std::shared_ptr<ApiHandler> make_handler(std::string_view uri,
                                         std::optional<ProviderOptions> options) {
    return ProviderRegistry::with_builtin().make_handler(uri, std::move(options));
}

}  // namespace capstan
