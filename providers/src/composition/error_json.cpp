#include "composition/chunk_json.hpp"
#include "composition/json_fields.hpp"

#include <utility>

namespace capstan::composition {
namespace {

// The enumerations are read by trying each name; a name of a newer version counts as `server`.
ErrorKind kind_from(std::string_view name) {
    for (int n = 0; n <= static_cast<int>(ErrorKind::empty_answer); ++n)
        if (to_string(static_cast<ErrorKind>(n)) == name) return static_cast<ErrorKind>(n);
    return ErrorKind::server;
}

ErrorPhase phase_from(std::string_view name) {
    for (int n = 0; n <= static_cast<int>(ErrorPhase::mid_stream); ++n)
        if (to_string(static_cast<ErrorPhase>(n)) == name) return static_cast<ErrorPhase>(n);
    return ErrorPhase::before_first_chunk;
}

}  // namespace

json::object error_to_json(const ErrorInfo& error) {
    json::object object;
    object["kind"] = to_string(error.kind);
    object["phase"] = to_string(error.phase);
    put(object, "summary", error.summary);
    put(object, "remedy", error.remedy);
    if (error.http_status != 0) object["http_status"] = error.http_status;
    put(object, "code", error.code);
    put(object, "error_type", error.error_type);
    put(object, "provider_name", error.provider_name);
    put(object, "server_message", error.server_message);
    put(object, "generation_id", error.generation_id);
    put(object, "request_id", error.request_id);
    if (error.retryable) object["retryable"] = true;
    if (error.retry_after) object["retry_after_ms"] = error.retry_after->count();
    if (!error.fallback_models.empty())
        object["fallback_models"] =
            json::array(error.fallback_models.begin(), error.fallback_models.end());
    if (!error.raw.is_null()) object["raw"] = error.raw;
    return object;
}

ErrorInfo error_from_json(const json::value& value) {
    const auto& object = object_of(value, "an error");
    ErrorInfo error;
    error.kind = kind_from(find_string(object, "kind").value_or(""));
    error.phase = phase_from(find_string(object, "phase").value_or(""));
    error.summary = text_of(object, "summary");
    error.remedy = text_of(object, "remedy");
    error.http_status = static_cast<int>(find_int(object, "http_status").value_or(0));
    error.code = text_of(object, "code");
    error.error_type = text_of(object, "error_type");
    error.provider_name = text_of(object, "provider_name");
    error.server_message = text_of(object, "server_message");
    error.generation_id = text_of(object, "generation_id");
    error.request_id = text_of(object, "request_id");
    error.retryable = find_bool(object, "retryable").value_or(false);
    if (const auto wait = find_int(object, "retry_after_ms"))
        error.retry_after = std::chrono::milliseconds(*wait);
    if (const auto* models = find_array(object, "fallback_models"))
        for (const auto& model : *models)
            if (model.is_string()) error.fallback_models.emplace_back(model.get_string());
    if (const auto* raw = find(object, "raw")) error.raw = *raw;
    return error;
}

}  // namespace capstan::composition
