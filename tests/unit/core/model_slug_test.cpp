#include <capstan/model_slug.hpp>

#include <catch2/catch_test_macros.hpp>

using capstan::base_model_id;
using capstan::model_family;
using capstan::model_variant;

TEST_CASE("pitfall 21: routing suffixes and presets are no part of a catalogue id") {
    CHECK(base_model_id("x/y") == "x/y");
    CHECK(base_model_id("x/y:nitro") == "x/y");
    CHECK(base_model_id("x/y:floor:online") == "x/y");
    CHECK(base_model_id("x/y:exacto") == "x/y");
    CHECK(base_model_id("x/y:batch") == "x/y");
    CHECK(base_model_id("x/y@preset/fast") == "x/y");
    CHECK(base_model_id("x/y:nitro@preset/fast") == "x/y");
    CHECK(base_model_id("@preset/fast").empty());
    CHECK(base_model_id("").empty());
}

TEST_CASE("static variants and unknown suffixes stay in the id") {
    CHECK(base_model_id("x/y:free") == "x/y:free");
    CHECK(base_model_id("x/y:thinking") == "x/y:thinking");
    CHECK(base_model_id("x/y:extended") == "x/y:extended");
    CHECK(base_model_id("x/y:free:online") == "x/y:free");
    CHECK(base_model_id("x/y:online:free") == "x/y:free");
    CHECK(base_model_id("x/y:brand-new") == "x/y:brand-new");
    CHECK(base_model_id("x/y:Nitro") == "x/y:Nitro");
}

TEST_CASE("the family is the vendor") {
    CHECK(model_family("anthropic/claude-sonnet-4.5") == "anthropic");
    CHECK(model_family("~anthropic/claude-latest") == "anthropic");
    CHECK(model_family("gpt-5").empty());
    CHECK(model_family("").empty());
    CHECK(model_family("~").empty());
    CHECK(model_family("@preset/x").empty());
}

TEST_CASE("the variant is what follows the first colon") {
    CHECK(model_variant("x/y:free") == "free");
    CHECK(model_variant("x/y").empty());
}
