#include "composition_file.hpp"
#include "composition_fixture.hpp"

#include "composition/chunk_json.hpp"

#include <capstan/providers/recording_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <random>
#include <thread>

using namespace capstan;
using namespace capstan::literals;
using namespace capstan::testing;
using namespace std::chrono_literals;

namespace {

json::array as_json(const std::vector<StreamChunk>& chunks) {
    json::array list;
    for (const auto& chunk : chunks) list.push_back(composition::chunk_to_json(chunk));
    return list;
}

std::vector<ScriptedAnswer> some_answers() {
    json::array details;
    details.push_back({{"type", "reasoning.text"}, {"text", "hm"}, {"index", 0}});
    Usage usage;
    usage.source = UsageSource::generation;
    usage.input_tokens = 1;
    usage.reasoning_tokens = 2;
    usage.total_cost = 0.000000000000000000000001_usd;
    usage.is_byok = true;
    usage.raw["x"] = 1;
    FinishChunk finish;
    finish.reason = FinishReason::other;
    finish.finish_reason = "eos";
    finish.generation_id = "gen-1";
    finish.provider = "P";
    ErrorInfo error;
    error.kind = ErrorKind::rate_limited;
    error.phase = ErrorPhase::mid_stream;
    error.summary = "slow down";
    error.http_status = 429;
    error.retryable = true;
    error.retry_after = 1500ms;
    error.fallback_models = {"a", "b"};
    error.raw = {{"code", 429}};
    return {ScriptedAnswer().reasoning_details(details).reasoning("aha").text("Te").text("xt"),
            ScriptedAnswer().tool_call("c1", "look", R"({"a":"b"})").usage(usage).chunk(finish),
            ScriptedAnswer().text("half").error(error)};
}

}  // namespace

TEST_CASE("cassette: what was recorded is replayed, chunk by chunk, errors included") {
    const TemporaryFile file;
    std::vector<Heard> live;
    {
        auto inner = std::make_shared<ScriptedHandler>(some_answers());
        RecordingHandler recorder(inner, file.path());
        for (int n = 0; n < 3; ++n) live.push_back(hear(recorder, question()));
    }
    ReplayHandler replay(file.path());
    CHECK(replay.get_model().id == "scripted/model");
    CHECK(replay.remaining() == 3);
    for (const auto& expected : live) {
        const auto heard = hear(replay, question());
        CHECK(as_json(heard.chunks) == as_json(expected.chunks));
        CHECK(heard.error.has_value() == expected.error.has_value());
        if (heard.error)
            CHECK(composition::error_to_json(heard.error->info()) ==
                  composition::error_to_json(expected.error->info()));
    }
    CHECK(replay.remaining() == 0);
    const auto once_more = hear(replay, question());
    REQUIRE(once_more.error);
    CHECK(once_more.what().find("3 answers to this request, and all were given") !=
          std::string::npos);
}

TEST_CASE("cassette: an unknown request fails with the nearest one and the first difference") {
    const TemporaryFile file;
    {
        auto inner = std::make_shared<ScriptedHandler>();
        inner->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("x"); });
        RecordingHandler recorder(inner, file.path());
        hear(recorder, question("Something else", "m"));
        auto request = question("What is a capstan on a ship?", "m");
        request.system_prompt = "Be brief.";
        hear(recorder, request);
    }
    ReplayHandler replay(file.path());
    auto request = question("What is a capstan on a boat?", "m");
    request.system_prompt = "Be brief.";
    request.sampling.temperature = 0.5;
    const auto heard = hear(replay, request);
    REQUIRE(heard.error);
    CHECK(heard.error->kind() == ErrorKind::invalid_request);
    const auto& raw = heard.error->info().raw.as_object();
    CHECK(raw.at("line") == 3);
    CHECK(raw.at("path") == "$.messages[0].content");
    CHECK(std::string(raw.at("recorded").as_string()).find("ship?") != std::string::npos);
    CHECK(std::string(raw.at("asked").as_string()).find("boat?") != std::string::npos);
    CHECK(heard.what().find("line 3, differs at $.messages[0].content") != std::string::npos);
}

TEST_CASE("cassette: a lenient replay asks another handler, and may repeat the last answer") {
    const TemporaryFile file;
    {
        auto inner = std::make_shared<ScriptedHandler>();
        inner->add(ScriptedAnswer().text("one")).add(ScriptedAnswer().text("two"));
        RecordingHandler recorder(inner, file.path());
        hear(recorder, question());
        hear(recorder, question());
    }
    ReplayOptions options;
    auto other = std::make_shared<ScriptedHandler>();
    other->otherwise([](const MessageRequest&) { return ScriptedAnswer().text("other"); });
    options.otherwise = other;
    ReplayHandler lenient(file.path(), options);
    CHECK(hear(lenient, question("?")).text() == "other");
    CHECK(hear(lenient, question()).text() == "one");
    CHECK(hear(lenient, question()).text() == "two");
    CHECK(hear(lenient, question()).text() == "other");

    options.otherwise.reset();
    options.repeat_last = true;
    ReplayHandler repeating(file.path(), options);
    for (const std::string text : {"one", "two", "two", "two"})
        CHECK(hear(repeating, question()).text() == text);
    CHECK(hear(repeating, question("?")).error);
}

