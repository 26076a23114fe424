#pragma once

#include <capstan/content.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace capstan {

/// A string or an array of parts; throws ApiError that names the place.
Content read_content(const json::value& value, std::string_view place);

/// {"type":"ephemeral"[,"ttl":"1h"]}
void append_cache_control(std::string& out, const CacheControl& mark);

/// `mark` replaces the part's own when it has none; `drop_mark` leaves its own out.
void append_content_part(std::string& out, const ContentPart& part, const CacheControl* mark,
                         bool drop_mark);

/// True for parts that carry a cache mark of their own.
bool has_cache_mark(const ContentPart& part) noexcept;

/// A text, or an array of parts; `mark` goes to the last text part that is not empty, and turns a
/// text into an array of one part. The first `dropped` marks that the parts carry are left out.
void append_content(std::string& out, const Content& content, const CacheControl* mark,
                    std::size_t dropped);

}  // namespace capstan
