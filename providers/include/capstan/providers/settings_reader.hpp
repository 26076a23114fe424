#pragma once

#include <capstan/http_client.hpp>
#include <capstan/json.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace capstan {

/// Reads settings from a JSON object, strictly: a member of a wrong kind or outside its range, and
/// one that nobody asked for, are errors. For the options of providers, ours and others'.
///
/// Every read() keeps the value as it is when the member is absent or null. Errors are ApiErrors of
/// kind configuration, which name the member's path ("options.retry.max_retries") and quote no
/// value. Not thread-safe; the object must outlive the reader.
class SettingsReader {
public:
    SettingsReader(const json::object& settings, std::string path);
    /// Throws if the value is no object.
    SettingsReader(const json::value& settings, std::string path);

    void read(std::string_view name, std::string& value);
    void read(std::string_view name, bool& value);
    void read(std::string_view name, std::optional<bool>& value);
    void read(std::string_view name, std::vector<std::string>& value);
    void read(std::string_view name, json::object& value);

    template <class T>
    requires std::integral<T> && (!std::same_as<T, bool>)
    void read(std::string_view name, T& value, T low = 0, T high = std::numeric_limits<T>::max()) {
        if (const auto found = integer(name, bound(low), bound(high)))
            value = static_cast<T>(*found);
    }
    void read(std::string_view name, std::optional<std::int64_t>& value, std::int64_t low,
              std::int64_t high = std::numeric_limits<std::int64_t>::max());
    void read(std::string_view name, std::optional<double>& value, double low, double high);
    void read(std::string_view name, std::map<std::string, double>& value, double low, double high);

    /// A number of milliseconds, 0 or more. Call the member "..._ms".
    void read(std::string_view name, std::chrono::milliseconds& value);

    /// One of some words, each of which stands for a value.
    template <class T>
    void read(std::string_view name, T& value,
              std::initializer_list<std::pair<std::string_view, T>> words) {
        std::vector<std::string_view> known;
        for (const auto& word : words) known.push_back(word.first);
        if (const auto found = word(name, known)) value = (words.begin() + *found)->second;
    }

    /// A key or password: a text, or {"env": "NAME"}, which takes it from the environment and is an
    /// error if the variable is not set or empty.
    void read_secret(std::string_view name, std::string& value);

    /// An object of header fields, whose values are secrets as above. Added to `value`.
    void read(std::string_view name, HttpHeaders& value);

    /// A text that must be there.
    void require(std::string_view name, std::string& value);

    /// Reads the members of an object: `read_members(reader)` for the reader of the object `name`.
    template <class F>
    void read_object(std::string_view name, F read_members) {
        const auto* found = member(name);
        if (!found) return;
        SettingsReader inner(*found, path_of(name));
        read_members(inner);
        inner.finish();
    }

    /// The member, which then counts as known; null if it is absent or null.
    const json::value* member(std::string_view name);

    /// Throws if the object has members that were not asked for. Suggests the nearest name.
    void finish() const;

    /// Throws what is wrong with a member.
    [[noreturn]] void fail(std::string_view name, std::string_view problem,
                           std::string remedy = {}) const;

    std::string path_of(std::string_view name) const;

private:
    template <class T>
    static std::int64_t bound(T value) {
        return std::in_range<std::int64_t>(value) ? static_cast<std::int64_t>(value)
                                                  : std::numeric_limits<std::int64_t>::max();
    }
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high);
    std::optional<std::ptrdiff_t> word(std::string_view name,
                                       const std::vector<std::string_view>& known);
    [[noreturn]] void wrong(std::string_view name, std::string_view expected,
                            const json::value& found) const;
    double number(std::string_view place, const json::value& value, double low, double high) const;
    std::string secret(std::string_view place, const json::value& value) const;

    const json::object& settings_;
    std::string path_;
    std::vector<std::string> known_;
};

}  // namespace capstan
