#include "composition_fixture.hpp"

#include <capstan/providers/caching_handler.hpp>
#include <capstan/state_manager.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <random>
#include <set>
#include <thread>

using namespace capstan;
using namespace capstan::literals;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

struct Cached {
    explicit Cached(CachingOptions options = {}) {
        options.clock = clock;
        ScriptedOptions scripted;
        scripted.clock = clock;
        inner = std::make_shared<ScriptedHandler>(scripted);
        inner->otherwise([this](const MessageRequest&) {
            return ScriptedAnswer().text("answer " + std::to_string(++answers)).cost(0.5_usd);
        });
        handler = std::make_unique<CachingHandler>(inner, options);
    }

    std::string ask(MessageRequest request = question()) {
        const auto heard = hear(*handler, std::move(request));
        return heard.complete() ? heard.text() : heard.what();
    }

    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    int answers = 0;
    std::shared_ptr<ScriptedHandler> inner;
    std::unique_ptr<CachingHandler> handler;
};

}  // namespace

TEST_CASE("caching: an equal request gets the same chunks, and costs nothing") {
    Cached cached;
    json::array details;
    details.push_back({{"type", "reasoning.text"}, {"text", "hm"}, {"signature", "s"}});
    ExtraChunk extra;
    extra.name = "citations";
    extra.value = json::array({"a", "b"});
    cached.inner->add(ScriptedAnswer()
                          .reasoning_details(details)
                          .text("Te")
                          .text("xt")
                          .tool_call("c1", "look", "{}")
                          .chunk(extra)
                          .cost(0.5_usd));
    const auto first = hear(*cached.handler, question());
    const auto second = hear(*cached.handler, question());
    CHECK(first.complete());
    REQUIRE(second.complete());
    CHECK(cached.inner->calls() == 1);
    REQUIRE(second.chunks.size() == first.chunks.size());
    CHECK(second.text() == "Text");
    CHECK(std::get<ReasoningChunk>(second.chunks[0]).details == details);
    CHECK(std::get<ExtraChunk>(second.chunks[4]).value == extra.value);
    CHECK(second.finishes().at(0).reason == FinishReason::tool_calls);
    CHECK(second.finishes().at(0).model == "scripted/model");
    CHECK(first.usages().at(0).total_cost == 0.5_usd);
    const auto usage = second.usages().at(0);
    CHECK(usage.total_cost == Money());
    CHECK(usage.input_tokens == 10);
    CHECK(usage.raw.at("cached") == true);
    CHECK(usage.raw.at("cached_cost") == "0.5");
    const auto state = cached.handler->state();
    CHECK(state.hits == 1);
    CHECK(state.misses == 1);
    CHECK(state.entries == 1);
}

