#include <capstan/loop_detector.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace capstan;

TEST_CASE("The loop detector counts equal calls with equal results") {
    LoopDetector detector;
    CHECK(detector.add("t", R"({"a":1,"b":[2]})", "r") == LoopVerdict::none);
    CHECK(detector.add("u", "{}", "r") == LoopVerdict::none);
    CHECK(detector.add("t", R"({ "b": [2], "a": 1 })", "r") == LoopVerdict::warn);
    CHECK_FALSE(detector.blocks("t", R"({"a":1,"b":[2]})"));
    CHECK(detector.add("t", R"({"a":1,"b":[2]})", "r") == LoopVerdict::warn);
    CHECK(detector.blocks("t", R"({"b":[2],"a":1})"));
    CHECK_FALSE(detector.blocks("u", "{}"));
    CHECK(detector.add_blocked("t", R"({"a":1,"b":[2]})") == LoopVerdict::warn);
    auto copy = LoopDetector::from_json(detector.to_json(), LoopLimits());
    CHECK(copy.add_blocked("t", R"({"a":1,"b":[2]})") == LoopVerdict::warn);
    CHECK(copy.add_blocked("t", R"({"a":1,"b":[2]})") == LoopVerdict::stop);
    CHECK(detector.add("t", R"({"a":1,"b":[2]})", "other") == LoopVerdict::none);
}

TEST_CASE("Limits of zero switch the loop detector off") {
    LoopLimits never;
    never.warn = never.block = never.stop = 0;
    LoopDetector detector(never);
    for (int i = 0; i < 20; ++i) CHECK(detector.add("t", "", "r") == LoopVerdict::none);
    CHECK_FALSE(detector.blocks("t", ""));
}

TEST_CASE("The loop detector refuses a state that it did not write") {
    for (const char* text : {"[]", R"({"a":1})", R"({"a":{"count":1}})",
                             R"({"a":{"result":"r","count":-1}})"})
        CHECK_THROWS_AS(LoopDetector::from_json(parse_json(text), {}), std::invalid_argument);
}
