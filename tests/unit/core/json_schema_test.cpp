#include "schema_samples.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace capstan;
using namespace samples;

namespace {

template <class T>
std::string schema_text() {
    return to_json_text(schema_of<T>());
}

constexpr const char* place =
    R"({"type":"object","properties":{"city":{"type":"string"},)"
    R"("unit":{"type":["string","null"],"enum":["celsius","fahrenheit",null]}},)"
    R"("required":["city"],"additionalProperties":false})";

struct Half {
    int described = 0;
    int not_described = 0;
};
BOOST_DESCRIBE_STRUCT(Half, (), (described))
void describe(Fields<Half>& fields) { fields(&Half::not_described).about("Not there"); }

}  // namespace

TEST_CASE("A schema has the members of a struct in the order of their declaration") {
    CHECK(schema_text<Place>() == place);
    CHECK(schema_text<Nothing>() ==
          R"({"type":"object","properties":{},"required":[],"additionalProperties":false})");
}

TEST_CASE("A schema says each kind of field") {
    const auto schema = schema_of<Everything>();
    const auto& properties = schema.at("properties").as_object();
    const std::vector<std::pair<const char*, std::string>> expected{
        {"radius", R"({"type":"number"})"},
        {"flag", R"({"type":"boolean"})"},
        {"small", R"({"type":"integer","minimum":-128,"maximum":127})"},
        {"port", R"({"type":"integer","minimum":0,"maximum":65535})"},
        {"wide", R"({"type":"integer"})"},
        {"huge", R"({"type":"integer","minimum":0})"},
        {"approximate", R"({"type":"number"})"},
        {"text", R"({"type":"string"})"},
        {"unit", R"({"type":"string","enum":["celsius","fahrenheit"]})"},
        {"places", std::string(R"({"type":"array","items":)") + place + "}"},
        {"flags", R"({"type":"array","items":{"type":"boolean"}})"},
        {"pair", R"({"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2})"},
        {"weights", R"({"type":"object","additionalProperties":{"type":"number"}})"},
        {"by_name", std::string(R"({"type":"object","additionalProperties":)") + place + "}"},
        {"numbers", R"({"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"null"}]})"},
        {"home", std::string(R"({"anyOf":[)") + place + R"(,{"type":"null"}]})"},
        {"anything", "{}"},
        {"object", R"({"type":"object"})"},
        {"array", R"({"type":"array","items":{}})"}};
    for (const auto& [name, text] : expected) {
        CAPTURE(name);
        CHECK(to_json_text(properties.at(name)) == text);
    }
    CHECK(properties.size() == expected.size() + 1);
    CHECK(properties.at("shape").at("anyOf").as_array().size() == 4);
    CHECK(schema.at("required").as_array().size() == properties.size() - 2);
}

TEST_CASE("A schema carries descriptions, bounds and defaults") {
    CHECK(
        schema_text<Bounded>() ==
        R"({"type":"object","description":"Everything has its bounds","properties":{)"
        R"("percent":{"type":"integer","description":"In percent","minimum":0,"maximum":100},)"
        R"("score":{"type":["number","null"],"description":"If known","minimum":0,"maximum":9.5},)"
        R"("ratio":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1},)"
        R"("title":{"type":"string","minLength":1,"maxLength":5},)"
        R"("code":{"type":"string","pattern":"^[A-Z]{2}-\\d+$"},)"
        R"("tags":{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":2},)"
        R"("limit":{"type":"integer","default":10},)"
        R"("mode":{"type":"string","default":"fast"}},)"
        R"("required":["percent","ratio","title","code","tags"],"additionalProperties":false})");
}

TEST_CASE("Bounds of items stand in the schema of the items") {
    const auto schema = schema_of<Marks>();
    const auto& properties = schema.at("properties");
    const auto text = [&](const char* name) { return to_json_text(properties.at(name)); };
    CHECK(text("percents") ==
          R"({"type":"array","items":{"type":"integer","description":"In percent","minimum":0,)"
          R"("maximum":100},"maxItems":3})");
    CHECK(text("ratios") ==
          R"({"anyOf":[{"type":"array","items":{"type":"number","exclusiveMinimum":0,)"
          R"("exclusiveMaximum":1}},{"type":"null"}]})");
    CHECK(text("pair") == R"({"type":"array","items":{"type":["integer","null"],"minimum":-1},)"
                          R"("minItems":2,"maxItems":2})");
    CHECK(text("names") ==
          R"({"type":"array","items":{"type":"string","minLength":1,"pattern":"^[a-z]*$"},)"
          R"("description":"Who"})");
    CHECK(properties.at("places").at("items").at("description") == "Where");
    const auto strict = strict_schema(schema);
    REQUIRE(strict);
    CHECK(strict->at("properties").at("percents").at("items").at("maximum") == 100);
}

