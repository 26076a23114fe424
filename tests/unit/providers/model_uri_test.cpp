// Model URIs: what is read, and that writing and reading them are inverse.
#include <capstan/providers/model_uri.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <random>
#include <string>
#include <vector>

using namespace capstan;

namespace {

struct Reading {
    std::string text;
    std::string provider;
    std::string model;
    std::string base_url;
};

template <class T, std::size_t size>
const T& one_of(std::mt19937& random, const T (&list)[size]) {
    return list[random() % size];
}

// Pieces that a careless writer or reader would trip over.
std::string random_model(std::mt19937& random) {
    static const std::string pieces[] = {
        "a",        "/",        ":",         "@",    "?",           "&", "=", "%",    "#",
        " ",        "+",        "http://",   "%41",  "https://",    "~", ",", "\\",   "é",
        "模型",     ":8080",    "@h:80",     "free", "127.0.0.1:1", "\xF0\x9F\x98\x80",
        "@preset/", "@http://", "@HTTPS://"};
    std::string model = "m";
    for (auto count = random() % 6; count > 0; --count) model += one_of(random, pieces);
    return random() % 4 ? model : model.substr(1) + "z";
}

template <class T>
void maybe(std::mt19937& random, std::optional<T>& into, T value) {
    if (random() % 3 == 0) into = value;
}

double in_range(std::mt19937& random, double low, double high) {
    if (random() % 8 == 0) return random() % 2 ? low : high;
    return std::uniform_real_distribution<double>(low, high)(random);
}

ModelParameters random_parameters(std::mt19937& random) {
    ModelParameters result;
    std::uniform_int_distribution<std::int64_t> any;
    maybe(random, result.temperature, in_range(random, 0, 2));
    maybe(random, result.top_p, in_range(random, 0, 1));
    maybe(random, result.top_k, any(random));
    maybe(random, result.min_p, in_range(random, 0, 1e-9));
    maybe(random, result.top_a, in_range(random, 0, 1));
    maybe(random, result.frequency_penalty, in_range(random, -2, 2));
    maybe(random, result.presence_penalty, in_range(random, -2, 2));
    maybe(random, result.repetition_penalty, in_range(random, 0, 2));
    maybe(random, result.seed, -any(random));
    maybe(random, result.max_tokens, any(random) / 2 + 1);
    static const std::string words[] = {"", "low", "high", "max"};
    result.reasoning_effort = one_of(random, words);
    if (result.reasoning_effort.empty())
        maybe(random, result.thinking_budget_tokens, any(random));
    result.verbosity = one_of(random, words);
    maybe(random, result.parallel_tool_calls, random() % 2 == 0);
    return result;
}

}  // namespace

TEST_CASE("a model URI has a provider, a model and perhaps a base URL") {
    const auto reading = GENERATE(values<Reading>({
        {"openrouter:anthropic/claude-sonnet-4.5", "openrouter", "anthropic/claude-sonnet-4.5", ""},
        {"openai:gpt-4o", "openai", "gpt-4o", ""},
        {"local:qwen3@http://127.0.0.1:8080/v1", "local", "qwen3", "http://127.0.0.1:8080/v1"},
        {"local:qwen3:8b@https://h/v1/", "local", "qwen3:8b", "https://h/v1/"},
        {"local:m@http://[::1]:8080", "local", "m", "http://[::1]:8080"},
        {"local:m@HTTP://Host:1", "local", "m", "HTTP://Host:1"},
        {"openrouter:x/y:free", "openrouter", "x/y:free", ""},
        {"openrouter:x/y:free:nitro", "openrouter", "x/y:free:nitro", ""},
        {"openrouter:@preset/mine", "openrouter", "@preset/mine", ""},
        {"openrouter:x/y@preset/mine", "openrouter", "x/y@preset/mine", ""},
        {"openrouter:x/y@preset/mine@http://h", "openrouter", "x/y@preset/mine", "http://h"},
        {"openrouter:~anthropic/claude-latest", "openrouter", "~anthropic/claude-latest", ""},
        {"openrouter:a/b,c/d", "openrouter", "a/b,c/d", ""},
        {"vertex:claude-sonnet-4@20250514", "vertex", "claude-sonnet-4@20250514", ""},
        {"p:a%20b%3Fc%25%40http://d", "p", "a b?c%@http://d", ""},
        {"p:a%2fb", "p", "a/b", ""},
        {"p:a+b", "p", "a+b", ""},
        {"p:m@http://h/a%20b", "p", "m", "http://h/a%20b"},
        {"my-own.provider_2:m", "my-own.provider_2", "m", ""},
        {"p:C:\\models\\a.gguf", "p", "C:\\models\\a.gguf", ""},
        {"p:/models/a.gguf", "p", "/models/a.gguf", ""},
        {"p:模型", "p", "模型", ""},
        {"p:%E6%A8%A1", "p", "模", ""},
    }));
    CAPTURE(reading.text);
    const auto uri = ModelUri::parse(reading.text);
    CHECK(uri.provider == reading.provider);
    CHECK(uri.model == reading.model);
    CHECK(uri.base_url == reading.base_url);
    CHECK(uri.parameters.empty());
    CHECK(ModelUri::parse(to_string(uri)) == uri);
}