TEST_CASE("caching: everything that changes the answer changes the key, and nothing else does") {
    Cached cached;
    using Change = std::function<void(MessageRequest&)>;
    const std::list<Change> changing{
        [](auto& r) { r.model = "other"; },
        [](auto& r) { r.models = {"a"}; },
        [](auto& r) { r.system_prompt = "Be brief."; },
        [](auto& r) { r.messages.add_user("And?"); },
        [](auto& r) { r.messages = Conversation::user("what is a capstan?"); },
        [](auto& r) { r.tools = tools_from_json(parse_json(
            R"([{"type":"function","function":{"name":"f"}}])")); },
        [](auto& r) { r.tool_choice = ToolChoice::required(); },
        [](auto& r) { r.parallel_tool_calls = false; },
        [](auto& r) { r.max_tokens = 5; },
        [](auto& r) { r.sampling.temperature = 0.5; },
        [](auto& r) { r.sampling.top_p = 0.5; },
        [](auto& r) { r.sampling.top_k = 5; },
        [](auto& r) { r.sampling.min_p = 0.5; },
        [](auto& r) { r.sampling.top_a = 0.5; },
        [](auto& r) { r.sampling.frequency_penalty = 0.5; },
        [](auto& r) { r.sampling.presence_penalty = 0.5; },
        [](auto& r) { r.sampling.repetition_penalty = 0.5; },
        [](auto& r) { r.sampling.seed = 5; },
        [](auto& r) { r.sampling.stop = {"x"}; },
        [](auto& r) { r.sampling.logit_bias = {{"5", 1.0}}; },
        [](auto& r) { r.sampling.logprobs = true; },
        [](auto& r) { r.sampling.top_logprobs = 5; },
        [](auto& r) { r.reasoning.emplace(); },
        [](auto& r) { r.reasoning.emplace().effort = "high"; },
        [](auto& r) { r.reasoning.emplace().max_tokens = 5; },
        [](auto& r) { r.reasoning.emplace().enabled = false; },
        [](auto& r) { r.reasoning.emplace().exclude = true; },
        [](auto& r) { r.reasoning.emplace().summary = "auto"; },
        [](auto& r) { r.response_format = {{"type", "json_object"}}; },
        [](auto& r) { r.plugins.push_back(json::object{{"id", "web"}}); },
        [](auto& r) { r.modalities = {"image"}; },
        [](auto& r) { r.audio = {{"voice", "x"}}; },
        [](auto& r) { r.extra["verbosity"] = "low"; },
        [](auto& r) { r.verbosity = "low"; },
        [](auto& r) { r.context.role = "fast"; },
        [](auto& r) { r.context.role = "planning"; },
        [](auto& r) { r.messages.add(AssistantMessage(Content("x"))); },
        [](auto& r) {
            AssistantMessage message(Content("x"));
            message.reasoning.details.emplace();
            r.messages.add(message);
        },
        [](auto& r) {
            AssistantMessage message(Content("x"));
            message.reasoning.text = "y";
            r.messages.add(message);
        },
        [](auto& r) {
            AssistantMessage message(Content("x"));
            message.origin.model = "y";
            r.messages.add(message);
        },
    };
    std::set<std::string> keys{cached.handler->key(question())};
    for (const auto& change : changing) {
        auto request = question();
        change(request);
        keys.insert(cached.handler->key(request));
    }
    CHECK(keys.size() == changing.size() + 1);

    const std::list<Change> harmless{
        [](auto& r) { r.context.session_id = "s"; },
        [](auto& r) { r.context.user_id = "u"; },
        [](auto& r) { r.context.trace_parent = "t"; },
        [](auto& r) { r.context.deadline.emplace(); },
        [](auto& r) { r.stream = false; },
        [](auto& r) { r.metadata["run"] = 7; },
        [](auto& r) { r.extra["user"] = "u"; },
        [](auto& r) { r.extra["trace"] = json::object(); },
        [](auto& r) { r.messages.pin(0); },
        [](auto& r) { r.model = "scripted/model"; },
    };
    int n = 0;
    for (const auto& change : harmless) {
        auto request = question();
        change(request);
        INFO(n++);
        CHECK(cached.handler->key(request) == cached.handler->key(question()));
    }
}

TEST_CASE("caching: the order of members and the spelling of numbers do not count") {
    Cached cached;
    auto a = question();
    a.extra = parse_json(R"({"x":1,"y":{"b":2.0,"a":[1e2]}})").as_object();
    auto b = question();
    b.extra = parse_json(R"({"y":{"a":[100],"b":2},"x":1.0})").as_object();
    CHECK(cached.handler->key(a) == cached.handler->key(b));
}

TEST_CASE("caching: only whole answers are kept") {
    Cached cached;
    cached.inner->add(ScriptedAnswer().error(ErrorKind::server, "no"));
    cached.inner->add(ScriptedAnswer().text("half").error(ErrorKind::network, "reset"));
    for (const auto reason : {FinishReason::length, FinishReason::content_filter,
                              FinishReason::error, FinishReason::other})
        cached.inner->add(ScriptedAnswer().text("cut").finish(reason));
    for (int n = 0; n < 6; ++n) hear(*cached.handler, question());
    CHECK(cached.inner->calls() == 6);
    CHECK(cached.handler->state().entries == 0);
    CHECK(cached.ask() == "answer 1");
    CHECK(cached.ask() == "answer 1");
}

