// Which part of a configuration wins, and configurations from JSON.
#include <capstan/error.hpp>
#include <capstan/providers/provider_config.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

json::object object_of(std::string_view text) { return parse_json(text).as_object(); }

std::string error_of(std::string_view text, std::string_view path = {}) {
    try {
        ProviderConfig::from_json(parse_json(text), path);
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a URI's place wins over JSON, JSON over code, and code over the defaults") {
    OpenRouterOptions defaults;
    defaults.model = "default";
    defaults.base_url = "http://default";
    defaults.max_tokens = 1;
    ProviderConfig config("p");
    CHECK(options_from(config, defaults).model == "default");

    config.options.emplace();
    config.options->max_tokens = 2;
    config.options->api_key = "code";
    CHECK(options_from(config, defaults).model == "default");
    CHECK(options_from(config, defaults).base_url == "http://default");
    CHECK(options_from(config, defaults).max_tokens == 2);
    config.options->model = "code";
    CHECK(options_from(config, defaults).model == "code");

    config.settings = object_of(R"({"model":"json","max_tokens":3,"base_url":"http://json"})");
    CHECK(options_from(config, defaults).model == "json");
    CHECK(options_from(config, defaults).max_tokens == 3);
    CHECK(options_from(config, defaults).api_key == "code");

    config.model = "uri";
    config.base_url = "http://uri";
    const auto options = options_from(config, defaults);
    CHECK(options.model == "uri");
    CHECK(options.base_url == "http://uri");
    CHECK(options.max_tokens == 3);
}

TEST_CASE("raw fields of the configuration do not get past a URI") {
    ProviderConfig config(ModelUri::parse("p:m?temperature=1"));
    config.settings = object_of(R"({"extra":{"model":"x","temperature":0,"top_p":0.5}})");
    const auto options = options_from<ProviderOptions>(config);
    CHECK(to_json_text(options.extra) == R"({"top_p":0.5})");
}

TEST_CASE("model info goes with the model that it describes") {
    ProviderConfig config(ModelUri::parse("p:m"));
    config.settings = object_of(R"({"model_info":{"context_length":5}})");
    CHECK(options_from<ProviderOptions>(config).model_info.has_value());
    config.settings["model"] = "m";
    CHECK(options_from<ProviderOptions>(config).model_info.has_value());
    config.settings["model"] = "other";
    CHECK(!options_from<ProviderOptions>(config).model_info.has_value());
}

TEST_CASE("a configuration is read from JSON, by a name or a URI") {
    const auto named = ProviderConfig::from_json(
        parse_json(R"({"provider":"openrouter","options":{"model":"x/y"}})"), "handlers[2]");
    CHECK(named.name == "openrouter");
    CHECK(named.settings.at("model") == "x/y");
    CHECK(named.path == "handlers[2].options");
    const auto by_uri = ProviderConfig::from_json(
        parse_json(R"({"uri":"local:m@http://h?seed=1","options":{"max_tokens":5}})"));
    CHECK(by_uri.name == "local");
    CHECK(by_uri.model == "m");
    CHECK(by_uri.base_url == "http://h");
    CHECK(by_uri.parameters.seed == 1);
    CHECK(by_uri.settings.at("max_tokens") == 5);
    CHECK(by_uri.path == "options");
}

TEST_CASE("a mistake in a configuration's JSON is named by its path") {
    CHECK(has(error_of("{}", "h"), "h.provider: either \"provider\" or \"uri\" must be there"));
    CHECK(has(error_of(R"({"provider":"a","uri":"b:c"})"), "either"));
    CHECK(has(error_of(R"({"provider":1})"), "provider: expected a text"));
    CHECK(has(error_of(R"({"provider":"a","option":{}})"), "Did you mean \"options\"?"));
    CHECK(has(error_of(R"({"provider":"a","options":[]})", "h"), "h.options: expected an object"));
    CHECK(has(error_of("3", "h"), "h: expected an object"));
    const auto error = error_of(R"({"uri":"a:b?sead=1"})", "h");
    CHECK(has(error, "h.uri, character 5: there is no parameter \"sead\""));
    CHECK(has(error, "^~~~"));
}
