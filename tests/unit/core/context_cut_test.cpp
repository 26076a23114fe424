#include "context/context_cut.hpp"

#include "model/message_chars.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;

namespace {

std::string numbers(std::size_t size) {
    std::string text;
    for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
    return text.substr(0, size);
}

}  // namespace

TEST_CASE("a text within the limit stays as it is") {
    for (std::size_t size : {0, 1, 159, 160})
        CHECK(cut_middle(numbers(size), 10) == numbers(size));
    CHECK(cut_middle(numbers(1'000), 1'000) == numbers(1'000));
}

TEST_CASE("a longer text keeps its head and tail and says how much is missing") {
    for (std::size_t limit : {0, 160, 161, 400, 999, 5'000}) {
        CAPTURE(limit);
        const std::string text = numbers(10'000);
        const std::string cut = cut_middle(text, limit);
        const std::size_t most = std::max<std::size_t>(limit, least_piece);
        CHECK(cut.size() <= most);
        CHECK(cut.size() + 10 > most);
        const auto note = cut.find("\n[... ");
        const auto end = cut.find(" characters cut ...]\n");
        REQUIRE(note != std::string::npos);
        const std::size_t missing = std::stoul(cut.substr(note + 6));
        const std::string tail = cut.substr(end + 21);
        CHECK(note + missing + tail.size() == text.size());
        CHECK(text.starts_with(cut.substr(0, note)));
        CHECK(text.ends_with(tail));
        CHECK(cut_middle(cut, limit) == cut);
    }
}

TEST_CASE("characters stay whole, and bytes that are none are cut anywhere") {
    for (const char* unit : {"ä", "€", "😀", "a😀€"}) {
        std::string text;
        while (text.size() < 3'000) text += unit;
        for (std::size_t limit = 160; limit < 180; ++limit) {
            const std::string cut = cut_middle(text, limit);
            CAPTURE(unit, limit);
            CHECK(cut.size() <= limit);
            json::value value = parse_json("\"" + cut.substr(0, cut.find('\n')) + "\"");
            CHECK(value.is_string());
            value = parse_json("\"" + cut.substr(cut.rfind('\n') + 1) + "\"");
            CHECK(value.is_string());
        }
    }
    CHECK(cut_middle(std::string(5'000, '\x80'), 200).size() <= 200);
}

TEST_CASE("pictures and files become notes") {
    FilePart file;
    file.filename = "plan.pdf";
    const Content content = std::vector<ContentPart>{
        TextPart("see"), ImagePart("https://a/b.png"), file, AudioPart("AAAA", "wav")};
    CHECK(flat_text(content) ==
          "see\n[a picture, left out]\n[the file plan.pdf, left out]\n[a sound, left out]");
    CHECK(shortened(content, 400) == flat_text(content));
    CHECK_FALSE(shortened(content, content_chars(content)));
    CHECK_FALSE(shortened(Content(std::string("short")), 0));
}