TEST_CASE("caching: a call that does not want the cache neither reads nor fills it") {
    CachingOptions options;
    options.skip = [](const MessageRequest& request) { return request.model == "fresh"; };
    Cached cached(options);
    auto fresh = question();
    fresh.context.no_cache = true;
    CHECK(cached.ask(fresh) == "answer 1");
    CHECK(cached.ask() == "answer 2");
    CHECK(cached.ask(fresh) == "answer 3");
    CHECK(cached.ask() == "answer 2");
    CHECK(cached.ask(question("?", "fresh")) == "answer 4");
    CHECK(cached.ask(question("?", "fresh")) == "answer 5");
    CHECK(cached.handler->state().skipped == 4);
}

TEST_CASE("caching: answers grow old, and the least recently used ones go first") {
    CachingOptions options;
    options.max_entries = 2;
    options.time_to_live = 10s;
    Cached cached(options);
    CHECK(cached.ask(question("a")) == "answer 1");
    CHECK(cached.ask(question("b")) == "answer 2");
    CHECK(cached.ask(question("a")) == "answer 1");
    CHECK(cached.ask(question("c")) == "answer 3");
    CHECK(cached.ask(question("a")) == "answer 1");
    CHECK(cached.ask(question("b")) == "answer 4");
    cached.clock->advance(9999ms);
    CHECK(cached.ask(question("a")) == "answer 1");
    cached.clock->advance(1ms);
    CHECK(cached.ask(question("a")) == "answer 5");
    cached.handler->clear();
    CHECK(cached.handler->state().entries == 0);
    CHECK(cached.handler->state().bytes == 0);
    CHECK(cached.ask(question("a")) == "answer 6");
}

TEST_CASE("caching: an answer without a usage gets one that costs nothing") {
    Cached cached;
    cached.inner->add(ScriptedAnswer().text("x").no_usage());
    CHECK(hear(*cached.handler, question()).usages().empty());
    const auto hit = hear(*cached.handler, question());
    REQUIRE(hit.complete());
    CHECK(hit.usages().at(0).total_cost == Money());
    CHECK_FALSE(hit.usages().at(0).input_tokens);
}

TEST_CASE("caching: answers survive in a state manager, and damaged ones are asked for again") {
    auto state = std::make_shared<StateManager>();
    CachingOptions options;
    options.state = state;
    options.scope = "me";
    const auto stored = [&] { return state->keys("answers/me/"); };
    {
        Cached cached(options);
        CHECK(cached.ask() == "answer 1");
    }
    REQUIRE(stored().size() == 1);
    Cached later(options);
    const auto hit = hear(*later.handler, question());
    CHECK(hit.text() == "answer 1");
    CHECK(hit.usages().at(0).total_cost == Money());
    CHECK(hit.usages().at(0).raw.at("cached_cost") == "0.5");
    CHECK(later.inner->calls() == 0);

    auto other_scope = options;
    other_scope.scope = "you";
    CHECK(Cached(other_scope).ask() == "answer 1");
    CHECK(stored().size() == 1);

    for (const std::string damage :
         {R"({"version":2})", R"({"version":1,"time_ms":0,"chunks":[{"text":"x"}]})", "[]", "7",
          R"({"version":1,"time_ms":0,"chunks":[{"text":7}]})"}) {
        state->set(stored().at(0), parse_json(damage));
        Cached again(options);
        CHECK(again.ask() == "answer 1");
        CHECK(again.inner->calls() == 1);
    }
    Cached last(options);
    CHECK(last.ask() == "answer 1");
    last.handler->clear();
    CHECK(stored().empty());
}

