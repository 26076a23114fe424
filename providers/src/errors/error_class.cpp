// What an error is, and whether another try can help. Tables first.
#include "errors/error_facts.hpp"

#include <algorithm>
#include <array>

namespace capstan::exchange {
namespace {

using Kind = ErrorKind;

// Wire reference 5.3, with the codes that OpenAI's failed responses have for images; then the words
// of the Messages skin (5.4), of textual codes, and of llama.cpp's server.
constexpr ErrorType error_types[] = {
    {"context_length_exceeded", 400, Kind::context_overflow, false},
    {"max_tokens_exceeded", 400, Kind::invalid_request, false},
    {"token_limit_exceeded", 400, Kind::context_overflow, false},
    {"string_too_long", 400, Kind::context_overflow, false},
    {"authentication", 401, Kind::authentication, false},
    {"permission_denied", 403, Kind::permission_denied, false},
    {"payment_required", 402, Kind::payment_required, false},
    {"rate_limit_exceeded", 429, Kind::rate_limited, true},
    {"provider_overloaded", 503, Kind::overloaded, true},
    {"provider_unavailable", 502, Kind::server, true},
    {"invalid_request", 400, Kind::invalid_request, false},
    {"invalid_prompt", 400, Kind::invalid_request, false},
    {"not_found", 404, Kind::not_found, false},
    {"precondition_failed", 412, Kind::invalid_request, false},
    {"payload_too_large", 413, Kind::invalid_request, false},
    {"unprocessable", 422, Kind::invalid_request, false},
    {"content_policy_violation", 400, Kind::content_policy, false},
    {"refusal", 400, Kind::content_policy, false},
    {"invalid_image", 400, Kind::invalid_request, false},
    {"image_too_large", 400, Kind::invalid_request, false},
    {"image_too_small", 400, Kind::invalid_request, false},
    {"unsupported_image_format", 400, Kind::invalid_request, false},
    {"image_not_found", 404, Kind::invalid_request, false},
    {"image_download_failed", 400, Kind::invalid_request, false},
    {"invalid_base64_image", 400, Kind::invalid_request, false},
    {"invalid_image_url", 400, Kind::invalid_request, false},
    {"invalid_image_format", 400, Kind::invalid_request, false},
    {"invalid_image_mode", 400, Kind::invalid_request, false},
    {"image_parse_error", 400, Kind::invalid_request, false},
    {"image_file_too_large", 400, Kind::invalid_request, false},
    {"unsupported_image_media_type", 400, Kind::invalid_request, false},
    {"empty_image_file", 400, Kind::invalid_request, false},
    {"failed_to_download_image", 400, Kind::invalid_request, false},
    {"image_file_not_found", 400, Kind::invalid_request, false},
    {"image_content_policy_violation", 400, Kind::content_policy, false},
    {"server", 500, Kind::server, true},
    {"timeout", 504, Kind::timeout, true},
    {"invalid_request_error", 400, Kind::invalid_request, false},
    {"authentication_error", 401, Kind::authentication, false},
    {"permission_error", 403, Kind::permission_denied, false},
    {"not_found_error", 404, Kind::not_found, false},
    {"rate_limit_error", 429, Kind::rate_limited, true},
    {"api_error", 500, Kind::server, true},
    {"overloaded_error", 529, Kind::overloaded, true},
    {"billing_error", 402, Kind::payment_required, false},
    {"timeout_error", 504, Kind::timeout, true},
    {"server_error", 500, Kind::server, true},
    {"internal_error", 500, Kind::server, true},
    {"internal_server_error", 500, Kind::server, true},
    {"rate_limited", 429, Kind::rate_limited, true},
    {"insufficient_quota", 402, Kind::payment_required, false},
    {"overloaded", 529, Kind::overloaded, true},
    {"exceed_context_size_error", 400, Kind::context_overflow, false},
    {"unavailable_error", 503, Kind::overloaded, true},
    {"not_supported_error", 501, Kind::invalid_request, false},
};

struct Availability {
    std::string_view code;
    Kind kind;
    bool retryable;
};

constexpr Availability availabilities[] = {
    {"model_not_found", Kind::not_found, false},
    {"wrong_endpoint", Kind::invalid_request, false},
    {"no_endpoints", Kind::not_found, false},
    {"model_deprecated", Kind::not_found, false},
    {"model_unavailable_upstream", Kind::not_found, false},
    {"privacy_restricted", Kind::not_found, false},
    {"constraint_filtered", Kind::not_found, false},
    {"free_variant_ended", Kind::not_found, false},
    {"region_restricted", Kind::permission_denied, false},
    {"capacity_exhausted", Kind::rate_limited, true},
    {"temporarily_unavailable", Kind::overloaded, true},
};

constexpr std::string_view overflow_texts[] = {
    "context length",
    "context_length",
    "context window",
    "context size",
    "context limit",
    "context is too long",
    "maximum context",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "input too long",
    "input length",
    "too many input tokens",
    "input token count",
    "maximum number of input tokens",
    "maximum prompt length",
    "exceeds the maximum number of tokens",
    "maximum input length",
    "token limit exceeded",
    "exceeds the available context",
    "too many tokens",
    "reduce the length of the messages",
    "reduce the length of the input",
    "model_max_prompt_tokens_exceeded",
    "exceeded model token limit",
    "tokens exceeds the model",
    "request_too_large",
    "conversation is too long",
    "max_seq_len",
    "maximum sequence length",
};

constexpr std::string_view rate_texts[] = {
    "rate limit",     "rate_limit", "rate-limit", "tokens per min",
    "tokens per day", "(tpm)",      "quota",      "too many requests",
};

constexpr std::string_view signature_texts[] = {
    "invalid signature in thinking block",
    "invalid `signature` in `thinking` block",
    "invalid signature",
    "corrupted thought signature",
    "thought signature is not valid",
    "missing a thought_signature",
    "missing a `thought_signature`",
    "missing thought_signature",
    "invalid_encrypted_content",
    "encrypted_content is invalid",
    "produced under a different model",
    "encrypted reasoning or compaction content",
    "thinking blocks cannot be modified",
    "thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified",
    "thinking or redacted_thinking blocks in the latest assistant message cannot be modified",
    "invalid thought signature",
    "without its required following item",
};

constexpr std::string_view payment_texts[] = {
    "credit balance is too low",
};

constexpr std::string_view policy_texts[] = {
    "violates usage guidelines",
    "content policy",
    "content_policy",
    "content management policy",
    "usage policies",
    "responsible ai policy",
    "content_filter",
};

template <class List>
bool mentions(const ErrorFacts& facts, const List& texts) {
    return std::any_of(std::begin(texts), std::end(texts), [&](std::string_view text) {
        return contains_word(facts.message, text) || contains_word(facts.raw_text, text) ||
               contains_word(facts.code, text);
    });
}

bool mentions_both(const ErrorFacts& facts, std::string_view a, std::string_view b) {
    const auto has_both = [&](const std::string& text) {
        return contains_word(text, a) && contains_word(text, b);
    };
    return has_both(facts.message) || has_both(facts.raw_text);
}

/// llama.cpp says so with status 500, which another try does not change.
bool is_unsupported_input(const ErrorFacts& facts) {
    return contains_word(facts.message, "input is not supported");
}

bool is_signature_refusal(const ErrorFacts& facts) {
    return !facts.pinned_endpoint.empty() || mentions(facts, signature_texts) ||
           mentions_both(facts, "encrypted content", "could not be verified") ||
           mentions_both(facts, "thinking", "cannot be modified") ||
           mentions_both(facts, "encrypted", "different model") ||
           mentions_both(facts, "signature", "thinking");
}

const Availability* find_availability(std::string_view code) {
    const auto* found = std::find_if(std::begin(availabilities), std::end(availabilities),
                                     [&](const Availability& a) { return a.code == code; });
    return found == std::end(availabilities) ? nullptr : found;
}

Kind kind_of_status(int status) {
    switch (status) {
        case 401:
            return Kind::authentication;
        case 402:
            return Kind::payment_required;
        case 403:
            return Kind::permission_denied;
        case 404:
            return Kind::not_found;
        case 408:
        case 504:
        case 524:
            return Kind::timeout;
        case 429:
            return Kind::rate_limited;
        case 503:
        case 529:
            return Kind::overloaded;
        default:
            return status >= 400 && status < 500 ? Kind::invalid_request : Kind::server;
    }
}

Kind kind_before_texts(const ErrorFacts& facts) {
    if (const auto* type = find_error_type(facts.class_word)) return type->kind;
    if (const auto* code = find_availability(facts.availability_code)) return code->kind;
    return kind_of_status(facts.status);
}

/// Kinds of refusals that say too little; their text may say more.
bool is_vague(Kind kind) {
    return kind == Kind::invalid_request || kind == Kind::server || kind == Kind::not_found ||
           kind == Kind::permission_denied;
}

bool is_transient_payment(const ErrorFacts& facts) {
    if (facts.reason == "weight_exceeds_budget") return false;
    return facts.retry_after.has_value() || facts.reason == "in_flight_budget_exhausted" ||
           facts.limit_source == "openrouter_in_flight_budget";
}

bool is_retryable_status(const ErrorFacts& facts) {
    if (facts.status == 408 || facts.status == 429) return true;
    // Said with this status too, and then waiting does not help.
    if (facts.status == 503 && contains_word(facts.message, "routing requirements"))
        return facts.retry_after.has_value();
    // Without any class it is a provider's failure reported inside an answer.
    if (facts.status < 400) return true;
    return facts.status >= 500 && facts.status != 501 && facts.status != 505;
}

}  // namespace

const ErrorType* find_error_type(std::string_view word) noexcept {
    const auto* found = std::find_if(std::begin(error_types), std::end(error_types),
                                     [&](const ErrorType& type) { return type.word == word; });
    return found == std::end(error_types) ? nullptr : found;
}

ErrorKind classify(const ErrorFacts& facts) {
    const Kind kind = kind_before_texts(facts);
    if (!is_vague(kind)) return kind;
    if (is_unsupported_input(facts)) return Kind::invalid_request;
    if (is_signature_refusal(facts)) return Kind::invalid_signature;
    if (mentions(facts, payment_texts)) return Kind::payment_required;
    if (mentions(facts, rate_texts)) return kind;
    if (kind != Kind::permission_denied && mentions(facts, overflow_texts))
        return Kind::context_overflow;
    // Moderation and guardrails of OpenRouter itself stay what their status says.
    if (facts.reasons.empty() && facts.patterns.empty() && mentions(facts, policy_texts))
        return Kind::content_policy;
    return kind;
}

bool is_retryable(const ErrorFacts& facts, ErrorKind kind) {
    switch (kind) {
        case Kind::not_found:
        case Kind::context_overflow:
        case Kind::invalid_signature:
        case Kind::authentication:
        case Kind::content_policy:
        case Kind::cancelled:
            return false;
        case Kind::payment_required:
            return facts.availability_retryable.value_or(is_transient_payment(facts));
        default:
            break;
    }
    if (is_unsupported_input(facts)) return false;
    if (facts.availability_retryable) return *facts.availability_retryable;
    if (const auto* type = find_error_type(facts.class_word)) return type->retryable;
    if (const auto* code = find_availability(facts.availability_code)) return code->retryable;
    return is_retryable_status(facts);
}

}  // namespace capstan::exchange
