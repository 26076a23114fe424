#include "compatible/site.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;
using namespace capstan::compatible;
using F = OpenAiFlavour;

TEST_CASE("host and port tell whose server it is") {
    const auto [url, flavour] = GENERATE(table<const char*, F>({
        {"https://api.openai.com/v1", F::openai},
        {"https://API.OpenAI.com/v1", F::openai},
        {"https://mine.openai.azure.com/openai/v1", F::openai},
        {"https://api.deepseek.com", F::deepseek},
        {"https://api.groq.com/openai/v1", F::groq},
        {"https://api.mistral.ai/v1", F::mistral},
        {"http://127.0.0.1:11434/v1", F::ollama},
        {"http://box:11434/v1", F::ollama},
        {"http://localhost:1234/v1", F::lm_studio},
        {"http://[::1]:1234/v1", F::lm_studio},
        {"http://far.example:1234/v1", F::automatic},
        {"http://127.0.0.1:8080/v1", F::automatic},
        {"https://api.openai.com.evil.example/v1", F::automatic},
        {"https://evil.example/api.openai.com", F::automatic},
        {"no url", F::automatic},
        {"", F::automatic},
    }));
    INFO(url);
    CHECK(flavour_of_url(url) == flavour);
}

TEST_CASE("the base URL is the settings', the environment's, or the flavour's") {
    OpenAiCompatibleOptions options;
    CHECK(choose_base_url(options, "") == "https://api.openai.com/v1");
    CHECK(choose_base_url(options, "http://env/v1/") == "http://env/v1");
    options.flavour = F::ollama;
    CHECK(choose_base_url(options, "http://env/v1") == "http://127.0.0.1:11434/v1");
    options.base_url = "http://mine/v1//";
    CHECK(choose_base_url(options, "http://env/v1") == "http://mine/v1");
    options.base_url.clear();
    options.flavour = F::generic;
    CHECK_THROWS_AS(choose_base_url(options, "http://env/v1"), ApiError);
}

TEST_CASE("a key is looked for where it belongs, and needed by hosted services only") {
    const auto [flavour, url, variable, required] =
        GENERATE(table<F, const char*, const char*, bool>({
            {F::openai, "https://api.openai.com/v1", "OPENAI_API_KEY", true},
            {F::openai, "http://127.0.0.1:9/v1", "", false},
            {F::deepseek, "https://api.deepseek.com", "DEEPSEEK_API_KEY", true},
            {F::deepseek, "https://stranger.example/v1", "", false},
            {F::ollama, "http://127.0.0.1:11434/v1", "", false},
            {F::ollama, "https://ollama.com/v1", "OLLAMA_API_KEY", true},
            {F::llama_cpp, "http://127.0.0.1:8080/v1", "LLAMA_API_KEY", false},
            {F::vllm, "http://gpu:8000/v1", "VLLM_API_KEY", false},
            {F::automatic, "https://stranger.example/v1", "", false},
        }));
    const ProviderSite site = site_of(flavour, url, false);
    INFO(url);
    CHECK(site.key_variable == variable);
    CHECK(site.key_required == required);
    CHECK(site.base_url == url);
    CHECK_FALSE(site.name.empty());
}

TEST_CASE("OPENAI_BASE_URL goes with OPENAI_API_KEY, which is not required there") {
    const ProviderSite site = site_of(F::automatic, "http://127.0.0.1:9/v1", true);
    CHECK(site.key_variable == "OPENAI_API_KEY");
    CHECK_FALSE(site.key_required);
    CHECK(site.name == "127.0.0.1:9");
    CHECK(site_of(F::lm_studio, "http://127.0.0.1:1234/v1", true).key_variable == "OPENAI_API_KEY");
}

TEST_CASE("a server's own routes lie beside /v1") {
    CHECK(root_of("http://h:1/v1") == "http://h:1");
    CHECK(root_of("http://h:1/v1/") == "http://h:1");
    CHECK(root_of("http://h/llama/v1") == "http://h/llama");
    CHECK(root_of("https://api.deepseek.com") == "https://api.deepseek.com");
}
