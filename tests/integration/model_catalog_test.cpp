#include "catalog_server.hpp"
#include "child_process.hpp"

#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace std::chrono_literals;
using test::CatalogFixture;

namespace {

constexpr const char* list = R"({"data":[
  {"id":"a/big","canonical_slug":"a/big-2026","context_length":1000,
   "pricing":{"prompt":"0.0000000125","completion":"0.000015"}},
  {"id":"a/big:free","canonical_slug":"a/big-2026","context_length":500,
   "pricing":{"prompt":"0","completion":"0"}},
  {"name":"malformed"}, 7,
  {"id":"~a/big-latest","canonical_slug":"a/big-2026","alias_target":{"slug":"a/big","name":"Big"}},
  {"id":"openrouter/auto","pricing":{"prompt":"-1","completion":"-1"}}],
  "total_count":4,"links":{"next":null}})";

constexpr const char* endpoints = R"({"data":{"id":"a/big","endpoints":[
  {"name":"P","tag":"p/fp8","context_length":900,"pricing":{"prompt":"0.000001"}},7]}})";

CatalogFixture& with_list(CatalogFixture& fixture) {
    fixture.server->answer("/models", list);
    return fixture;
}

}  // namespace

TEST_CASE("models are found, and nothing is asked twice within the hour") {
    CatalogFixture fixture;
    with_list(fixture);
    CHECK_FALSE(fixture.catalog->peek("a/big"));
    const auto info = fixture.find("a/big:nitro");
    REQUIRE(info);
    CHECK(info->id == "a/big");
    CHECK(info->context_length == 1000);
    CHECK(info->pricing.prompt->to_string() == "0.0000000125");
    CHECK(fixture.find("a/big:free")->context_length == 500);
    CHECK(fixture.find("~a/big-latest")->id == "a/big");
    CHECK(fixture.find("a/big-2026")->id == "a/big");
    CHECK(fixture.catalog->peek("a/big")->id == "a/big");
    fixture.pass(59min);
    CHECK(fixture.find("a/big"));
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("an unknown model is unknown, a router has no price") {
    CatalogFixture fixture;
    with_list(fixture);
    CHECK_FALSE(fixture.find("a/bigger"));
    CHECK_FALSE(fixture.find("a/big:thinking"));
    CHECK_FALSE(fixture.find("@preset/x"));
    const auto router = fixture.find("openrouter/auto");
    REQUIRE(router);
    CHECK_FALSE(router->pricing.prompt);
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("custom model info wins, also for unknown models and without a request") {
    CatalogFixture fixture;
    ModelInfo own;
    own.id = "mine";
    own.context_length = 7;
    fixture.catalog->set_override("a/big", own);
    fixture.catalog->set_override("private/model", own);
    CHECK(fixture.find("a/big")->context_length == 7);
    CHECK(fixture.find("a/big:nitro")->context_length == 7);
    CHECK(fixture.catalog->peek("private/model")->id == "mine");
    CHECK(fixture.server->requests() == 0);
}

TEST_CASE("expired data is used while one request renews it") {
    CatalogFixture fixture;
    with_list(fixture).find("a/big");
    fixture.server->answer("/models", R"({"data":[{"id":"a/big","context_length":2000}]})");
    fixture.pass(61min);
    CHECK(fixture.find("a/big")->context_length == 1000);
    CHECK(fixture.server->requests() == 2);
    CHECK(fixture.find("a/big")->context_length == 2000);
    CHECK_FALSE(fixture.find("a/big:free"));
    CHECK(fixture.server->requests() == 2);
}

TEST_CASE("a failed renewal keeps the old data and is not repeated at once") {
    CatalogFixture fixture;
    with_list(fixture).find("a/big");
    const auto broken = {"", "<html>", R"({"data":[]})", R"({"error":{"code":500}})",
                         R"({"data":[{"name":"x"}]})"};
    std::size_t requests = 1;
    fixture.pass(61min);
    for (const char* body : broken) {
        fixture.server->answer("/models", body);
        CHECK(fixture.find("a/big")->context_length == 1000);
        CHECK(fixture.server->requests() == ++requests);
        fixture.pass(59s);
        CHECK(fixture.find("a/big")->context_length == 1000);
        CHECK(fixture.server->requests() == requests);
        fixture.pass(2s);
    }
    with_list(fixture).find("a/big");
    CHECK(fixture.server->requests() == requests + 1);
}

TEST_CASE("without data a failure means unknown, for a minute") {
    CatalogFixture fixture;
    CHECK_FALSE(fixture.find("a/big"));
    with_list(fixture);
    CHECK_FALSE(fixture.find("a/big"));
    CHECK_THROWS_AS(fixture.run(fixture.catalog->all()), std::runtime_error);
    CHECK(fixture.server->requests() == 1);
    fixture.pass(61s);
    CHECK(fixture.find("a/big"));
    CHECK(fixture.server->requests() == 2);
}

TEST_CASE("a refresh asks at once and tells its failure") {
    CatalogFixture fixture;
    CHECK_THROWS_AS(fixture.run(fixture.catalog->refresh()), std::runtime_error);
    with_list(fixture);
    fixture.run(fixture.catalog->refresh());
    CHECK(fixture.catalog->peek("a/big"));
    fixture.run(fixture.catalog->refresh());
    CHECK(fixture.server->requests() == 3);
    fixture.server->fail();
    CHECK_THROWS_AS(fixture.run(fixture.catalog->refresh()), std::runtime_error);
    CHECK(fixture.catalog->peek("a/big"));
}

TEST_CASE("all models come in the server's order") {
    CatalogFixture fixture;
    with_list(fixture);
    const auto models = fixture.run(fixture.catalog->all());
    REQUIRE(models.size() == 4);
    CHECK(models[0].id == "a/big");
    CHECK(models[2].id == "~a/big-latest");
    CHECK(models[3].raw.contains("pricing"));
}

TEST_CASE("pages are followed, on our host only and not in circles") {
    CatalogFixture fixture;
    auto& server = *fixture.server;
    server.answer("/models", R"({"data":[{"id":"a/1"}],
        "links":{"next":"https://evil.example/api/v1/models?offset=1"}})");
    server.answer("/models?offset=1", R"({"data":[{"id":"a/2"},{"id":"a/1"}],
        "links":{"next":"/api/v1/models?offset=2"}})");
    server.answer("/models?offset=2", R"({"data":[{"id":"a/3"}],
        "links":{"next":"/api/v1/models?offset=1"}})");
    CHECK(fixture.run(fixture.catalog->all()).size() == 3);
    CHECK(server.requests() == 3);
}

