// Lists of models, and what servers tell of them on routes of their own.
#include "compatible_fixture.hpp"
#include "run_awaitable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace capstan;
using namespace capstan::testing;

namespace {

/// A simulator whose routes begin at the root, and a handler of its /v1.
struct RootFixture {
    explicit RootFixture(OpenAiFlavour flavour) {
        OpenAiCompatibleOptions options;
        options.flavour = flavour;
        options.base_url = simulator.origin() + "/v1";
        options.model = "some-model";
        options.http.proxy_from_environment = false;
        options.retry.max_retries = 0;
        handler.emplace(options);
    }

    static SimulatorOptions at_root() {
        SimulatorOptions options;
        options.base_path = "";
        options.require_key = false;
        return options;
    }

    SelectedModel load() { return run_awaitable(handler->load_model()); }

    Simulator simulator{at_root()};
    std::optional<OpenAiCompatibleHandler> handler;
};

SimResponse body(std::string_view text) { return json_answer(parse_json(text)); }

}  // namespace

TEST_CASE("the models of every server are listed") {
    const ChatServer server = GENERATE(from_range(all_servers));
    CompatibleFixture fixture(flavour_of(server));
    fixture.simulator.enqueue("GET /models", models_of(server, "some-model", 4096));
    CHECK_FALSE(fixture.handler.get_model().info);
    const auto models = run_awaitable(fixture.handler.list_models());
    REQUIRE(models.size() == 1);
    CHECK(models[0].id == "some-model");
    const bool tells = server == ChatServer::llama_cpp || server == ChatServer::vllm;
    CHECK(models[0].context_length.has_value() == tells);
    REQUIRE(fixture.handler.get_model().info);
    CHECK(fixture.handler.model_info("some-model")->context_length == models[0].context_length);
    // llama.cpp runs one model, whatever name a request has.
    const bool any_name = server == ChatServer::llama_cpp;
    CHECK(fixture.handler.model_info("another").has_value() == any_name);
}

TEST_CASE("a list that fails is an error, and what was known stays known") {
    CompatibleFixture fixture(OpenAiFlavour::vllm);
    fixture.simulator.enqueue("GET /models", models_of(ChatServer::vllm, "some-model", 4096));
    run_awaitable(fixture.handler.list_models());
    fixture.simulator.enqueue("GET /models", refused_by(ChatServer::vllm, 404, "no such route"));
    CHECK_THROWS_AS(run_awaitable(fixture.handler.list_models()), ApiError);
    CHECK(fixture.handler.get_model().info->context_length == 4096);
}

TEST_CASE("an unknown server is known by its list, and then spoken to in its way") {
    CompatibleFixture fixture(OpenAiFlavour::automatic);
    CHECK(fixture.handler.flavour() == OpenAiFlavour::generic);
    fixture.simulator.enqueue("GET /models", models_of(ChatServer::vllm, "some-model", 4096));
    const SelectedModel model = run_awaitable(fixture.handler.load_model());
    CHECK(model.info->context_length == 4096);
    CHECK(fixture.handler.flavour() == OpenAiFlavour::vllm);
    fixture.simulator.enqueue(text_answer("hi"));
    MessageRequest request;
    request.messages = Conversation::user("hi");
    request.reasoning.emplace().effort = "none";
    request.max_tokens = 100'000;
    CHECK(run_call(fixture.handler, std::move(request)).text() == "hi");
    CHECK(fixture.body(0).at("chat_template_kwargs").at("enable_thinking") == false);
    CHECK(fixture.body(0).at("max_tokens").to_number<int>() < 4096);
}

TEST_CASE("the settings' model info wins over the server's") {
    CompatibleFixture fixture;
    OpenAiCompatibleOptions options = fixture.options;
    options.model_info.emplace().context_length = 7;
    OpenAiCompatibleHandler handler(options);
    fixture.simulator.enqueue("GET /models", models_of(ChatServer::vllm, "some-model", 4096));
    CHECK(run_awaitable(handler.load_model()).info->context_length == 7);
}

TEST_CASE("llama.cpp's older list is completed from its properties") {
    RootFixture fixture(OpenAiFlavour::llama_cpp);
    fixture.simulator.always("GET /v1/models", body(R"({"data":[{"id":"tiny","owned_by":"llamacpp",
        "meta":{"n_ctx_train":131072}}]})"));
    SECTION("where they are given") {
        fixture.simulator.enqueue("GET /props",
                                  body(R"({"default_generation_settings":{"n_ctx":2048}})"));
        CHECK(fixture.load().info->context_length == 2048);
    }
    SECTION("but not where they are refused") {
        fixture.simulator.enqueue("GET /props", refused_by(ChatServer::llama_cpp, 501, "no"));
        CHECK(fixture.load().info->context_length == 131072);
    }
}

TEST_CASE("Ollama tells the context of a loaded model, else of its file") {
    RootFixture fixture(OpenAiFlavour::ollama);
    fixture.simulator.enqueue("GET /v1/models",
                              models_of(ChatServer::ollama, "some-model:latest", 0));
    SECTION("loaded") {
        fixture.simulator.enqueue("GET /api/ps", body(R"({"models":[
            {"name":"some-model:latest","context_length":4096}]})"));
        CHECK(fixture.load().info->context_length == 4096);
    }
    SECTION("not loaded") {
        fixture.simulator.enqueue("GET /api/ps", body(R"({"models":[]})"));
        fixture.simulator.enqueue("POST /api/show",
                                  body(R"({"model_info":{"qwen3.context_length":40960}})"));
        CHECK(fixture.load().info->context_length == 40960);
        const auto shown = fixture.simulator.requests("POST /api/show");
        REQUIRE(shown.size() == 1);
        CHECK(shown[0].json().at("model") == "some-model:latest");
    }
    SECTION("not telling") {
        fixture.simulator.always("* *", refused_by(ChatServer::ollama, 404, "page not found"));
        CHECK_FALSE(fixture.load().info->context_length);
    }
}

TEST_CASE("LM Studio tells the context that a model was loaded with") {
    RootFixture fixture(OpenAiFlavour::lm_studio);
    fixture.simulator.enqueue("GET /v1/models", models_of(ChatServer::lm_studio, "some-model", 0));
    fixture.simulator.enqueue("GET /api/v0/models", body(R"({"data":[{"id":"other"},
        {"id":"some-model","type":"vlm","max_context_length":32768,"loaded_context_length":4096}]})"));
    const SelectedModel model = fixture.load();
    CHECK(model.info->context_length == 4096);
    CHECK(model.info->input_modalities == std::vector<std::string>{"text", "image"});
}

TEST_CASE("a model that the server does not have stays unknown") {
    CompatibleFixture fixture(OpenAiFlavour::ollama);
    fixture.simulator.enqueue("GET /models", models_of(ChatServer::ollama, "another", 0));
    const SelectedModel model = run_awaitable(fixture.handler.load_model());
    CHECK(model.id == "some-model");
    CHECK_FALSE(model.info);
}
