#include "responses/output_items.hpp"

#include <utility>

namespace capstan::responses {
namespace {

ItemReference reference_of(const json::object& item) {
    ItemReference reference;
    reference.id = find_string(item, "id").value_or(std::string_view());
    return reference;
}

ItemKind kind_of(const json::object& item) {
    return item_kind(find_string(item, "type").value_or(std::string_view()));
}

}  // namespace

OutputItem* OutputItems::known(ItemKind kind, const ItemReference& reference) {
    if (reference.index) {
        const auto found = by_index_.find(*reference.index);
        if (found != by_index_.end() && found->second->kind() == kind) return found->second;
    }
    if (!reference.id.empty()) {
        const auto found = by_id_.find(std::string(reference.id));
        OutputItem* item = found == by_id_.end() ? nullptr : found->second;
        const bool elsewhere = item && item->index && reference.index;
        if (item && item->kind() == kind && !elsewhere) return item;
    }
    if (reference.index || !reference.id.empty()) return nullptr;
    return latest_[static_cast<std::size_t>(kind)];
}

OutputItem& OutputItems::make(ItemKind kind, const ItemReference& reference) {
    OutputItem& item = items_.emplace_back(kind, progress_);
    item.id = to_valid_utf8(reference.id);
    item.index = reference.index;
    latest_[static_cast<std::size_t>(kind)] = &item;
    if (reference.index) by_index_[*reference.index] = &item;
    if (!reference.id.empty()) by_id_.try_emplace(std::string(reference.id), &item);
    return item;
}

OutputItem& OutputItems::find(ItemKind kind, const ItemReference& reference) {
    OutputItem* item = known(kind, reference);
    if (!item) return make(kind, reference);
    if (item->id.empty() && !reference.id.empty()) {
        item->id = to_valid_utf8(reference.id);
        by_id_.try_emplace(std::string(reference.id), item);
    }
    return *item;
}

void OutputItems::complete(const json::array& output, std::vector<StreamChunk>& out) {
    const std::vector<OutputItem*> found = match(output);
    bool first_other = true;
    for (std::size_t i = 0; i < output.size(); ++i) {
        const json::object* item = output[i].if_object();
        if (!item) continue;
        const ItemKind kind = kind_of(*item);
        if (kind != ItemKind::other) {
            OutputItem& target = found[i] ? *found[i] : make(kind, reference_of(*item));
            target.complete(*item, out);
            continue;
        }
        // The response has the last word; OpenRouter gives such items new ids there.
        if (std::exchange(first_other, false)) {
            others_.clear();
            other_ids_.clear();
        }
        add_other(*item);
    }
}

std::vector<OutputItem*> OutputItems::match(const json::array& output) {
    std::vector<OutputItem*> found(output.size(), nullptr);
    std::unordered_set<const OutputItem*> taken;
    for (std::size_t i = 0; i < output.size(); ++i) {
        const json::object* item = output[i].if_object();
        if (!item || reference_of(*item).id.empty()) continue;
        OutputItem* same = known(kind_of(*item), reference_of(*item));
        if (same && taken.insert(same).second) found[i] = same;
    }
    // For each kind: where to look for an item that is left over.
    std::array<std::size_t, item_kinds> next{};
    for (std::size_t i = 0; i < output.size(); ++i) {
        const json::object* item = output[i].if_object();
        if (!item) continue;
        const ItemKind kind = kind_of(*item);
        for (auto& at = next[static_cast<std::size_t>(kind)]; !found[i] && at < items_.size(); ++at)
            if (items_[at].kind() == kind && !taken.contains(&items_[at])) found[i] = &items_[at];
    }
    return found;
}

void OutputItems::add_other(const json::object& item) {
    progress_.any_content = true;
    json::object copy(item, json::storage_ptr());
    const std::string_view id = reference_of(item).id;
    const auto [known_id, is_new] = other_ids_.try_emplace(std::string(id), others_.size());
    const bool again = !id.empty() && !is_new && known_id->second < others_.size();
    if (again) {
        others_[known_id->second] = std::move(copy);
    } else {
        known_id->second = others_.size();
        others_.push_back(std::move(copy));
    }
    progress_.position.items = others_.size();
}

void OutputItems::finish(std::vector<StreamChunk>& out) {
    for (OutputItem& item : items_) item.finish(out);
    if (others_.empty()) return;
    ExtraChunk chunk;
    chunk.name = "output_items";
    chunk.value = std::exchange(others_, json::array());
    out.emplace_back(std::move(chunk));
}

}  // namespace capstan::responses
