#pragma once

#include <capstan/providers/dialect.hpp>
#include <capstan/providers/openai_responses.hpp>

namespace capstan::responses {

/// The Responses API as a Dialect.
class ResponsesDialect final : public Dialect {
public:
    explicit ResponsesDialect(OpenAiResponsesOptions options);

    const ProviderSite& site() const noexcept override { return site_; }
    ProviderSupport support() const override;
    WireRequest write(const MessageRequest& request, ReasoningReplay replay) const override;
    std::unique_ptr<AnswerDecoder> decoder(const WireRequest& request) const override;

    /// OpenRouter's generations, known by their ids, can be asked for (wire reference 9.3).
    std::optional<ApiCall> usage_call(const std::string& generation_id) const override;
    std::optional<Usage> read_usage(const json::object& answer) const override;

private:
    OpenAiResponsesOptions options_;  // without the key
    ProviderSite site_;
};

}  // namespace capstan::responses
