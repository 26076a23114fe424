// Strict reading of single values, lists, maps and alternatives.

#include "schema/schema_alternatives.hpp"
#include "schema/schema_words.hpp"

#include <capstan/detail/schema_reading.hpp>
#include <capstan/json_schema.hpp>

#include <cmath>
#include <memory>

namespace capstan::detail {

namespace {

/// The integer in two's complement, if the value is one, of any kind, within the range.
bool fits(const json::value& value, IntegerRange range, std::uint64_t& bits) {
    if (const auto* number = value.if_int64()) {
        bits = static_cast<std::uint64_t>(*number);
        return *number < 0 ? *number >= range.least : bits <= range.most;
    }
    if (const auto* number = value.if_uint64()) {
        bits = *number;
        return bits <= range.most;
    }
    const double number = value.get_double();
    if (number < 0) {
        if (number < -0x1p63) return false;
        const auto integer = static_cast<std::int64_t>(number);
        bits = static_cast<std::uint64_t>(integer);
        return integer >= range.least;
    }
    if (!(number < 0x1p64)) return false;
    bits = static_cast<std::uint64_t>(number);
    return bits <= range.most;
}

bool is_integer(const json::value& value) {
    if (value.is_int64() || value.is_uint64()) return true;
    return value.is_double() && std::trunc(value.get_double()) == value.get_double();
}

}  // namespace

std::uint64_t read_integer(Faults& faults, const json::value& value, IntegerRange range) {
    std::uint64_t bits = 0;
    if (!is_integer(value)) {
        faults.expected("an integer", value);
    } else if (!fits(value, range, bits)) {
        faults.expected(
            "an integer from " + std::to_string(range.least) + " to " + std::to_string(range.most),
            value);
        return 0;
    }
    return bits;
}

double read_number(Faults& faults, const json::value& value, double most) {
    if (!value.is_number()) {
        faults.expected("a number", value);
        return 0;
    }
    const double number = value.to_number<double>();
    if (!(std::abs(number) <= most)) {
        faults.expected("a smaller number", value);
        return 0;
    }
    return number;
}

void read_bool(Faults& faults, const json::value& value, bool& to) {
    if (!value.is_bool()) return faults.expected("a boolean", value);
    to = value.get_bool();
}

void read_string(Faults& faults, const json::value& value, std::string& to) {
    if (!value.is_string()) return faults.expected("a string", value);
    to = std::string_view(value.get_string());
}

std::int64_t read_enum(Faults& faults, const json::value& value, std::span<const EnumEntry> names) {
    std::vector<std::string_view> known;
    json::array choices;
    const auto* text = value.if_string();
    for (const EnumEntry& entry : names) {
        if (text && *text == entry.name) return entry.value;
        known.emplace_back(entry.name);
        choices.emplace_back(entry.name);
    }
    std::string hint = text ? nearest_words(*text, known) : "";
    faults.add("expected " + choice_words(choices) + ", got " + value_words(value) + hint);
    return names.empty() ? 0 : names.front().value;
}

void read_list(Faults& faults, const json::value& value, void* list, ReadItem read,
               std::size_t size) {
    const auto* array = value.if_array();
    if (!array) return faults.expected_array(value);
    if (size != any_size && array->size() != size) {
        return faults.add("expected " + count_words(size, "item") + ", got " +
                          std::to_string(array->size()));
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        if (faults.full() || !faults.spend_in_alternative()) return;
        const Faults::Inside inside(faults, i);
        read(faults, (*array)[i], list, i);
    }
}

void read_map(Faults& faults, const json::value& value, void* map, ReadEntry read) {
    const auto* object = value.if_object();
    if (!object) return faults.expected_object(value);
    for (const auto& [key, item] : *object) {
        if (faults.full() || !faults.spend_in_alternative()) return;
        const Faults::Inside inside(faults, std::string_view(key));
        read(faults, item, map, std::string(key));
    }
}

void read_alternatives(Faults& faults, const json::value& value, void* to,
                       std::span<const ReadAlternative> alternatives) {
    if (!faults.spend_in_alternative()) return;
    std::vector<std::unique_ptr<Faults>> failed;
    for (const ReadAlternative read : alternatives) {
        failed.push_back(std::make_unique<Faults>(faults, Faults::most));
        read(*failed.back(), value, to);
        if (failed.back()->empty()) return;
    }
    std::vector<const Faults*> tried;
    for (const auto& one : failed) tried.push_back(one.get());
    add_alternatives(faults, value, tried);
}

void throw_faults(const Faults& faults) {
    if (!faults.empty()) throw SchemaError(faults.text());
}

}  // namespace capstan::detail
