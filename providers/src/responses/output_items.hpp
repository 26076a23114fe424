#pragma once

#include "responses/arriving_text.hpp"
#include "responses/reasoning_entries.hpp"

#include <capstan/chunk.hpp>
#include <capstan/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace capstan::responses {

/// What the items of one answer share.
struct AnswerProgress {
    AnswerProgress() = default;

    ItemPosition position;         ///< of what comes next
    std::size_t calls = 0;         ///< tool calls seen, with or without a name
    std::int64_t entries = 0;      ///< reasoning entries given an index
    std::size_t shown_thoughts = 0;  ///< texts of reasoning that were begun
    bool any_content = false;
    bool any_named_call = false;
};
static_assert(!std::is_aggregate_v<AnswerProgress>);

enum class ItemKind { message, call, reasoning, other };
inline constexpr std::size_t item_kinds = 4;
ItemKind item_kind(std::string_view type) noexcept;

/// How an event names its item. Any of the two may be missing.
struct ItemReference {
    ItemReference() = default;

    std::optional<std::int64_t> index;
    std::string_view id;
};
static_assert(!std::is_aggregate_v<ItemReference>);

/// One item of the output: how much of it was handed out already.
class OutputItem {
public:
    OutputItem(ItemKind kind, AnswerProgress& progress);

    ItemKind kind() const noexcept { return kind_; }

    /// The item as it was announced: a call's id and name, a thought's format.
    void announce(const json::object& item, std::vector<StreamChunk>& out);

    void add_text(std::int64_t part, std::string_view delta, std::vector<StreamChunk>& out);
    void add_refusal(std::int64_t part, std::string_view delta, std::vector<StreamChunk>& out);
    void add_summary(std::int64_t part, std::string_view delta, std::vector<StreamChunk>& out);
    void add_thought(std::int64_t part, std::string_view delta, std::vector<StreamChunk>& out);
    void add_arguments(std::string_view delta, std::vector<StreamChunk>& out);
    void add_annotation(const json::value& annotation, std::vector<StreamChunk>& out);

    /// One text as a whole; gives out what the deltas have not.
    void complete_text(std::int64_t part, std::string_view text, std::vector<StreamChunk>& out);
    void complete_refusal(std::int64_t part, std::string_view text, std::vector<StreamChunk>& out);
    void complete_summary(std::int64_t part, std::string_view text, std::vector<StreamChunk>& out);
    void complete_thought(std::int64_t part, std::string_view text, std::vector<StreamChunk>& out);
    void complete_arguments(std::string_view text, std::vector<StreamChunk>& out);

    /// The whole item; gives out what is new in it. May come twice.
    void complete(const json::object& item, std::vector<StreamChunk>& out);

    /// The end of the answer.
    void finish(std::vector<StreamChunk>& out);

    std::string id;                     ///< the wire's own
    std::optional<std::int64_t> index;  ///< its place in the output

private:
    /// A part of a thought, and the index of its entry.
    struct Thought {
        ArrivingText text;
        std::int64_t index = 0;
        bool begun = false;
    };

    void name_call(const json::object& item, ToolCallChunk& chunk);
    void emit_text(std::string text, std::vector<StreamChunk>& out);
    void emit_refusal(std::string text, std::vector<StreamChunk>& out);
    void emit_arguments(std::string text, std::vector<StreamChunk>& out);
    void emit_thought(Thought& thought, bool summary, std::string text,
                      std::vector<StreamChunk>& out);
    json::object entry_of(const Thought& thought, bool summary, std::string_view text) const;
    void complete_message(const json::object& item, std::vector<StreamChunk>& out);
    void emit_logprobs(std::int64_t part, const json::object& content,
                       std::vector<StreamChunk>& out);
    void complete_call(const json::object& item, std::vector<StreamChunk>& out);
    void complete_reasoning(const json::object& item, std::vector<StreamChunk>& out);
    void close_reasoning(const json::object& item, std::vector<StreamChunk>& out);

    ItemKind kind_;
    AnswerProgress& progress_;
    ItemPosition position_;
    bool complete_ = false;

    std::map<std::int64_t, ArrivingText> texts_;
    std::map<std::int64_t, ArrivingText> refusals_;
    std::size_t annotations_ = 0;
    std::set<std::int64_t> logprobs_;  // the parts whose own were given out

    std::map<std::int64_t, Thought> summaries_;
    std::map<std::int64_t, Thought> thoughts_;
    std::string format_;

    std::size_t call_ = 0;
    std::string call_id_;
    std::string call_name_;
    ArrivingText arguments_;
};

/// The items of one answer, found by what the events say of them.
class OutputItems {
public:
    /// The item of that kind; a new one if none is known. Without any reference it is the last one.
    OutputItem& find(ItemKind kind, const ItemReference& reference);

    /// The `output` of a whole response. Its items are those that came before, by their ids, else
    /// the first ones of their kind that are left over; what never came is given out.
    void complete(const json::array& output, std::vector<StreamChunk>& out);

    /// An item that is no message, call or reasoning, e.g. a search that the server made. All of
    /// them are given out together, by finish(), as the extra field "output_items".
    void add_other(const json::object& item);

    void finish(std::vector<StreamChunk>& out);

    const AnswerProgress& progress() const noexcept { return progress_; }

private:
    OutputItem* known(ItemKind kind, const ItemReference& reference);
    OutputItem& make(ItemKind kind, const ItemReference& reference);
    std::vector<OutputItem*> match(const json::array& output);

    AnswerProgress progress_;
    std::deque<OutputItem> items_;
    std::array<OutputItem*, item_kinds> latest_{};
    std::unordered_map<std::int64_t, OutputItem*> by_index_;
    std::unordered_map<std::string, OutputItem*> by_id_;
    json::array others_;
    std::unordered_map<std::string, std::size_t> other_ids_;  // id -> place in others_
};

}  // namespace capstan::responses
