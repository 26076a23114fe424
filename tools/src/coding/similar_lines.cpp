#include "coding/similar_lines.hpp"

#include "coding/line_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

namespace capstan::coding {
namespace {

constexpr std::size_t most_lines_of_text = 50'000;
constexpr std::size_t most_lines_compared = 6;
constexpr std::size_t longest_line = 200;
constexpr double least_similarity = 0.5;

/// The pairs of neighbouring characters of a line, without its blanks, sorted.
using Pairs = std::vector<std::uint16_t>;

std::string without_blanks(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (static_cast<unsigned char>(c) > ' ') result += c;
    return result;
}

Pairs pairs_of(std::string_view line) {
    const auto text = without_blanks(line.substr(0, longest_line));
    Pairs pairs;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        pairs.push_back(
            static_cast<std::uint16_t>(static_cast<unsigned char>(text[i]) * 256 + next));
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

std::vector<Pairs> all_pairs(const std::vector<std::string_view>& lines, std::size_t most) {
    std::vector<Pairs> result;
    for (std::size_t i = 0; i < std::min(lines.size(), most); ++i)
        result.push_back(pairs_of(lines[i]));
    return result;
}

/// Dice's coefficient: 1 for equal lines, 0 for lines that share no pair.
double similarity(const Pairs& a, const Pairs& b) {
    if (a.empty() && b.empty()) return 1;
    Pairs common;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
    return 2.0 * static_cast<double>(common.size()) / static_cast<double>(a.size() + b.size());
}

double window_similarity(const std::vector<Pairs>& text, std::size_t at,
                         const std::vector<Pairs>& wanted) {
    double sum = 0;
    for (std::size_t i = 0; i < wanted.size() && at + i < text.size(); ++i)
        sum += similarity(text[at + i], wanted[i]);
    return sum / static_cast<double>(wanted.size());
}

SimilarLines window(const std::vector<std::string_view>& lines, std::size_t at,
                    std::size_t wanted_lines) {
    SimilarLines result;
    result.first = at + 1;
    result.count = std::min(wanted_lines, lines.size() - at);
    const auto& last = lines[at + result.count - 1];
    const auto* start = lines[at].data();
    result.text = {start, static_cast<std::size_t>(last.data() + last.size() - start)};
    return result;
}

}  // namespace

std::optional<SimilarLines> most_similar_lines(std::string_view text, std::string_view wanted) {
    const auto lines = split_lines(text);
    const auto wanted_lines = split_lines(wanted);
    const auto wanted_pairs = all_pairs(wanted_lines, most_lines_compared);
    const auto text_pairs = all_pairs(lines, most_lines_of_text);
    if (wanted_pairs.empty()) return std::nullopt;
    double best = 0;
    std::size_t place = 0;
    for (std::size_t at = 0; at < text_pairs.size(); ++at) {
        const auto score = window_similarity(text_pairs, at, wanted_pairs);
        if (score > best) {
            best = score;
            place = at;
        }
    }
    if (best < least_similarity) return std::nullopt;
    auto result = window(lines, place, wanted_lines.size());
    result.differs_in_blanks = without_blanks(result.text) == without_blanks(wanted);
    return result;
}

}  // namespace capstan::coding
