#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coding_agent {

/// Takes out of a text what could drive a terminal: escape sequences, control characters but
/// newline and tab, and the marks that turn the direction of writing. Remembers a sequence that
/// was cut between two pieces.
class Harmless {
public:
    std::string feed(std::string_view piece);

private:
    enum class State { text, escape, csi, string, string_escape };

    bool takes(char32_t c);

    State state_ = State::text;
};

/// The same for a whole text, which need not be UTF-8.
std::string harmless(std::string_view text);

/// Columns that the text takes on a terminal; control characters take none.
int display_width(std::string_view text);

/// The beginning of the text that fits into so many columns, with "..." if something is missing.
std::string fit(std::string_view text, int columns);

/// On one line: white space of any length becomes a space.
std::string one_line(std::string_view text);

std::vector<std::string_view> lines_of(std::string_view text);

/// "12 lines", "1 line".
std::string count_text(std::size_t count, std::string_view noun);

/// "950", "1.2k", "3.4M".
std::string short_number(long long number);

}  // namespace coding_agent