TEST_CASE("a model URI's parameters become numbers, words and flags") {
    const auto uri = ModelUri::parse(
        "p:m@http://h/v1?temperature=0.7&top_p=.9&top_k=40&min_p=1e-3&top_a=1&seed=-5"
        "&frequency_penalty=-2&presence_penalty=2&repetition_penalty=%31.1&max_tokens=1"
        "&reasoning_effort=xhigh&verbosity=low&parallel_tool_calls=false");
    CHECK(uri.base_url == "http://h/v1");
    const auto& parameters = uri.parameters;
    CHECK(parameters.temperature == 0.7);
    CHECK(parameters.top_p == 0.9);
    CHECK(parameters.top_k == 40);
    CHECK(parameters.min_p == 0.001);
    CHECK(parameters.top_a == 1.0);
    CHECK(parameters.seed == -5);
    CHECK(parameters.frequency_penalty == -2.0);
    CHECK(parameters.presence_penalty == 2.0);
    CHECK(parameters.repetition_penalty == 1.1);
    CHECK(parameters.max_tokens == 1);
    CHECK(parameters.reasoning_effort == "xhigh");
    CHECK(parameters.verbosity == "low");
    CHECK(parameters.parallel_tool_calls == false);
    CHECK(ModelUri::parse("p:m?thinking_budget_tokens=0").parameters.thinking_budget_tokens == 0);
}

TEST_CASE("a model URI is written as it would be typed") {
    for (const std::string text :
         {"openrouter:anthropic/claude-sonnet-4.5?temperature=0.7&top_p=0.9",
          "local:qwen3:8b@http://127.0.0.1:8080/v1", "openrouter:x/y:free@preset/mine",
          "vertex:claude-sonnet-4@20250514?seed=-9223372036854775808",
          "p:a%20b%3Fc?parallel_tool_calls=true"})
        CHECK(to_string(ModelUri::parse(text)) == text);
}

TEST_CASE("reading what was written gives the same model URI") {
    std::mt19937 random(20260101);
    static const std::string providers[] = {"openrouter", "p", "a-b_c.d", "0"};
    static const std::string urls[] = {"", "http://h", "https://127.0.0.1:8080/v1",
                                       "http://[::1]/a%40b@c:d"};
    for (int i = 0; i < 5000; ++i) {
        ModelUri uri;
        uri.provider = one_of(random, providers);
        uri.model = random_model(random);
        uri.base_url = one_of(random, urls);
        uri.parameters = random_parameters(random);
        const auto text = to_string(uri);
        CAPTURE(i, text, uri.model);
        REQUIRE(ModelUri::parse(text) == uri);
        REQUIRE(to_string(ModelUri::parse(text)) == text);
    }
}

TEST_CASE("any bytes are either a model URI that round-trips or an error inside the text") {
    std::mt19937 random(7);
    static const std::string pieces[] = {
        "p:",   "m",  "@http://", "h:1",  "/",    "?",   "temperature=", "1",  "&", "=",
        "seed", "%",  "%4",       "%41",  "%00",  "\xC3", "\xA9",         " ",  ":", "@",
        "[",    "\n", "top_p=.5", "\x7F", "%C3",  "%A9",  "https://",     "#",  "é",
        std::string(1, '\0')};
    std::size_t read = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = random() % 2 ? "p:m" : "";
        for (auto count = random() % 8; count > 0; --count) text += one_of(random, pieces);
        CAPTURE(i, text);
        try {
            const auto uri = ModelUri::parse(text);
            ++read;
            REQUIRE(ModelUri::parse(to_string(uri)) == uri);
        } catch (const ModelUriError& error) {
            REQUIRE(error.position() <= text.size());
            REQUIRE(error.character() <= text.size() + 1);
            REQUIRE(is_valid_utf8(error.what()));
        }
    }
    CHECK(read > 1000);
}
