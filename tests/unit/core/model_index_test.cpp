#include "runtime/model_index.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using detail::ModelIndex;
using detail::ModelRow;
using detail::parse_model_page;

namespace {

ModelIndex sample() {
    std::vector<ModelRow> rows;
    rows.push_back({"a/big", "a/big-2026", ""});
    rows.push_back({"a/big:free", "a/big-2026", ""});
    rows.push_back({"b/only:free", "b/only-1", ""});
    rows.push_back({"~a/big-latest", "a/big-2026", "a/big-2026"});
    rows.push_back({"~c/gone-latest", "", "c/gone"});
    rows.push_back({"d/one", "d/same", ""});
    rows.push_back({"d/two", "d/same", ""});
    rows.push_back({"openrouter/auto", "openrouter/auto", ""});
    return {1000, std::move(rows)};
}

}  // namespace

TEST_CASE("pitfall 21: a model is found by id, slug, alias and with routing suffixes") {
    const auto index = sample();
    CHECK(index.resolve("a/big") == "a/big");
    CHECK(index.resolve("a/big-2026") == "a/big");
    CHECK(index.resolve("a/big:nitro") == "a/big");
    CHECK(index.resolve("a/big-2026:floor:online") == "a/big");
    CHECK(index.resolve("a/big@preset/x") == "a/big");
    CHECK(index.resolve("a/big:free") == "a/big:free");
    CHECK(index.resolve("a/big:free:online") == "a/big:free");
    CHECK(index.resolve("a/big-2026:free") == "a/big:free");
    CHECK(index.resolve("~a/big-latest") == "a/big");
    CHECK(index.resolve("~a/big-latest:nitro") == "a/big");
    CHECK(index.resolve("openrouter/auto") == "openrouter/auto");
}

TEST_CASE("an unknown model is unknown and never priced as another one") {
    const auto index = sample();
    CHECK_FALSE(index.resolve("a/bigger"));
    CHECK_FALSE(index.resolve("a/big:thinking"));
    CHECK_FALSE(index.resolve("b/only"));
    CHECK_FALSE(index.resolve("b/only-1"));
    CHECK_FALSE(index.resolve("d/same"));
    CHECK_FALSE(index.resolve("A/BIG"));
    CHECK_FALSE(index.resolve("@preset/x"));
    CHECK_FALSE(index.resolve(""));
    // The alias is a row of its own when its target is not listed.
    CHECK(index.resolve("~c/gone-latest") == "~c/gone-latest");
}

TEST_CASE("the stored form of an index reads back") {
    const auto copy = ModelIndex::parse(sample().to_text());
    REQUIRE(copy);
    CHECK(copy->fetched_at() == 1000);
    CHECK(copy->rows().size() == sample().rows().size());
    CHECK(copy->resolve("~a/big-latest") == "a/big");
    for (const char* bad : {"", "[]", "{}", R"({"fetched_at":1,"models":[]})",
                            R"({"fetched_at":1,"models":[7,[],[""],[null]]})"}) {
        CHECK_FALSE(ModelIndex::parse(bad));
    }
}

TEST_CASE("malformed single entries of a list are skipped") {
    const auto page = parse_model_page(R"({"data":[7,{"id":"a/b","x":[1.0,"é"]},{"name":"no id"},
        {"id":null},null,{"id":"c/d","alias_target":{"slug":"a/b"},"canonical_slug":3}],
        "links":{"next":"https://elsewhere.example/api/v1/models?offset=500&limit=500"}})");
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows[0].first.id == "a/b");
    CHECK(page.rows[0].second == R"({"id":"a/b","x":[1.0,"é"]})");
    CHECK(page.rows[1].first.alias_target == "a/b");
    CHECK(page.rows[1].first.canonical_slug.empty());
    CHECK(page.next_query == "?offset=500&limit=500");
}

TEST_CASE("what is no model list is refused") {
    for (const char* bad : {"", "<html>", "[]", R"({"error":{"code":500}})", R"({"data":null})"}) {
        CHECK_THROWS_AS(parse_model_page(bad), ApiError);
    }
    CHECK(parse_model_page(R"({"data":[]})").rows.empty());
    CHECK(parse_model_page(R"({"data":[],"links":{"next":null}})").next_query.empty());
}
