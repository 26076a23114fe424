#include <capstan/json_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>

using namespace capstan;

namespace {

/// The heap, with a count.
class CountingResource final : public json::memory_resource {
public:
    int allocations = 0;

private:
    void* do_allocate(std::size_t bytes, std::size_t) override {
        ++allocations;
        return ::operator new(bytes);
    }
    void do_deallocate(void* memory, std::size_t, std::size_t) override {
        ::operator delete(memory);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }
};

}  // namespace

TEST_CASE("JsonParser: one document after the other, good and bad") {
    JsonParser parser;
    const json::value* value = parser.parse(R"({"a":[1,2.5,"x"]})");
    REQUIRE(value != nullptr);
    CHECK(to_json_text(*value) == R"({"a":[1,2.5,"x"]})");
    CHECK_FALSE(parser.error());

    CHECK(parser.parse(R"({"a":[1,2.5,"x")") == nullptr);
    CHECK(parser.error() == json::error::incomplete);
    CHECK(parser.parse("1 2") == nullptr);
    CHECK(parser.error() == json::error::extra_data);
    CHECK(parser.parse("") == nullptr);

    value = parser.parse("\"half \\ud83d\"");
    REQUIRE(value != nullptr);
    CHECK(value->as_string() == "half \xED\xA0\xBD");
    CHECK_FALSE(parser.error());
}

TEST_CASE("JsonParser: documents of very different sizes, and a parser that moves") {
    JsonParser parser;
    for (const std::size_t size : {10, 100'000, 3, 5'000, 40'000, 1'000'000, 1}) {
        const std::string text = "[\"" + std::string(size, 'x') + "\",{\"a\":[1,2,3]}]";
        const json::value* value = parser.parse(text);
        REQUIRE(value != nullptr);
        CHECK(to_json_text(*value) == text);
        JsonParser moved = std::move(parser);
        CHECK(to_json_text(*value) == text);
        parser = std::move(moved);
    }
}

TEST_CASE("JsonParser: a copy with memory of its own outlives the parser") {
    const std::string text = R"({"long enough for the heap":["long enough for it too"]})";
    CountingResource memory;
    json::value copy(&memory);
    {
        JsonParser parser;
        const json::value* value = parser.parse(text);
        REQUIRE(value != nullptr);
        copy = *value;
    }
    CHECK(to_json_text(copy) == text);
    CHECK(memory.allocations > 0);
}
