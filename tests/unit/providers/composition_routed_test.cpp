#include "composition_fixture.hpp"

#include <capstan/providers/routed_handler.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::testing;

namespace {

std::shared_ptr<ScriptedHandler> echo(std::string name) {
    auto handler = std::make_shared<ScriptedHandler>();
    handler->otherwise([name](const MessageRequest& request) {
        return ScriptedAnswer().text(name + ":" + request.model);
    });
    return handler;
}

std::string answer(ApiHandler& handler, std::string role, std::string model = {}) {
    auto request = question("?", std::move(model));
    request.context.role = std::move(role);
    const auto heard = hear(handler, request);
    return heard.complete() ? heard.text() : heard.what();
}

}  // namespace

TEST_CASE("routed: each role has its handler and its model") {
    Routes routes;
    const auto big = echo("big");
    routes["planning"] = Route(big, "a/large");
    routes["coding"] = Route(big, "a/medium");
    routes["fast"] = Route(echo("small"));
    RoutedHandler handler(routes, "coding");
    CHECK(answer(handler, "planning") == "big:a/large");
    CHECK(answer(handler, "coding") == "big:a/medium");
    CHECK(answer(handler, "fast") == "small:");
    CHECK(answer(handler, "") == "big:a/medium");
    CHECK(answer(handler, "planning", "my/own") == "big:my/own");
    CHECK(handler.get_model().id == "a/medium");
    CHECK(handler.get_model("fast").id == "scripted/model");
}

TEST_CASE("routed: an unknown role is refused by the stream, with the roles there are") {
    Routes routes;
    routes["coding"] = Route(echo("x"));
    routes["fast"] = Route(echo("y"));
    RoutedHandler handler(routes, "coding");
    CHECK(answer(handler, "Coding").find("There is no role \"Coding\"") != std::string::npos);
    CHECK(answer(handler, "painting").find("coding, fast") != std::string::npos);
    CHECK_THROWS_AS(handler.get_model("painting"), ApiError);
}

TEST_CASE("routed: unusable settings are refused at once") {
    Routes routes;
    CHECK_THROWS_AS(RoutedHandler(routes, "coding"), ApiError);
    routes["coding"] = Route();
    CHECK_THROWS_AS(RoutedHandler(routes, "coding"), ApiError);
    routes["coding"] = Route(echo("x"));
    CHECK_THROWS_AS(RoutedHandler(routes, "fast"), ApiError);
    CHECK_NOTHROW(RoutedHandler(routes, "coding"));
}
