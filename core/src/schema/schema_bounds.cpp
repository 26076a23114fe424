// Keywords for numbers, texts and arrays.

#include "base/json_equal.hpp"
#include "schema/schema_validator.hpp"
#include "schema/schema_words.hpp"

#include <algorithm>
#include <cmath>

namespace capstan::detail {

namespace {

constexpr std::size_t most_unique = 1'000;  // compared each with each

const json::value* find_number_value(const json::object& schema, std::string_view keyword) {
    const json::value* value = schema.if_contains(keyword);
    return value && value->is_number() ? value : nullptr;
}

/// A count of items, characters or members; negative ones and other kinds are ignored.
std::optional<std::size_t> find_count(const json::object& schema, std::string_view keyword) {
    const auto count = find_int(schema, keyword);
    if (!count || *count < 0) return std::nullopt;
    return static_cast<std::size_t>(*count);
}

bool is_multiple(const json::value& value, const json::value& divisor) {
    const auto a = as_int(value);
    const auto b = as_int(divisor);
    if (a && b) return *b <= 0 || *a % *b == 0;
    const double by = divisor.to_number<double>();
    if (!(by > 0)) return true;
    const double quotient = value.to_number<double>() / by;
    return std::abs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::abs(quotient));
}

/// The places of two equal items, if there are such.
std::optional<std::pair<std::size_t, std::size_t>> equal_pair(const json::array& array) {
    if (array.size() > most_unique) return std::nullopt;
    for (std::size_t j = 1; j < array.size(); ++j) {
        for (std::size_t i = 0; i < j; ++i) {
            if (json_equal(array[i], array[j])) return std::pair(i, j);
        }
    }
    return std::nullopt;
}

}  // namespace

void check_count(const json::object& schema, const CountKeywords& keywords, std::size_t count,
                 Faults& faults) {
    const auto got = [&] { return ", got " + std::to_string(count); };
    if (const auto least = find_count(schema, keywords.least); least && count < *least) {
        faults.add("expected at least " + count_words(*least, keywords.noun) + got());
    }
    if (const auto most = find_count(schema, keywords.most); most && count > *most) {
        faults.add("expected at most " + count_words(*most, keywords.noun) + got());
    }
}

void SchemaValidator::check_number(const json::object& schema, const json::value& value,
                                   Faults& faults) {
    // Draft 4 has a boolean in exclusiveMinimum, which makes `minimum` itself too small.
    const bool above = find_bool(schema, "exclusiveMinimum").value_or(false);
    const bool below = find_bool(schema, "exclusiveMaximum").value_or(false);
    const auto check_bound = [&](const char* keyword, int wrong, bool exclusive,
                                 const char* words) {
        const json::value* bound = find_number_value(schema, keyword);
        if (!bound) return;
        const int order = compare_numbers(value, *bound);
        if (order != wrong && !(exclusive && order == 0)) return;
        faults.expected(words + to_json_text(*bound), value);
    };
    check_bound("minimum", -1, above, above ? "more than " : "at least ");
    check_bound("maximum", 1, below, below ? "less than " : "at most ");
    check_bound("exclusiveMinimum", -1, true, "more than ");
    check_bound("exclusiveMaximum", 1, true, "less than ");
    const json::value* divisor = find_number_value(schema, "multipleOf");
    if (divisor && !is_multiple(value, *divisor)) {
        faults.expected("a multiple of " + to_json_text(*divisor), value);
    }
}

void SchemaValidator::check_text(const json::object& schema, std::string_view text,
                                 Faults& faults) {
    if (schema.contains("minLength") || schema.contains("maxLength")) {
        check_count(schema, {"minLength", "maxLength", "character"}, text_length(text), faults);
    }
    const auto pattern = find_string(schema, "pattern");
    if (pattern && patterns_.search(*pattern, text) == PatternMatcher::Result::differs) {
        faults.expected("a text that matches " + shortened(*pattern, 200), json::value(text));
    }
}

void SchemaValidator::check_array(const json::object& schema, const json::array& array,
                                  Faults& faults) {
    check_count(schema, {"minItems", "maxItems", "item"}, array.size(), faults);
    if (find_bool(schema, "uniqueItems").value_or(false)) {
        if (const auto pair = equal_pair(array)) {
            faults.add("items must differ, but [" + std::to_string(pair->first) + "] and [" +
                       std::to_string(pair->second) + "] are equal");
        }
    }
    check_items(schema, array, faults);
    check_contains(schema, array, faults);
}

void SchemaValidator::check_items(const json::object& schema, const json::array& array,
                                  Faults& faults) {
    // Draft 7 has the leading items' schemas in `items`, where 2020-12 has the others'.
    const json::array* leading = find_array(schema, "prefixItems");
    const json::value* others = schema.if_contains("items");
    if (others && others->is_array()) {
        leading = &others->get_array();
        others = schema.if_contains("additionalItems");
    }
    const std::size_t prefix = leading ? leading->size() : 0;
    for (std::size_t i = 0; i < array.size() && !faults.full(); ++i) {
        const json::value* item = i < prefix ? &(*leading)[i] : others;
        if (!item) return;
        const Faults::Inside inside(faults, i);
        check(*item, array[i], faults);
    }
}

void SchemaValidator::check_contains(const json::object& schema, const json::array& array,
                                     Faults& faults) {
    const json::value* wanted = schema.if_contains("contains");
    if (!wanted) return;
    const auto count = static_cast<std::size_t>(
        std::count_if(array.begin(), array.end(),
                      [&](const json::value& item) { return fits(*wanted, item, faults); }));
    const std::size_t least = find_count(schema, "minContains").value_or(1);
    const std::size_t most = find_count(schema, "maxContains").value_or(count);
    if (count >= least && count <= most) return;
    faults.add("expected at " + std::string(count < least ? "least " : "most ") +
               count_words(count < least ? least : most, "item") + " to be " +
               schema_words(*wanted) + ", got " + std::to_string(count));
}

}  // namespace capstan::detail
