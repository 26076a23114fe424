#include "composition_file.hpp"
#include "composition_fixture.hpp"

#include <capstan/providers/recording_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace capstan;
using namespace capstan::testing;

TEST_CASE("cassette: recording never changes a file that is none") {
    const TemporaryFile file;
    auto inner = std::make_shared<ScriptedHandler>();
    const std::string head = "{\"capstan_cassette\":1,\"model\":\"m\"}";
    const std::string long_line(100'000, 'x');
    for (const auto& precious :
         {std::string("precious\n"), std::string(R"({"a":1})"), std::string("x"),
          std::string("{\"capstan_cassette\":"), std::string("\n"), std::string(1, '\0'),
          std::string("one line\nand half a"), "line\n" + head, head + ",", long_line,
          long_line + '\n', '{' + long_line + "\nhalf"}) {
        INFO(precious.substr(0, 50));
        file.write(precious);
        const bool beginning = precious == "{\"capstan_cassette\":";  // of what we write
        if (beginning)
            CHECK_NOTHROW(RecordingHandler(inner, file.path()));
        else
            CHECK_THROWS_AS(RecordingHandler(inner, file.path()), ApiError);
        CHECK((file.text() == precious) == !beginning);
    }
    // Of another model and with nothing behind it, it is a cassette all the same.
    file.write(head);
    CHECK_NOTHROW(RecordingHandler(inner, file.path()));
    CHECK(ReplayHandler(file.path()).get_model().id == "scripted/model");
}

namespace {

ExtraChunk extra(std::string name, json::value value) {
    ExtraChunk chunk;
    chunk.name = std::move(name);
    chunk.value = std::move(value);
    return chunk;
}

json::object logprobs_of(const std::string& token) {
    json::array bytes;
    for (const char c : token) bytes.push_back(static_cast<unsigned char>(c));
    json::object entry{{"token", token}, {"bytes", std::move(bytes)}, {"logprob", -0.5}};
    json::object object;
    object["content"].emplace_array().push_back(std::move(entry));
    return object;
}

}  // namespace

TEST_CASE("cassette: no secret gets into the file by the fields that come in pieces") {
    RecordingOptions options;
    options.secrets = {"hunter2-and-more"};
    const std::string text = "It is hunter2-and-more, no?";
    for (std::size_t length = 1; length <= text.size(); ++length) {
        INFO(length);
        const TemporaryFile file;
        ScriptedAnswer answer;
        for (std::size_t at = 0; at < text.size(); at += length) {
            const auto piece = text.substr(at, length);
            answer.text(piece);
            answer.chunk(extra("logprobs", logprobs_of(piece)));
            answer.chunk(extra("refusal", json::value(piece)));
            answer.chunk(extra("audio", json::object{{"id", "a"}, {"transcript", piece}}));
        }
        answer.chunk(extra("audio", json::object{{"expires_at", 7}}));
        auto inner = std::make_shared<ScriptedHandler>();
        inner->add(answer);
        RecordingHandler recorder(inner, file.path(), options);
        const auto live = hear(recorder, question());
        CHECK(live.text() == text);
        for (const std::string_view leak : {"hunter", "nter2", "and-more", "117,110,116", "[104]"})
            CHECK(file.text().find(leak) == std::string::npos);

        ReplayHandler replay(file.path());
        const auto heard = hear(replay, question());
        CHECK(heard.complete());
        CHECK(heard.chunks.size() == live.chunks.size());
        CHECK(heard.text() == "It is [redacted], no?");
        std::string refusal;
        std::string transcript;
        for (const auto& chunk : heard.chunks) {
            const auto* field = std::get_if<ExtraChunk>(&chunk);
            if (!field) continue;
            if (field->name == "refusal") refusal += std::string(field->value.as_string());
            if (field->name == "logprobs") CHECK(field->value == json::object());
            if (field->name == "audio" && field->value.as_object().contains("transcript"))
                transcript += std::string(field->value.at("transcript").as_string());
        }
        CHECK(refusal == "It is [redacted], no?");
        CHECK(transcript == refusal);
    }
}

TEST_CASE("cassette: an answer without a secret keeps its logprobs, refusal and audio") {
    const TemporaryFile file;
    const std::vector<ExtraChunk> fields{
        extra("logprobs", logprobs_of("Hm")), extra("refusal", json::value("No")),
        extra("refusal", json::value(" way")), extra("audio", json::object{{"transcript", "a"}}),
        extra("audio", json::value("b"))};
    ScriptedAnswer answer;
    for (const auto& field : fields) answer.chunk(field);
    auto inner = std::make_shared<ScriptedHandler>();
    inner->add(answer);
    RecordingHandler recorder(inner, file.path());
    CHECK(hear(recorder, question()).complete());
    ReplayHandler replay(file.path());
    const auto heard = hear(replay, question());
    for (std::size_t n = 0; n < fields.size(); ++n)
        CHECK(std::get<ExtraChunk>(heard.chunks.at(n)).value == fields[n].value);
}
