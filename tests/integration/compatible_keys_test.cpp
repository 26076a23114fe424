// Where keys go, and where they never show.
#include "compatible_fixture.hpp"
#include "run_awaitable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>

using namespace capstan;
using namespace capstan::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* secret = "sk-very-secret-key-0123456789";

/// An environment variable for the time of a test.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        setenv(name, value, 1);
    }
    ~Variable() {
        if (old_) setenv(name_, old_->c_str(), 1);
        else unsetenv(name_);
    }

private:
    const char* name_;
    std::optional<std::string> old_;
};

std::string all_words(const ApiError& error) {
    const ErrorInfo& info = error.info();
    return std::string(error.what()) + info.summary + info.remedy + info.server_message +
           info.code + info.error_type + info.request_id + to_json_text(info.raw);
}

}  // namespace

TEST_CASE("without a key no Authorization is sent") {
    CompatibleFixture fixture(OpenAiFlavour::vllm);
    fixture.simulator.enqueue(text_answer("hi"));
    CHECK(run_call(fixture.handler, "hi").text() == "hi");
    CHECK(fixture.simulator.requests()[0].header("Authorization").empty());
}

TEST_CASE("a key is sent as a bearer token, and no header of the settings takes its place") {
    CompatibleFixture fixture;
    OpenAiCompatibleOptions options = fixture.settings(OpenAiFlavour::generic, secret);
    options.headers.set("authorization", "Bearer other");
    options.headers.set("X-Mine", "yes");
    OpenAiCompatibleHandler handler(options);
    fixture.simulator.enqueue(text_answer("hi"));
    CHECK(run_call(handler, "hi").text() == "hi");
    const SimRequest request = fixture.simulator.requests()[0];
    CHECK(request.header("Authorization") == std::string("Bearer ") + secret);
    CHECK(std::count_if(request.headers.begin(), request.headers.end(), [](const auto& field) {
              return field.first == "Authorization" || field.first == "authorization";
          }) == 1);
    CHECK(request.header("X-Mine") == "yes");
}

TEST_CASE("the settings' headers go with every call, not with those of models alone") {
    CompatibleFixture fixture;
    OpenAiCompatibleOptions options = fixture.settings(OpenAiFlavour::generic, secret);
    options.headers.set("X-Mine", "yes");
    OpenAiCompatibleHandler handler(options);
    run_awaitable(handler.list_models());
    CHECK(fixture.simulator.requests()[0].path == "/models");
    CHECK(fixture.simulator.requests()[0].header("X-Mine") == "yes");
}

TEST_CASE("hosted services need a key before anything is sent") {
    const Variable unset("OPENAI_API_KEY", "");
    const Variable no_url("OPENAI_BASE_URL", "");
    OpenAiCompatibleOptions options;
    options.model = "gpt-5";
    CHECK_THROWS_WITH(OpenAiCompatibleHandler(options),
                      ContainsSubstring("OPENAI_API_KEY") && ContainsSubstring("OpenAI"));
    options.flavour = OpenAiFlavour::llama_cpp;
    CHECK_NOTHROW(OpenAiCompatibleHandler(options));
}

TEST_CASE("OpenAI's key from the environment does not go to strangers") {
    const Variable key("OPENAI_API_KEY", secret);
    const auto flavour = GENERATE(OpenAiFlavour::automatic, OpenAiFlavour::generic,
                                  OpenAiFlavour::openai, OpenAiFlavour::vllm);
    CompatibleFixture fixture(flavour);
    fixture.simulator.enqueue(text_answer("hi"));
    CHECK(run_call(fixture.handler, "hi").text() == "hi");
    CHECK(fixture.simulator.requests()[0].header("Authorization").empty());
}

TEST_CASE("OpenAI's key from the environment goes to the base URL from the environment") {
    CompatibleFixture fixture;
    const Variable key("OPENAI_API_KEY", secret);
    const std::string url = fixture.simulator.base_url();
    const Variable place("OPENAI_BASE_URL", url.c_str());
    OpenAiCompatibleOptions options;
    options.model = "some-model";
    options.http.proxy_from_environment = false;
    OpenAiCompatibleHandler handler(options);
    fixture.simulator.enqueue(text_answer("hi"));
    CHECK(run_call(handler, "hi").text() == "hi");
    CHECK_THAT(std::string(fixture.simulator.requests()[0].header("Authorization")),
               ContainsSubstring(secret));
}

TEST_CASE("a key is in no error, whatever the server repeats of it") {
    CompatibleFixture fixture(OpenAiFlavour::openai, secret);
    const std::string said = std::string("Incorrect API key provided: ") + secret;
    const auto response = GENERATE_COPY(
        refused_by(ChatServer::openai, 401, said, "invalid_api_key"),
        refused_by(ChatServer::vllm, 400, said), refused_by(ChatServer::lm_studio, 500, said),
        plain_answer(403, "text/plain", said), plain_answer(502, "text/html", "<p>" + said),
        broken_by(ChatServer::llama_cpp, "words", said),
        broken_by(ChatServer::llama_cpp, "words", said, true));
    OpenAiCompatibleOptions options = fixture.options;
    options.retry.max_retries = 0;
    OpenAiCompatibleHandler handler(options);
    fixture.simulator.enqueue(response);
    const Outcome outcome = run_call(handler, "hi");
    REQUIRE(outcome.error);
    CHECK_THAT(all_words(*outcome.error), !ContainsSubstring(secret));
    CHECK_THAT(all_words(*outcome.error), ContainsSubstring("Incorrect API key"));
}

TEST_CASE("a key is in no error of a list of models") {
    CompatibleFixture fixture(OpenAiFlavour::openai, secret);
    fixture.simulator.enqueue("GET /models",
                              refused_by(ChatServer::openai, 401, secret, "invalid_api_key"));
    try {
        run_awaitable(fixture.handler.list_models());
        FAIL("there is an error");
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::authentication);
        CHECK_THAT(all_words(error), !ContainsSubstring(secret));
    }
}
