#pragma once

#include <capstan/json.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <type_traits>

namespace capstan {

/// The family that an entry's `format` names ("openai", "anthropic", ...); empty when it names
/// none.
std::string_view format_family(std::string_view format) noexcept;

/// What two entries have in common that say the same. Points into the entry.
struct ReasoningKey {
    ReasoningKey() = default;

    std::string_view type;
    std::string_view first;
    std::string_view second;

    bool operator==(const ReasoningKey&) const = default;

    struct Hash {
        std::size_t operator()(const ReasoningKey& key) const noexcept;
    };
};
static_assert(!std::is_aggregate_v<ReasoningKey>);

/// One of `reasoning_details` with the members that decide about it, looked up once. A member that
/// is absent or no text is empty. Points into the value.
struct ReasoningEntry {
    ReasoningEntry(const json::value& value);

    const json::value* value;
    bool is_object = false;
    std::string_view type;
    std::string_view format;
    std::string_view id;
    std::string_view text;
    std::string_view signature;
    std::string_view data;
    std::string_view summary;

    bool is_text() const noexcept { return type == "reasoning.text"; }
    bool is_encrypted() const noexcept { return type == "reasoning.encrypted"; }
    bool is_unsigned_text() const noexcept { return is_text() && signature.empty(); }
    /// No object, encrypted without data, or a text that says and signs nothing.
    bool is_corrupt() const noexcept;
    /// What it says of its maker (wire reference 6.1, 6.2); empty when it says nothing.
    std::string_view family() const noexcept;
    /// `texts` keeps what the key cannot find in the value.
    ReasoningKey key(std::deque<std::string>& texts) const;
};

}  // namespace capstan
