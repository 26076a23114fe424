#include "chat/chunk_memory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>

using namespace capstan;

namespace {

json::array details_of(std::size_t text) {
    json::object entry;
    entry["type"] = "reasoning.text";
    entry["text"] = std::string(text, 'x');
    entry["format"] = "anthropic-claude-v1";
    json::array details;
    details.push_back(std::move(entry));
    return details;
}

}  // namespace

TEST_CASE("ChunkMemory: a copy equals its original, whether it fits or not") {
    for (const std::size_t size : {0u, 20u, 300u, 448u, 100'000u}) {
        const auto details = details_of(size);
        CHECK(copy_for_chunk(details) == details);
    }
}

TEST_CASE("ChunkMemory: copies, parts and moves outlive the array they come from") {
    std::optional<json::array> first = copy_for_chunk(details_of(20));
    json::array copy = *first;
    json::value part = std::move((*first)[0]);
    json::array elsewhere;
    elsewhere = std::move(copy);
    json::array moved = copy_for_chunk(details_of(30));
    first.reset();
    CHECK(elsewhere == details_of(20));
    CHECK(part == details_of(20)[0]);
    CHECK(json::array(std::move(moved)) == details_of(30));
}

TEST_CASE("ChunkMemory: what is added later takes memory of its own and gives it back") {
    json::array details = copy_for_chunk(details_of(20));
    for (int i = 0; i < 100; ++i) details.push_back(details_of(50)[0]);
    details[0].as_object()["text"] = std::string(1000, 'y');
    details.erase(details.begin() + 1, details.end());
    json::array expected = details_of(20);
    expected[0].as_object()["text"] = std::string(1000, 'y');
    CHECK(details == expected);
}
