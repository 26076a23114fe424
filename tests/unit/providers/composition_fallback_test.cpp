#include "composition_fixture.hpp"

#include <capstan/providers/fallback_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace capstan;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<ScriptedHandler> scripted(ScriptedAnswer answer) {
    auto handler = std::make_shared<ScriptedHandler>();
    handler->add(std::move(answer));
    return handler;
}

constexpr int last_kind = static_cast<int>(ErrorKind::empty_answer);

}  // namespace

TEST_CASE("fallback: by default the kinds that lie with the provider fail over, and no others") {
    const std::set<ErrorKind> stay{ErrorKind::configuration,    ErrorKind::invalid_request,
                                   ErrorKind::context_overflow, ErrorKind::content_policy,
                                   ErrorKind::invalid_signature, ErrorKind::cancelled};
    for (int n = 0; n <= last_kind; ++n) {
        const auto kind = static_cast<ErrorKind>(n);
        INFO(to_string(kind));
        auto first = scripted(ScriptedAnswer().error(kind, "no"));
        auto second = scripted(ScriptedAnswer().text("yes"));
        FallbackHandler handler({{first, "a/one"}, {second, "b/two"}});
        const auto heard = hear(handler, question());
        if (stay.contains(kind)) {
            REQUIRE(heard.error);
            CHECK(heard.error->kind() == kind);
            CHECK(second->calls() == 0);
        } else {
            CHECK(heard.complete());
            CHECK(heard.text() == "yes");
        }
    }
}

