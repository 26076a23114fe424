#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <string_view>

namespace capstan::anthropic {

/// How the blocks of an answer lay, where its message alone does not tell: the extra field
/// "native_content" of the message, {"format":"anthropic-messages","blocks":[...]}. A block is
/// {"type":"thinking"}: the next of the reasoning details; {"type":"text","bytes":n,"citations"?}:
/// so much of the text; {"type":"tool_use"}: the next call; or any other block as it came.
/// One whose input was cut off is not among them.
inline constexpr std::string_view native_content = "native_content";
inline constexpr std::string_view native_format = "anthropic-messages";
inline constexpr std::string_view detail_format = "anthropic-claude-v1";

inline bool is_placeholder(std::string_view type) noexcept {
    return type == "thinking" || type == "text" || type == "tool_use";
}

/// The blocks in a message's extra fields, or null.
inline const json::array* native_blocks(const json::object& extra) noexcept {
    const json::object* native = find_object(extra, native_content);
    if (!native || find_string(*native, "format") != native_format) return nullptr;
    return find_array(*native, "blocks");
}

}  // namespace capstan::anthropic
