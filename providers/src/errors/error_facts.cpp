#include "errors/error_facts.hpp"

#include <capstan/retry.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace capstan::exchange {
namespace {

using std::chrono::milliseconds;

std::string text_of_member(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(std::string_view()));
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// A code as text, whatever kind it has.
std::string code_text(const json::value* code) {
    if (code == nullptr) return {};
    if (const auto* text = code->if_string()) return std::string(*text);
    if (const auto number = as_int(*code)) return std::to_string(*number);
    return {};
}

std::optional<int> as_status(std::string_view text) {
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value >= 400 && value <= 599 ? std::optional(value) : std::nullopt;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
    std::vector<std::string> out;
    if (const auto* list = find_array(object, key))
        for (const auto& item : *list)
            if (auto text = unwrap_text(item); !text.empty()) out.push_back(std::move(text));
    if (auto one = text_of_member(object, key); !one.empty()) out.push_back(std::move(one));
    return out;
}

/// The name of who failed, and the status.
std::string earlier_error(const json::object& error) {
    std::string who = text_of_member(error, "provider_name");
    if (who.empty()) who = text_of_member(error, "provider");
    if (who.empty()) who = "a provider";
    std::string status = code_text(find(error, "status"));
    if (status.empty()) status = code_text(find(error, "code"));
    return status.empty() ? who : who + ' ' + status;
}

std::optional<milliseconds> seconds_member(const json::object& object, std::string_view key) {
    const auto seconds = find_number(object, key);
    if (!seconds || !std::isfinite(*seconds) || *seconds < 0) return std::nullopt;
    return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(*seconds, 3e8) * 1000)));
}

/// metadata.headers: copies of the headers that OpenRouter or the provider sent.
std::optional<milliseconds> from_header_copies(const json::object& headers,
                                               std::chrono::system_clock::time_point now) {
    std::string value;
    const auto look_up = [&](std::string_view name) -> std::string_view {
        for (const auto& [key, item] : headers)
            if (lower_case(key) == name) return value = code_text(&item);
        return {};
    };
    return retry_after_from_headers(look_up, now);
}

/// "Upstream error from Alibaba: ..."
std::string provider_in_message(std::string_view message) {
    constexpr std::string_view opening = "Upstream error from ";
    if (!message.starts_with(opening)) return {};
    const auto end = message.find(':');
    return end == message.npos ? std::string()
                               : std::string(message.substr(opening.size(), end - opening.size()));
}

void read_metadata(const json::object& metadata, ErrorFacts& facts) {
    if (const auto* raw = find(metadata, "raw")) facts.raw_text = unwrap_text(*raw);
    if (auto word = text_of_member(metadata, "error_type"); !word.empty()) facts.error_type = word;
    facts.provider_name = text_of_member(metadata, "provider_name");
    facts.limit_source = text_of_member(metadata, "limit_source");
    facts.reason = text_of_member(metadata, "reason");
    facts.remedy_hint = text_of_member(metadata, "remedy_hint");
    facts.resets_at = text_of_member(metadata, "resets_at");
    facts.pinned_endpoint = text_of_member(metadata, "pinned_endpoint_slug");
    facts.flagged_input = text_of_member(metadata, "flagged_input");
    facts.is_byok = find_bool(metadata, "is_byok").value_or(false);
    facts.reasons = texts_of(metadata, "reasons");
    facts.patterns = texts_of(metadata, "patterns");
    facts.excluded_by = texts_of(metadata, "ineligibility_reasons");
    if (const auto* earlier = find_array(metadata, "previous_errors"))
        for (const auto& item : *earlier)
            if (const auto* object = item.if_object())
                facts.earlier_errors.push_back(earlier_error(*object));
}

