#include "session/session_record.hpp"

#include <capstan/canonical_json.hpp>

#include <fmt/format.h>

#include <charconv>

namespace capstan::detail {
namespace {

constexpr std::string_view event_prefix = "event/";
constexpr std::size_t sum_digits = 16;

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc() || at != end) return std::nullopt;
    return number;
}

std::string sum_of(std::string_view previous, std::string_view rest) {
    std::string bytes;
    bytes.reserve(previous.size() + 1 + rest.size());
    bytes.append(previous).append(" ").append(rest);
    return sha256_hex(bytes).substr(0, sum_digits);
}

}  // namespace

std::string session_event_key(std::int64_t number) {
    return fmt::format("{}{:08}", event_prefix, number);
}

std::optional<std::int64_t> session_event_number(std::string_view key) {
    if (!key.starts_with(event_prefix)) return std::nullopt;
    const auto number = whole_number<std::int64_t>(key.substr(event_prefix.size()));
    const bool ours = number && *number > 0 && session_event_key(*number) == key;
    return ours ? number : std::nullopt;
}

std::string write_session_record(std::string& previous, std::chrono::milliseconds active_time,
                                 std::string_view json) {
    const auto rest = fmt::format("{} {}", active_time.count(), json);
    previous = sum_of(previous, rest);
    return fmt::format("{} {}", previous, rest);
}

std::optional<SessionRecord> read_session_record(std::string& previous, std::string_view text) {
    if (text.size() <= sum_digits || text[sum_digits] != ' ') return std::nullopt;
    SessionRecord record;
    record.sum = text.substr(0, sum_digits);
    const auto rest = text.substr(sum_digits + 1);
    const auto space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto active = whole_number<std::int64_t>(rest.substr(0, space));
    if (!active) return std::nullopt;
    auto sum = sum_of(previous, rest);
    if (sum != record.sum) return std::nullopt;
    previous = std::move(sum);
    record.active_time = std::chrono::milliseconds(*active);
    record.json = rest.substr(space + 1);
    return record;
}

}  // namespace capstan::detail
