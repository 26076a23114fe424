#include "runtime/state_table.hpp"

#include <algorithm>
#include <exception>
#include <unordered_set>
#include <utility>

namespace capstan::detail {
namespace {

using Text = StateTable::Text;

std::optional<json::value> parsed(const Text& text) {
    return text ? try_parse_json(*text) : std::nullopt;
}

Text shared(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

}  // namespace

Text StateTable::get(std::string_view key) const {
    const auto slot = slots_.find(key);
    return slot == slots_.end() ? nullptr : slot->second.value;
}

std::vector<std::string> StateTable::keys(std::string_view prefix) const {
    std::vector<std::string> result;
    for (auto it = slots_.lower_bound(prefix); it != slots_.end(); ++it) {
        if (!std::string_view(it->first).starts_with(prefix)) break;
        if (it->second.value) result.push_back(it->first);
    }
    return result;
}

void StateTable::set(std::string key, Text value) {
    set(slots_.try_emplace(std::move(key)).first, std::move(value));
}

/// A value that is set makes the key's earlier changes irrelevant, but not their being unsaved.
void StateTable::set(Slots::iterator slot, Text value) {
    auto& changes = slot->second.changes;
    Change change;
    change.number = ++last_change_;
    change.unsaved_since = changes.empty() ? last_change_ : changes.front().unsaved_since;
    change.value = value;
    slot->second.value = std::move(value);
    changes.clear();
    changes.push_back(std::move(change));
    settle(slot);
}

json::value StateTable::update(std::string key, UpdateFunction function) {
    json::value result = function(parsed(get(key)));
    auto text = shared(to_json_text(result));
    const auto slot = slots_.try_emplace(std::move(key)).first;
    Change change;
    change.number = change.unsaved_since = ++last_change_;
    change.function = std::move(function);
    slot->second.changes.push_back(std::move(change));
    slot->second.value = std::move(text);
    settle(slot);
    return result;
}

bool StateTable::saved(std::uint64_t number) const noexcept {
    return std::none_of(unsaved_.begin(), unsaved_.end(),
                        [number](const auto& entry) { return entry.second <= number; });
}

void StateTable::replay(Slot& slot, std::vector<std::string>& failures) {
    slot.value = slot.stored;
    std::erase_if(slot.changes, [&](const Change& change) {
        if (!change.function) {
            slot.value = change.value;
            return false;
        }
        try {
            slot.value = shared(to_json_text(change.function(parsed(slot.value))));
            return false;
        } catch (const std::exception& error) {
            failures.emplace_back(error.what());
        } catch (...) {
            failures.emplace_back("unknown exception");
        }
        return true;
    });
}

/// Enters the key in, or takes it from, the list of the unsaved; forgets it when nothing is left.
void StateTable::settle(Slots::iterator slot) {
    const auto& changes = slot->second.changes;
    if (!changes.empty()) {
        unsaved_[slot->first] = changes.front().unsaved_since;
        return;
    }
    unsaved_.erase(slot->first);
    if (!slot->second.value) slots_.erase(slot);
}

void StateTable::restore_lost(const StateDelta& delta) {
    std::unordered_set<std::string_view> present;
    for (const auto& entry : delta.entries) present.insert(entry.key);
    for (auto slot = slots_.begin(); slot != slots_.end(); ++slot) {
        if (!slot->second.stored || present.contains(slot->first)) continue;
        slot->second.stored = nullptr;
        set(slot, slot->second.value);
    }
}

std::vector<std::string> StateTable::merge(const StateDelta& delta) {
    std::vector<std::string> failures;
    if (delta.complete) restore_lost(delta);
    for (const auto& entry : delta.entries) {
        const auto slot = slots_.try_emplace(entry.key).first;
        slot->second.stored = entry.value ? shared(*entry.value) : nullptr;
        replay(slot->second, failures);
        settle(slot);
    }
    return failures;
}

StateTable::Batch StateTable::batch() const {
    Batch batch;
    batch.number = last_change_;
    batch.values.reserve(unsaved_.size());
    for (const auto& [key, number] : unsaved_) {
        batch.values.emplace_back(key, slots_.find(key)->second.value);
    }
    return batch;
}

void StateTable::commit(const Batch& batch) {
    for (const auto& [key, value] : batch.values) {
        const auto slot = slots_.find(key);
        auto& changes = slot->second.changes;
        slot->second.stored = value;
        std::erase_if(changes, [&](const Change& c) { return c.number <= batch.number; });
        if (!changes.empty()) changes.front().unsaved_since = changes.front().number;
        settle(slot);
    }
}

}  // namespace capstan::detail
