#pragma once

#include "errors/error_mapping.hpp"

#include <string>
#include <vector>

namespace capstan::exchange {

/// What an error says, read out of its JSON but not yet judged. Not yet redacted.
struct ErrorFacts {
    ErrorFacts() = default;

    int status = 0;          ///< effective: the body's code, else its http_status, else HTTP's
    std::string code;        ///< the body's code as text
    std::string error_type;  ///< OpenRouter's stable word
    std::string class_word;  ///< the same, or a word of another format that tells the class
    std::string message;     ///< unwrapped
    std::string raw_text;    ///< metadata.raw, unwrapped
    std::string provider_name;
    std::string request_id;
    std::string limit_source;
    std::string reason;
    std::string remedy_hint;
    std::string resets_at;
    std::string docs_url;
    std::string pinned_endpoint;
    std::string flagged_input;
    bool is_byok = false;
    std::vector<std::string> reasons;         ///< of moderation
    std::vector<std::string> patterns;        ///< of a guardrail
    std::vector<std::string> excluded_by;     ///< why no endpoint was left
    std::vector<std::string> earlier_errors;  ///< "Google 429"
    std::vector<std::string> fallback_models;
    std::string availability_code;
    std::optional<bool> availability_retryable;
    std::optional<std::chrono::milliseconds> retry_after;  ///< from headers and body, the longest
    json::value raw;
    const ProviderSite* site = nullptr;  ///< as in ErrorContext
};
static_assert(!std::is_aggregate_v<ErrorFacts>);

ErrorFacts read_facts(const json::value& error, const ErrorContext& context);

/// The text for a person in a value that may be a text, JSON inside a text, an object with
/// `message`, `error`, `detail`, `details`, `msg`, or a list of these; empty if there is none.
std::string unwrap_text(const json::value& value);

/// True for a message that says nothing, such as "Provider returned error".
bool is_generic_message(std::string_view message);

/// What OpenRouter's stable word means (wire reference 5.3).
struct ErrorType {
    std::string_view word;
    int status;
    ErrorKind kind;
    bool retryable;
};
const ErrorType* find_error_type(std::string_view word) noexcept;

/// Kind, and whether another try can help (wire reference 5.2 to 5.6).
ErrorKind classify(const ErrorFacts& facts);
bool is_retryable(const ErrorFacts& facts, ErrorKind kind);

/// Our words: what happened, and what to do.
std::string summary_of(const ErrorFacts& facts, ErrorKind kind, ErrorPhase phase);
std::string remedy_of(const ErrorFacts& facts, ErrorKind kind);

/// `text` contains `word`, which is in lower case, without regard to case.
bool contains_word(std::string_view text, std::string_view word);

}  // namespace capstan::exchange
