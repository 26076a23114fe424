#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace capstan {

/// Merges streamed `reasoning_details` fragments into the array that has to be sent back
/// (wire reference 6.3). Entries stay raw JSON objects in order of arrival: unknown fields and
/// unknown types survive, `data` is never joined, nothing is trimmed or invented. What is no
/// object, and an encrypted entry without `data`, would make the next request fail and is left out.
/// Adding n fragments costs O(n).
class ReasoningDetailsMerger {
public:
    /// Adds the entries of one delta. An empty array is remembered as "present but empty".
    void add(const json::array& fragments);

    /// True once any array, also an empty one, was added.
    bool present() const noexcept { return present_; }

    const json::array& merged() const noexcept { return merged_; }

    /// Hands the array out and starts anew.
    json::array take();

private:
    void add_entry(const json::object& entry);
    void add_text(const json::object& entry, std::string_view payload_key);
    void add_unless_duplicate(const json::object& entry);
    bool attach_signature(const json::object& entry);
    void append(const json::object& entry);

    json::array merged_;
    bool present_ = false;
    std::vector<std::size_t> unsigned_texts_;  // positions in merged_, rising
    std::unordered_multimap<std::size_t, std::size_t> opaque_;  // hash -> position in merged_
};

/// The text that a person may read in these entries: text and summaries, never encrypted data nor
/// a "[REDACTED]" placeholder.
std::string displayable_reasoning(const json::array& details);
/// Of one entry; a view into it.
std::string_view displayable_reasoning(const json::value& entry) noexcept;

}  // namespace capstan
