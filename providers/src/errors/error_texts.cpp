// Our own words for errors: what happened, who said so, what to do.
#include "errors/error_facts.hpp"

#include <fmt/format.h>

namespace capstan::exchange {
namespace {

using Kind = ErrorKind;

std::string join(const std::vector<std::string>& items) {
    std::string out;
    for (const auto& item : items) out.append(out.empty() ? "" : ", ").append(item);
    return out;
}

const ProviderSite& site_of(const ErrorFacts& facts) {
    static const ProviderSite unknown;
    return facts.site ? *facts.site : unknown;
}

std::string site_name(const ErrorFacts& facts) {
    const auto& name = site_of(facts).name;
    return name.empty() ? "The server" : name;
}

std::string who(const ErrorFacts& facts) {
    const auto& site = site_of(facts).name;
    if (facts.provider_name.empty() || facts.provider_name == site) return site_name(facts);
    return facts.provider_name + (site.empty() ? "" : " (through " + site + ")");
}

/// " (PAGE)", or nothing when there is no such page.
std::string in_brackets(const std::string& page) {
    return page.empty() ? "" : " (" + page + ")";
}

/// " at PAGE", or nothing.
std::string at_page(const std::string& page) { return page.empty() ? "" : " at " + page; }

/// Whose limit was hit, in words; unknown ones as they are.
std::string limit_text(const ErrorFacts& facts) {
    const auto& source = facts.limit_source;
    if (source == "openrouter_credits") return "the account's credits";
    if (source == "openrouter_key_limit") return "the limit of this API key";
    if (source == "openrouter_in_flight_budget") return "the budget of requests in flight";
    if (source == "openrouter_free_tier_daily") return "the daily limit of free models";
    if (source == "openrouter_guardrail_budget") return "the budget of a guardrail";
    if (source == "openrouter_workspace_budget") return "the budget of the workspace";
    if (source == "upstream_provider_account")
        return facts.is_byok ? "your own account at the provider" : "the account at the provider";
    return source;
}

std::string base_summary(const ErrorFacts& facts, Kind kind) {
    switch (kind) {
        case Kind::authentication:
            return who(facts) + " refused the API key";
        case Kind::payment_required:
            return who(facts) + " asks for payment before this request";
        case Kind::permission_denied:
            return who(facts) + " does not permit this request";
        case Kind::not_found:
            return site_name(facts) + " found no model or endpoint for this request";
        case Kind::context_overflow:
            return "The conversation does not fit the model's context";
        case Kind::content_policy:
            return who(facts) + " refused the content of the request";
        case Kind::invalid_signature:
            return who(facts) + " refused the reasoning details of an earlier answer";
        case Kind::rate_limited:
            return who(facts) + " limits the rate of requests";
        case Kind::overloaded:
            return who(facts) + " is overloaded or not available";
        case Kind::timeout:
            return who(facts) + " did not answer in time";
        case Kind::invalid_request:
            return who(facts) + " refused the request";
        default:
            return who(facts) + " failed to answer";
    }
}

void append_fact(std::string& text, std::string_view label, const std::string& fact) {
    if (!fact.empty()) text += fmt::format("; {}: {}", label, fact);
}

/// True if other providers can answer behind the same address.
bool is_router(const ErrorFacts& facts) {
    const auto& name = site_of(facts).name;
    return name.empty() || name == "OpenRouter";
}

std::string overload_remedy(const ErrorFacts& facts) {
    if (contains_word(facts.message, "loading model")) return "Wait until the model is loaded.";
    return is_router(facts) ? "Allow other providers, or choose another model."
                            : "Try again later, or choose another model.";
}

std::string not_found_remedy(const ErrorFacts& facts) {
    const auto& said = facts.message;
    if (contains_word(said, "try pulling it"))
        return "Pull the model first (ollama pull MODEL), or check its name.";
    if (contains_word(said, "lms load") || contains_word(said, "no models loaded"))
        return "Load the model first (lms load MODEL), or check its name.";
    if (contains_word(said, "data policy") || contains_word(said, "privacy") ||
        facts.availability_code == "privacy_restricted")
        return "Relax the data policy" + in_brackets(site_of(facts).privacy_page) +
               " or the provider routing, or choose another model.";
    if (contains_word(said, "tool use") || contains_word(said, "parameter") ||
        contains_word(said, "tool_choice") || facts.availability_code == "constraint_filtered")
        return "Leave out the parameters that the model does not support, relax the provider "
               "routing, or choose another model.";
    const auto& page = site_of(facts).models_page;
    if (page.empty()) return "Check the model id and the base URL.";
    if (!is_router(facts)) return "Check the model id" + in_brackets(page) + ".";
    return "Check the model id" + in_brackets(page) +
           ", relax the provider routing, or choose another model.";
}

std::string payment_remedy(const ErrorFacts& facts) {
    if (facts.reason == "weight_exceeds_budget") return "Lower max_tokens or shorten the input.";
    if (const auto tokens = affordable_tokens(facts.message))
        return fmt::format(
            "Set max_tokens to at most {}, or add credits{}.", *tokens,
            at_page(site_of(facts).credits_page));
    if (facts.limit_source == "openrouter_key_limit")
        return "Raise the key's limit" + at_page(site_of(facts).keys_page) + ", or add credits.";
    if (facts.limit_source == "openrouter_in_flight_budget")
        return "Wait until other requests of this account are done, or lower max_tokens.";
    return "Add credits" + at_page(site_of(facts).credits_page) + ", or lower max_tokens.";
}

std::string permission_remedy(const ErrorFacts& facts) {
    if (!facts.reasons.empty()) return "Change the flagged input, or choose another model.";
    if (!facts.patterns.empty()) return "Change the input, or the guardrail's rules.";
    if (facts.availability_code == "region_restricted")
        return "Choose a model or provider that is offered in your region.";
    if (contains_word(facts.limit_source, "budget") || contains_word(facts.limit_source, "limit"))
        return "Raise that budget, or wait until it is reset.";
    return "Check the permissions of the key, the guardrails and the account's settings.";
}

std::string rate_remedy(const ErrorFacts& facts) {
    if (facts.limit_source == "openrouter_free_tier_daily")
        return "Wait for the daily reset, use a paid model, or add credits for a higher limit.";
    if (facts.is_byok) return "Raise the limits of your own account at the provider.";
    if (!facts.provider_name.empty())
        return "Send fewer requests, allow other providers, or add a key of your own for this "
               "provider.";
    return "Send fewer requests.";
}

std::string request_remedy(const ErrorFacts& facts) {
    if (facts.status == 413) return "Send less: fewer or smaller files, images and messages.";
    if (facts.class_word == "max_tokens_exceeded") return "Lower max_tokens.";
    if (contains_word(facts.message, "not a valid model"))
        return "Check the model id" + in_brackets(site_of(facts).models_page) + ".";
    return "Check the parameters of the request.";
}

std::string key_remedy(const ProviderSite& site) {
    const std::string key = site.key_variable.empty() ? "the API key" : site.key_variable;
    return "Check " + key + in_brackets(site.keys_page) + ".";
}

std::string own_remedy(const ErrorFacts& facts, Kind kind) {
    switch (kind) {
        case Kind::authentication:
            return key_remedy(site_of(facts));
        case Kind::payment_required:
            return payment_remedy(facts);
        case Kind::permission_denied:
            return permission_remedy(facts);
        case Kind::not_found:
            return not_found_remedy(facts);
        case Kind::context_overflow:
            return "Shorten the conversation, lower max_tokens, or choose a model with a larger "
                   "context.";
        case Kind::content_policy:
            return "Change the content, or choose another model.";
        case Kind::invalid_signature:
            return "Send the earlier answers without their reasoning details, or stay with the "
                   "model and provider that made them.";
        case Kind::rate_limited:
            return rate_remedy(facts);
        case Kind::overloaded:
            return overload_remedy(facts);
        case Kind::timeout:
            return "Raise the time limits, or choose a faster model.";
        case Kind::invalid_request:
            return request_remedy(facts);
        default:
            return "If it persists, choose another model or provider.";
    }
}

}  // namespace

std::string summary_of(const ErrorFacts& facts, ErrorKind kind, ErrorPhase phase) {
    std::string text = base_summary(facts, kind);
    if (phase == ErrorPhase::mid_stream) text += " in the middle of the answer";
    append_fact(text, "limit", limit_text(facts));
    append_fact(text, "flagged for", join(facts.reasons));
    append_fact(text, "flagged text", facts.flagged_input);
    append_fact(text, "matched patterns", join(facts.patterns));
    append_fact(text, "excluded by", join(facts.excluded_by));
    append_fact(text, "failed before", join(facts.earlier_errors));
    return text;
}

std::string remedy_of(const ErrorFacts& facts, ErrorKind kind) {
    std::string text = facts.remedy_hint;
    if (!text.empty() && text.back() != '.') text += '.';
    text.append(text.empty() ? "" : " ").append(own_remedy(facts, kind));
    if (!facts.resets_at.empty())
        text += fmt::format(" The limit is reset at {}.", facts.resets_at);
    if (!facts.fallback_models.empty())
        text += fmt::format(" {} suggests: {}.", site_name(facts), join(facts.fallback_models));
    if (!facts.docs_url.empty()) text += fmt::format(" See {} .", facts.docs_url);
    return text;
}

std::optional<std::int64_t> affordable_tokens(std::string_view server_message) {
    constexpr std::string_view words = "can only afford ";
    const auto at = server_message.find(words);
    if (at == server_message.npos) return std::nullopt;
    std::int64_t value = 0;
    bool any = false;
    for (const char c : server_message.substr(at + words.size())) {
        if (c == ',' && any) continue;
        if (c < '0' || c > '9' || value > 1'000'000'000'000) break;
        value = value * 10 + (c - '0');
        any = true;
    }
    return any ? std::optional(value) : std::nullopt;
}

}  // namespace capstan::exchange
