// Short names for models.
#include <capstan/providers/model_aliases.hpp>
#include <capstan/providers/model_uri.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <string>

using namespace capstan;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

ModelAliases seed_aliases() {
    return ModelAliases::from_rules(
        {{"^gpt-(.*)", "openrouter:openai/gpt-\\1"},
         {"^(fast|quick)$", "local:qwen3:8b@http://127.0.0.1:8080/v1?temperature=0.2"},
         {"^(.)(.)(.)(.)(.)(.)(.)(.)(.)$", "p:\\9\\1"},
         {"^[^:]+/.*", "openrouter:\\0"}});
}

struct Wrong {
    std::string pattern;
    std::string replacement;
    std::string member;
    std::size_t position;
    std::string said;
};

}  // namespace

TEST_CASE("the first rule that matches a name replaces the whole of it") {
    const auto aliases = seed_aliases();
    CHECK(aliases.resolve("gpt-4o") == "openrouter:openai/gpt-4o");
    CHECK(aliases.resolve("gpt-") == "openrouter:openai/gpt-");
    CHECK(aliases.resolve("quick") == "local:qwen3:8b@http://127.0.0.1:8080/v1?temperature=0.2");
    CHECK(aliases.resolve("123456789") == "p:91");
    CHECK(aliases.resolve("anthropic/claude:free") == "openrouter:anthropic/claude:free");
    CHECK(aliases.resolve("gpt-a/b") == "openrouter:openai/gpt-a/b");
}

TEST_CASE("a name that no rule matches means itself") {
    const auto aliases = seed_aliases();
    CHECK(aliases.resolve("openrouter:x/y?temperature=1") == "openrouter:x/y?temperature=1");
    CHECK(aliases.resolve("").empty());
    CHECK(aliases.resolve("fastest") == "fastest");
    CHECK(ModelAliases().resolve("gpt-4o") == "gpt-4o");
}

TEST_CASE("parameters behind a name are kept, and win over the replacement's") {
    const auto aliases = seed_aliases();
    CHECK(aliases.resolve("gpt-4o?seed=1") == "openrouter:openai/gpt-4o?seed=1");
    CHECK(aliases.resolve("fast?temperature=0.9") ==
          "local:qwen3:8b@http://127.0.0.1:8080/v1?temperature=0.9");
    CHECK(aliases.resolve("fast?seed=1") ==
          "local:qwen3:8b@http://127.0.0.1:8080/v1?seed=1&temperature=0.2");
    const auto thinking =
        ModelAliases::from_rules({{"^think$", "p:m?reasoning_effort=high&seed=2"}});
    CHECK(thinking.resolve("think?thinking_budget_tokens=9") ==
          "p:m?thinking_budget_tokens=9&seed=2");
    CHECK_THROWS_AS(ModelUri::parse(thinking.resolve("think?")), ModelUriError);
}

TEST_CASE("a replacement is not looked up again, so that rules cannot run in circles") {
    const auto aliases =
        ModelAliases::from_rules({{"^a:x$", "b:x"}, {"^b:x$", "a:x"}, {".", "c:\\0"}});
    CHECK(aliases.resolve("a:x") == "b:x");
    CHECK(aliases.resolve("b:x") == "a:x");
}

TEST_CASE("a rule that cannot work is refused when it is loaded, and where it is wrong") {
    const auto wrong = GENERATE(values<Wrong>({
        {"", "p:m", "pattern", 0, "empty"},
        {"a(b", "p:m", "pattern", 0, "missing )"},
        {"ab[c", "p:m", "pattern", 2, "missing ]"},
        {"[a]b[a", "p:m", "pattern", 4, "missing ]"},
        {"a\\", "p:m", "pattern", 1, "trailing"},
        {"\\\\[a\\", "p:m", "pattern", 4, "trailing"},
        {"a**", "p:m", "pattern", 1, "**"},
        {"(a)\\1", "p:m", "pattern", 3, "invalid escape"},
        {"(?=a)", "p:m", "pattern", 0, "invalid perl operator"},
        {"a{2000}", "p:m", "pattern", 1, "invalid repetition size"},
        {"a\xFF", "p:m", "pattern", 0, "UTF-8"},
        {"\xFF)\x1B(", "p:m", "pattern", 0, "regular expression"},
        {"a", "", "replacement", 0, "empty"},
        {"a", "gpt-4o", "replacement", 6, "no provider"},
        {"a", "p:m\\1", "replacement", 3, "no group 1"},
        {"(a)(b)", "p:\\1\\3", "replacement", 4, "no group 3"},
        {"a", "p:m\\", "replacement", 3, "backslash"},
        {"a", "p:\\x", "replacement", 2, "backslash"},
        {"(a)", "p:\\1?temprature=1", "replacement", 5, "Did you mean \"temperature\""},
        {"(a)", "p:\\1@http://u:pw@h", "replacement", 12, "user or password"},
        {"(a)", "P:\\1", "replacement", 0, "lower-case"},
    }));
    CAPTURE(wrong.pattern, wrong.replacement);
    try {
        ModelAliases::from_rules({{"ok", "p:m"}, {wrong.pattern, wrong.replacement}});
        FAIL("no error");
    } catch (const ModelUriError& error) {
        CAPTURE(error.what());
        CHECK(has(error.what(), "model_aliases[1]." + wrong.member + ", character "));
        CHECK(error.position() == wrong.position);
        CHECK(has(error.what(), wrong.said));
        CHECK(!has(error.what(), "pw"));
        CHECK(is_valid_utf8(error.what()));
        CHECK(!has(error.what(), "\x1B"));
    }
}

