#include "approval_answer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace coding_agent;

TEST_CASE("approval answer: yes and always are said in so many words, and nothing else is a yes") {
    for (const std::string text : {"y", "Y", " yes ", "YES\r"}) {
        INFO(text);
        REQUIRE(read_answer(text));
        CHECK(read_answer(text)->decision == Decision::yes);
    }
    for (const std::string text : {"a", "Always", " A"}) {
        INFO(text);
        REQUIRE(read_answer(text));
        CHECK(read_answer(text)->decision == Decision::always);
    }
    for (const std::string text :
         {"", " ", "yy", "yes but", "y n", "maybe", "always?", "1", "ja", "/help", "all", "none"}) {
        INFO(text);
        CHECK_FALSE(read_answer(text));
    }
}

TEST_CASE("approval answer: what follows a no is its reason") {
    const std::pair<std::string, std::string> table[] = {
        {"n", ""},
        {"No", ""},
        {" no  ", ""},
        {"n use git instead", "use git instead"},
        {"no, not now", "not now"},
        {"NO: Why?", "Why?"},
    };
    for (const auto& [text, reason] : table) {
        INFO(text);
        const auto answer = read_answer(text);
        REQUIRE(answer);
        CHECK(answer->decision == Decision::no);
        CHECK(answer->reason == reason);
    }
}
