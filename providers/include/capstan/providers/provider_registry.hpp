#pragma once

#include <capstan/api_handler.hpp>
#include <capstan/providers/provider_config.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// Makes a handler from a configuration; throws ApiError when it cannot. May be called from any
/// thread, also several at once.
using ProviderFactory = std::function<std::shared_ptr<ApiHandler>(const ProviderConfig& config)>;

/// Finds providers by name. Thread-safe; a moved-from registry may only be destroyed or assigned.
class ProviderRegistry {
public:
    /// Knows no provider.
    ProviderRegistry();
    ProviderRegistry(ProviderRegistry&&) noexcept;
    ProviderRegistry& operator=(ProviderRegistry&&) noexcept;
    ~ProviderRegistry();

    /// Knows the library's own providers, and those of the ProviderRegistration objects that exist.
    /// Throws ApiError of kind configuration if two of them have one name.
    static ProviderRegistry with_builtin();

    /// Throws ApiError of kind configuration when the name is taken, or none that a model URI could
    /// have, or when the factory is empty; nothing has changed then.
    void register_provider(std::string name, ProviderFactory factory);

    /// The same, but takes the place of a provider of that name if there is one. Handlers that
    /// exist already stay as they are.
    void replace_provider(std::string name, ProviderFactory factory);

    /// Registers all of the other one's providers, or throws and registers none.
    void register_all(const ProviderRegistry& other);

    bool contains(std::string_view name) const;
    std::vector<std::string> names() const;  ///< sorted

    /// Throws ApiError of kind configuration when there is no such provider (it names those that
    /// there are, and the nearest), and what the factory throws. Never gives a null pointer.
    ///
    /// A configuration with parameters gives a handler that applies them to each request.
    std::shared_ptr<ApiHandler> make_handler(const ProviderConfig& config) const;

    /// The handler that a model URI means, e.g. "openrouter:openai/gpt-4o?temperature=0.2". Throws
    /// ModelUriError as ModelUri::parse() does, and when there is no such provider. `options` is
    /// what code says: see ProviderConfig.
    std::shared_ptr<ApiHandler> make_handler(std::string_view uri,
                                             std::optional<ProviderOptions> options = {}) const;

private:
    class Impl;

    std::unique_ptr<Impl> impl_;
};

/// The handler that a model URI means, among ProviderRegistry::with_builtin().
std::shared_ptr<ApiHandler> make_handler(std::string_view uri,
                                         std::optional<ProviderOptions> options = {});

/// A provider that every ProviderRegistry::with_builtin() knows while this object lives. Make it a
/// variable of a namespace in the source of a library, to be registered before main():
///
///     const capstan::ProviderRegistration registration("mine", make_mine);
///
/// In a static library, the linker takes that source only if the program uses something else of it;
/// call ProviderRegistry::register_provider() instead where it does not. Faults of the name are
/// told by with_builtin(). Thread-safe.
class ProviderRegistration {
public:
    ProviderRegistration(std::string name, ProviderFactory factory);
    ProviderRegistration(const ProviderRegistration&) = delete;
    ProviderRegistration& operator=(const ProviderRegistration&) = delete;
    ~ProviderRegistration();
};

/// A factory for a handler that is made from options which derive from ProviderOptions; `defaults`
/// are what nobody said otherwise. See options_from() for what it needs.
template <class Handler, class Options>
ProviderFactory provider_factory(Options defaults = Options()) {
    static_assert(std::is_constructible_v<Handler, Options>, "Handler needs Handler(Options)");
    return [defaults](const ProviderConfig& config) -> std::shared_ptr<ApiHandler> {
        return std::make_shared<Handler>(options_from<Options>(config, defaults));
    };
}

}  // namespace capstan
