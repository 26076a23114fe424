#include "errors/error_mapping.hpp"

#include "errors/error_facts.hpp"
#include "errors/html_text.hpp"

#include <capstan/redact.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace capstan::exchange {
namespace {

constexpr std::size_t longest_page_text = 300;
constexpr std::size_t longest_message = 4000;

/// Removes the secrets first: a cut one could not be recognised.
std::string clean(std::string text, const ErrorContext& context) {
    return cut_text(redact(std::move(text), context.secrets), longest_message);
}

std::string header_of(const ErrorContext& context, std::string_view name) {
    return context.header ? clean(std::string(context.header(name)), context) : std::string();
}

std::string api_name(const ErrorContext& context) {
    if (!context.site || context.site->name.empty()) return "the right one";
    return "that of " + context.site->name + "'s API";
}

ErrorInfo start(ErrorKind kind, const ErrorContext& context) {
    ErrorInfo info;
    info.kind = kind;
    info.phase = context.phase;
    info.provider_name = clean(context.provider_name, context);
    info.generation_id = clean(context.generation_id, context);
    if (info.generation_id.empty()) info.generation_id = header_of(context, "x-generation-id");
    info.request_id = clean(context.request_id, context);
    if (info.request_id.empty() && context.header)
        info.request_id = clean(std::string(request_id_in(context.header)), context);
    return info;
}

/// What the server's message is for a person: never the generic one when there is a better one.
std::string best_message(const ErrorFacts& facts) {
    if (!is_generic_message(facts.message) || facts.raw_text.empty()) return facts.message;
    return facts.raw_text;
}

ErrorInfo to_info(ErrorFacts facts, const ErrorContext& context) {
    ErrorInfo info = start(classify(facts), context);
    info.http_status = facts.status;
    info.retryable = is_retryable(facts, info.kind);
    info.retry_after = facts.retry_after;
    facts.message = best_message(facts);
    info.summary = clean(summary_of(facts, info.kind, context.phase), context);
    info.remedy = clean(remedy_of(facts, info.kind), context);
    info.server_message = clean(facts.message, context);
    info.code = clean(facts.code, context);
    info.error_type = clean(facts.error_type, context);
    info.provider_name = clean(facts.provider_name, context);
    for (auto& model : facts.fallback_models)
        info.fallback_models.push_back(clean(std::move(model), context));
    if (info.request_id.empty()) info.request_id = clean(facts.request_id, context);
    info.raw = redact_json(facts.raw, context.secrets);
    return info;
}

void take_ids(const json::object& body, const ErrorContext& context, ErrorInfo& info) {
    for (const auto key : {"request_id", "id"}) {
        const auto id = find_string(body, key);
        if (!id || id->empty()) continue;
        auto& target = id->starts_with("gen-") ? info.generation_id : info.request_id;
        if (target.empty()) target = redact(std::string(*id), context.secrets);
    }
}

/// The object that carries the error, looked for inside the envelopes of all three APIs.
const json::object* find_envelope(const json::value& body) {
    const auto* object = body.if_object();
    if (const auto* list = body.if_array(); list != nullptr && !list->empty())
        object = list->front().if_object();
    if (object == nullptr) return nullptr;
    for (const auto key : {"response", "content"})
        if (const auto* inner = find_object(*object, key))
            if (const auto* error = find(*inner, "error"); error != nullptr && !error->is_null())
                return inner;
    return object;
}

/// The error of an envelope, with the envelope's own error_type where the error has none.
json::value error_in(const json::object& envelope) {
    const auto* member = find(envelope, "error");
    if (member == nullptr || member->is_null() || member->is_bool()) return envelope;
    json::value error = *member;
    auto* object = error.if_object();
    if (object == nullptr) return error;
    if (const auto type = find_string(envelope, "error_type");
        type && !object->contains("error_type"))
        (*object)["error_type"] = *type;
    return error;
}

std::string status_words(int status) {
    switch (status) {
        case 502:
            return "bad gateway";
        case 503:
            return "service not available";
        case 504:
        case 524:
            return "timeout at the edge";
        case 520:
        case 521:
        case 522:
        case 523:
            return "the edge could not reach the server";
        default:
            return "no explanation";
    }
}

ErrorInfo from_page(const ErrorContext& context, std::string_view body,
                    std::string_view content_type) {
    const auto text = visible_text(redact(std::string(body), context.secrets), longest_page_text);
    const json::value error(text.empty() ? status_words(context.http_status) : text);
    if (context.http_status >= 400) return to_info(read_facts(error, context), context);
    // A page where an answer was due, e.g. of a captive portal or behind a wrong base URL.
    return malformed(fmt::format("content type {}, text: {}",
                                 content_type.empty() ? "none" : content_type, text),
                     context);
}

/// The first choice that reports an error, or null.
const json::object* failed_choice(const json::object& answer) {
    const auto* choices = find_array(answer, "choices");
    if (choices == nullptr) return nullptr;
    for (const auto& item : *choices) {
        const auto* choice = item.if_object();
        if (choice == nullptr) continue;
        const auto* error = find(*choice, "error");
        if (error != nullptr && !error->is_null()) return choice;
        if (find_string(*choice, "finish_reason") == "error") return choice;
    }
    return nullptr;
}

}  // namespace

