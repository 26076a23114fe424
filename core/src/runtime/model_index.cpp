#include "runtime/model_index.hpp"

#include <capstan/error.hpp>
#include <capstan/model_slug.hpp>

#include <utility>

namespace capstan::detail {
namespace {

constexpr std::size_t ambiguous = static_cast<std::size_t>(-1);

std::string text(const json::object& object, std::string_view key) {
    return std::string(find_string(object, key).value_or(std::string_view{}));
}

ModelRow row_of(const json::object& entry) {
    ModelRow row;
    row.id = text(entry, "id");
    row.canonical_slug = text(entry, "canonical_slug");
    if (const auto* target = find_object(entry, "alias_target")) {
        row.alias_target = text(*target, "slug");
    }
    return row;
}

/// Only the query is taken over: the host and the path are ours to know.
std::string next_query(const json::object& body) {
    const auto* links = find_object(body, "links");
    const auto next = links ? find_string(*links, "next") : std::nullopt;
    const auto mark = next ? next->find('?') : std::string_view::npos;
    return mark == std::string_view::npos ? std::string{} : std::string(next->substr(mark));
}

/// A model that is one of several variants goes by its canonical slug only without a variant.
bool has_variant(std::string_view id) { return !model_variant(id).empty(); }
bool is_alias(const ModelRow& row) { return row.id.starts_with('~') || !row.alias_target.empty(); }

std::string text_at(const json::array& row, std::size_t index) {
    const auto* value = row.if_contains(index);
    const auto* string = value ? value->if_string() : nullptr;
    return string ? std::string(string->data(), string->size()) : std::string{};
}

}  // namespace

ModelPage parse_model_page(std::string_view body) {
    const auto document = try_parse_json(body);
    const auto* object = document ? document->if_object() : nullptr;
    const auto* data = object ? find_array(*object, "data") : nullptr;
    if (!data) throw ApiError(ErrorKind::malformed, "The model list is not a list.");
    ModelPage page;
    page.next_query = next_query(*object);
    page.rows.reserve(data->size());
    for (const auto& value : *data) {
        const auto* entry = value.if_object();
        auto row = entry ? row_of(*entry) : ModelRow{};
        if (!row.id.empty()) page.rows.emplace_back(std::move(row), to_json_text(value));
    }
    return page;
}

ModelIndex::ModelIndex(std::int64_t fetched_at, std::vector<ModelRow> rows)
    : fetched_at_(fetched_at), rows_(std::move(rows)) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const auto& row = rows_[i];
        by_id_.try_emplace(row.id, i);
        if (row.canonical_slug.empty() || has_variant(row.id) || is_alias(row)) continue;
        const auto [entry, is_new] = by_slug_.try_emplace(row.canonical_slug, i);
        if (!is_new) entry->second = ambiguous;
    }
}

std::optional<ModelIndex> ModelIndex::parse(std::string_view text) {
    const auto document = try_parse_json(text);
    const auto* object = document ? document->if_object() : nullptr;
    const auto fetched_at = object ? find_int(*object, "fetched_at") : std::nullopt;
    const auto* list = object ? find_array(*object, "models") : nullptr;
    if (!fetched_at || !list) return std::nullopt;
    std::vector<ModelRow> rows;
    rows.reserve(list->size());
    for (const auto& value : *list) {
        const auto* array = value.if_array();
        if (!array) continue;
        rows.push_back(ModelRow{text_at(*array, 0), text_at(*array, 1), text_at(*array, 2)});
        if (rows.back().id.empty()) rows.pop_back();
    }
    if (rows.empty()) return std::nullopt;
    return ModelIndex(*fetched_at, std::move(rows));
}

std::string ModelIndex::to_text() const {
    json::array models;
    models.reserve(rows_.size());
    for (const auto& row : rows_) {
        json::array fields;
        fields.emplace_back(row.id);
        fields.emplace_back(row.canonical_slug);
        if (!row.alias_target.empty()) fields.emplace_back(row.alias_target);
        models.push_back(std::move(fields));
    }
    json::object object;
    object["fetched_at"] = fetched_at_;
    object["models"] = std::move(models);
    return to_json_text(object);
}

const ModelRow* ModelIndex::find_row(const std::string& name) const {
    if (const auto row = by_id_.find(name); row != by_id_.end()) return &rows_[row->second];
    const auto base = name.substr(0, name.find(':'));
    const auto slug = by_slug_.find(base);
    if (slug == by_slug_.end() || slug->second == ambiguous) return nullptr;
    if (base.size() == name.size()) return &rows_[slug->second];
    // A canonical slug with a variant: the row of that variant, if it exists.
    const auto variant = by_id_.find(rows_[slug->second].id + name.substr(base.size()));
    return variant == by_id_.end() ? nullptr : &rows_[variant->second];
}

std::optional<std::string> ModelIndex::resolve(std::string_view model) const {
    const auto* row = find_row(std::string(model));
    if (!row) row = find_row(base_model_id(model));
    if (!row) return std::nullopt;
    if (!row->alias_target.empty()) {
        if (const auto* target = find_row(row->alias_target)) row = target;
    }
    return row->id;
}

}  // namespace capstan::detail
