// Providers by name.
#include "run_awaitable.hpp"

#include <capstan/error.hpp>
#include <capstan/providers/openrouter.hpp>
#include <capstan/providers/provider_registry.hpp>
#include <capstan/providers/scripted_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace capstan;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

template <class F>
std::string error_of(F f) {
    try {
        f();
    } catch (const ApiError& error) {
        CHECK(error.kind() == ErrorKind::configuration);
        return error.what();
    }
    return {};
}

std::shared_ptr<ScriptedHandler> scripted(SelectedModel model) {
    ScriptedOptions options;
    options.model = std::move(model);
    auto handler = std::make_shared<ScriptedHandler>(std::move(options));
    handler->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("yes"); });
    return handler;
}

// Its model says what it was made from.
std::shared_ptr<ApiHandler> make_scripted(const ProviderConfig& config) {
    SelectedModel model;
    model.id = config.name + '|' + config.model;
    return scripted(std::move(model));
}

ProviderOptions with_key() {
    ProviderOptions options;
    options.api_key = "key";
    return options;
}

asio::awaitable<void> drain(ApiHandler& handler, MessageRequest request) {
    auto stream = handler.create_message(std::move(request));
    while (auto chunk = co_await stream.next()) {
    }
}

const ProviderRegistration registration("registered-before-main", make_scripted);

}  // namespace

TEST_CASE("a registered provider makes handlers by name and by URI") {
    ProviderRegistry registry;
    CHECK(registry.names().empty());
    registry.register_provider("mine", make_scripted);
    CHECK(registry.contains("mine"));
    CHECK(!registry.contains("other"));
    CHECK(registry.make_handler(ProviderConfig("mine"))->get_model().id == "mine|");
    CHECK(registry.make_handler("mine:a/b:c")->get_model().id == "mine|a/b:c");
    const auto config = ProviderConfig::from_json(parse_json(R"({"uri":"mine:x"})"));
    CHECK(registry.make_handler(config)->get_model().id == "mine|x");
}

TEST_CASE("an unknown provider is answered with the known ones and the nearest") {
    ProviderRegistry registry;
    CHECK(has(error_of([&] { registry.make_handler(ProviderConfig("x")); }),
              "there is no provider \"x\". No provider is registered."));
    for (const auto* name : {"openrouter", "anthropic", "local"})
        registry.register_provider(name, make_scripted);
    CHECK(has(error_of([&] { registry.make_handler(ProviderConfig("opnrouter")); }),
              "there is no provider \"opnrouter\". Did you mean \"openrouter\"? "
              "Known are anthropic, local, openrouter."));
    CHECK(has(error_of([&] { registry.make_handler(ProviderConfig("OpenRouter")); }),
              "Did you mean \"openrouter\"?"));
    const auto far = error_of([&] { registry.make_handler(ProviderConfig("bedrock")); });
    CHECK(!has(far, "Did you mean"));
    CHECK(has(far, "Known are"));
    const auto by_uri = error_of([&] { registry.make_handler("antropic:claude?temperature=1"); });
    CHECK(has(by_uri, "Model URI, character 1: there is no provider \"antropic\""));
    CHECK(has(by_uri, "\n    ^~~~~~~~"));
    CHECK(has(error_of([&] { registry.make_handler("qwen3:8b"); }), "no provider \"qwen3\""));
}

TEST_CASE("a name is registered once, unless it is replaced on purpose") {
    ProviderRegistry registry;
    registry.register_provider("mine", make_scripted);
    CHECK(has(error_of([&] { registry.register_provider("mine", make_scripted); }),
              "there is already a provider \"mine\""));
    const auto old = registry.make_handler("mine:m");
    registry.replace_provider("mine", [](const ProviderConfig&) {
        SelectedModel model;
        model.id = "new";
        return scripted(std::move(model));
    });
    registry.replace_provider("other", make_scripted);
    CHECK(registry.make_handler("mine:m")->get_model().id == "new");
    CHECK(old->get_model().id == "mine|m");
    CHECK(registry.names() == std::vector<std::string>{"mine", "other"});
}

TEST_CASE("names that no URI could have, and empty factories, are refused") {
    ProviderRegistry registry;
    for (const std::string name : {"", "Mine", "a b", "a:b", "-a", ".a", "_a", "a/b", "é"}) {
        CAPTURE(name);
        CHECK(has(error_of([&] { registry.register_provider(name, make_scripted); }),
                  "is no name of a provider"));
        CHECK(has(error_of([&] { registry.replace_provider(name, make_scripted); }),
                  "is no name of a provider"));
    }
    CHECK(has(error_of([&] { registry.register_provider("a", {}); }), "has no factory"));
    CHECK(registry.names().empty());
}