TEST_CASE("cassette: no secret gets into the file, however the answer cuts it") {
    const std::string secret = "hunter2-and-more";
    const std::string key = "sk-or-v1-0123456789abcdef";
    RecordingOptions options;
    options.secrets = {secret};
    ReplayOptions same;
    same.secrets = options.secrets;
    std::mt19937 random(5);
    for (int round = 0; round < 60; ++round) {
        const TemporaryFile file;
        const auto cut = [&](ScriptedAnswer& answer, auto add) {
            const std::string text = "Before " + secret + " between " + key + " after.";
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t length = 1 + random() % 9;
                add(answer, text.substr(at, length));
                at += length;
            }
        };
        ScriptedAnswer answer;
        cut(answer, [](auto& a, auto text) { a.text(text); });
        cut(answer, [](auto& a, auto text) { a.reasoning(text); });
        cut(answer, [](auto& a, auto text) {
            json::array details;
            details.push_back({{"type", "reasoning.text"}, {"index", 0}, {"text", text}});
            a.reasoning_details(details);
        });
        cut(answer, [](auto& a, auto text) {
            ToolCallChunk call;
            call.index = 2;
            call.name = "f";
            call.arguments = text;
            a.chunk(call);
        });
        ExtraChunk extra;
        extra.name = "debug";
        extra.value = {{"headers", {{"x", secret}, {"authorization", "Bearer " + key}}}};
        answer.chunk(extra);
        ErrorInfo error;
        error.summary = "The key " + key + " and " + secret;
        error.raw = {{"echo", secret}};
        answer.error(error);
        auto request = question("My password is " + secret + ".");
        request.system_prompt = key;
        request.extra[secret] = key;
        {
            auto inner = std::make_shared<ScriptedHandler>();
            inner->add(answer);
            RecordingHandler recorder(inner, file.path(), options);
            const auto heard = hear(recorder, request);
            CHECK(heard.text() == "Before " + secret + " between " + key + " after.");
        }
        const auto text = file.text();
        CHECK(text.find("hunter2") == std::string::npos);
        CHECK(text.find("0123456789") == std::string::npos);
        ReplayHandler replay(file.path(), same);
        const auto heard = hear(replay, request);
        CHECK(heard.text() == "Before [redacted] between [redacted] after.");
        std::string reasoning;
        std::string details;
        for (const auto& chunk : heard.chunks)
            if (const auto* thought = std::get_if<ReasoningChunk>(&chunk)) {
                reasoning += thought->text;
                for (const auto& entry : thought->details)
                    details += std::string(entry.at("text").as_string());
            }
        CHECK(reasoning == "Before [redacted] between [redacted] after.");
        CHECK(details == reasoning);
    }
}

TEST_CASE("cassette: a file that was cut off anywhere is readable, and can be gone on with") {
    const TemporaryFile file;
    const auto record = [&](const std::string& text) {
        auto inner = std::make_shared<ScriptedHandler>();
        inner->add(ScriptedAnswer().text(text));
        RecordingHandler recorder(inner, file.path());
        CHECK(hear(recorder, question(text)).complete());
    };
    record("one");
    record("two");
    const auto whole = file.text();
    const auto lines = [](const std::string& text) {
        return static_cast<std::size_t>(std::ranges::count(text, '\n'));
    };
    CHECK(lines(whole) == 3);
    for (std::size_t size = 0; size <= whole.size(); size += size % 7 + 1) {
        INFO(size);
        const auto kept = lines(whole.substr(0, size));
        file.write(whole.substr(0, size));
        if (kept == 0)
            CHECK_THROWS_AS(ReplayHandler(file.path()), ApiError);
        else
            CHECK(ReplayHandler(file.path()).remaining() == kept - 1);
        record("three");
        ReplayHandler replay(file.path());
        CHECK(replay.remaining() == (kept < 2 ? 1 : kept));
        CHECK(hear(replay, question("three")).text() == "three");
    }
    struct stat status {};
    REQUIRE(::stat(file.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0077) == 0);
}

