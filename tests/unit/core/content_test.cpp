#include <capstan/content.hpp>

#include <capstan/message_writer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace capstan;

namespace {

json::object parse_object(std::string_view text) { return parse_json(text).as_object(); }

}  // namespace

TEST_CASE("content parts: every documented shape is read and written back") {
    struct Row {
        const char* text;
        std::size_t alternative;
    };
    const Row rows[] = {
        {R"({"type":"text","text":"hi"})", 0},
        {R"({"type":"text","text":"","cache_control":{"type":"ephemeral"}})", 0},
        {R"({"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}})", 0},
        {R"({"type":"image_url","image_url":{"url":"https://x/y.png"}})", 1},
        {R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"original"}})",
         1},
        {R"({"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}})", 2},
        {R"({"type":"file","file":{"filename":"a.pdf","file_data":"https://x/a.pdf"}})", 3},
        {R"({"type":"file","file":{"file_id":"f-1"}})", 3},
        {R"({"type":"video_url","video_url":{"url":"https://x/v.mp4"}})", 4},
        {R"({"type":"text","text":"x","prompt_cache_breakpoint":{"mode":"explicit"}})", 4},
        {R"({"type":"text","text":"x","cache_control":{"type":"other"}})", 4},
        {R"({"type":"text","text":7})", 4},
        {R"({"type":"image_url","image_url":"https://x/y.png"})", 4},
        {R"({"type":"image_url","image_url":{"url":"u","detail":""}})", 4},
        {R"({"type":"image_url","image_url":{"url":"u"},"cache_control":{"type":"ephemeral"}})", 4},
        {R"({"type":"input_audio","input_audio":{"data":"AAAA"}})", 4},
        {R"({"type":"file","file":{"filename":""}})", 4},
        {R"({})", 4},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const ContentPart part = content_part_from_json(parse_object(row.text));
        CHECK(part.index() == row.alternative);
        CHECK(to_json_text(to_json(part)) == row.text);
    }
}

TEST_CASE("text_of joins the text parts by a newline and skips the others") {
    std::vector<ContentPart> parts;
    parts.emplace_back(TextPart("a"));
    parts.emplace_back(ImagePart("https://x"));
    parts.emplace_back(TextPart(""));
    parts.emplace_back(RawPart(parse_object(R"({"type":"text","text":"b","more":1})")));
    CHECK(text_of(Content(parts)) == "a\nb");
    CHECK(text_of(Content(std::string("plain"))) == "plain");
    CHECK(text_of(Content(std::vector<ContentPart>())).empty());
}

TEST_CASE("user problem 22: a mark goes to the last text part that is not empty") {
    const CacheControl mark("1h");
    MessageFormat format;
    format.cache_mark = &mark;
    const auto written = [&](Content content) {
        std::string out;
        append_message(out, Message(UserMessage(std::move(content))), format);
        return out;
    };
    CHECK(written(std::string("hi")) == R"({"role":"user","content":[{"type":"text","text":"hi",)"
                                        R"("cache_control":{"type":"ephemeral","ttl":"1h"}}]})");
    CHECK(written(std::string()) == R"({"role":"user","content":""})");
    std::vector<ContentPart> parts;
    parts.emplace_back(TextPart("a"));
    parts.emplace_back(TextPart("b"));
    parts.emplace_back(TextPart(""));
    parts.emplace_back(ImagePart("https://x"));
    CHECK(written(parts) ==
          R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b",)"
          R"("cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":""},)"
          R"({"type":"image_url","image_url":{"url":"https://x"}}]})");
}

TEST_CASE("carried marks are found and can be left out, the first ones first") {
    const char* text =
        R"({"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},)"
        R"({"type":"image_url","image_url":{"url":"u"},"cache_control":{"type":"ephemeral","ttl":"1h"}}],)"
        R"("cache_control":{"type":"ephemeral","ttl":"5m"}})";
    const Message message = message_from_json(parse_json(text));
    const std::vector<std::string> expected{"", "1h", "5m"};
    CHECK(cache_mark_ttls(message) == expected);
    CHECK(to_json_text(to_json(message)) == text);
    MessageFormat format;
    for (std::size_t dropped : {1u, 2u, 3u}) {
        format.dropped_marks = dropped;
        std::string out;
        append_message(out, message, format);
        const Message rest = message_from_json(parse_json(out));
        CHECK(cache_mark_ttls(rest) ==
              std::vector<std::string>(expected.begin() + static_cast<std::ptrdiff_t>(dropped),
                                       expected.end()));
    }
}
