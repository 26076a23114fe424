#include <capstan/providers/settings_reader.hpp>

#include "registry/caret_text.hpp"

#include <capstan/detail/nearest_names.hpp>
#include <capstan/error.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace capstan {
namespace {

const json::object& object_of(const json::value& value, const std::string& path) {
    if (const auto* object = value.if_object()) return *object;
    throw ApiError(ErrorKind::configuration, path + ": expected an object");
}

// Whoever puts a key where a name belongs must not find it in a log.
bool is_customary_variable(std::string_view name) {
    return !name.empty() && name.size() <= 64 &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
           });
}

std::string range_text(std::int64_t low, std::int64_t high) {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    // Bounds of the C++ type say nothing to a person.
    const bool capped = high < std::numeric_limits<int>::max();
    if (low == lowest) return "an integer";
    return capped ? fmt::format("an integer from {} to {}", low, high)
                  : fmt::format("an integer of {} or more", low);
}

}  // namespace

SettingsReader::SettingsReader(const json::object& settings, std::string path)
    : settings_(settings), path_(std::move(path)) {}

SettingsReader::SettingsReader(const json::value& settings, std::string path)
    : settings_(object_of(settings, path)), path_(std::move(path)) {}

std::string SettingsReader::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void SettingsReader::fail(std::string_view name, std::string_view problem,
                          std::string remedy) const {
    throw ApiError(ErrorKind::configuration, fmt::format("{}: {}", path_of(name), problem),
                   std::move(remedy));
}

void SettingsReader::wrong(std::string_view name, std::string_view expected,
                           const json::value& found) const {
    constexpr std::array<std::string_view, 8> kinds = {
        "null", "a boolean", "a number", "a number", "a number", "a text", "an array", "an object"};
    const auto kind = static_cast<std::size_t>(found.kind());
    fail(name, fmt::format("expected {}, found {}", expected, kinds.at(kind)));
}

const json::value* SettingsReader::member(std::string_view name) {
    known_.emplace_back(name);
    const auto* value = find(settings_, name);
    return value && !value->is_null() ? value : nullptr;
}

void SettingsReader::finish() const {
    for (const auto& item : settings_) {
        const std::string_view name(item.key());
        if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
        const auto likely = detail::likely_name(name, known_);
        const auto place = path_.empty() ? std::string("the settings") : path_;
        throw ApiError(ErrorKind::configuration,
                       fmt::format("{}: there is no setting {}", place,
                                   registry::in_quotes(registry::without_secrets(name))),
                       likely ? fmt::format("Did you mean \"{}\"?", *likely)
                              : fmt::format("Known are {}", fmt::join(known_, ", ")));
    }
}

void SettingsReader::read(std::string_view name, std::string& value) {
    const auto* found = member(name);
    if (!found) return;
    if (!found->is_string()) wrong(name, "a text", *found);
    value = std::string_view(found->get_string());
}

void SettingsReader::require(std::string_view name, std::string& value) {
    read(name, value);
    if (const auto* found = member(name); !found) fail(name, "this setting is missing");
}

void SettingsReader::read(std::string_view name, bool& value) {
    std::optional<bool> found;
    read(name, found);
    value = found.value_or(value);
}

void SettingsReader::read(std::string_view name, std::optional<bool>& value) {
    const auto* found = member(name);
    if (!found) return;
    if (!found->is_bool()) wrong(name, "true or false", *found);
    value = found->get_bool();
}

void SettingsReader::read(std::string_view name, std::vector<std::string>& value) {
    const auto* found = member(name);
    if (!found) return;
    if (!found->is_array()) wrong(name, "an array of texts", *found);
    std::vector<std::string> texts;
    for (const auto& item : found->get_array()) {
        const auto place = fmt::format("{}[{}]", name, texts.size());
        if (!item.is_string()) wrong(place, "a text", item);
        texts.emplace_back(std::string_view(item.get_string()));
    }
    value = std::move(texts);
}

