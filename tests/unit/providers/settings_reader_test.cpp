// Strict reading of settings.
#include <capstan/error.hpp>
#include <capstan/providers/settings_reader.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <string>

using namespace capstan;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// What is said when `read` meets the settings.
template <class F>
std::string error_of(std::string_view settings, F read) {
    const auto value = parse_json(settings);
    try {
        SettingsReader reader(value, "options");
        read(reader);
        reader.finish();
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
        return error.what();
    }
    return {};
}

struct Everything {
    std::string text = "before";
    bool flag = true;
    std::optional<bool> maybe;
    std::vector<std::string> list{"before"};
    json::object object;
    int number = 7;
    std::size_t size = 7;
    std::optional<std::int64_t> big;
    std::optional<double> fraction;
    std::map<std::string, double> bias;
    std::chrono::milliseconds time{7};
    HttpHeaders headers;
    std::string secret;

    void read(SettingsReader& reader) {
        reader.read("text", text);
        reader.read("flag", flag);
        reader.read("maybe", maybe);
        reader.read("list", list);
        reader.read("object", object);
        reader.read("number", number, 1, 10);
        reader.read("size", size);
        reader.read("big", big, 0);
        reader.read("fraction", fraction, -1, 1);
        reader.read("bias", bias, -1, 1);
        reader.read("time_ms", time);
        reader.read("headers", headers);
        reader.read_secret("secret", secret);
    }
};

std::string error_of(std::string_view settings) {
    return error_of(settings, [](SettingsReader& reader) { Everything().read(reader); });
}

}  // namespace

TEST_CASE("settings of every kind are read") {
    const auto value = parse_json(
        R"({"text":"t","flag":false,"maybe":true,"list":["a","b"],"object":{"x":1},"number":10,
            "size":18446744073,"big":9223372036854775807,"fraction":-0.5,"bias":{"1":1,"2":-1.0},
            "time_ms":1500,"headers":{"A":"b"},"secret":"s"})");
    Everything all;
    SettingsReader reader(value, "options");
    all.read(reader);
    reader.finish();
    CHECK(all.text == "t");
    CHECK(!all.flag);
    CHECK(all.maybe == true);
    CHECK(all.list == std::vector<std::string>{"a", "b"});
    CHECK(all.object.at("x") == 1);
    CHECK(all.number == 10);
    CHECK(all.size == 18446744073u);
    CHECK(all.big == 9223372036854775807);
    CHECK(all.fraction == -0.5);
    CHECK(all.bias == std::map<std::string, double>{{"1", 1.0}, {"2", -1.0}});
    CHECK(all.time == std::chrono::milliseconds(1500));
    CHECK(all.headers.get("a") == "b");
    CHECK(all.secret == "s");
}

TEST_CASE("absent and null settings leave everything as it was") {
    const auto value = parse_json(R"({"text":null,"flag":null,"number":null,"secret":null})");
    Everything all;
    SettingsReader reader(value, "options");
    all.read(reader);
    reader.finish();
    CHECK(all.text == "before");
    CHECK(all.flag);
    CHECK(all.list.size() == 1);
    CHECK(all.number == 7);
    CHECK(all.time.count() == 7);
}

TEST_CASE("a setting of a wrong kind or range is refused by its path, without its value") {
    CHECK(has(error_of(R"({"text":1})"), "options.text: expected a text, found a number"));
    CHECK(has(error_of(R"({"flag":"yes"})"), "options.flag: expected true or false, found a text"));
    CHECK(has(error_of(R"({"list":"a"})"), "options.list: expected an array"));
    CHECK(has(error_of(R"({"list":["a",2]})"), "options.list[1]: expected a text"));
    CHECK(has(error_of(R"({"object":[]})"), "options.object: expected an object, found an array"));
    CHECK(has(error_of(R"({"number":11})"), "options.number: expected an integer from 1 to 10"));
    CHECK(has(error_of(R"({"number":0})"), "options.number: expected an integer from 1 to 10"));
    CHECK(has(error_of(R"({"number":1.5})"), "options.number: expected an integer"));
    CHECK(has(error_of(R"({"number":1e300})"), "options.number: expected an integer"));
    CHECK(has(error_of(R"({"size":-1})"), "options.size: expected an integer of 0 or more"));
    CHECK(has(error_of(R"({"big":9223372036854775808})"), "options.big: expected an integer"));
    CHECK(has(error_of(R"({"fraction":1.1})"), "options.fraction: expected a number from -1 to 1"));
    CHECK(has(error_of(R"({"bias":{"1":2}})"), "options.bias.1: expected a number"));
    CHECK(has(error_of(R"({"time_ms":-1})"), "options.time_ms: expected an integer of 0 or more"));
    CHECK(has(error_of(R"({"time_ms":1e15})"), "options.time_ms"));
    CHECK(has(error_of(R"({"headers":{"A":1}})"), "options.headers.A: expected a text or"));
    CHECK(has(error_of("[]"), "options: expected an object"));
    CHECK(!has(error_of(R"({"list":["a",{"k":"VALUE"}]})"), "VALUE"));
    CHECK(!has(error_of(R"({"flag":"VALUE"})"), "VALUE"));
}