void read_availability(const json::object& availability, ErrorFacts& facts) {
    facts.availability_code = text_of_member(availability, "code");
    facts.availability_retryable = find_bool(availability, "retryable");
    facts.docs_url = text_of_member(availability, "docs_url");
    facts.fallback_models = texts_of(availability, "fallback_models");
    for (auto& reason : texts_of(availability, "excluded_by"))
        facts.excluded_by.push_back(std::move(reason));
    if (const auto* constraint = find_object(availability, "constraint")) {
        const auto detail = text_of_member(*constraint, "detail");
        const auto field = text_of_member(*constraint, "field");
        facts.excluded_by.push_back(detail.empty() ? field : fmt::format("{}: {}", field, detail));
    }
}

std::optional<milliseconds> longest_wait(const json::object& error, const ErrorContext& context) {
    std::optional<milliseconds> wait;
    if (context.header) wait = retry_after_from_headers(context.header, context.now);
    if (const auto* availability = find_object(error, "availability"))
        wait = std::max(wait, seconds_member(*availability, "retry_after"));
    if (const auto* metadata = find_object(error, "metadata")) {
        wait = std::max(wait, seconds_member(*metadata, "retry_after"));
        wait = std::max(wait, seconds_member(*metadata, "retry_after_seconds"));
        if (const auto* headers = find_object(*metadata, "headers"))
            wait = std::max(wait, from_header_copies(*headers, context.now));
    }
    return wait;
}

/// OpenRouter's word; else, where no status tells the class, the words of other formats.
std::string class_word(const json::object& error, const ErrorFacts& facts) {
    // OpenAI says so with the status of a rate limit, which waiting does not lift.
    constexpr const char* no_money = "insufficient_quota";
    if (facts.code == no_money || text_of_member(error, "type") == no_money) return no_money;
    if (find_error_type(facts.error_type) != nullptr || facts.status >= 400)
        return facts.error_type;
    for (const auto& word : {text_of_member(error, "type"), facts.code})
        if (find_error_type(word) != nullptr) return word;
    return facts.error_type;
}

int effective_status(const json::object& error, const ErrorFacts& facts,
                     const ErrorContext& context) {
    if (const auto status = as_status(facts.code)) return *status;
    if (const auto status = as_status(code_text(find(error, "http_status")))) return *status;
    if (const auto status = as_status(code_text(find(error, "status")))) return *status;
    const auto* type = find_error_type(facts.error_type);
    return type != nullptr && context.http_status < 400 ? type->status : context.http_status;
}

void read_object(const json::object& error, const ErrorContext& context, ErrorFacts& facts) {
    facts.code = code_text(find(error, "code"));
    facts.request_id = text_of_member(error, "request_id");
    if (const auto* metadata = find_object(error, "metadata")) read_metadata(*metadata, facts);
    if (const auto* availability = find_object(error, "availability"))
        read_availability(*availability, facts);
    if (facts.error_type.empty()) facts.error_type = text_of_member(error, "error_type");
    facts.status = effective_status(error, facts, context);
    facts.class_word = class_word(error, facts);
    if (const auto* type = find_error_type(facts.class_word); type && facts.status < 400)
        facts.status = type->status;
    if (const auto* message = find(error, "message")) facts.message = unwrap_text(*message);
    if (facts.message.empty()) facts.message = unwrap_text(error);
    facts.retry_after = longest_wait(error, context);
}

}  // namespace

bool contains_word(std::string_view text, std::string_view word) {
    const auto same = [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    };
    return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

ErrorFacts read_facts(const json::value& error, const ErrorContext& context) {
    ErrorFacts facts;
    facts.status = context.http_status;
    facts.raw = error;
    facts.site = context.site;
    if (const auto* object = error.if_object()) {
        read_object(*object, context, facts);
    } else {
        facts.message = unwrap_text(error);
        if (context.header)
            facts.retry_after = retry_after_from_headers(context.header, context.now);
    }
    if (facts.provider_name.empty()) facts.provider_name = context.provider_name;
    if (facts.provider_name.empty()) facts.provider_name = provider_in_message(facts.message);
    return facts;
}

}  // namespace capstan::exchange
