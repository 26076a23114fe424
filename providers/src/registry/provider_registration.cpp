#include "registry/builtin_providers.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <utility>

namespace capstan {
namespace {

struct Registered {
    const ProviderRegistration* owner;
    std::string name;
    ProviderFactory factory;
};

struct Registrations {
    std::mutex mutex;
    std::list<Registered> list;
};

// Objects of other sources may be made before this one's variables, and live longer.
Registrations& registrations() {
    static auto* const all = new Registrations;
    return *all;
}

}  // namespace

ProviderRegistration::ProviderRegistration(std::string name, ProviderFactory factory) {
    auto& all = registrations();
    const std::lock_guard lock(all.mutex);
    all.list.push_back(Registered{this, std::move(name), std::move(factory)});
}

ProviderRegistration::~ProviderRegistration() {
    auto& all = registrations();
    const std::lock_guard lock(all.mutex);
    all.list.remove_if([this](const Registered& each) { return each.owner == this; });
}

void registry::register_static(ProviderRegistry& registry) {
    auto& all = registrations();
    const std::lock_guard lock(all.mutex);
    for (const auto& each : all.list) registry.register_provider(each.name, each.factory);
}

}  // namespace capstan
