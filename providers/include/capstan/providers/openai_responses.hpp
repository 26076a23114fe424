#pragma once

#include <capstan/json.hpp>
#include <capstan/providers/dialect_handler.hpp>
#include <capstan/providers/provider_options.hpp>

#include <string>
#include <type_traits>

namespace capstan {

/// Settings of an OpenAiResponsesHandler. Everything but the key and the model has a default.
///
/// An empty `api_key` is taken from OPENAI_API_KEY, an empty `base_url` from OPENAI_BASE_URL, else
/// it is https://api.openai.com/v1. With base URL https://openrouter.ai/api/v1, the key of
/// OPENROUTER_API_KEY and a model with its vendor in front ("openai/gpt-5") it speaks to
/// OpenRouter.
///
/// Of Sampling the API knows temperature, top_p and top_logprobs, OpenAI logprobs as well; a router
/// also top_k, the frequency and presence penalties and the fallback models of a request. The
/// others, and audio output, are not sent. A thinking budget is a router's; OpenAI gets the nearest
/// effort, and for no reasoning the least that the model takes.
struct OpenAiResponsesOptions : ProviderOptions {
    OpenAiResponsesOptions() { model = "gpt-5-mini"; }

    /// Let the server keep the response for later requests. Nothing here needs it, and OpenRouter
    /// refuses it.
    bool store = false;

    /// Ask for reasoning in encrypted form, without which a model forgets its thoughts from one
    /// call to the next when nothing is stored. Left out for OpenAI's models that do not reason,
    /// which refuse it.
    bool include_encrypted_reasoning = true;

    /// "auto", "concise" or "detailed": summaries of the reasoning to show; empty: none. OpenAI
    /// gives them to verified organisations only.
    std::string reasoning_summary;

    std::string service_tier;  ///< "auto", "default", "flex", "priority", ..., or empty
    std::string truncation;    ///< "auto" drops the middle of what is too long; empty: "disabled"

    /// Requests of one key share a prompt cache; empty: the call's session id.
    std::string prompt_cache_key;

    std::string organization;  ///< header OpenAI-Organization, for keys of several
    std::string project;       ///< header OpenAI-Project
};
static_assert(!std::is_aggregate_v<OpenAiResponsesOptions>);

/// The Responses API, OpenAI's or OpenRouter's, as an ApiHandler. Thread-safe.
///
/// Every request carries the whole conversation; the API's own memory is not used. Reasoning items
/// are kept in the message as `reasoning_details` and go back as they came, in the places where
/// they stood: before the tool calls and texts that followed them. Items that the server's own
/// tools made come as the extra field "output_items", and go back as well.
class OpenAiResponsesHandler final : public DialectHandler {
public:
    /// Throws ApiError of kind configuration when a setting is unusable (no key, bad URL), before
    /// any connection is made.
    explicit OpenAiResponsesHandler(OpenAiResponsesOptions options);
};

}  // namespace capstan
