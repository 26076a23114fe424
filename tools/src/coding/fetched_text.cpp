#include "coding/fetched_text.hpp"

#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/html_reader.hpp"

#include <capstan/json.hpp>
#include <capstan/tools/workspace.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <fmt/format.h>

#include <array>

namespace capstan::coding {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string media_type(std::string_view content_type) {
    auto type = lower(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ')) type.pop_back();
    return type;
}

bool is_latin(std::string_view content_type) {
    const auto type = lower(content_type);
    return type.find("iso-8859-1") != type.npos || type.find("windows-1252") != type.npos;
}

std::string utf8_of_latin(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) result += c;
        else result.append({static_cast<char>(0xc0 | byte >> 6),
                            static_cast<char>(0x80 | (byte & 0x3f))});
    }
    return result;
}

bool looks_like_html(std::string_view body) {
    const auto start = lower(body.substr(0, 512));
    return start.find("<!doctype html") != start.npos || start.find("<html") != start.npos;
}

}  // namespace

bool is_text_type(std::string_view content_type) {
    const auto type = media_type(content_type);
    constexpr std::array<std::string_view, 10> known = {
        "application/json",       "application/xml",       "application/javascript",
        "application/ecmascript", "application/x-yaml",    "application/yaml",
        "application/toml",       "application/x-ndjson",  "application/x-sh",
        "application/sql"};
    for (const auto each : known)
        if (type == each) return true;
    return type.empty() || type.starts_with("text/") || type.ends_with("+json") ||
           type.ends_with("+xml");
}

std::string fetched_text(std::string_view content_type, std::string body) {
    if (is_binary(body))
        throw WorkspaceError(fmt::format("the content is no text but {}", binary_kind(body)));
    if (is_latin(content_type)) body = utf8_of_latin(body);
    const auto type = media_type(content_type);
    const bool html = type == "text/html" || type == "application/xhtml+xml" ||
                      (type.empty() && looks_like_html(body));
    return to_valid_utf8(html ? readable_html(body) : body);
}

std::string resolved_url(std::string_view base, std::string_view location) {
    namespace urls = boost::urls;
    const auto reference = urls::parse_uri_reference(location);
    const auto from = urls::parse_uri(base.empty() ? location : base);
    urls::url url;
    const bool fine = reference && from && urls::resolve(*from, *reference, url);
    const auto scheme = fine ? lower(url.scheme()) : std::string();
    if ((scheme != "http" && scheme != "https") || url.encoded_host().empty())
        throw WorkspaceError(fmt::format("{} is no http or https URL", shown_path(location)));
    if (url.has_userinfo())
        throw WorkspaceError("URLs with a user name or a password are not fetched");
    url.remove_fragment();
    return std::string(std::string_view(url.buffer().data(), url.buffer().size()));
}

std::string host_of(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return {};
    const std::string host(parsed->host_address());
    return lower(host);
}

}  // namespace capstan::coding