TEST_CASE("caching: what goes from the memory goes from the storage") {
    auto state = std::make_shared<StateManager>();
    CachingOptions options;
    options.state = state;
    options.max_entries = 3;
    Cached cached(options);
    for (int n = 0; n < 10; ++n) cached.ask(question(std::to_string(n)));
    CHECK(state->keys("answers/").size() == 3);
}

TEST_CASE("caching: equal calls at once ask once, if that is wanted") {
    for (const bool wanted : {true, false}) {
        CachingOptions options;
        if (wanted) options.single_flight = 10s;
        Cached cached(options);
        cached.inner->otherwise([&](const MessageRequest&) {
            return ScriptedAnswer().delay(1s).text("answer " + std::to_string(++cached.answers));
        });
        Calls calls;
        for (int n = 0; n < 5; ++n) calls.start(*cached.handler, question());
        calls.start(*cached.handler, question("other"));
        calls.run();
        CHECK(cached.inner->calls() == (wanted ? 2 : 6));
        cached.clock->advance(1s);
        calls.run();
        for (std::size_t n = 0; n < calls.size(); ++n) CHECK(calls[n].complete());
        CHECK((calls[4].text() == calls[0].text()) == wanted);
        CHECK(cached.handler->state().joined == (wanted ? 4 : 0));
        CHECK(cached.clock->sleepers() == 0);
    }
}

TEST_CASE("caching: when the one who asks fails or gives up, the next one asks") {
    for (const std::string how : {"fails", "destroyed", "cancelled", "cut"}) {
        INFO(how);
        CachingOptions options;
        options.single_flight = 10s;
        Cached cached(options);
        if (how == "fails")
            cached.inner->add(ScriptedAnswer().delay(1s).error(ErrorKind::server, "no"));
        else if (how == "cut")
            cached.inner->add(ScriptedAnswer().delay(1s).text("x").finish(FinishReason::length));
        else
            cached.inner->add(ScriptedAnswer().delay(1h).text("never"));
        Calls calls;
        for (int n = 0; n < 4; ++n) calls.start(*cached.handler, question());
        calls.run();
        calls.destroy(3);
        if (how == "destroyed") calls.destroy(0);
        if (how == "cancelled") calls.cancel(0);
        calls.run();
        cached.clock->advance(1s);
        calls.run();
        CHECK(calls[1].complete());
        CHECK(calls[2].text() == "answer 1");
        CHECK(calls[3].done);
        CHECK(cached.inner->calls() == 2);
    }
}

TEST_CASE("caching: nobody waits longer for another than allowed") {
    CachingOptions options;
    options.single_flight = 2s;
    Cached cached(options);
    cached.inner->add(ScriptedAnswer().delay(1h).text("slow"));
    Calls calls;
    calls.start(*cached.handler, question());
    calls.start(*cached.handler, question());
    calls.run();
    cached.clock->advance(2s);
    calls.run();
    CHECK(calls[1].complete());
    CHECK(calls[1].text() == "answer 1");
    CHECK_FALSE(calls[0].done);
}

TEST_CASE("caching: threads share the answers") {
    auto inner = std::make_shared<ScriptedHandler>();
    inner->otherwise([](const MessageRequest& request) {
        return ScriptedAnswer().text("to " + request.model);
    });
    CachingOptions options;
    options.max_entries = 5;
    options.single_flight = 5s;
    CachingHandler handler(inner, options);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 6; ++t)
        threads.emplace_back([&, t] {
            std::mt19937 random(t);
            for (int n = 0; n < 100; ++n) {
                const auto model = std::to_string(random() % 8);
                const auto heard = hear(handler, question("?", model));
                if (!heard.complete() || heard.text() != "to " + model) ++wrong;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(handler.state().hits + handler.state().misses == 600);
    CHECK(handler.state().entries <= 5);
}
