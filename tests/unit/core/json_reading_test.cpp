#include "schema_samples.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace capstan;
using namespace samples;

namespace {

Everything example() {
    Everything all;
    all.radius = 1.5;
    all.flag = true;
    all.small = -128;
    all.port = 65535;
    all.wide = std::numeric_limits<std::int64_t>::min();
    all.huge = std::numeric_limits<std::uint64_t>::max();
    all.approximate = 0.25F;
    all.text = "G\xC3\xB6rlitz \"quoted\"";
    all.unit = Unit::fahrenheit;
    all.places = {Place{"Hamburg", Unit::celsius}, Place{"Kiel", std::nullopt}};
    all.flags = {true, false, true};
    all.pair = {3, -4};
    all.weights = {{"a", 0.1}, {"odd name", -1e300}};
    all.by_name = {{"x", Place{"Ulm", std::nullopt}}};
    all.numbers = std::vector<int>{};
    all.home = Place{"Bonn", Unit::fahrenheit};
    all.shape = Square{2, true};
    all.anything = parse_json(R"([1,{"a":null}])");
    all.object = parse_json(R"({"k":"v"})").as_object();
    all.array = {1, "two", nullptr};
    return all;
}

template <class T>
std::string fault(const char* text) {
    return conversion_fault<T>(parse_json(text));
}

struct Wrong {
    std::string fault;
    const char* expected;
};

}  // namespace

TEST_CASE("What is written is read back") {
    const Everything all = example();
    const json::value written = to_json_value(all);
    CHECK(conversion_fault<Everything>(written) == "");
    CHECK(to_json_text(to_json_value(from_json<Everything>(written))) == to_json_text(written));
    CHECK(from_json<Everything>(written) == all);
    CHECK(from_json<Everything>(parse_json(to_json_text(written))) == all);
}

TEST_CASE("An optional that is empty is not written, and read where it is missing or null") {
    CHECK(to_json_text(to_json_value(Place{"Ulm", std::nullopt})) == R"({"city":"Ulm"})");
    CHECK_FALSE(from_json<Place>(parse_json(R"({"city":"Ulm"})")).unit);
    CHECK_FALSE(from_json<Place>(parse_json(R"({"city":"Ulm","unit":null})")).unit);
    CHECK(to_json_text(to_json_value(std::optional<int>())) == "null");
}

