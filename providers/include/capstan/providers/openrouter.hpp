#pragma once

#include <capstan/providers/dialect_handler.hpp>
#include <capstan/providers/openrouter_options.hpp>

#include <memory>
#include <string>
#include <vector>

namespace capstan {

/// What GET /key says of the key in use (wire reference 11).
struct KeyInfo {
    KeyInfo() = default;

    std::string label;
    std::optional<Money> limit;            ///< absent: no cap
    /// Absent: no cap. Says nothing of the account's balance.
    std::optional<Money> limit_remaining;
    std::optional<Money> usage;
    bool is_free_tier = false;
    json::object raw;
};
static_assert(!std::is_aggregate_v<KeyInfo>);

/// What GET /credits says; needs a management key.
struct Credits {
    Credits() = default;

    Money total_credits;
    Money total_usage;
    Money balance() const { return total_credits - total_usage; }
};
static_assert(!std::is_aggregate_v<Credits>);

/// What GET /generation says of one answer (wire reference 9.3).
struct Generation {
    Generation() = default;

    std::string id;
    std::string model;
    std::string provider;
    std::string finish_reason;
    Usage usage;
    json::object raw;
};
static_assert(!std::is_aggregate_v<Generation>);

/// A request for embeddings (wire reference 12.4).
struct EmbeddingRequest {
    EmbeddingRequest() = default;

    std::string model;
    std::vector<std::string> input;
    std::optional<std::int64_t> dimensions;
    std::string input_type;
    json::object extra;
};
static_assert(!std::is_aggregate_v<EmbeddingRequest>);

struct EmbeddingResult {
    EmbeddingResult() = default;

    std::vector<std::vector<float>> embeddings;  ///< in order of the input
    std::string model;
    Usage usage;
};
static_assert(!std::is_aggregate_v<EmbeddingResult>);

class ModelCatalog;
namespace openrouter {
class OpenRouterDialect;
}

/// OpenRouter (https://openrouter.ai) as an ApiHandler. Thread-safe.
class OpenRouterHandler final : public DialectHandler {
public:
    /// Throws ApiError of kind configuration when a setting is unusable (no key, bad provider
    /// sorting, bad URL), before any connection is made.
    explicit OpenRouterHandler(OpenRouterOptions options);
    ~OpenRouterHandler() override;

    /// The configured model; its info from the settings, or from the catalogue if it was loaded.
    SelectedModel get_model() const override;

    /// The same of any other model.
    std::optional<ModelInfo> model_info(const std::string& model) const override;

    /// As get_model(), but fetches the catalogue when it is not there yet (GET /models, cached in
    /// the StateManager). A call never does so by itself; after this, calls also fit their output
    /// limit and reasoning to what the model supports.
    asio::awaitable<SelectedModel> load_model();

    /// The catalogue of this base URL's models.
    ModelCatalog& catalog() noexcept;

    /// Plain calls; they throw ApiError and follow the retry policy.
    asio::awaitable<EmbeddingResult> embed(EmbeddingRequest request);
    asio::awaitable<KeyInfo> key_info();
    asio::awaitable<Credits> credits();
    asio::awaitable<Generation> generation(std::string id);

    /// The settings, without the key.
    const OpenRouterOptions& options() const noexcept;

private:
    explicit OpenRouterHandler(std::shared_ptr<openrouter::OpenRouterDialect> dialect,
                               ProviderOptions options);

    std::shared_ptr<openrouter::OpenRouterDialect> dialect_;
};

}  // namespace capstan
