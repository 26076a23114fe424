#pragma once

#include <capstan/error.hpp>
#include <capstan/message_request.hpp>
#include <capstan/providers/provider_options.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan {

/// What a model URI says behind its '?'. What is absent (or empty) is not said. Each parameter is
/// called as the member.
struct ModelParameters {
    ModelParameters() = default;

    std::optional<double> temperature;         ///< 0 to 2
    std::optional<double> top_p;               ///< 0 to 1
    std::optional<std::int64_t> top_k;         ///< 0 or more
    std::optional<double> min_p;               ///< 0 to 1
    std::optional<double> top_a;               ///< 0 to 1
    std::optional<double> frequency_penalty;   ///< -2 to 2
    std::optional<double> presence_penalty;    ///< -2 to 2
    std::optional<double> repetition_penalty;  ///< 0 to 2
    std::optional<std::int64_t> seed;
    std::optional<std::int64_t> max_tokens;    ///< 1 or more
    std::string reasoning_effort;  ///< none, minimal, low, medium, high, xhigh or max
    std::optional<std::int64_t> thinking_budget_tokens;  ///< 0 or more; not beside an effort
    std::string verbosity;  ///< low, medium, high, xhigh or max
    std::optional<bool> parallel_tool_calls;  ///< true or false

    bool empty() const { return *this == ModelParameters(); }
    friend bool operator==(const ModelParameters&, const ModelParameters&) = default;
};
static_assert(!std::is_aggregate_v<ModelParameters>);

/// Which model of which provider, where, and how: as a text,
///
///     provider ":" model [ "@" base-url ] [ "?" name "=" value *( "&" name "=" value ) ]
///
///     openrouter:anthropic/claude-sonnet-4.5?temperature=0.7&top_p=0.9
///     local:qwen3@http://127.0.0.1:8080/v1
///
/// A provider's name is a lower-case letter or digit, then those, '-', '_' and '.'. The model is
/// everything up to the first '?' or the first "@http://" or "@https://", so that it may hold ':'
/// ("x/y:free", "qwen3:8b") and '@' ("@preset/mine", "claude-sonnet-4@20250514"). What would end it
/// early, spaces and '%' itself are written as %3F, %40, %20 and %25 there and in the parameters
/// ('+' is a plus sign). The base URL is taken as it is; it has no user, query or fragment.
struct ModelUri {
    ModelUri() = default;

    /// Strict: throws ModelUriError at the first character that is wrong. Pure.
    static ModelUri parse(std::string_view text);

    std::string provider;  ///< a name in the ProviderRegistry
    std::string model;     ///< as the provider calls it, percent-decoded
    std::string base_url;  ///< empty: the provider's own
    ModelParameters parameters;

    friend bool operator==(const ModelUri&, const ModelUri&) = default;
};
static_assert(!std::is_aggregate_v<ModelUri>);

/// A text that parse() reads as the same URI; parameters in the order of the members.
std::string to_string(const ModelUri& uri);

/// A text that is no usable model URI, or no usable rule of ModelAliases: an ApiError of kind
/// configuration that knows the place. Neither its words nor its excerpt show what looks like a
/// secret.
class ModelUriError : public ApiError {
public:
    /// `position` and `length` (at least 1 is marked) in bytes of `text`, which is `subject`.
    ModelUriError(std::string_view text, std::size_t position, std::size_t length,
                  std::string_view problem, std::string remedy = {},
                  std::string_view subject = "Model URI");

    /// The sentence, then the excerpt on lines of its own.
    const char* what() const noexcept override { return full_text_->c_str(); }

    std::size_t position() const noexcept { return position_; }  ///< in bytes, from 0
    std::size_t character() const noexcept { return character_; }  ///< in characters, from 1

    /// Two lines: the text around the place, and a caret under it.
    const std::string& excerpt() const noexcept { return *excerpt_; }

private:
    std::size_t position_;
    std::size_t character_;
    std::shared_ptr<const std::string> excerpt_;  // shared, so that copying cannot throw
    std::shared_ptr<const std::string> full_text_;
};

/// Makes the parameters win over what the request says, its `extra` included. The precedence is
/// that of the proxies which have such URIs: URI, then request, then configuration.
void apply(const ModelParameters& parameters, MessageRequest& request);

/// Makes the parameters part of the configuration, so that a request still wins over them.
void apply(const ModelParameters& parameters, ProviderOptions& options);

}  // namespace capstan