TEST_CASE("all of another registry's providers are registered, or none") {
    ProviderRegistry one;
    one.register_provider("a", make_scripted);
    ProviderRegistry other;
    other.register_provider("b", make_scripted);
    other.register_provider("a", make_scripted);
    CHECK(has(error_of([&] { one.register_all(other); }), "already a provider \"a\""));
    CHECK(one.names() == std::vector<std::string>{"a"});
    ProviderRegistry third;
    third.register_provider("c", make_scripted);
    one.register_all(third);
    CHECK(one.names() == std::vector<std::string>{"a", "c"});
    CHECK(third.names().size() == 1);
}

TEST_CASE("what a factory throws comes out, and a null pointer is an error") {
    ProviderRegistry registry;
    registry.register_provider(
        "throws", [](const ProviderConfig&) -> std::shared_ptr<ApiHandler> {
            throw std::runtime_error("own reasons");
        });
    registry.register_provider("null", [](const ProviderConfig&) { return nullptr; });
    CHECK_THROWS_AS(registry.make_handler("throws:m"), std::runtime_error);
    CHECK(has(error_of([&] { registry.make_handler("null:m"); }), "made no handler"));
}

TEST_CASE("a URI's parameters reach every request, over what it says itself") {
    SelectedModel model;
    model.id = "m";
    model.info.emplace().name = "known";
    const auto inner = scripted(std::move(model));
    ProviderRegistry registry;
    registry.register_provider("p", [inner](const ProviderConfig&) { return inner; });
    CHECK(registry.make_handler("p:m") == inner);

    const auto handler = registry.make_handler("p:m?temperature=0.7&seed=5");
    MessageRequest request;
    request.sampling.temperature = 0.1;
    request.sampling.top_p = 0.1;
    testing::run_awaitable(drain(*handler, request));
    testing::run_awaitable(drain(*handler, MessageRequest()));
    const auto requests = inner->requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].sampling.temperature == 0.7);
    CHECK(requests[0].sampling.top_p == 0.1);
    CHECK(requests[1].sampling.seed == 5);
    CHECK(handler->get_model().info->name == "known");
    CHECK(handler->model_info("m")->name == "known");
    CHECK(!testing::run_awaitable(handler->get_api_stream_usage("x")));
}

TEST_CASE("the library's own providers are there, and those that were registered before main") {
    const auto registry = ProviderRegistry::with_builtin();
    CHECK(registry.contains("openrouter"));
    CHECK(registry.make_handler("registered-before-main:m")->get_model().id ==
          "registered-before-main|m");
    {
        const ProviderRegistration late("late", make_scripted);
        CHECK(ProviderRegistry::with_builtin().contains("late"));
        CHECK(make_handler("late:m")->get_model().id == "late|m");
    }
    CHECK(!ProviderRegistry::with_builtin().contains("late"));
    const ProviderRegistration twice("openrouter", make_scripted);
    CHECK(has(error_of([] { ProviderRegistry::with_builtin(); }),
              "already a provider \"openrouter\""));
}

TEST_CASE("openrouter is made from a URI, from JSON and from code") {
    const auto handler = make_handler("openrouter:x/y:free", with_key());
    CHECK(handler->get_model().id == "x/y:free");
    const auto registry = ProviderRegistry::with_builtin();
    auto config = ProviderConfig::from_json(parse_json(
        R"({"provider":"openrouter","options":{"api_key":"k","title":"T","model":"a/b"}})"));
    const auto made = std::dynamic_pointer_cast<OpenRouterHandler>(registry.make_handler(config));
    REQUIRE(made);
    CHECK(made->options().title == "T");
    CHECK(made->options().model == "a/b");
    config.settings["titel"] = "T";
    CHECK(has(error_of([&] { registry.make_handler(config); }), "Did you mean \"title\"?"));
    config = ProviderConfig("openrouter");
    config.options = with_key();
    CHECK(registry.make_handler(config)->get_model().id == OpenRouterOptions().model);
}

TEST_CASE("a registry serves and changes in several threads at once") {
    ProviderRegistry registry;
    registry.register_provider("base", make_scripted);
    constexpr int threads = 4;
    constexpr int rounds = 200;
    std::latch start(threads);
    std::atomic<int> made = 0;
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread)
        running.emplace_back([&, thread] {
            start.arrive_and_wait();
            for (int i = 0; i < rounds; ++i) {
                registry.register_provider("p" + std::to_string(thread) + '-' + std::to_string(i),
                                           make_scripted);
                registry.replace_provider("base", make_scripted);
                const ProviderRegistration object("s" + std::to_string(thread), make_scripted);
                if (registry.make_handler("base:m")) ++made;
            }
        });
    running.clear();
    CHECK(made == threads * rounds);
    CHECK(registry.names().size() == threads * rounds + 1);
}
