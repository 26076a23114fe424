#include "anthropic/data_url.hpp"

#include <boost/url/pct_string_view.hpp>
#include <openssl/evp.h>

#include <algorithm>

namespace capstan::anthropic {
namespace {

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

// A text that is no base64 stays as it is.
std::string from_base64(std::string_view text) {
    std::string out(text.size() / 4 * 3 + 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::string(text);
    const auto padding = text.ends_with("==") ? 2u : text.ends_with('=') ? 1u : 0u;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

}  // namespace

std::optional<DataUrl> read_data_url(std::string_view url) {
    if (lower_case(url.substr(0, 5)) != "data:") return std::nullopt;
    const auto comma = url.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string head = lower_case(url.substr(5, comma - 5));
    DataUrl result;
    result.media_type = head.substr(0, head.find(';'));
    if (result.media_type.empty()) result.media_type = "text/plain";
    if (result.media_type == "image/jpg") result.media_type = "image/jpeg";
    result.base64 = head.ends_with(";base64");
    result.data = url.substr(comma + 1);
    return result;
}

std::string decoded(const DataUrl& url) {
    if (url.base64) return from_base64(url.data);
    const auto text = boost::urls::make_pct_string_view(url.data);
    return text ? text->decode() : std::string(url.data);
}

}  // namespace capstan::anthropic
