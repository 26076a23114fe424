// References: "#", "#/$defs/name", and anchors, within one schema.

#include "schema/schema_validator.hpp"
#include "schema/schema_words.hpp"

#include <capstan/json_schema.hpp>

#include <algorithm>

namespace capstan::detail {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// One part of a pointer in a URI: %41 is A, ~1 is a slash, ~0 a tilde.
std::string unescaped(std::string_view part) {
    std::string bytes;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const bool escape = part[i] == '%' && i + 2 < part.size() && hex_digit(part[i + 1]) >= 0 &&
                            hex_digit(part[i + 2]) >= 0;
        if (!escape) {
            bytes += part[i];
            continue;
        }
        bytes += static_cast<char>(hex_digit(part[i + 1]) * 16 + hex_digit(part[i + 2]));
        i += 2;
    }
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char next = bytes[i] == '~' && i + 1 < bytes.size() ? bytes[i + 1] : '\0';
        const bool escape = next == '0' || next == '1';
        out += escape ? (next == '0' ? '~' : '/') : bytes[i];
        if (escape) ++i;
    }
    return out;
}

const json::value* step_into(const json::value& value, const std::string& part) {
    if (const auto* object = value.if_object()) return object->if_contains(part);
    const auto* array = value.if_array();
    if (!array || part.empty() || part.size() > 6) return nullptr;
    std::size_t index = 0;
    for (const char c : part) {
        if (c < '0' || c > '9') return nullptr;
        index = index * 10 + static_cast<std::size_t>(c - '0');
    }
    return index < array->size() ? &(*array)[index] : nullptr;
}

/// The definition with that $anchor (or, in draft 7, $id).
const json::value* find_anchor(const json::object& root, std::string_view name) {
    for (const char* place : {"$defs", "definitions"}) {
        const auto* definitions = find_object(root, place);
        if (!definitions) continue;
        for (const auto& [unused, definition] : *definitions) {
            const auto* object = definition.if_object();
            if (!object) continue;
            if (find_string(*object, "$anchor") == name) return &definition;
            const auto id = find_string(*object, "$id");
            if (id && id->starts_with('#') && id->substr(1) == name) return &definition;
        }
    }
    return nullptr;
}

}  // namespace

void SchemaValidator::check_reference(std::string_view reference, const json::value& value,
                                      Faults& faults) {
    if (!reference.starts_with('#')) return;  // elsewhere, which is not fetched
    if (reference == "#") return check(root_, value, faults);
    const json::value* target = resolve(reference.substr(1));
    if (!target) throw SchemaError("the schema has no " + shortened(reference, 100));
    check_also(*target, value, faults);
}

const json::value* SchemaValidator::resolve(std::string_view reference) const {
    if (!reference.starts_with('/')) return find_anchor(root_, reference);
    const json::value* place = nullptr;
    while (!reference.empty()) {
        reference.remove_prefix(1);
        const std::size_t end = std::min(reference.find('/'), reference.size());
        const std::string part = unescaped(reference.substr(0, end));
        reference.remove_prefix(end);
        place = place ? step_into(*place, part) : root_.if_contains(part);
        if (!place) return nullptr;
    }
    return place;
}

}  // namespace capstan::detail