TEST_CASE("A number of any kind is read if it fits") {
    CHECK(from_json<int>(parse_json("3.0")) == 3);
    CHECK(from_json<int>(parse_json("-2147483648")) == std::numeric_limits<int>::min());
    CHECK(from_json<std::uint64_t>(parse_json("18446744073709551615")) ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(from_json<std::int64_t>(parse_json("-9223372036854775808.0")) ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(from_json<double>(parse_json("7")) == 7.0);
    CHECK(from_json<float>(parse_json("0.5")) == 0.5F);
}

TEST_CASE("Defaults stand in for what is left out") {
    const auto read = from_json<Bounded>(
        parse_json(R"({"percent":1,"ratio":0.1,"title":"t","code":"AB-1","tags":["x"]})"));
    CHECK(read.limit == 10);
    CHECK(read.mode == "fast");
    const auto other = from_json<Bounded>(parse_json(
        R"({"percent":1,"ratio":0.1,"title":"t","code":"AB-1","tags":["x"],)"
        R"("limit":3,"mode":"m"})"));
    const auto null = from_json<Bounded>(parse_json(
        R"({"percent":1,"ratio":0.1,"title":"t","code":"AB-1","tags":["x"],"limit":null})"));
    CHECK(null.limit == 10);
    CHECK(other.limit == 3);
    CHECK(other.mode == "m");
}

TEST_CASE("The first alternative that fits is taken") {
    const auto index = [](const char* text) {
        return from_json<decltype(Everything::shape)>(parse_json(text)).index();
    };
    CHECK(index(R"("x")") == 0);
    CHECK(index("5") == 1);
    CHECK(index(R"({"radius":1})") == 2);
    CHECK(index(R"({"side":1,"filled":false})") == 3);
}

TEST_CASE("What does not fit is refused in words for a model") {
    using Shape = decltype(Everything::shape);
    const Wrong table[] = {
        {fault<Place>("5"), "expected an object, got 5"},
        {fault<Place>("[]"), "expected an object, got an array"},
        {fault<Place>("null"), "expected an object, got null"},
        {fault<Place>(R"("{\"city\":1}")"),
         R"(expected an object, got "{\"city\":1}" )"
         "(give the value itself, not a text that holds it)"},
        {fault<Place>("{}"), "city: missing; expected a string"},
        {fault<Place>(R"({"city":5})"), "city: expected a string, got 5"},
        {fault<Place>(R"({"city":null})"), "city: expected a string, got null"},
        {fault<Place>(R"({"city":"x","unit":"kelvin"})"),
         R"(unit: expected one of "celsius", "fahrenheit", got "kelvin")"},
        {fault<Place>(R"({"city":"x","unit":"Celsius"})"),
         R"(unit: expected one of "celsius", "fahrenheit", got "Celsius"; )"
         "did you mean \"celsius\"?"},
        {fault<Place>(R"({"city":"x","unit":0})"),
         R"(unit: expected one of "celsius", "fahrenheit", got 0)"},
        {fault<Place>(R"({"city":"x","town":1})"), "town: unknown member; known are: city, unit"},
        {fault<Place>(R"({"City":"x"})"),
         "city: missing; expected a string\n"
         "City: unknown member; did you mean \"city\"? Known are: city, unit"},
        {fault<Place>(R"({"city":"x","odd name\n":1})"),
         R"(["odd name\n"]: unknown member; known are: city, unit)"},
        {fault<Nothing>(R"({"x":1})"), "x: unknown member; none are known"},
        {fault<std::vector<Place>>(R"([{"city":"x"},{"city":["y"]}])"),
         "[1].city: expected a string, got an array"},
        {fault<std::vector<int>>("{}"), "expected an array, got an object"},
        {fault<std::vector<int>>(R"("[1]")"),
         R"(expected an array, got "[1]" )"
         "(give the value itself, not a text that holds it)"},
        {fault<std::vector<int>>(R"([1,"2",3,4.5])"),
         "[1]: expected an integer, got \"2\"\n[3]: expected an integer, got 4.5"},
        {fault<std::array<int, 2>>("[1]"), "expected 2 items, got 1"},
        {fault<std::array<int, 1>>("[1,2]"), "expected 1 item, got 2"},
        {fault<std::map<std::string, int>>(R"({"a":true})"), "a: expected an integer, got true"},
        {fault<std::map<std::string, int>>(R"({"a b":{}})"),
         R"(["a b"]: expected an integer, got an object)"},
        {fault<bool>("1"), "expected a boolean, got 1"},
        {fault<bool>(R"("true")"), "expected a boolean, got \"true\""},
        {fault<int>("\"3\""), "expected an integer, got \"3\""},
        {fault<int>("3.5"), "expected an integer, got 3.5"},
        {fault<int>("1e300"), "expected an integer from -2147483648 to 2147483647, got 1e300"},
        {fault<std::uint8_t>("256"), "expected an integer from 0 to 255, got 256"},
        {fault<std::uint8_t>("-1"), "expected an integer from 0 to 255, got -1"},
        {fault<std::int64_t>("9223372036854775808"),
         "expected an integer from -9223372036854775808 to 9223372036854775807, got "
         "9223372036854775808"},
        {fault<float>("1e39"), "expected a smaller number, got 1e39"},
        {fault<double>("\"1\""), "expected a number, got \"1\""},
        {fault<json::object>("[]"), "expected an object, got an array"},
        {fault<json::array>("{}"), "expected an array, got an object"},
        {fault<std::monostate>("0"), "expected null, got 0"},
        {fault<std::variant<std::string, int>>("true"),
         "expected a string or an integer, got true"},
        {fault<Shape>(R"({"side":"x","filled":false})"),
         "fits none of the alternatives: (radius: missing; expected a number; side: unknown "
         "member; known are: radius; filled: unknown member; known are: radius) or (side: expected "
         "a number, got \"x\")"},
        {fault<std::variant<std::string, Circle>>(R"({"radius":"x"})"),
         "radius: expected a number, got \"x\""},
        {fault<std::optional<Place>>("{}"), "city: missing; expected a string"},
        {fault<std::string>("[]"), "expected a string, got an array"}};
    for (const Wrong& wrong : table) CHECK(wrong.fault == wrong.expected);
}

TEST_CASE("Items that pass a bound are refused, each by its place") {
    const auto refused = [](const char* member, const char* value) {
        auto object =
            parse_json(R"({"percents":[0,100],"pair":[0,null],"names":["a"],"places":[]})")
                .as_object();
        object[member] = parse_json(value);
        const auto fault = conversion_fault<Marks>(object);
        if (fault.empty()) from_json<Marks>(object);
        return fault;
    };
    CHECK(refused("percents", "[]") == "");
    CHECK(refused("percents", "[50,0,100]") == "");
    CHECK(refused("percents", "[50,101]") == "percents[1]: expected at most 100, got 101");
    CHECK(refused("percents", "[-1,101]") == "percents[0]: expected at least 0, got -1\n"
                                             "percents[1]: expected at most 100, got 101");
    CHECK(refused("percents", "[1,2,3,4]") == "percents: expected at most 3 items, got 4");
    CHECK(refused("ratios", "null") == "");
    CHECK(refused("ratios", "[0.5]") == "");
    CHECK(refused("ratios", "[0.5,1]") == "ratios[1]: expected less than 1, got 1");
    CHECK(refused("pair", "[null,-1]") == "");
    CHECK(refused("pair", "[null,-2]") == "pair[1]: expected at least -1, got -2");
    CHECK(refused("names", R"(["b",""])") == "names[1]: expected at least 1 character, got 0");
    CHECK_FALSE(refused("names", R"(["B"])").empty());
    CHECK_FALSE(refused("percents", R"(["x"])").empty());
}

TEST_CASE("What passes a bound is refused") {
    const auto refused = [](const char* member, const char* value) {
        auto object =
            parse_json(R"({"percent":1,"ratio":0.1,"title":"t","code":"AB-1","tags":["x"]})")
                .as_object();
        object[member] = parse_json(value);
        return conversion_fault<Bounded>(object);
    };
    CHECK(refused("percent", "0") == "");
    CHECK(refused("percent", "100") == "");
    CHECK(refused("percent", "-1") == "percent: expected at least 0, got -1");
    CHECK(refused("percent", "101") == "percent: expected at most 100, got 101");
    CHECK(refused("score", "null") == "");
    CHECK(refused("score", "9.5") == "");
    CHECK(refused("score", "9.75") == "score: expected at most 9.5, got 9.75");
    CHECK(refused("ratio", "0") == "ratio: expected more than 0, got 0");
    CHECK(refused("ratio", "1") == "ratio: expected less than 1, got 1");
    CHECK(refused("title", R"("\u00e4\u00f6\u00fc\u00df\ud83d\ude00")") == "");
    CHECK(refused("title", R"("")") == "title: expected at least 1 character, got 0");
    CHECK(refused("title", R"("sixsix")") == "title: expected at most 5 characters, got 6");
    CHECK(refused("code", R"("ab-1")") ==
          R"(code: expected a text that matches ^[A-Z]{2}-\d+$, got "ab-1")");
    CHECK(refused("tags", "[]") == "tags: expected at least 1 item, got 0");
    CHECK(refused("tags", R"(["a","b","c"])") == "tags: expected at most 2 items, got 3");
    CHECK(refused("tags", R"(["a",1,"c"])") == "tags[1]: expected a string, got 1");
}

TEST_CASE("At most ten faults are told, and long texts are cut") {
    const std::string faults = conversion_fault<std::vector<int>>(json::array(100, "x"));
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 9);
    const std::string cut = conversion_fault<int>(json::value(std::string(10'000, 'y')));
    CHECK(cut == "expected an integer, got \"" + std::string(60, 'y') + "...\" (10000 bytes)");
    json::object many;
    many[std::string(100'000, 'k')] = 1;
    CHECK(conversion_fault<Place>(many).size() < 500);
}

TEST_CASE("from_json throws what conversion_fault tells") {
    try {
        from_json<Place>(parse_json(R"({"city":5,"x":1})"));
        FAIL("read");
    } catch (const SchemaError& error) {
        CHECK(error.what() == fault<Place>(R"({"city":5,"x":1})"));
    }
    CHECK_THROWS_AS(to_json_value(static_cast<Unit>(99)), SchemaError);
}

TEST_CASE("Alternatives within alternatives do not take for ever") {
    // Each level fits the list of sums and that of products, until the innermost turns out wrong.
    json::value term = "wrong";
    for (int i = 0; i < 60; ++i) {
        term = json::array{json::object{{"left", 1}, {"right", std::move(term)}}};
    }
    CHECK(conversion_fault<Term>(term) != "");
}

namespace {

/// All values within a value, itself included.
void collect(json::value& value, std::vector<json::value*>& out) {
    out.push_back(&value);
    if (auto* array = value.if_array()) {
        for (auto& item : *array) collect(item, out);
    }
    if (auto* object = value.if_object()) {
        for (auto& member : *object) collect(member.value(), out);
    }
}

json::value random_value(std::mt19937& random) {
    switch (random() % 10) {
        case 0:
            return nullptr;
        case 1:
            return true;
        case 2:
            return static_cast<std::int64_t>(random()) - 0x7fffffff;
        case 3:
            return std::numeric_limits<std::uint64_t>::max();
        case 4:
            return std::ldexp(1.0, static_cast<int>(random() % 2000) - 1000);
        case 5:
            return "celsius";
        case 6:
            return json::array{1, 2};
        case 7:
            return json::object{{"city", "x"}};
        case 8:
            return json::object{{"radius", 1}, {"\x01", json::array{}}};
        default:
            return -0.0;
    }
}

void mutate(json::value& root, std::mt19937& random) {
    std::vector<json::value*> places;
    collect(root, places);
    json::value& place = *places[random() % places.size()];
    auto* object = place.if_object();
    auto* array = place.if_array();
    if (object && !object->empty() && random() % 2 == 0) {
        object->erase(object->begin() + static_cast<std::ptrdiff_t>(random() % object->size()));
    } else if (array && random() % 2 == 0) {
        array->push_back(random_value(random));
    } else {
        place = random_value(random);
    }
}

}  // namespace

TEST_CASE("Whatever becomes of a value, it is read whole or refused") {
    std::mt19937 random(42);
    const json::value valid = to_json_value(example());
    const json::object schema = schema_of<Everything>();
    int refused = 0;
    for (int i = 0; i < 5'000; ++i) {
        json::value value = valid;
        for (unsigned n = 1 + random() % 3; n > 0; --n) mutate(value, random);
        const std::string found = conversion_fault<Everything>(value);
        if (!found.empty()) {
            ++refused;
            REQUIRE_THROWS_AS(from_json<Everything>(value), SchemaError);
            continue;
        }
        // What was read says the same again, and fits the schema.
        REQUIRE(schema_fault(value, schema) == "");
        const json::value written = to_json_value(from_json<Everything>(value));
        REQUIRE(conversion_fault<Everything>(written) == "");
        REQUIRE(to_json_text(to_json_value(from_json<Everything>(written))) ==
                to_json_text(written));
    }
    CHECK(refused > 1'000);
    CHECK(refused < 4'500);
}
