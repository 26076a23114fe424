#pragma once

#include "compatible/server.hpp"

#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openai_compatible.hpp>

#include <memory>
#include <optional>
#include <string>

namespace capstan::compatible {

/// Chat completions as one handler's settings and its server want them. Immutable, but for what is
/// learnt of the server, which is thread-safe.
class CompatibleDialect final : public Dialect {
public:
    /// Forgets the settings' key.
    CompatibleDialect(ProviderOptions options, ProviderSite site,
                      std::shared_ptr<const Server> server);

    const ProviderSite& site() const noexcept override { return site_; }
    ProviderSupport support() const override;
    WireRequest write(const MessageRequest& request, ReasoningReplay replay) const override;
    std::unique_ptr<AnswerDecoder> decoder(const WireRequest& request) const override;

    /// The settings' info for the settings' model, else what the server told.
    std::optional<ModelInfo> model_info(const std::string& model) const;

private:
    ProviderOptions options_;
    ProviderSite site_;
    std::shared_ptr<const Server> server_;
};

/// What a handler is made of.
struct Setup {
    Setup() = default;

    ProviderOptions options;  ///< with the base URL filled in
    std::shared_ptr<Server> server;
    std::shared_ptr<CompatibleDialect> dialect;
};
static_assert(!std::is_aggregate_v<Setup>);

/// Reads OPENAI_BASE_URL. Throws ApiError of kind configuration.
Setup prepare(OpenAiCompatibleOptions options);

}  // namespace capstan::compatible
