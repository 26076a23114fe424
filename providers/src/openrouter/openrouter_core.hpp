#pragma once

#include <capstan/clock.hpp>
#include <capstan/error.hpp>
#include <capstan/http_client.hpp>
#include <capstan/model_catalog.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::openrouter {

/// What all calls of one OpenRouterHandler share. Immutable after its making, but for the
/// thread-safe parts inside.
class Core : public std::enable_shared_from_this<Core> {
public:
    /// Fills in the environment's settings. Throws ApiError of kind configuration.
    static std::shared_ptr<Core> make(OpenRouterOptions options);

    const OpenRouterOptions& options() const noexcept { return options_; }
    const std::string& base_url() const noexcept { return base_url_; }
    const std::string& api_key() const noexcept { return api_key_; }
    HttpClient& http() noexcept { return http_; }
    Clock& clock() const noexcept { return *clock_; }
    ModelCatalog& catalog() noexcept { return *catalog_; }

    /// What is known of `model` without waiting: the settings' info for the settings' model, else
    /// the catalogue's.
    std::optional<ModelInfo> peek_model(std::string_view model) const;

    /// A request to `path` below the base URL, with the key.
    HttpRequest request(std::string method, std::string_view path) const;

private:
    explicit Core(OpenRouterOptions options);

    OpenRouterOptions options_;
    std::string api_key_;
    std::string base_url_;
    HttpClient http_;
    std::shared_ptr<Clock> clock_;
    std::unique_ptr<ModelCatalog> catalog_;
};

/// The model of the settings without its comma list of fallbacks.
std::string primary_model(std::string_view model);

/// True if the reasoning of `model` is not for display; patterns as in
/// OpenRouterOptions::placeholder_reasoning_models.
bool has_placeholder_reasoning(const std::vector<std::string>& patterns, std::string_view model);

}  // namespace capstan::openrouter
