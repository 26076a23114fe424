#include "recorder.hpp"

#include "http_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <fstream>
#include <system_error>

namespace capstan::testing {

namespace json = boost::json;

namespace {

constexpr std::string_view masked = "[key removed]";

void remove(std::string_view key, std::string& text) {
    if (key.size() < 4) return;
    for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + masked.size()))
        text.replace(at, key.size(), masked);
}

/// The keys of this request must not reach a file, wherever they were repeated.
std::string without_key(std::string text, const SimRequest& request) {
    for (const std::string_view name : {"authorization", "x-api-key", "api-key", "cookie"}) {
        auto key = request.header(name);
        // Behind the scheme ("Bearer").
        if (const auto space = key.rfind(' '); space != std::string_view::npos)
            key.remove_prefix(space + 1);
        remove(key, text);
    }
    return text;
}

bool worth_keeping(std::string_view name) {
    for (const std::string_view dropped : {"content-length", "transfer-encoding", "connection",
                                           "set-cookie", "authorization", "content-encoding"})
        if (same_name(name, dropped)) return false;
    return true;
}

std::string_view end_name(ResponseOutcome outcome) {
    switch (outcome) {
        case ResponseOutcome::closed: return "close";
        case ResponseOutcome::reset: return "reset";
        case ResponseOutcome::gone: return "client";
        case ResponseOutcome::complete: break;
    }
    return {};
}

template <class Values>
json::array array_of(const Values& values) {
    json::array array;
    for (const auto value : values) array.emplace_back(value);
    return array;
}

json::object meta_of(const SimRequest& request, const SimResponse& response,
                     const RecordedBody& body, ResponseOutcome outcome) {
    json::object meta;
    const auto type = find_header(response.headers, "content-type");
    meta["method"] = request.method;
    meta["path"] = request.target.substr(0, request.target.find('?'));
    meta["status"] = response.status;
    meta["content_type"] = json::string_view(type.data(), type.size());
    meta["streaming"] = type.starts_with("text/event-stream");
    if (const auto sent = request.json(); sent.is_object()) {
        const auto* model = sent.get_object().if_contains("model");
        if (model && model->is_string()) meta["model"] = *model;
    }
    if (!request.body.empty()) meta["request_file"] = "request.json";
    json::object headers;
    for (const auto& [name, value] : response.headers)
        if (worth_keeping(name)) headers[name] = value;
    meta["response_headers"] = std::move(headers);
    meta["chunk_bytes"] = array_of(body.sizes);
    meta["chunk_delays_ms"] = array_of(body.delays_ms);
    if (outcome != ResponseOutcome::complete) {
        const auto end = end_name(outcome);
        meta["end"] = json::string_view(end.data(), end.size());
    }
    return meta;
}

void write_file(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream out(file, std::ios::binary);
    out << bytes;
}

}  // namespace

void RecordedBody::add(std::string_view piece) {
    using namespace std::chrono;
    const auto now = steady_clock::now();
    const bool first = sizes.empty();
    delays_ms.push_back(first ? 0 : duration_cast<milliseconds>(now - last_).count());
    last_ = now;
    sizes.push_back(piece.size());
    bytes += piece;
}

void Recorder::set_directory(const std::filesystem::path& directory) {
    const std::lock_guard lock(mutex_);
    directory_ = directory;
    count_ = 0;
    active_ = !directory.empty();
}

std::filesystem::path Recorder::next_directory() {
    const std::lock_guard lock(mutex_);
    if (directory_.empty()) return {};
    // Never over an exchange that is there already.
    std::filesystem::path next;
    do next = directory_ / fmt::format("turn-{:02}", ++count_);
    while (std::filesystem::exists(next));
    std::filesystem::create_directories(next);
    return next;
}

void Recorder::add(const SimRequest& request, const SimResponse& response,
                   const RecordedBody& body, ResponseOutcome outcome) {
    if (!active_ || response.framing == Framing::raw) return;
    const auto directory = next_directory();
    if (directory.empty()) return;
    const auto cleaned = without_key(body.bytes, request);
    auto meta = meta_of(request, response, body, outcome);
    if (cleaned.size() != body.bytes.size()) {
        meta.erase("chunk_bytes");
        meta.erase("chunk_delays_ms");
    }
    if (!request.body.empty())
        write_file(directory / "request.json", without_key(request.body, request));
    write_file(directory / "response.body", cleaned);
    // Last, and renamed into place: a folder with meta.json is complete.
    const auto draft = directory / "meta.json.new";
    write_file(draft, without_key(json::serialize(meta), request) + '\n');
    std::error_code ignored;
    std::filesystem::rename(draft, directory / "meta.json", ignored);
}

}  // namespace capstan::testing
