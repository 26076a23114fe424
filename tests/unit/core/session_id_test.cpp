#include "session/session_id.hpp"

#include <capstan/json.hpp>

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <set>

using namespace capstan;
using namespace capstan::detail;
using Time = std::chrono::system_clock::time_point;

TEST_CASE("ids are short, readable and sort by time") {
    CHECK(make_session_id(Time(std::chrono::seconds(1795267672)), 0) == "20261121-132752-aaaaa");
    std::mt19937_64 random(3);
    std::string last;
    for (std::int64_t second = 0; second < 4'000'000'000; second += 39'916'801) {
        const auto id = make_session_id(Time(std::chrono::seconds(second)), random());
        CHECK(last < id);
        CHECK(id.size() == 21);
        CHECK(id.find_first_not_of("abcdefghijkmnpqrstuvwxyz0123456789-") == std::string::npos);
        last = id;
    }
}

TEST_CASE("ids of one second differ by chance") {
    std::set<std::string> ids;
    for (std::uint64_t i = 0; i < 10'000; ++i) ids.insert(make_session_id(Time(), i * 2'654'435));
    CHECK(ids.size() > 9'990);
}

TEST_CASE("a title is the first line that says something") {
    CHECK(make_session_title("Fix the test") == "Fix the test");
    CHECK(make_session_title("\n \t\n  Fix\tthe \x07 test \r\nand more") == "Fix the test");
    CHECK(make_session_title("").empty());
    CHECK(make_session_title(" \n\n").empty());
    CHECK(make_session_title(std::string(60, 'x')) == std::string(60, 'x'));
    CHECK(make_session_title(std::string(61, 'x')) == std::string(60, 'x') + "…");
}

TEST_CASE("a title never holds half a character, whatever the text") {
    std::string umlauts;
    for (int i = 0; i < 100; ++i) umlauts += "ü";
    CHECK(make_session_title(umlauts).size() == 60 * 2 + 3);
    std::mt19937 random(5);
    for (int round = 0; round < 2'000; ++round) {
        std::string text;
        for (auto n = random() % 200; n > 0; --n) text += static_cast<char>(random() % 256);
        const auto title = make_session_title(text);
        CHECK(is_valid_utf8(title));
        CHECK(title.find_first_of("\n\r\t") == std::string::npos);
    }
}
