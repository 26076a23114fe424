#pragma once

#include <capstan/json.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace capstan {

/// A prompt-cache mark (wire reference 7.1).
struct CacheControl {
    CacheControl() = default;
    explicit CacheControl(std::string ttl_) : ttl(std::move(ttl_)) {}

    std::string ttl;  ///< "5m", "1h", or empty for the provider's default
};
static_assert(!std::is_aggregate_v<CacheControl>);

struct TextPart {
    TextPart() = default;
    TextPart(std::string text_) : text(std::move(text_)) {}

    std::string text;
    std::optional<CacheControl> cache_control;
};
static_assert(!std::is_aggregate_v<TextPart>);

/// An image by URL: https, or data:image/{png,jpeg,webp,gif};base64.
struct ImagePart {
    ImagePart() = default;
    explicit ImagePart(std::string url_, std::string detail_ = {})
        : url(std::move(url_)), detail(std::move(detail_)) {}

    std::string url;
    std::string detail;  ///< "auto", "low", "high", "original", or empty
};
static_assert(!std::is_aggregate_v<ImagePart>);

/// Audio as bare base64 (no data: prefix) with its format, e.g. "wav".
struct AudioPart {
    AudioPart() = default;
    AudioPart(std::string data_, std::string format_)
        : data(std::move(data_)), format(std::move(format_)) {}

    std::string data;
    std::string format;
};
static_assert(!std::is_aggregate_v<AudioPart>);

/// A file: data URL or https URL in `data`, or an uploaded file's `id`.
struct FilePart {
    FilePart() = default;

    std::string filename;
    std::string data;
    std::string id;
};
static_assert(!std::is_aggregate_v<FilePart>);

/// Any other content part, kept and sent as it is (video_url, and what comes after it).
struct RawPart {
    RawPart() = default;
    explicit RawPart(json::object value_) : value(std::move(value_)) {}

    json::object value;
};
static_assert(!std::is_aggregate_v<RawPart>);

using ContentPart = std::variant<TextPart, ImagePart, AudioPart, FilePart, RawPart>;

/// What a message says: plain text, or parts in order. Text is sent as a JSON string, parts as an
/// array.
using Content = std::variant<std::string, std::vector<ContentPart>>;

/// Content part <-> its JSON on the wire (wire reference 2.3). Reading never fails: what is not
/// understood becomes a RawPart.
json::object to_json(const ContentPart& part);
ContentPart content_part_from_json(const json::object& part);

/// All text of `content`, parts joined by a newline.
std::string text_of(const Content& content);

}  // namespace capstan