TEST_CASE("what only a capture can decide is not refused beforehand") {
    CHECK(ModelAliases::from_rules({{"^(.*)!(.*)$", "\\1:\\2"}}).resolve("a!b") == "a:b");
    CHECK(ModelAliases::from_rules({{"^hot(\\d)$", "p:m?temperature=\\1"}}).resolve("hot1") ==
          "p:m?temperature=1");
    CHECK(ModelAliases::from_rules({{"^use (.*)$", "\\1"}}).resolve("use a:b") == "a:b");
    CHECK(ModelAliases::from_rules({{"^(x)?y$", "p:m\\1"}}).resolve("y") == "p:m");
    CHECK(ModelAliases::from_rules({{"y", "p:a\\\\b"}}).resolve("y") == "p:a\\b");
    CHECK(ModelAliases::from_rules({{"^m(\\d+)$", "local:m@http://127.0.0.1:\\1/v1"}})
              .resolve("m8080") == "local:m@http://127.0.0.1:8080/v1");
    CHECK(ModelAliases::from_rules({{"^(.*)/(.*)$", "p:\\1@v:\\2"}}).resolve("m/x") == "p:m@v:x");
}

TEST_CASE("aliases come from JSON, strictly") {
    const auto aliases = ModelAliases::from_json(parse_json(
        R"j([{"pattern":"^gpt-(.*)","replacement":"openrouter:openai/gpt-\\1"}])j"));
    CHECK(aliases.rules().size() == 1);
    CHECK(aliases.resolve("gpt-4o") == "openrouter:openai/gpt-4o");
    CHECK(ModelAliases::from_json(parse_json("[]")).resolve("x") == "x");

    const auto error_of = [](std::string_view text) -> std::string {
        try {
            ModelAliases::from_json(parse_json(text), "config.aliases");
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::configuration);
            return error.what();
        }
        return {};
    };
    CHECK(has(error_of("{}"), "config.aliases: expected an array"));
    CHECK(has(error_of("[1]"), "config.aliases[0]: expected an object"));
    CHECK(has(error_of(R"([{"pattern":"a"}])"), "config.aliases[0].replacement"));
    CHECK(has(error_of(R"([{"patern":"a","replacement":"p:m"}])"), "config.aliases[0].pattern"));
    CHECK(has(error_of(R"([{"pattern":"a","replacement":"p:m","replace":"p:m"}])"),
              "Did you mean \"replacement\"?"));
    CHECK(has(error_of(R"([{"pattern":"a","replacement":3}])"), "expected a text"));
    CHECK(has(error_of(R"j([{"pattern":"(","replacement":"p:m"}])j"),
              "config.aliases[0].pattern, character 1"));
}

TEST_CASE("patterns that ruin other engines take time linear in the name") {
    const auto aliases = ModelAliases::from_rules({{"^(a+)+$", "p:m"},
                                {"^(a|aa)+$", "p:m"},
                                {"^(a|a?)+$", "p:m"},
                                {"(x+x+)+y", "p:m"},
                                {"(.*)*=.*=(.*)*#", "p:m"}});
    const auto name = std::string(4000, 'a') + "!";
    const auto start = std::chrono::steady_clock::now();
    CHECK(aliases.resolve(name) == name);
    // Milliseconds in fact; backtracking would take longer than the universe has been there.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    CHECK_THROWS_AS(aliases.resolve(std::string(5000, 'a')), ModelUriError);
}

TEST_CASE("names with any bytes are looked up") {
    const auto aliases = ModelAliases::from_rules({{"^m.del$", "p:m"}});
    CHECK(aliases.resolve("m\xC3\xB6" "del") == "p:m");
    CHECK(aliases.resolve("m\xFF" "del") == "m\xFF" "del");
    CHECK(aliases.resolve(std::string("m\0del", 5)) == "p:m");
}
