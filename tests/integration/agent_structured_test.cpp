// Answers as C++ values.
#include "agent_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/describe/class.hpp>
#include <catch2/catch_test_macros.hpp>

#include <optional>

using namespace capstan;
using namespace capstan::testing;

namespace {

struct Report {
    std::string title;
    std::vector<int> pages;
};
BOOST_DESCRIBE_STRUCT(Report, (), (title, pages))

constexpr const char* good = R"({"title":"Ropes","pages":[1,2]})";
constexpr const char* bad = R"({"title":"Ropes","pages":"many"})";

ModelInfo plain_model() {
    ModelInfo info;
    info.id = "test/model";
    info.supported_parameters = {"tools", "tool_choice"};
    return info;
}

struct Structured : AgentFixture {
    /// With a model of which it is known that it has no structured output.
    explicit Structured(bool known_without = false) {
        if (!known_without) return;
        auto settings = options_for(simulator, clock);
        settings.model_info = plain_model();
        without.emplace(std::move(settings));
    }

    template <class T>
    T ask(int repairs = 2) {
        const Agent agent(without ? *without : handler, tools, options);
        std::optional<T> result;
        std::exception_ptr failure;
        io.restart();
        asio::co_spawn(io, agent.run_as<T>("Report.", repairs),
                       [&](std::exception_ptr error, T value) {
                           failure = std::move(error);
                           if (!failure) result = std::move(value);
                       });
        io.run();
        if (failure) std::rethrow_exception(failure);
        return *result;
    }
    json::value request(std::size_t n) {
        return simulator.requests(Simulator::chat).at(n).json();
    }
    std::optional<OpenRouterHandler> without;
};

Answer answer_call(std::string arguments) {
    std::vector<AnswerToolCall> made;
    made.emplace_back("call_1", "answer", std::move(arguments));
    return tool_call_answer(made);
}

}  // namespace

TEST_CASE("a struct is asked for by its schema and read from the answer") {
    Structured structured;
    structured.simulator.enqueue(text_answer(good));

    const auto report = structured.ask<Report>();

    CHECK(report.title == "Ropes");
    CHECK(report.pages == std::vector<int>{1, 2});
    const auto format = structured.request(0).at("response_format");
    CHECK(format.at("type") == "json_schema");
    CHECK(format.at("json_schema").at("strict") == true);
    CHECK(format.at("json_schema").at("schema") == json::value(schema_of<Report>()));
}

TEST_CASE("an answer in a fenced block is read, too") {
    Structured structured;
    structured.simulator.enqueue(text_answer(std::string("```json\n") + good + "\n```"));
    CHECK(structured.ask<Report>().title == "Ropes");
}

TEST_CASE("an answer that does not fit is sent back with what is wrong") {
    Structured structured;
    structured.simulator.enqueue(text_answer(bad));
    structured.simulator.enqueue(text_answer("Sorry, here it is."));
    structured.simulator.enqueue(text_answer(good));

    CHECK(structured.ask<Report>().title == "Ropes");

    const auto said = [&](std::size_t n) {
        return std::string(structured.last_message(n).at("content").as_string());
    };
    CHECK(said(1).find("pages") != std::string::npos);
    CHECK(said(2).find("JSON") != std::string::npos);
}

TEST_CASE("repairs are bounded, and the error has the last answer") {
    Structured structured;
    structured.simulator.always(text_answer(bad).streamed());
    try {
        structured.ask<Report>(1);
        FAIL("it has to throw");
    } catch (const StructuredOutputError& error) {
        CHECK(error.last_answer() == bad);
        CHECK(error.reason() == StopReason::answered);
    }
    CHECK(structured.simulator.requests(Simulator::chat).size() == 2);
}

TEST_CASE("what is no object is wrapped in one on the way") {
    Structured structured;
    structured.simulator.enqueue(text_answer(R"({"value":[3,4]})"));
    CHECK(structured.ask<std::vector<int>>() == std::vector<int>{3, 4});
}

TEST_CASE("a model without structured output has to call a tool") {
    Structured structured(true);
    structured.simulator.enqueue(answer_call(good));

    CHECK(structured.ask<Report>().title == "Ropes");

    CHECK(!structured.request(0).as_object().contains("response_format"));
    CHECK(structured.request(0).at("tool_choice").at("function").at("name") == "answer");
    CHECK(structured.simulator.requests(Simulator::chat).size() == 1);
}

TEST_CASE("the answering tool's arguments are repaired like those of any other") {
    Structured structured(true);
    structured.simulator.enqueue(answer_call(bad));
    structured.simulator.enqueue(text_answer("Is this all right?"));
    structured.simulator.enqueue(answer_call(good));

    CHECK(structured.ask<Report>().title == "Ropes");

    const auto told = structured.simulator.requests(Simulator::chat).at(1).body;
    CHECK(told.find("pages") != std::string::npos);
}

TEST_CASE("with other tools the model may use them before it answers") {
    Structured structured(true);
    structured.add("look");
    structured.simulator.enqueue(calls({"look"}));
    auto answer = answer_call(good);
    answer.tool_calls[0].id = "call_2";
    structured.simulator.enqueue(answer);

    CHECK(structured.ask<Report>().title == "Ropes");

    CHECK(structured.request(0).at("tool_choice") == "required");
    CHECK(structured.request(1).at("tool_choice") == "required");
}

TEST_CASE("a server that refuses the format is asked by a tool instead") {
    Structured structured;
    structured.simulator.enqueue(
        error_answer(404, "No endpoints found that support the requested parameters"));
    structured.simulator.enqueue(answer_call(good));
    CHECK(structured.ask<Report>().title == "Ropes");
}

TEST_CASE("an error of the model comes out as itself") {
    Structured structured;
    structured.simulator.enqueue(error_answer(401, "No such key"));
    CHECK_THROWS_AS(structured.ask<Report>(), ApiError);
}
