#pragma once

#include "text.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace coding_agent {

enum class Style { plain, dim, bold, red, green, yellow, cyan };

/// One of the two standard streams, for a person: colours if it is a terminal that has some and
/// NO_COLOR is not set. What others wrote is made harmless; nothing else is ever printed.
class Screen {
public:
    explicit Screen(std::FILE* file);

    bool is_terminal() const { return terminal_; }
    /// Columns of the terminal as it is now; of a file: 100.
    int width() const;

    /// Goes on on the same line. Pieces of one text may be cut anywhere.
    void write(std::string_view text, Style style = Style::plain);
    /// A line of its own.
    void line(std::string_view text, Style style = Style::plain);
    /// Ends the line if one is open.
    void end_line();

private:
    void set_style(Style style);
    void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }

    std::FILE* file_;
    bool terminal_;
    bool colour_;
    Style style_ = Style::plain;
    bool line_open_ = false;
    Harmless harmless_;
};

/// True if programs may use colour on a terminal.
bool wants_colour();

}  // namespace coding_agent
