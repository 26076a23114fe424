#include "screen.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace coding_agent {
namespace {

constexpr int file_width = 100;
constexpr int narrowest = 20;

std::string_view code_of(Style style) {
    switch (style) {
        case Style::dim:
            return "\033[2m";
        case Style::bold:
            return "\033[1m";
        case Style::red:
            return "\033[31m";
        case Style::green:
            return "\033[32m";
        case Style::yellow:
            return "\033[33m";
        case Style::cyan:
            return "\033[36m";
        case Style::plain:
            break;
    }
    return "\033[0m";
}

}  // namespace

bool wants_colour() {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    if (no_colour && *no_colour != '\0') return false;
    return !term || std::string_view(term) != "dumb";
}

Screen::Screen(std::FILE* file)
    : file_(file), terminal_(isatty(fileno(file)) != 0), colour_(terminal_ && wants_colour()) {}

int Screen::width() const {
    winsize size{};
    if (!terminal_ || ioctl(fileno(file_), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return file_width;
    return size.ws_col < narrowest ? narrowest : size.ws_col;
}

void Screen::set_style(Style style) {
    if (style == style_) return;
    style_ = style;
    if (!colour_) return;
    put(code_of(Style::plain));
    if (style != Style::plain) put(code_of(style));
}

void Screen::write(std::string_view text, Style style) {
    const auto shown = harmless_.feed(text);
    if (shown.empty()) return;
    set_style(style);
    put(shown);
    line_open_ = shown.back() != '\n';
    std::fflush(file_);
}

void Screen::end_line() {
    harmless_ = {};
    set_style(Style::plain);
    if (line_open_) put("\n");
    line_open_ = false;
    std::fflush(file_);
}

void Screen::line(std::string_view text, Style style) {
    end_line();
    write(text, style);
    end_line();
}

}  // namespace coding_agent
