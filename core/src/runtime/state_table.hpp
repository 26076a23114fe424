#pragma once

#include <capstan/state_manager.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace capstan::detail {

/// The values of a StateManager and what of them is unsaved. Pure: no thread, no clock, no store.
///
/// A key has a stored value and a list of changes made since; its value is always the changes
/// applied to the stored one. Every change has a number, so that a write marks only what it wrote.
class StateTable {
public:
    using Text = std::shared_ptr<const std::string>;  ///< null: no such key
    using UpdateFunction = StateManager::UpdateFunction;

    struct Batch {
        std::vector<std::pair<std::string, Text>> values;
        std::uint64_t number = 0;  ///< of the newest change in it
    };

    Text get(std::string_view key) const;
    std::vector<std::string> keys(std::string_view prefix) const;

    void set(std::string key, Text value);
    json::value update(std::string key, UpdateFunction function);

    bool dirty() const noexcept { return !unsaved_.empty(); }
    std::uint64_t last_change() const noexcept { return last_change_; }

    /// Everything before this change is saved, and the change too.
    bool saved(std::uint64_t number) const noexcept;

    /// Takes over what others stored. Changes of our own are applied on top; when the store began a
    /// new life (`complete`), values that it lost are to be written again. Returns the messages of
    /// update functions that threw; their changes are dropped.
    std::vector<std::string> merge(const StateDelta& delta);

    /// What is to be written now.
    Batch batch() const;
    void commit(const Batch& batch);

private:
    struct Change {
        std::uint64_t number = 0;
        std::uint64_t unsaved_since = 0;  ///< the oldest change that this one replaced, or itself
        Text value;
        UpdateFunction function;  ///< empty: sets `value`
    };
    struct Slot {
        Text stored;
        Text value;
        std::deque<Change> changes;
    };
    using Slots = std::map<std::string, Slot, std::less<>>;

    void set(Slots::iterator slot, Text value);
    void replay(Slot& slot, std::vector<std::string>& failures);
    void settle(Slots::iterator slot);
    void restore_lost(const StateDelta& delta);

    Slots slots_;
    std::map<std::string, std::uint64_t, std::less<>> unsaved_;  ///< key -> its oldest change
    std::uint64_t last_change_ = 0;
};

}  // namespace capstan::detail
