#pragma once

#include <capstan/providers/anthropic_options.hpp>
#include <capstan/providers/dialect.hpp>

#include <memory>

namespace capstan::anthropic {

/// The Messages API as DialectHandler needs it.
class AnthropicDialect final : public Dialect {
public:
    /// Does not use `options.api_key`.
    explicit AnthropicDialect(AnthropicOptions options);

    const ProviderSite& site() const noexcept override { return site_; }
    void authorize(HttpHeaders& headers, const std::string& key) const override;
    ProviderSupport support() const override;
    WireRequest write(const MessageRequest& request, ReasoningReplay replay) const override;
    std::unique_ptr<AnswerDecoder> decoder(const WireRequest& request) const override;

private:
    AnthropicOptions options_;
    ProviderSite site_;
};

/// The base URL with a version at its end, which Anthropic's own clients do without; a trailing
/// slash goes.
std::string with_version(std::string url);

}  // namespace capstan::anthropic
