#include <capstan/testing/recording.hpp>

#include "http_text.hpp"
#include "json_file.hpp"

#include <algorithm>
#include <stdexcept>

namespace capstan::testing {

namespace json = boost::json;

namespace {

/// Transport's own affair, or a lie about the bytes kept.
bool is_transport(std::string_view name) {
    for (const std::string_view own : {"content-length", "transfer-encoding", "connection",
                                       "content-encoding", "keep-alive", "content-type"})
        if (same_name(name, own)) return true;
    return false;
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void add_headers(SimResponse& response, const json::object& meta) {
    if (const auto type = text_at(meta, "content_type"); !type.empty())
        response.with_header("Content-Type", type);
    const auto* headers = meta.if_contains("response_headers");
    if (!headers || !headers->is_object()) return;
    for (const auto& field : headers->get_object())
        if (!is_transport(field.key()))
            response.with_header(std::string(field.key()), text_of(field.value()));
}

void add_end(SimResponse& response, const json::object& meta) {
    const auto end = text_at(meta, "end");
    if (end.empty()) return;
    response.body.push_back(end == "reset" ? reset_connection() : close_connection());
}

std::string without_base(std::string path) {
    for (const std::string_view base : {"/api/v1", "/v1"})
        if (path.starts_with(base)) return path.substr(base.size());
    return path;
}

template <class Value>
std::vector<Value> numbers_at(const json::object& meta, std::string_view name) {
    std::vector<Value> values;
    const auto* list = meta.if_contains(json::string_view(name.data(), name.size()));
    if (!list || !list->is_array()) return values;
    for (const auto& number : list->get_array())
        values.push_back(Value(std::max<std::int64_t>(0, number.to_number<std::int64_t>())));
    return values;
}

}  // namespace

SimResponse Recording::timed(double factor) const {
    auto pauses = chunk_delays;
    for (auto& pause : pauses)
        pause = std::chrono::microseconds(
            static_cast<std::int64_t>(static_cast<double>(pause.count()) * factor));
    auto copy = response;
    copy.split = Split::sizes(chunk_bytes, std::move(pauses));
    return copy;
}

Recording load_recording(const std::filesystem::path& directory) {
    const auto parsed = read_json_file(directory / "meta.json");
    if (!parsed.is_object())
        throw std::runtime_error((directory / "meta.json").string() + ": no object");
    const auto& meta = parsed.get_object();
    Recording recording;
    if (const auto method = text_at(meta, "method"); !method.empty()) recording.method = method;
    recording.path = without_base(text_at(meta, "path"));
    if (recording.path.empty()) recording.path = "/chat/completions";
    recording.model = text_at(meta, "model");
    const auto* streaming = meta.if_contains("streaming");
    recording.streaming = streaming && streaming->is_bool() && streaming->get_bool();
    recording.chunk_bytes = numbers_at<std::size_t>(meta, "chunk_bytes");
    for (const auto delay : numbers_at<std::int64_t>(meta, "chunk_delays_ms"))
        recording.chunk_delays.emplace_back(std::chrono::milliseconds(delay));
    if (const auto request = text_at(meta, "request_file"); !request.empty())
        recording.request = read_file(directory / request);

    auto& response = recording.response;
    const auto* status = meta.if_contains("status");
    response.status = status && status->is_int64() ? static_cast<int>(status->get_int64()) : 200;
    add_headers(response, meta);
    response.body.push_back(send(read_file(directory / "response.body")));
    add_end(response, meta);
    if (!recording.chunk_bytes.empty()) response.split = Split::sizes(recording.chunk_bytes);
    return recording;
}

std::vector<Recording> load_recordings(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> folders;
    if (std::filesystem::exists(directory / "meta.json")) folders.push_back(directory);
    if (folders.empty() && std::filesystem::is_directory(directory))
        for (const auto& entry : std::filesystem::directory_iterator(directory))
            if (std::filesystem::exists(entry.path() / "meta.json"))
                folders.push_back(entry.path());
    if (folders.empty())
        throw std::runtime_error(directory.string() + ": no recording (meta.json) there");
    std::sort(folders.begin(), folders.end());
    std::vector<Recording> recordings;
    for (const auto& folder : folders) recordings.push_back(load_recording(folder));
    return recordings;
}

}  // namespace capstan::testing