TEST_CASE("a list of which a page is missing is not stored") {
    CatalogFixture fixture;
    fixture.server->answer("/models", R"({"data":[{"id":"a/1"}],"links":{"next":"?offset=1"}})");
    CHECK_FALSE(fixture.find("a/1"));
    CHECK(fixture.state->keys("model-catalog").empty());
}

TEST_CASE("the catalogue survives the program, and is not fetched again") {
    const test::TemporaryFolder folder;
    const auto path = folder.path("state.db");
    {
        CatalogFixture fixture(std::make_unique<SqliteStateStore>(path));
        with_list(fixture).find("a/big");
        fixture.server->answer("/models/a/big/endpoints", endpoints);
        fixture.run(fixture.catalog->endpoints("a/big"));
    }
    CatalogFixture fixture(std::make_unique<SqliteStateStore>(path));
    CHECK(fixture.find("a/big")->pricing.completion->to_string() == "0.000015");
    CHECK(fixture.run(fixture.catalog->endpoints("a/big")).size() == 1);
    CHECK(fixture.server->requests() == 0);
    fixture.clock->now_ms = 0;  // what comes from the future is not trusted forever
    CHECK(fixture.find("a/big"));
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("what another process has fetched is not fetched again") {
    const test::TemporaryFolder folder;
    const auto path = folder.path("state.db");
    CatalogFixture one(std::make_unique<SqliteStateStore>(path));
    CatalogFixture two(std::make_unique<SqliteStateStore>(path));
    two.run(two.state->loaded());
    with_list(one).find("a/big");
    CHECK(one.state->flush(5s));
    CHECK(two.find("a/big"));
    CHECK(two.server->requests() == 0);
}

TEST_CASE("stored data that is spoilt is as good as none") {
    CatalogFixture fixture;
    with_list(fixture).find("a/big");
    const auto key = "model-catalog|https://models.example/api/v1|models";
    REQUIRE(fixture.state->get(key));
    for (const char* bad : {"nonsense", "[]", R"({"fetched_at":"x"})"}) {
        std::vector<StateEntry> changes;
        changes.emplace_back(key, bad);
        fixture.state->set_all(std::move(changes));
        CHECK_FALSE(fixture.catalog->peek("a/big"));
        CHECK(fixture.find("a/big"));
    }
    std::vector<StateEntry> changes;
    changes.emplace_back("model-catalog|https://models.example/api/v1|m|a/big", "nonsense");
    fixture.state->set_all(std::move(changes));
    CHECK_FALSE(fixture.find("a/big"));
}

TEST_CASE("endpoints are cached like models") {
    CatalogFixture fixture;
    auto& server = *fixture.server;
    server.answer("/models/a/big/endpoints", endpoints);
    const auto first = fixture.run(fixture.catalog->endpoints("a/big:nitro"));
    REQUIRE(first.size() == 1);
    CHECK(first[0].tag == "p/fp8");
    CHECK(first[0].context_length == 900);
    fixture.run(fixture.catalog->endpoints("a/big"));
    CHECK(server.requests() == 1);
    fixture.pass(61min);
    server.fail();
    CHECK(fixture.run(fixture.catalog->endpoints("a/big")).size() == 1);
    CHECK(fixture.run(fixture.catalog->endpoints("a/big")).size() == 1);
    CHECK(server.requests() == 2);
    CHECK_THROWS_AS(fixture.run(fixture.catalog->endpoints("a/other")), std::runtime_error);
    CHECK(server.requests() == 3);
}

TEST_CASE("no endpoints is an answer that is not stored") {
    CatalogFixture fixture;
    fixture.server->answer("/models/a/none:free/endpoints", R"({"data":{"endpoints":[]}})");
    CHECK(fixture.run(fixture.catalog->endpoints("a/none:free")).empty());
    CHECK(fixture.run(fixture.catalog->endpoints("a/none:free")).empty());
    CHECK(fixture.server->requests() == 1);
    CHECK(fixture.state->keys().empty());
    CHECK(fixture.run(fixture.catalog->endpoints("nonsense")).empty());
    CHECK(fixture.run(fixture.catalog->endpoints("@preset/x")).empty());
    CHECK(fixture.server->requests() == 1);
}

TEST_CASE("author and slug are escaped in the path") {
    CatalogFixture fixture;
    CHECK_THROWS(fixture.run(fixture.catalog->endpoints("a b/x?y#z/../%")));
    REQUIRE(fixture.server->requests() == 1);
    CHECK(fixture.server->paths[0] == "/models/a%20b/x%3Fy%23z%2F..%2F%25/endpoints");
}