TEST_CASE("cassette: what is none is refused, with file and line") {
    const TemporaryFile file;
    const auto refusal = [&](const std::string& text) -> std::string {
        file.write(text);
        try {
            ReplayHandler replay(file.path());
        } catch (const ApiError& error) {
            CHECK(error.kind() == ErrorKind::configuration);
            CHECK(std::string(error.what()).find(file.path()) != std::string::npos);
            return error.what();
        }
        return "accepted";
    };
    CHECK_THROWS_AS(ReplayHandler(file.path()), ApiError);
    const std::string head = "{\"capstan_cassette\":1,\"model\":\"m\"}\n";
    CHECK(refusal(head) == "accepted");
    CHECK(refusal("").find("no cassette") != std::string::npos);
    CHECK(refusal("hello").find("no cassette") != std::string::npos);
    CHECK(refusal(head + "\n") == "accepted");
    CHECK(refusal("hello\n").find("no cassette") != std::string::npos);
    CHECK(refusal("[]\n").find("no cassette") != std::string::npos);
    CHECK(refusal("{\"capstan_cassette\":2}\n").find("version 2") != std::string::npos);
    CHECK(refusal(head + "{}\n").find("Line 2") != std::string::npos);
    CHECK(refusal(head + "{\"request\":{},\"chunks\":[{}]}\n").find("Line 2") !=
          std::string::npos);
    CHECK(refusal(head + "{\"request\":{},\"chunks\":[]}\n{\n").find("Line 3") !=
          std::string::npos);

    auto inner = std::make_shared<ScriptedHandler>();
    CHECK_THROWS_AS(RecordingHandler(inner, file.path() + "/no/such"), ApiError);
    CHECK_THROWS_AS(RecordingHandler(nullptr, file.path() + "2"), ApiError);
    RecordingOptions anew;
    anew.append = false;
    RecordingHandler recorder(inner, file.path(), anew);
    CHECK(file.text().starts_with("{\"capstan_cassette\":1"));
}

TEST_CASE("cassette: a call that was given up is not recorded") {
    const TemporaryFile file;
    for (const bool destroyed : {true, false}) {
        auto clock = std::make_shared<ManualClock>();
        ScriptedOptions slow;
        slow.clock = clock;
        auto inner = std::make_shared<ScriptedHandler>(slow);
        inner->add(ScriptedAnswer().text("A").delay(1s).text("B"));
        RecordingHandler recorder(inner, file.path());
        Calls calls;
        calls.call(recorder, question());
        destroyed ? calls.destroy(0) : calls.cancel(0);
        calls.run();
        CHECK(inner->open_calls() == 0);
    }
    CHECK(ReplayHandler(file.path()).remaining() == 0);
}

TEST_CASE("cassette: the time between chunks is replayed on the clock") {
    const TemporaryFile file;
    auto clock = std::make_shared<ManualClock>();
    ScriptedOptions slow;
    slow.clock = clock;
    {
        auto inner = std::make_shared<ScriptedHandler>(slow);
        inner->add(ScriptedAnswer().delay(300ms).text("A").delay(200ms).text("B"));
        RecordingOptions options;
        options.timing = true;
        options.clock = clock;
        RecordingHandler recorder(inner, file.path(), options);
        Calls calls;
        calls.start(recorder, question());
        calls.run();
        while (clock->advance_to_next()) calls.run();
        CHECK(calls[0].complete());
    }
    ReplayOptions options;
    options.timing = true;
    options.clock = clock;
    ReplayHandler replay(file.path(), options);
    Calls calls;
    calls.start(replay, question());
    calls.run();
    clock->advance(299ms);
    calls.run();
    CHECK(calls[0].text().empty());
    clock->advance(1ms);
    calls.run();
    CHECK(calls[0].text() == "A");
    calls.destroy(0);
    calls.run();
    CHECK(clock->sleepers() == 0);
}

TEST_CASE("cassette: threads and handlers write into one file, line by line") {
    const TemporaryFile file;
    auto inner = std::make_shared<ScriptedHandler>();
    inner->otherwise([](const MessageRequest& request) {
        return ScriptedAnswer().text("to " + request.model).text(std::string(3000, 'x'));
    });
    RecordingHandler first(inner, file.path());
    RecordingHandler second(inner, file.path());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int n = 0; n < 25; ++n)
                hear(t % 2 ? first : second, question("?", std::to_string(t * 25 + n)));
        });
    for (auto& thread : threads) thread.join();
    ReplayHandler replay(file.path());
    CHECK(replay.remaining() == 100);
    for (int n = 0; n < 100; ++n)
        CHECK(hear(replay, question("?", std::to_string(n))).text().starts_with("to "));
}

TEST_CASE("chunk json: every chunk and error reads back as it was") {
    for (const auto& answer : some_answers())
        for (const auto& step : answer.steps()) {
            if (step.chunk) {
                const auto object = composition::chunk_to_json(*step.chunk);
                const auto text = to_json_text(object);
                CHECK(composition::chunk_to_json(composition::chunk_from_json(
                          parse_json(text))) == object);
            }
            if (step.error) {
                const auto object = composition::error_to_json(*step.error);
                CHECK(composition::error_to_json(composition::error_from_json(object)) == object);
            }
        }
    for (int n = 0; n <= static_cast<int>(ErrorKind::empty_answer); ++n) {
        ErrorInfo error;
        error.kind = static_cast<ErrorKind>(n);
        CHECK(composition::error_from_json(composition::error_to_json(error)).kind == error.kind);
    }
    for (const char* text : {"7", "{}", R"({"text":1})", R"({"usage":[]})", R"({"later":{}})",
                             R"({"tool_call":{"index":-1}})", R"({"finish":"stop"})"})
        CHECK_THROWS_AS(composition::chunk_from_json(parse_json(text)), std::invalid_argument);
}