TEST_CASE("fallback: each entry is asked for its own model, the last one with all of the request") {
    auto first = scripted(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
    auto second = scripted(ScriptedAnswer().error(ErrorKind::network, "reset"));
    auto third = scripted(ScriptedAnswer().text("yes"));
    std::vector<std::string> told;
    FallbackOptions options;
    options.on_failover = [&](const Failover& failover) {
        told.push_back(failover.from_name + " > " + failover.to_name + ": " +
                       std::string(to_string(failover.error->kind())));
        throw std::runtime_error("contained");
    };
    FallbackHandler handler({{first, "a/one"}, {second, "b/two"}, {third}}, options);
    auto request = question("Hm?", "wanted");
    request.models = {"x", "y"};
    CHECK(hear(handler, request).complete());
    CHECK(first->requests().at(0).model == "a/one");
    CHECK(first->requests().at(0).models.empty());
    CHECK(second->requests().at(0).model == "b/two");
    CHECK(third->requests().at(0).model == "wanted");
    CHECK(third->requests().at(0).models.size() == 2);
    CHECK(third->requests().at(0).messages.size() == 1);
    CHECK(told == std::vector<std::string>{"a/one > b/two: overloaded",
                                           "b/two > scripted/model: network"});
}

TEST_CASE("fallback: after the first chunk an error is an error") {
    auto first = scripted(ScriptedAnswer().text("Half").error(ErrorKind::network, "reset"));
    auto second = scripted(ScriptedAnswer().text("yes"));
    FallbackHandler handler({{first}, {second}});
    const auto heard = hear(handler, question());
    REQUIRE(heard.error);
    CHECK(heard.error->kind() == ErrorKind::network);
    CHECK(heard.text() == "Half");
    CHECK(second->calls() == 0);
}

TEST_CASE("fallback: the final error says what each said, and can be tried again if one can") {
    ErrorInfo limited;
    limited.kind = ErrorKind::rate_limited;
    limited.summary = "too fast";
    limited.retryable = true;
    limited.retry_after = 7s;
    auto first = scripted(ScriptedAnswer().error(limited));
    auto second = scripted(ScriptedAnswer().error(ErrorKind::not_found, "no such model"));
    FallbackHandler handler({{first, "a/one"}, {second, "b/two"}});
    const auto heard = hear(handler, question());
    REQUIRE(heard.error);
    CHECK(heard.error->kind() == ErrorKind::rate_limited);
    CHECK(heard.error->retryable());
    CHECK(heard.error->info().retry_after == 7s);
    CHECK(heard.what().find("a/one said: too fast") != std::string::npos);
    CHECK(heard.what().find("b/two said: no such model") != std::string::npos);
    const auto& attempts = heard.error->info().raw.at("attempts").as_array();
    REQUIRE(attempts.size() == 2);
    CHECK(attempts[1].at("kind") == "not_found");
}

TEST_CASE("fallback: a single failure comes out as it is") {
    auto first = scripted(ScriptedAnswer().error(ErrorKind::invalid_request, "bad tool"));
    FallbackHandler handler({{first, "a/one"}, {scripted(ScriptedAnswer().text("yes"))}});
    CHECK(hear(handler, question()).what() == "bad tool.");
}

TEST_CASE("fallback: an error that ends the search after another is not called retryable") {
    auto first = scripted(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
    auto second = scripted(ScriptedAnswer().error(ErrorKind::invalid_request, "bad tool"));
    auto third = scripted(ScriptedAnswer().text("yes"));
    FallbackHandler handler({{first}, {second}, {third}});
    const auto heard = hear(handler, question());
    REQUIRE(heard.error);
    CHECK(heard.error->kind() == ErrorKind::invalid_request);
    CHECK_FALSE(heard.error->retryable());
    CHECK(third->calls() == 0);
}

TEST_CASE("fallback: what a failed entry cost is part of the final cost") {
    auto first = scripted(ScriptedAnswer()
                              .cost(Money::from_nano_usd(7))
                              .error(ErrorKind::server, "broke"));
    SECTION("with the usage of the answer") {
        FallbackHandler handler(
            {{first}, {scripted(ScriptedAnswer().text("yes").cost(Money::from_nano_usd(5)))}});
        const auto heard = hear(handler, question());
        CHECK(heard.complete());
        CHECK(heard.usages().at(0).total_cost == Money::from_nano_usd(12));
        CHECK(heard.usages().at(0).raw.at("failed_attempts_cost") == "0.000000007");
    }
    SECTION("where the answer tells none") {
        FallbackHandler handler({{first}, {scripted(ScriptedAnswer().text("yes").no_usage())}});
        const auto heard = hear(handler, question());
        CHECK(heard.complete());
        CHECK_FALSE(heard.usages().at(0).total_cost);
        CHECK(heard.usages().at(0).raw.at("failed_attempts_cost") == "0.000000007");
    }
    SECTION("and when all fail") {
        FallbackHandler handler(
            {{first}, {scripted(ScriptedAnswer().error(ErrorKind::server, "broke"))}});
        const auto heard = hear(handler, question());
        CHECK(heard.error);
        CHECK(heard.usages().at(0).total_cost == Money::from_nano_usd(7));
    }
    SECTION("an empty answer with a usage keeps the order") {
        FallbackHandler handler({{first}, {scripted(ScriptedAnswer().cost(Money()))}});
        const auto heard = hear(handler, question());
        CHECK(heard.complete());
        CHECK(heard.usages().at(0).total_cost == Money::from_nano_usd(7));
    }
}

TEST_CASE("fallback: an entry that failed cools down, and is asked when all do") {
    auto clock = std::make_shared<ManualClock>();
    auto first = std::make_shared<ScriptedHandler>();
    auto second = std::make_shared<ScriptedHandler>();
    bool broken = true;
    first->otherwise([&](const MessageRequest&) {
        return broken ? ScriptedAnswer().error(ErrorKind::overloaded, "busy")
                      : ScriptedAnswer().text("first");
    });
    second->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("second"); });
    FallbackOptions options;
    options.cool_down = 30s;
    options.clock = clock;
    FallbackHandler handler({{first}, {second}}, options);
    CHECK(hear(handler, question()).text() == "second");
    broken = false;
    CHECK(hear(handler, question()).text() == "second");
    CHECK(first->calls() == 1);
    clock->advance(30s);
    CHECK(hear(handler, question()).text() == "first");

    second->otherwise([](const MessageRequest&) {
        return ScriptedAnswer().error(ErrorKind::server, "down");
    });
    broken = true;
    CHECK(hear(handler, question()).error);
    CHECK(hear(handler, question()).error);
    CHECK(first->calls() == 4);
}