void SettingsReader::read(std::string_view name, json::object& value) {
    const auto* found = member(name);
    if (!found) return;
    if (!found->is_object()) wrong(name, "an object", *found);
    value = found->get_object();
}

std::optional<std::int64_t> SettingsReader::integer(std::string_view name, std::int64_t low,
                                                    std::int64_t high) {
    const auto* found = member(name);
    if (!found) return std::nullopt;
    if (!found->is_number()) wrong(name, range_text(low, high), *found);
    const auto value = as_int(*found);
    if (!value || *value < low || *value > high)
        fail(name, fmt::format("expected {}", range_text(low, high)));
    return value;
}

void SettingsReader::read(std::string_view name, std::optional<std::int64_t>& value,
                          std::int64_t low, std::int64_t high) {
    if (const auto found = integer(name, low, high)) value = found;
}

double SettingsReader::number(std::string_view place, const json::value& value, double low,
                              double high) const {
    const auto expected = fmt::format("a number from {} to {}", low, high);
    if (!value.is_number()) wrong(place, expected, value);
    const auto result = value.to_number<double>();
    if (!(result >= low && result <= high)) fail(place, "expected " + expected);
    return result;
}

void SettingsReader::read(std::string_view name, std::optional<double>& value, double low,
                          double high) {
    if (const auto* found = member(name)) value = number(name, *found, low, high);
}

void SettingsReader::read(std::string_view name, std::map<std::string, double>& value, double low,
                          double high) {
    const auto* found = member(name);
    if (!found) return;
    if (!found->is_object()) wrong(name, "an object of numbers", *found);
    std::map<std::string, double> numbers;
    for (const auto& item : found->get_object()) {
        const std::string_view key(item.key());
        numbers[std::string(key)] =
            number(fmt::format("{}.{}", name, key), item.value(), low, high);
    }
    value = std::move(numbers);
}

void SettingsReader::read(std::string_view name, std::chrono::milliseconds& value) {
    // About 292 years of nanoseconds: what clocks can add to the present.
    constexpr std::int64_t longest = 1'000'000'000'000;
    if (const auto found = integer(name, 0, longest)) value = std::chrono::milliseconds(*found);
}

std::optional<std::ptrdiff_t> SettingsReader::word(std::string_view name,
                                                   const std::vector<std::string_view>& known) {
    const auto* found = member(name);
    if (!found) return std::nullopt;
    const auto expected = fmt::format("one of {}", fmt::join(known, ", "));
    if (!found->is_string()) wrong(name, expected, *found);
    const auto place = std::find(known.begin(), known.end(), std::string_view(found->get_string()));
    if (place == known.end()) fail(name, "expected " + expected);
    return place - known.begin();
}

std::string SettingsReader::secret(std::string_view place, const json::value& value) const {
    if (const auto* text = value.if_string()) return std::string(std::string_view(*text));
    if (!value.is_object()) wrong(place, "a text or {\"env\": \"NAME\"}", value);
    SettingsReader reader(value, path_of(place));
    std::string variable;
    reader.require("env", variable);
    reader.finish();
    const char* found = std::getenv(variable.c_str());
    if (found && *found != '\0') return found;
    reader.fail("env", is_customary_variable(variable)
                           ? fmt::format("the environment variable {} is not set", variable)
                           : std::string("there is no such environment variable"));
}

void SettingsReader::read_secret(std::string_view name, std::string& value) {
    if (const auto* found = member(name)) value = secret(name, *found);
}

void SettingsReader::read(std::string_view name, HttpHeaders& value) {
    const auto* found = member(name);
    if (!found) return;
    if (!found->is_object()) wrong(name, "an object of texts", *found);
    for (const auto& item : found->get_object()) {
        const std::string_view key(item.key());
        value.set(std::string(key), secret(fmt::format("{}.{}", name, key), item.value()));
    }
}

}  // namespace capstan
