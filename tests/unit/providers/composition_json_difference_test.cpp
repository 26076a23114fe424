#include "composition/json_difference.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;

TEST_CASE("json difference: the first place in order, and how many there are") {
    const auto differ = [](const char* left, const char* right) {
        return composition::json_difference(parse_json(left), parse_json(right));
    };
    CHECK(differ(R"({"a":1,"b":[1,2]})", R"({"b":[1,2.0],"a":1e0})").count == 0);
    CHECK(differ("1", "2").path == "$");
    CHECK(differ(R"({"b":1,"a":1})", R"({"b":2,"a":2})").path == "$.a");
    CHECK(differ(R"({"b":1,"a":1})", R"({"b":2,"a":2})").count == 2);
    CHECK(differ(R"([1,{"x y":1}])", R"([1,{"x y":2}])").path == R"($[1]["x y"])");
    const auto longer = differ("[1,2]", "[1,2,3,4]");
    CHECK(longer.count == 2);
    CHECK(longer.path == "$[2]");
    CHECK(longer.left == "nothing");
    CHECK(longer.right == "3");
    CHECK(differ(R"({"a":{}})", R"({"a":[]})").count == 1);
    const auto text = std::string(1000, 'a');
    const auto far = composition::json_difference(json::value(text + "ä" + text),
                                                  json::value(text + "ö" + text));
    CHECK(is_valid_utf8(far.left));
    CHECK(far.left.size() < 200);
    CHECK(far.left.find("ä") != std::string::npos);
    CHECK(far.right.find("ö") != std::string::npos);
}