TEST_CASE("a setting that nobody knows is refused, with the nearest name") {
    CHECK(has(error_of(R"({"numbr":1})"),
              "options: there is no setting \"numbr\". Did you mean \"number\"?"));
    CHECK(has(error_of(R"({"zebra":1})"), "Known are text, flag, maybe"));
    CHECK(!has(error_of(R"({"sk-or-v1-SECRET12345":1})"), "SECRET"));
    CHECK(has(error_of(R"({"inner":{"lef":1}})",
                       [](SettingsReader& reader) {
                           reader.read_object("inner", [](SettingsReader& inner) {
                               int left = 0;
                               inner.read("left", left);
                           });
                       }),
              "options.inner: there is no setting \"lef\". Did you mean \"left\"?"));
}

TEST_CASE("a required setting must be there, and be a text") {
    const auto read = [](SettingsReader& reader) {
        std::string value;
        reader.require("must", value);
    };
    CHECK(has(error_of("{}", read), "options.must: this setting is missing"));
    CHECK(has(error_of(R"({"must":null})", read), "options.must: this setting is missing"));
    CHECK(has(error_of(R"({"must":1})", read), "options.must: expected a text"));
    CHECK(error_of(R"({"must":""})", read).empty());
}

TEST_CASE("one of some words") {
    int value = 0;
    const auto read = [&](SettingsReader& reader) {
        reader.read<int>("size", value, {{"small", 1}, {"large", 2}});
    };
    CHECK(error_of(R"({"size":"large"})", read).empty());
    CHECK(value == 2);
    CHECK(has(error_of(R"({"size":"huge"})", read), "options.size: expected one of small, large"));
    CHECK(has(error_of(R"({"size":2})", read), "found a number"));
    CHECK(error_of("{}", read).empty());
    CHECK(value == 2);
}

TEST_CASE("secrets may come from the environment, and are in no error") {
    ::setenv("CAPSTAN_TEST_SECRET", "SECRET", 1);
    ::setenv("CAPSTAN_TEST_EMPTY", "", 1);
    ::unsetenv("CAPSTAN_TEST_ABSENT");
    std::string value;
    HttpHeaders headers;
    const auto read = [&](SettingsReader& reader) {
        reader.read_secret("key", value);
        reader.read("headers", headers);
    };
    CHECK(error_of(R"({"key":{"env":"CAPSTAN_TEST_SECRET"},
                       "headers":{"X":{"env":"CAPSTAN_TEST_SECRET"}}})", read).empty());
    CHECK(value == "SECRET");
    CHECK(headers.get("X") == "SECRET");
    CHECK(has(error_of(R"({"key":{"env":"CAPSTAN_TEST_ABSENT"}})", read),
              "options.key.env: the environment variable CAPSTAN_TEST_ABSENT is not set"));
    CHECK(has(error_of(R"({"key":{"env":"CAPSTAN_TEST_EMPTY"}})", read), "is not set"));
    CHECK(has(error_of(R"({"headers":{"X":{"env":"CAPSTAN_TEST_ABSENT"}}})", read),
              "options.headers.X.env"));
    CHECK(has(error_of(R"({"key":{}})", read), "options.key.env: this setting is missing"));
    CHECK(has(error_of(R"({"key":{"env":"A","x":1}})", read), "options.key: there is no setting"));
    // The key where the variable's name belongs.
    for (const auto* text :
         {R"({"key":{"env":"sk-or-v1-SECRET"}})", R"({"key":{"env":"gsk_SECRET"}})",
          R"({"key":["SECRET"]})", R"({"key":{"enw":"SECRET"}})",
          R"({"key":{"env":["SECRET"]}})"}) {
        const auto error = error_of(text, read);
        CHECK(has(error, "options.key"));
        CHECK(!has(error, "SECRET"));
    }
}
