#pragma once

#include <capstan/json.hpp>
#include <capstan/money.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace capstan::detail {

/// Reads the members of an object that this library has written. Everything throws
/// std::invalid_argument that names the place; "maybe" gives nothing for null and for what is
/// absent.
class StateReader {
public:
    StateReader(const json::value& value, std::string place);

    const json::value& value(std::string_view key) const;
    const json::value* maybe_value(std::string_view key) const noexcept;

    StateReader object(std::string_view key) const;
    const json::array& array(std::string_view key) const;
    json::object plain_object(std::string_view key) const;
    std::string text(std::string_view key) const;
    bool flag(std::string_view key) const;
    double number(std::string_view key) const;
    std::int64_t integer(std::string_view key) const;
    std::size_t count(std::string_view key) const;
    Money money(std::string_view key) const;
    std::chrono::milliseconds time(std::string_view key) const;

    std::optional<std::string> maybe_text(std::string_view key) const;
    std::optional<std::int64_t> maybe_integer(std::string_view key) const;
    std::optional<Money> maybe_money(std::string_view key) const;
    std::optional<std::chrono::milliseconds> maybe_time(std::string_view key) const;

    /// An enum by the word that to_string() gives; `last` is its last value.
    template <class Enum>
    Enum word(std::string_view key, Enum last) const {
        const std::string name = text(key);
        for (int i = 0; i <= static_cast<int>(last); ++i) {
            if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
        }
        fail(key, "unknown word \"" + name + "\"");
    }

    std::string place(std::string_view key) const;
    std::string place(std::string_view key, std::size_t index) const;
    [[noreturn]] void fail(std::string_view key, std::string_view what) const;

private:
    const json::object* object_ = nullptr;
    std::string place_;
};

/// Absent members stand for nothing.
void put(json::object& object, std::string_view key, const std::optional<std::string>& value);
void put(json::object& object, std::string_view key, std::optional<std::int64_t> value);
void put(json::object& object, std::string_view key, std::optional<Money> value);
void put(json::object& object, std::string_view key,
         std::optional<std::chrono::milliseconds> value);

}  // namespace capstan::detail
