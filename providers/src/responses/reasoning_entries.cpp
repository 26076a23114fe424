#include "responses/reasoning_entries.hpp"

#include <utility>

namespace capstan::responses {
namespace {

std::string text_in(const json::object& entry, std::string_view key) {
    return std::string(find_string(entry, key).value_or(std::string_view()));
}

json::object position_object(const ItemPosition& position) {
    json::object object;
    object["text"] = position.text;
    object["calls"] = position.calls;
    if (position.items > 0) object["items"] = position.items;
    if (!position.phase.empty()) object["phase"] = position.phase;
    return object;
}

std::size_t count_in(const json::object& object, std::string_view key) {
    const auto count = find_int(object, key);
    return count && *count > 0 ? static_cast<std::size_t>(*count) : 0;
}

ItemPosition read_position(const json::object& entry) {
    ItemPosition position;
    if (const auto* object = find_object(entry, "position")) {
        position.text = count_in(*object, "text");
        position.calls = count_in(*object, "calls");
        position.items = count_in(*object, "items");
        position.phase = text_in(*object, "phase");
    }
    return position;
}

bool is_closed(const ReasoningItem& item) noexcept {
    return !item.encrypted_content.empty() || !item.signature.empty();
}

bool begins_another(const ReasoningItem& item, const json::object& entry) {
    const std::string id = text_in(entry, "id");
    if (!id.empty() && !item.id.empty()) {
        const bool second_secret = !text_in(entry, "data").empty() &&
                                   !item.encrypted_content.empty();
        return id != item.id || second_secret;
    }
    return is_closed(item);
}

void add_payload(ReasoningItem& item, const json::object& entry) {
    const std::string type = text_in(entry, "type");
    if (type == "reasoning.summary") {
        if (auto text = text_in(entry, "summary"); !text.empty())
            item.summary.push_back(std::move(text));
    } else if (type == "reasoning.text") {
        if (auto text = text_in(entry, "text"); !text.empty())
            item.content.push_back(std::move(text));
    } else if (type == "reasoning.encrypted") {
        item.encrypted_content = text_in(entry, "data");
    }
}

void add_entry(ReasoningItem& item, const json::object& entry) {
    if (item.id.empty()) item.id = text_in(entry, "id");
    if (item.format.empty()) item.format = text_in(entry, "format");
    if (auto signature = text_in(entry, "signature"); !signature.empty())
        item.signature = std::move(signature);
    if (const auto* others = find_object(entry, "item")) item.others = *others;
    add_payload(item, entry);
}

bool is_part_of_item(const json::object& entry) {
    const std::string_view type = find_string(entry, "type").value_or(std::string_view());
    return type == "reasoning.summary" || type == "reasoning.text" || type == "reasoning.encrypted";
}

}  // namespace

json::object reasoning_entry(std::string_view type, std::string_view payload_key,
                             std::string_view payload, std::string_view id,
                             std::string_view format, std::int64_t index,
                             const ItemPosition& position) {
    json::object entry;
    entry["type"] = type;
    entry[payload_key] = payload;
    if (!id.empty()) entry["id"] = id;
    if (!format.empty()) entry["format"] = format;
    entry["index"] = index;
    if (position.text > 0 || position.calls > 0 || position.items > 0)
        entry["position"] = position_object(position);
    return entry;
}

std::vector<ReasoningItem> reasoning_items(const json::array& details) {
    std::vector<ReasoningItem> items;
    for (const json::value& value : details) {
        const json::object* entry = value.if_object();
        if (!entry || !is_part_of_item(*entry)) continue;
        if (items.empty() || begins_another(items.back(), *entry)) {
            items.emplace_back();
            items.back().position = read_position(*entry);
        }
        add_entry(items.back(), *entry);
    }
    return items;
}

std::string_view format_of_id(std::string_view id) noexcept {
    return id.starts_with("rs_") && !id.starts_with("rs_tmp_") ? openai_format
                                                               : std::string_view();
}

}  // namespace capstan::responses
