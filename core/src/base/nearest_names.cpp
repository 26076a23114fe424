#include <capstan/detail/nearest_names.hpp>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace capstan::detail {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Levenshtein's, row by row.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name, std::vector<std::string> names) {
    name = name.substr(0, 128);  // it comes from the model
    std::vector<std::pair<std::size_t, std::size_t>> ranked;  // distance, place
    ranked.reserve(names.size());
    for (const auto& each : names) ranked.emplace_back(distance(name, each), ranked.size());
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> sorted;
    sorted.reserve(names.size());
    for (const auto& each : ranked) sorted.push_back(std::move(names[each.second]));
    return sorted;
}

std::optional<std::string> likely_name(std::string_view name, std::vector<std::string> names) {
    if (names.empty()) return std::nullopt;
    auto nearest = std::move(nearest_names(name, std::move(names)).front());
    if (distance(name.substr(0, 128), nearest) > 1 + nearest.size() / 3) return std::nullopt;
    return nearest;
}

}  // namespace capstan::detail