TEST_CASE("A struct that holds itself has a schema that refers to itself") {
    const std::string properties =
        R"({"type":"object","properties":{"name":{"type":"string"},)"
        R"("children":{"type":"array","items":{"$ref":"#"}}},)"
        R"("required":["name","children"],"additionalProperties":false})";
    CHECK(schema_text<Tree>() == properties);
}

TEST_CASE("A struct that holds itself is defined once where others use it") {
    const std::string definitions =
        R"("$defs":{"Tree":{"type":"object","properties":{"name":{"type":"string"},)"
        R"("children":{"type":"array","items":{"$ref":"#/$defs/Tree"}}},)"
        R"("required":["name","children"],"additionalProperties":false}})";
    CHECK(schema_text<std::vector<Tree>>() ==
          R"({"type":"array","items":{"$ref":"#/$defs/Tree"},)" + definitions + "}");
    CHECK(schema_text<Forest>() ==
          R"({"type":"object","properties":{"first":{"anyOf":[{"$ref":"#/$defs/Tree"}],)"
          R"("description":"The oldest tree"},)"
          R"("second":{"anyOf":[{"$ref":"#/$defs/Tree"},{"type":"null"}]}},)"
          R"("required":["first"],"additionalProperties":false,)" +
              definitions + "}");
}

TEST_CASE("Structs that hold each other have a schema") {
    const auto schema = schema_of<Sum>();
    CHECK(to_json_text(schema.at("properties").at("left").at("anyOf").at(1)) ==
          R"({"type":"array","items":{"$ref":"#"}})");
    CHECK(schema.at("$defs").as_object().contains("Product"));
}

TEST_CASE("To describe a field that the struct's description lacks is an error") {
    CHECK_THROWS_AS(schema_of<Half>(), std::logic_error);
}

TEST_CASE("A schema has a form for strict mode, if it has the words for it") {
    CHECK(to_json_text(strict_schema(schema_of<Place>()).value()) ==
          R"({"type":"object","required":["city","unit"],"properties":{"city":{"type":"string"},)"
          R"("unit":{"type":["string","null"],"enum":["celsius","fahrenheit",null]}},)"
          R"("additionalProperties":false})");
    const auto bounded = strict_schema(schema_of<Bounded>()).value();
    CHECK(bounded.at("required").as_array().size() == 8);
    CHECK(to_json_text(bounded.at("properties").at("title")) == R"({"type":"string"})");
    CHECK(to_json_text(bounded.at("properties").at("limit")) ==
          R"({"anyOf":[{"type":"integer"},{"type":"null"}]})");
    const auto forest = strict_schema(schema_of<Forest>()).value();
    CHECK(to_json_text(forest.at("required")) == R"(["first","second"])");
    CHECK(forest.at("$defs").as_object().contains("Tree"));
    CHECK_FALSE(strict_schema(schema_of<Everything>()));
    CHECK_FALSE(strict_schema(schema_of<std::vector<Tree>>()));
    CHECK_FALSE(strict_schema({}));
    CHECK_FALSE(strict_schema({{"type", "object"}}));
}

TEST_CASE("What a schema says holds for what is written") {
    Everything everything;
    everything.places.emplace_back();
    everything.shape = Square{2, true};
    CHECK(schema_fault(to_json_value(everything), schema_of<Everything>()) == "");
    const Tree tree{"a", {Tree{"b", {}}, Tree{"c", {Tree{"d", {}}}}}};
    CHECK(schema_fault(to_json_value(tree), schema_of<Tree>()) == "");
    const Forest forest{tree, std::nullopt};
    CHECK(schema_fault(to_json_value(forest), schema_of<Forest>()) == "");
}
