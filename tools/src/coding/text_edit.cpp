#include "coding/text_edit.hpp"

#include "coding/confined_path.hpp"
#include "coding/line_diff.hpp"
#include "coding/line_endings.hpp"
#include "coding/similar_lines.hpp"

#include <capstan/tools/workspace.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace capstan::coding {
namespace {

constexpr std::size_t most_lines_named = 20;
constexpr std::size_t most_lines_shown = 30;

std::vector<std::size_t> places_of(std::string_view text, std::string_view part) {
    std::vector<std::size_t> places;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        places.push_back(at);
    return places;
}

std::vector<std::size_t> line_numbers(std::string_view text,
                                      const std::vector<std::size_t>& places) {
    std::vector<std::size_t> numbers;
    std::size_t line = 1;
    std::size_t at = 0;
    for (const auto place : places) {
        line += static_cast<std::size_t>(
            std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                       text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
        at = place;
        numbers.push_back(line);
    }
    return numbers;
}

std::string numbers_text(const std::vector<std::size_t>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < std::min(numbers.size(), most_lines_named); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", numbers[i]);
    return numbers.size() > most_lines_named ? text + ", ..." : text;
}

std::string shown_lines(const SimilarLines& similar) {
    std::string text;
    const auto lines = split_lines(similar.text);
    for (std::size_t i = 0; i < std::min(lines.size(), most_lines_shown); ++i) {
        auto line = lines[i];
        while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
        text += fmt::format("{:>6}\t{}\n", similar.first + i, line);
    }
    return text;
}

[[noreturn]] void refuse_not_found(std::string_view path, std::string_view text,
                                   std::string_view old_text) {
    auto words = fmt::format("{} does not have old_text; nothing was changed. ", shown_path(path));
    const auto similar = most_similar_lines(text, old_text);
    if (!similar)
        throw WorkspaceError(words + "No lines are much like it; read the file again.");
    if (similar->differs_in_blanks) words += "Only blanks or line breaks differ from";
    else words += "The most similar are";
    throw WorkspaceError(fmt::format("{} line {}{}:\n{}", words, similar->first,
                                     similar->count > 1 ? " and following" : "",
                                     shown_lines(*similar)));
}

[[noreturn]] void refuse_several(std::string_view path, const std::vector<std::size_t>& lines) {
    throw WorkspaceError(fmt::format(
        "{} has old_text {} times, in lines {}; nothing was changed. Give more of the text around "
        "it, so that it is unique, or set replace_all.",
        shown_path(path), lines.size(), numbers_text(lines)));
}

void check_texts(std::string_view old_text, std::string_view new_text) {
    if (old_text.empty())
        throw WorkspaceError("old_text is empty; use write_file to write a whole file");
    if (old_text == new_text) throw WorkspaceError("old_text and new_text are the same");
}

}  // namespace

EditedText edit_text(std::string_view path, std::string_view text, std::string_view old_text,
                     std::string_view new_text, bool all) {
    check_texts(old_text, new_text);
    const bool crlf = uses_crlf(text);
    auto wanted = crlf ? with_crlf(old_text) : std::string(old_text);
    const auto replacement = crlf ? with_crlf(new_text) : std::string(new_text);
    auto places = places_of(text, wanted);
    if (places.empty()) places = places_of(text, wanted = old_text);
    if (places.empty()) refuse_not_found(path, text, old_text);
    EditedText result;
    result.lines = line_numbers(text, places);
    if (places.size() > 1 && !all) refuse_several(path, result.lines);
    std::size_t done = 0;
    for (const auto place : places) {
        result.text += text.substr(done, place - done);
        result.text += replacement;
        done = place + wanted.size();
    }
    result.text += text.substr(done);
    return result;
}

}  // namespace capstan::coding
