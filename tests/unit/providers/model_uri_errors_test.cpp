// What is said of texts that are no model URI, and where.
#include "registry/caret_text.hpp"

#include <capstan/providers/model_uri.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <ctime>
#include <string>

using namespace capstan;

namespace {

ModelUriError error_of(const std::string& text) {
    try {
        ModelUri::parse(text);
    } catch (const ModelUriError& error) {
        return error;
    }
    FAIL("no error: " << text);
    throw std::logic_error("not reached");
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

struct Wrong {
    std::string text;
    std::size_t position;  // in bytes, from 0
    std::string said;
};

}  // namespace

TEST_CASE("an unusable model URI is refused at the place that is wrong") {
    const auto wrong = GENERATE(values<Wrong>({
        {"", 0, "empty"},
        {"gpt-4o", 6, "no provider"},
        {"anthropic/claude-sonnet-4.5", 9, "no provider"},
        {"x/y:free", 1, "no provider"},
        {"m?temperature=1", 1, "no provider"},
        {"@preset/mine", 0, "no provider"},
        {":m", 0, "name is missing"},
        {"OpenRouter:m", 0, "lower-case"},
        {"open router:m", 4, "lower-case"},
        {"-p:m", 0, "lower-case"},
        {"é:m", 0, "lower-case"},
        {"p:", 2, "the model is missing"},
        {"p:?temperature=1", 2, "the model is missing"},
        {"p:@http://h", 2, "the model is missing"},
        {"p: m", 2, "%20"},
        {"p:a%2", 3, "two hexadecimal digits"},
        {"p:a%", 3, "two hexadecimal digits"},
        {"p:a%zz", 3, "two hexadecimal digits"},
        {"p:a%00", 3, "control characters"},
        {"p:a\n", 3, "control characters"},
        {"p:a\x7F", 3, "control characters"},
        {"p:\xFF", 2, "UTF-8"},
        {"p:a%C3", 2, "UTF-8"},
        {"p:m@127.0.0.1:8080/v1", 4, "http://"},
        {"p:m@localhost:8080", 4, "http://"},
        {"p:m@http://", 4, "no URL"},
        {"p:m@http://:80", 4, "no URL"},
        {"p:m@http://h:port", 4, "no URL"},
        {"p:m@http://h:80x/", 4, "no URL"},
        {"p:m@http://h:65536", 4, "no URL"},
        {"p:m@http://h/<x>", 4, "no URL"},
        {"p:m@http://h/a b", 14, "%20"},
        {"p:m@http://h/#x", 13, "fragment"},
        {"p:m@http://user@h/", 11, "no user or password"},
        {"p:m?", 4, "name is missing"},
        {"p:m?=1", 4, "name is missing"},
        {"p:m?seed=1&", 11, "name is missing"},
        {"p:m?&seed=1", 4, "name is missing"},
        {"p:m?temprature=1", 4, "Did you mean \"temperature\""},
        {"p:m?Temperature=1", 4, "Did you mean \"temperature\""},
        {"p:m?colour=1", 4, "Known are temperature, top_p"},
        {"p:m?seed", 4, "Write seed=value"},
        {"p:m?seed=1&temperature=0.5&seed=2", 27, "given twice"},
        {"p:m?temperature=", 16, "a number from 0 to 2"},
        {"p:m?temperature=2.1", 16, "a number from 0 to 2, not \"2.1\""},
        {"p:m?temperature=-0.1", 16, "a number from 0 to 2"},
        {"p:m?temperature=nan", 16, "a number from 0 to 2"},
        {"p:m?temperature=inf", 16, "a number from 0 to 2"},
        {"p:m?temperature=1e999", 16, "a number from 0 to 2"},
        {"p:m?temperature=0x1", 16, "a number from 0 to 2"},
        {"p:m?temperature=0,7", 16, "a number from 0 to 2"},
        {"p:m?temperature=1.5.2", 16, "a number from 0 to 2"},
        {"p:m?temperature=+1", 16, "a number from 0 to 2"},
        {"p:m?temperature=%zz", 16, "two hexadecimal digits"},
        {"p:m?top_p=1.01", 10, "a number from 0 to 1"},
        {"p:m?top_k=1.5", 10, "an integer"},
        {"p:m?top_k=-1", 10, "an integer of 0 or more"},
        {"p:m?seed=9223372036854775808", 9, "64 bits"},
        {"p:m?max_tokens=0", 15, "1 or more"},
        {"p:m?presence_penalty=-2.5", 21, "from -2 to 2"},
        {"p:m?reasoning_effort=hihg", 21, "minimal, low, medium"},
        {"p:m?parallel_tool_calls=1", 24, "true or false"},
        {"p:m?reasoning_effort=low&thinking_budget_tokens=5", 25, "exclude each other"},
    }));
    CAPTURE(wrong.text);
    const auto error = error_of(wrong.text);
    CAPTURE(error.what());
    CHECK(error.position() == wrong.position);
    CHECK(has(error.what(), wrong.said));
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(error.phase() == ErrorPhase::before_request);
}

TEST_CASE("the error shows the text with a caret under the place") {
    const auto error = error_of("openrouter:x/y?temprature=1&seed=2");
    CHECK(error.character() == 16);
    CHECK(error.excerpt() == "    openrouter:x/y?temprature=1&seed=2\n"
                             "                   ^~~~~~~~~~");
    CHECK(std::string(error.what()) ==
          "Model URI, character 16: there is no parameter \"temprature\". "
          "Did you mean \"temperature\"?\n" +
              error.excerpt());
    CHECK(has(static_cast<const ApiError&>(error).what(), "^~~~"));
}

TEST_CASE("characters are counted, not bytes") {
    const auto error = error_of("p:é模型?x=1");
    CHECK(error.position() == 11);
    CHECK(error.character() == 7);
    CHECK(error.excerpt() == "    p:é模型?x=1\n          ^");
}

TEST_CASE("of a long text only the part around the place is shown") {
    const auto error =
        error_of("p:" + std::string(500, 'm') + "?top_q=1&seed=" + std::string(100, '1'));
    const auto excerpt = error.excerpt();
    CAPTURE(excerpt);
    CHECK(excerpt.size() < 300);
    CHECK(has(excerpt, "    ...mmm"));
    CHECK(has(excerpt, "111...\n"));
    const auto line = excerpt.find('\n');
    CHECK(excerpt[excerpt.find('^') - line - 1] == 't');
    CHECK(error_of("p:" + std::string(5000, 'm')).position() == 4096);
    CHECK(std::string(error_of("p:m?" + std::string(3000, 'x')).what()).size() < 800);
}

TEST_CASE("what could steer a terminal is not shown as it is") {
    const std::string error = error_of("p:m?\x1B[2Jx=1").what();
    CHECK(!has(error, "\x1B"));
    CHECK(has(error, "?[2Jx"));
}

TEST_CASE("an error shows no key, password or user, wherever they were put") {
    const auto text = GENERATE(as<std::string>(),
                               "p:m?api_key=SECRET-value-1234", "p:m?seed=x&API-Key=SECRET-value",
                               "p:m@http://user:SECRET@h/v1", "p:m@http://user:SECRET@h/?seed=x",
                               "p:m?seed=1&token=SECRET&top_q=1",
                               "p:m?temperature=sk-SECRET-12345678",
                               "sk-or-v1-SECRET12345678:m", "p:sk-ant-SECRET12345678 x",
                               "sk-or-v1-SECRET12345678", "p:m?sk-SECRET12345678901",
                               "p:m?seed=1&password=SECRET", "p:m?Authorization=SECRET");
    const auto error = error_of(text);
    CAPTURE(error.what());
    CHECK(!has(error.what(), "SECRET"));
    CHECK(!has(error.excerpt(), "SECRET"));
    CHECK(!has(error.info().summary, "SECRET"));
    CHECK(has(error.excerpt(), "***"));
}

TEST_CASE("keys in a model URI are refused with the place where they belong") {
    CHECK(has(error_of("p:m?api_key=x").what(), "keys do not belong into a model URI"));
}

TEST_CASE("the caret lines fit any text and any place") {
    const std::string text = "a\xC3\xA9\xFF b?key=x&y=http://u:p@h";
    for (std::size_t position = 0; position <= text.size() + 2; ++position)
        for (std::size_t length = 0; length <= text.size() + 2; ++length) {
            const auto lines = registry::caret_lines(text, position, length);
            REQUIRE(is_valid_utf8(lines));
            REQUIRE(has(lines, "^"));
        }
}

TEST_CASE("long wrong texts are refused in time linear in them") {
    const std::string piece =
        GENERATE("://", "&", "?", "?a=", "?token=", "&token=a", "@", "://@", "sk-");
    INFO(piece);
    // Processor time, which does not grow with what else runs here.
    const auto time_for = [&](std::size_t size) {
        std::string text = "p:m";
        while (text.size() < size) text += piece;
        const auto start = std::clock();
        CHECK_THROWS_AS(ModelUri::parse(text), ModelUriError);
        return std::max<double>(static_cast<double>(std::clock() - start), CLOCKS_PER_SEC / 1000.0);
    };
    // About 8 times as much; with time that grows with the square, up to 64 times.
    CHECK(time_for(800'000) < 24 * time_for(100'000));
}

TEST_CASE("every secret of a text is covered, wherever its parts are") {
    using registry::without_secrets;
    CHECK(without_secrets("p:m?token=a?b&seed=1") == "p:m?token=***&seed=1");
    CHECK(without_secrets("p:m?x=1?api_key=a=b") == "p:m?x=1?api_key=***");
    CHECK(without_secrets("p:m?api_key?=ab&seed=12") == "p:m?api_key?=**&seed=12");
    CHECK(without_secrets("p:m?a?token=ab") == "p:m?a?token=**");
    CHECK(without_secrets("p:m?token&a=bc") == "p:m?token&a=bc");
    CHECK(without_secrets("p:m&token=&a=bc") == "p:m&token=&a=bc");
    CHECK(without_secrets("p:m?token") == "p:m?token");
    CHECK(without_secrets("p:m@http://u:p@w@h/x") == "p:m@http://*****@h/x");
    CHECK(without_secrets("p@m://h/x@y://@z") == "p@m://h/x@y://@z");
    CHECK(without_secrets("://") == "://");
}
