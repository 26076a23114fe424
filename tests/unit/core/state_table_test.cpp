#include "runtime/state_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace capstan;
using detail::StateTable;

namespace {

StateTable::Text text(const char* value) { return std::make_shared<const std::string>(value); }

std::string value(const StateTable& table, std::string_view key) {
    const auto found = table.get(key);
    return found ? *found : "-";
}

json::value add_one(std::optional<json::value> old) {
    return as_int(old.value_or(json::value(0))).value_or(0) + 1;
}

StateDelta stored(const char* key, std::optional<std::string> value, bool complete = false) {
    StateDelta delta;
    delta.complete = complete;
    delta.entries.emplace_back(key, std::move(value));
    return delta;
}

}  // namespace

TEST_CASE("only the version that was written is marked clean") {
    StateTable table;
    table.set("a", text("1"));
    const auto batch = table.batch();
    table.set("a", text("2"));
    table.commit(batch);
    CHECK(table.dirty());
    CHECK(table.saved(1));
    CHECK_FALSE(table.saved(2));
    const auto second = table.batch();
    REQUIRE(second.values.size() == 1);
    CHECK(*second.values[0].second == "2");
    table.commit(second);
    CHECK_FALSE(table.dirty());
    CHECK(table.saved(2));
}

TEST_CASE("a change that replaces an unsaved one does not count as that one's being saved") {
    StateTable table;
    table.set("a", text("1"));
    table.set("a", text("2"));
    CHECK_FALSE(table.saved(1));
}

TEST_CASE("changes made during a write stay on top of it") {
    StateTable table;
    table.update("n", add_one);
    const auto batch = table.batch();
    table.update("n", add_one);
    table.commit(batch);
    CHECK(value(table, "n") == "2");
    // Another process added ten behind our first write.
    table.merge(stored("n", "11"));
    CHECK(value(table, "n") == "12");
    CHECK(table.dirty());
}

TEST_CASE("a value set wins over what others stored, an update works on it") {
    StateTable table;
    table.set("a", text("1"));
    table.update("n", add_one);
    table.merge(stored("a", "9"));
    table.merge(stored("n", "9"));
    CHECK(value(table, "a") == "1");
    CHECK(value(table, "n") == "10");
    table.merge(stored("new", "5"));
    CHECK(value(table, "new") == "5");
    table.merge(stored("new", std::nullopt));
    CHECK(value(table, "new") == "-");
    CHECK(table.keys("").size() == 2);
}

TEST_CASE("an update that throws changes nothing; on another's value it is dropped and told") {
    StateTable table;
    const auto only_small = [](std::optional<json::value> old) -> json::value {
        if (old) throw std::runtime_error("too large");
        return 1;
    };
    table.update("n", only_small);
    const auto failures = table.merge(stored("n", "5"));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0] == "too large");
    CHECK(value(table, "n") == "5");
    CHECK_FALSE(table.dirty());
    CHECK_THROWS(table.update("n", only_small));
    CHECK_FALSE(table.dirty());
}

TEST_CASE("a store that began anew gets back what it lost") {
    StateTable table;
    table.merge(stored("kept", "1", true));
    table.merge(stored("lost", "2"));
    CHECK_FALSE(table.dirty());
    table.merge(stored("kept", "7", true));
    CHECK(value(table, "kept") == "7");
    CHECK(value(table, "lost") == "2");
    const auto batch = table.batch();
    REQUIRE(batch.values.size() == 1);
    CHECK(batch.values[0].first == "lost");
}

TEST_CASE("removing is a change like others") {
    StateTable table;
    table.merge(stored("a", "1", true));
    table.set("a", nullptr);
    CHECK(value(table, "a") == "-");
    CHECK(table.keys("").empty());
    const auto batch = table.batch();
    REQUIRE(batch.values.size() == 1);
    CHECK_FALSE(batch.values[0].second);
    table.commit(batch);
    CHECK_FALSE(table.dirty());
}

TEST_CASE("keys are listed by prefix") {
    StateTable table;
    for (const char* key : {"a", "b|1", "b|2", "c"}) table.set(key, text("0"));
    CHECK(table.keys("b|") == std::vector<std::string>{"b|1", "b|2"});
    CHECK(table.keys("").size() == 4);
    CHECK(table.keys("z").empty());
}