ErrorContext context_of(int http_status, const HttpHeaders& headers, ErrorPhase phase) {
    ErrorContext context;
    context.http_status = http_status;
    context.phase = phase;
    context.header = [&headers](std::string_view name) { return headers.get(name); };
    return context;
}

std::string_view request_id_in(const std::function<std::string_view(std::string_view)>& header) {
    for (const auto* name : {"x-request-id", "request-id", "cf-ray"})
        if (const auto id = header(name); !id.empty()) return id;
    return {};
}

ErrorInfo from_http(const ErrorContext& context, std::string_view body,
                    std::string_view content_type) {
    const auto parsed = try_parse_json(body);
    const auto* envelope = parsed ? find_envelope(*parsed) : nullptr;
    if (envelope == nullptr) return from_page(context, body, content_type);
    if (auto info = from_answer(*envelope, context)) return *std::move(info);
    if (context.http_status < 400)
        return malformed(
            visible_text(redact(std::string(body), context.secrets), longest_page_text), context);
    auto info = to_info(read_facts(error_in(*envelope), context), context);
    take_ids(*envelope, context, info);
    return info;
}

std::optional<ErrorInfo> from_answer(const json::object& answer, const ErrorContext& context) {
    ErrorContext local = context;
    if (const auto provider = find_string(answer, "provider")) local.provider_name = *provider;
    std::optional<ErrorInfo> info;
    const auto* error = find(answer, "error");
    if (error != nullptr && (error->is_object() || error->is_string())) {
        info = to_info(read_facts(error_in(answer), local), local);
    } else if (const auto* choice = failed_choice(answer)) {
        const auto* inner = find(*choice, "error");
        info = inner != nullptr && !inner->is_null()
                   ? from_error_object(*inner, local)
                   : error_finish(find_string(*choice, "native_finish_reason").value_or(""), local);
    }
    if (info) take_ids(answer, local, *info);
    return info;
}

ErrorInfo from_error_object(const json::value& error, const ErrorContext& context) {
    return to_info(read_facts(error, context), context);
}

ErrorInfo error_finish(std::string_view native_reason, const ErrorContext& context) {
    ErrorContext local = context;
    if (local.http_status < 400) local.http_status = 0;
    const auto reason = native_reason.empty() ? std::string("finish reason error")
                                              : fmt::format("finish reason {}", native_reason);
    auto info = to_info(read_facts(json::value(reason), local), local);
    info.raw = nullptr;
    return info;
}

ErrorInfo empty_answer(std::string_view finish_reason, std::string_view native_reason,
                       const ErrorContext& context) {
    auto info = start(ErrorKind::empty_answer, context);
    info.summary =
        clean(fmt::format("{} ended the answer without any content (finish reason {}{}{})",
                          info.provider_name.empty() ? "The model" : info.provider_name,
                          finish_reason.empty() ? "none" : finish_reason,
                          native_reason.empty() ? "" : ", of the provider ", native_reason),
              context);
    info.remedy = "If it persists, choose another model or provider.";
    info.retryable = true;
    return info;
}

ErrorInfo malformed(std::string_view detail, const ErrorContext& context) {
    auto info = start(ErrorKind::malformed, context);
    info.http_status = context.http_status;
    info.summary = "The server's answer cannot be understood";
    info.server_message = clean(to_valid_utf8(detail), context);
    info.remedy = "Check that the base URL is " + api_name(context) +
                  ", and that no proxy changes the answer.";
    return info;
}

ErrorInfo truncated(const ErrorContext& context) {
    auto info = start(ErrorKind::network, context);
    info.summary = "The connection ended in the middle of the answer";
    info.remedy = "What has arrived is kept.";
    info.retryable = true;
    return info;
}

ErrorInfo cancelled(const ErrorContext& context) {
    auto info = start(ErrorKind::cancelled, context);
    info.summary = "The call was cancelled";
    return info;
}

}  // namespace capstan::exchange