TEST_CASE("fallback: a stream given up at any point leaves nothing behind") {
    auto clock = std::make_shared<ManualClock>();
    ScriptedOptions slow;
    slow.clock = clock;
    for (const bool destroyed : {true, false})
        for (int step = 0; step < 4; ++step) {
            auto first = std::make_shared<ScriptedHandler>(slow);
            first->add(ScriptedAnswer().delay(1s).error(ErrorKind::overloaded, "busy"));
            auto second = std::make_shared<ScriptedHandler>(slow);
            second->add(ScriptedAnswer().delay(1s).text("A").delay(1s).text("B"));
            FallbackHandler handler({{first}, {second}});
            Calls calls;
            calls.start(handler, question());
            calls.run();
            for (int n = 0; n < step; ++n) {
                clock->advance(1s);
                calls.run();
            }
            INFO(destroyed << step);
            CHECK(calls[0].done == (step == 3));
            destroyed ? calls.destroy(0) : calls.cancel(0);
            calls.run();
            CHECK(first->open_calls() == 0);
            CHECK(second->open_calls() == 0);
            CHECK(second->calls() == (step == 0 ? 0 : 1));
            CHECK(clock->sleepers() == 0);
        }
}

TEST_CASE("fallback: a callback may destroy the stream; nobody is asked any more") {
    auto first = scripted(ScriptedAnswer().error(ErrorKind::overloaded, "busy"));
    auto second = scripted(ScriptedAnswer().text("yes"));
    Calls calls;
    FallbackOptions options;
    options.on_failover = [&](const Failover&) { calls.destroy(0); };
    FallbackHandler handler({{first}, {second}}, options);
    calls.call(handler, question());
    CHECK(calls[0].chunks.empty());
    CHECK(calls[0].done);
    CHECK(second->calls() == 0);
}

TEST_CASE("fallback: unusable settings are refused at once") {
    CHECK_THROWS_AS(FallbackHandler({}), ApiError);
    CHECK_THROWS_AS(FallbackHandler({FallbackEntry()}), ApiError);
}

TEST_CASE("fallback: model and prices are those of the entries") {
    ScriptedOptions options;
    options.model.id = "b/two";
    options.model.info.emplace();
    options.model.info->id = "b/two";
    auto first = std::make_shared<ScriptedHandler>();
    auto second = std::make_shared<ScriptedHandler>(options);
    FallbackHandler handler({{first, "a/one"}, {second}});
    CHECK(handler.get_model().id == "a/one");
    CHECK_FALSE(handler.get_model().info);
    CHECK(handler.model_info("b/two")->id == "b/two");
    CHECK_FALSE(handler.model_info("c"));
}

TEST_CASE("fallback: what describes an answer comes with that answer, and before it") {
    const auto note = [](std::string name, std::string text) {
        ExtraChunk chunk;
        chunk.name = std::move(name);
        chunk.value = json::value(text);
        return chunk;
    };
    const auto names = [](const Heard& heard) {
        std::string all;
        for (const auto& chunk : heard.chunks)
            if (const auto* extra = std::get_if<ExtraChunk>(&chunk))
                all += std::string(extra->value.as_string()) + " ";
        return all;
    };
    const auto described = [&](const std::string& name) {
        return ScriptedAnswer()
            .chunk(note("debug", name + "-debug"))
            .chunk(note("openrouter_metadata", name + "-metadata"));
    };
    const auto failing = [&] {
        return scripted(described("failed").error(ErrorKind::server, "broke"));
    };
    const auto good = [&] { return scripted(described("good").text("yes")); };
    const std::string wanted = "good-debug good-metadata ";
    for (const auto& entries : std::vector<std::vector<FallbackEntry>>{
             {{good()}},
             {{good()}, {good()}},
             {{failing()}, {good()}},
             {{failing()}, {good()}, {good()}},
             {{failing()}, {failing()}, {good()}, {good()}}}) {
        INFO(entries.size());
        FallbackHandler handler(entries);
        const auto heard = hear(handler, question());
        CHECK(heard.complete());
        CHECK(names(heard) == wanted);
        CHECK(std::holds_alternative<TextChunk>(heard.chunks.at(2)));
    }
    // An answer of nothing but a usage and its end.
    FallbackHandler silent({{scripted(described("good"))}, {good()}});
    const auto heard = hear(silent, question());
    CHECK(heard.complete());
    CHECK(names(heard) == wanted);
    CHECK(heard.usages().size() == 1);
}
