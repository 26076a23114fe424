#pragma once

#include "anthropic/json_text.hpp"

#include <capstan/content.hpp>

#include <cstddef>
#include <type_traits>

namespace capstan::anthropic {

/// The cache marks of one message.
struct BlockMarks {
    BlockMarks() = default;

    const CacheControl* own = nullptr;  ///< to be put on the last text; null: none
    std::size_t dropped = 0;            ///< so many of the first marks are left out
};
static_assert(!std::is_aggregate_v<BlockMarks>);

void append_mark(ObjectText& block, const CacheControl& mark);

/// {"type":"text",...}; nothing for a blank text, which the server refuses.
void append_text_block(ListText& blocks, std::string_view text, const CacheControl* mark = nullptr);

/// Content of a user, system or tool message as content blocks. Pictures and files become image and
/// document blocks; what the API has no block for (sound) a text that says so; raw parts stay.
/// Throws ApiError of kind invalid_request for a file that is neither URL, data URL nor id,
/// and for data that are no picture, PDF or text.
void append_content(ListText& blocks, const Content& content, const BlockMarks& marks);

/// True if a part names an uploaded file, which needs a beta feature.
bool has_uploaded_file(const Content& content) noexcept;

}  // namespace capstan::anthropic
