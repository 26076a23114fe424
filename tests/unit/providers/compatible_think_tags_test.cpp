#include "compatible/think_tags.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace capstan;
using capstan::compatible::ThinkTags;

namespace {

/// "R[reasoning]T[text]" of the pieces that the tags make of `pieces`.
std::string parted(const std::vector<std::string_view>& pieces) {
    ThinkTags tags;
    std::vector<StreamChunk> chunks;
    for (const auto piece : pieces) tags.add(piece, chunks);
    tags.finish(chunks);
    std::string reasoning;
    std::string text;
    for (const StreamChunk& chunk : chunks) {
        if (const auto* thought = std::get_if<ReasoningChunk>(&chunk)) {
            CHECK(text.empty());
            CHECK_FALSE(thought->text.empty());
            reasoning += thought->text;
        } else {
            CHECK_FALSE(std::get<TextChunk>(chunk).text.empty());
            text += std::get<TextChunk>(chunk).text;
        }
    }
    return "R[" + reasoning + "]T[" + text + "]";
}

}  // namespace

TEST_CASE("a think block at the start is reasoning, however the text is cut") {
    const auto [text, expected] = GENERATE(table<const char*, const char*>({
        {"", "R[]T[]"},
        {"plain", "R[]T[plain]"},
        {"<think>a</think>b", "R[a]T[b]"},
        {"\n <think>\n\na b\n</think>\n\nanswer\n", "R[a b\n]T[answer\n]"},
        {"<think></think>b", "R[]T[b]"},
        {"<think>\n\n</think>\n\nb", "R[]T[b]"},
        {"<think>a", "R[a]T[]"},
        {"<think>a</thin", "R[a</thin]T[]"},
        {"<think>a < b </ c</think>d", "R[a < b </ c]T[d]"},
        {"<thin", "R[]T[<thin]"},
        {"<thing>a", "R[]T[<thing>a]"},
        {"  ", "R[]T[  ]"},
        {"a<think>b</think>", "R[]T[a<think>b</think>]"},
        {"<think>a</think>b<think>c</think>", "R[a]T[b<think>c</think>]"},
    }));
    const std::string_view whole(text);
    INFO(whole);
    CHECK(parted({whole}) == expected);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < whole.size(); ++i) bytes.push_back(whole.substr(i, 1));
    CHECK(parted(bytes) == expected);
    for (std::size_t cut = 0; cut <= whole.size(); ++cut)
        CHECK(parted({whole.substr(0, cut), whole.substr(cut)}) == expected);
}

TEST_CASE("text behind the block is handed on at once") {
    ThinkTags tags;
    std::vector<StreamChunk> chunks;
    tags.add("<think>a</think>b", chunks);
    REQUIRE(chunks.size() == 2);
    tags.add(" <", chunks);
    CHECK(chunks.size() == 3);
}
