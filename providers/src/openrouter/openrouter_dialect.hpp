#pragma once

#include <capstan/model_catalog.hpp>
#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::openrouter {

/// OpenRouter's chat completions, as one handler's settings want them. Immutable after its making,
/// but for the catalogue, which is thread-safe.
class OpenRouterDialect final : public Dialect {
public:
    /// Throws ApiError of kind configuration for contradictory settings. Forgets their key.
    explicit OpenRouterDialect(OpenRouterOptions options);

    const ProviderSite& site() const noexcept override;
    ProviderSupport support() const override;
    WireRequest write(const MessageRequest& request, ReasoningReplay replay) const override;
    std::unique_ptr<AnswerDecoder> decoder(const WireRequest& request) const override;
    std::optional<ApiCall> usage_call(const std::string& generation_id) const override;
    std::optional<Usage> read_usage(const json::object& answer) const override;
    bool looks_up_usage() const noexcept override { return options_.usage_lookup; }

    const OpenRouterOptions& options() const noexcept { return options_; }

    /// To be set once, before the first call.
    void set_catalog(std::unique_ptr<ModelCatalog> catalog) { catalog_ = std::move(catalog); }
    ModelCatalog& catalog() const noexcept { return *catalog_; }

    /// What is known of `model` without waiting: the settings' info for the settings' model, else
    /// the catalogue's.
    std::optional<ModelInfo> peek_model(std::string_view model) const;

private:
    OpenRouterOptions options_;
    std::unique_ptr<ModelCatalog> catalog_;
};

/// The model of the settings without its comma list of fallbacks.
std::string primary_model(std::string_view model);

/// True if the reasoning of `model` is not for display; patterns as in
/// OpenRouterOptions::placeholder_reasoning_models.
bool has_placeholder_reasoning(const std::vector<std::string>& patterns, std::string_view model);

/// For a query: everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

}  // namespace capstan::openrouter
