#pragma once

#include <capstan/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan::responses {

/// Where a reasoning item stood among the other items of its answer.
struct ItemPosition {
    ItemPosition() = default;

    std::size_t text = 0;   ///< bytes of the answer's text before it
    std::size_t calls = 0;  ///< tool calls before it
    std::size_t items = 0;  ///< items of other kinds before it
    std::string phase;      ///< of the message that ended before it; may be empty
};
static_assert(!std::is_aggregate_v<ItemPosition>);

/// A reasoning item as the wire has it, and its place in the answer.
struct ReasoningItem {
    ReasoningItem() = default;

    std::string id;
    std::vector<std::string> summary;
    std::vector<std::string> content;
    std::string encrypted_content;
    std::string format;     ///< of its entries; empty: they name none
    std::string signature;  ///< of its entries
    json::object others;    ///< further members, as they came
    ItemPosition position;
};
static_assert(!std::is_aggregate_v<ReasoningItem>);

/// A reasoning item is kept as entries of `reasoning_details` (wire reference 6.1): one
/// reasoning.summary for each part of its summary, one reasoning.text for each part of its content,
/// one reasoning.encrypted for its encrypted content, in this order. All carry the item's id; each
/// has an `index` of its own in the answer, so that neither parts nor items are merged. What these
/// entries have no member for is in two members of the last one: `item` (further members of the
/// item) and, on every entry of an item that was not the first thing of the answer, `position`.
json::object reasoning_entry(std::string_view type, std::string_view payload_key,
                             std::string_view payload, std::string_view id,
                             std::string_view format, std::int64_t index,
                             const ItemPosition& position);

/// The items that these entries make up, also when another API made the entries: those of one id
/// belong together, and an encrypted entry or a signature ends an item.
std::vector<ReasoningItem> reasoning_items(const json::array& details);

inline constexpr std::string_view openai_format = "openai-responses-v1";

/// The format of an item that names none: OpenAI's for OpenAI's ids, else empty (not known).
/// OpenRouter marks ids that it made up itself with "_tmp_".
std::string_view format_of_id(std::string_view id) noexcept;

}  // namespace capstan::responses
