#include "text.hpp"

#include <capstan/json.hpp>

#include <catch2/catch_test_macros.hpp>

#include <clocale>
#include <random>
#include <string>

using namespace coding_agent;

namespace {

/// True if nothing in the text can drive a terminal.
bool is_tame(const std::string& text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) return false;
    }
    for (std::size_t i = 0; i + 1 < text.size(); ++i)  // C1 controls
        if (text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;
    return capstan::is_valid_utf8(text);
}

}  // namespace

TEST_CASE("harmless: what would drive a terminal is taken out, and the rest stays") {
    const std::pair<std::string, std::string> table[] = {
        {"plain text\n\tindented", "plain text\n\tindented"},
        {"\033[31mred\033[0m", "red"},
        {"\033[2J\033[1;1Hgone", "gone"},
        {"\033]0;title\007after", "after"},
        {"\033]8;;http://x\033\\link\033]8;;\033\\ end", "link end"},
        {"\033P1$r\033\\after", "after"},
        {"\033c reset", " reset"},
        {"\033(Bset", "set"},
        {"bell\007 back\b del\177 cr\r nul", "bell back del cr nul"},
        {std::string("a\0b", 3), "ab"},
        {"\xc2\x9b"
         "31mred",
         "red"},
        {"\xc2\x9d"
         "0;title\xc2\x9c"
         "after",
         "after"},
        {"\033]open\nnext line", "\nnext line"},
        {"\033[12\nnext line", "\nnext line"},
        {"evil \xe2\x80\xae txt.exe", "evil  txt.exe"},
        {"umlaut \xc3\xa4, crab \xf0\x9f\xa6\x80", "umlaut \xc3\xa4, crab \xf0\x9f\xa6\x80"},
        {"broken \xff byte", "broken \xef\xbf\xbd byte"},
        {"ends open \033[", "ends open "},
    };
    for (const auto& [given, shown] : table) {
        INFO(given);
        CHECK(harmless(given) == shown);
    }
}

TEST_CASE("harmless: a sequence that is cut anywhere between two pieces is still taken out") {
    const std::string text = "a\033[31mb\033]0;title\007c\033]8;;u\033\\d\033(Be";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Harmless filter;
        auto shown = filter.feed(text.substr(0, cut));
        shown += filter.feed(text.substr(cut));
        CHECK(shown == "abcde");
    }
}

TEST_CASE("harmless: random bytes never drive a terminal, and never hide the next line") {
    std::mt19937 random(7);
    const std::string likely = "\033[]()P^_X\\\007\r\n\t0;31mab\x9b\x9d\x9c\xc2\xe2\x80\xae\x7f";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto length = random() % 24; length > 0; --length)
            text +=
                random() % 4 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
        const auto shown = harmless(text + "\nnext line");
        INFO(text);
        CHECK(is_tame(shown));
        CHECK(shown.ends_with("\nnext line"));
    }
}

TEST_CASE("fit: a text takes at most the columns it was given, wide characters included") {
    setlocale(LC_CTYPE, "C.UTF-8");
    CHECK(fit("short", 10) == "short");
    CHECK(fit("exactly 10", 10) == "exactly 10");
    CHECK(fit("one too many", 11) == "one too ...");
    CHECK(display_width("\xe6\xbc\xa2\xe5\xad\x97") == 4);
    const std::string wide =
        "\xe6\xbc\xa2\xe5\xad\x97 and m\xc3\xb6re \xf0\x9f\xa6\x80\xf0\x9f\xa6\x80";
    for (int columns = 4; columns < 30; ++columns) {
        CHECK(display_width(fit(wide, columns)) <= columns);
        CHECK(capstan::is_valid_utf8(fit(wide, columns)));
    }
}

TEST_CASE("text: on one line, in lines, counted") {
    CHECK(one_line("  a\n\n b\tc \r\n") == "a b c");
    CHECK(one_line("") == "");
    CHECK(lines_of("a\n\nb").size() == 3);
    CHECK(lines_of("a\n").size() == 1);
    CHECK(lines_of("").empty());
    CHECK(count_text(1, "line") == "1 line");
    CHECK(count_text(0, "line") == "0 lines");
    CHECK(short_number(999) == "999");
    CHECK(short_number(1000) == "1.0k");
    CHECK(short_number(999'949) == "999.9k");
    CHECK(short_number(999'950) == "1.0M");
    CHECK(short_number(12'345'678) == "12.3M");
}
