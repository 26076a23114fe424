#include "child_process.hpp"

#include <capstan/state_store.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

using namespace capstan;
using test::TemporaryFolder;

namespace {

using Values = std::map<std::string, std::string>;

StateCursor put(StateStore& store, std::string key, std::optional<std::string> value,
                StateCursor since = {}) {
    return store.transact("t", since, [&](const StateDelta&) {
        std::vector<StateEntry> entries;
        entries.emplace_back(key, value);
        return entries;
    });
}

Values all(StateStore& store) {
    Values values;
    for (const auto& entry : store.changes_since("t", {}).entries) {
        if (entry.value) values[entry.key] = *entry.value;
    }
    return values;
}

void sql(const std::string& path, const char* text) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

void check_store(StateStore& one) {
    auto first = one.changes_since("t", {});
    CHECK(first.complete);
    CHECK(first.entries.empty());
    const auto cursor = put(one, "a", "1", first.cursor);
    CHECK(one.changes_since("t", cursor).entries.empty());
    CHECK(one.changes_since("other", cursor).entries.empty());
    const auto second = put(one, "b", "2", cursor);
    const auto delta = one.changes_since("t", cursor);
    CHECK_FALSE(delta.complete);
    REQUIRE(delta.entries.size() == 1);
    CHECK(delta.entries[0].key == "b");
    put(one, "a", std::nullopt, second);
    const auto removal = one.changes_since("t", second);
    REQUIRE(removal.entries.size() == 1);
    CHECK_FALSE(removal.entries[0].value);
    CHECK(all(one) == Values{{"b", "2"}});
}

void check_recovered(const std::string& path, StateNoticeKind kind) {
    SqliteStateStore store(path);
    CHECK(all(store).empty());
    const auto notices = store.take_notices();
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].kind == kind);
    CHECK(std::filesystem::exists(notices[0].moved_to));
    CHECK_FALSE(notices[0].message.empty());
    CHECK(store.take_notices().empty());
    put(store, "new", "1");
    SqliteStateStore again(path);
    CHECK(all(again) == Values{{"new", "1"}});
    CHECK(again.take_notices().empty());
}

}  // namespace

TEST_CASE("a transaction may write to other name spaces") {
    const TemporaryFolder folder;
    SqliteStateStore file(folder.path("state.db"));
    MemoryStateStore memory;
    for (StateStore* store : {static_cast<StateStore*>(&file), static_cast<StateStore*>(&memory)}) {
        const auto cursor = store->transact("other", {}, [](const StateDelta&) {
            std::vector<StateEntry> entries;
            entries.emplace_back("a", "1");
            entries.emplace_back("a", "2").name_space = "t";
            return entries;
        });
        CHECK(all(*store) == Values{{"a", "2"}});
        const auto other = store->changes_since("other", {}).entries;
        REQUIRE(other.size() == 1);
        CHECK(other[0].value == "1");
        CHECK(store->changes_since("t", cursor).entries.empty());
    }
}

TEST_CASE("a name is had by one at a time, until its last copy goes") {
    const TemporaryFolder folder;
    std::vector<std::unique_ptr<StateStore>> stores;
    stores.push_back(std::make_unique<MemoryStateStore>());
    stores.push_back(std::make_unique<SqliteStateStore>(folder.path("deep/state.db")));
    for (auto& store : stores) {
        auto lock = store->try_lock("name");
        REQUIRE(lock);
        CHECK_FALSE(store->try_lock("name"));
        auto other = store->try_lock("another");
        CHECK(other);
        auto copy = lock;
        lock.reset();
        CHECK_FALSE(store->try_lock("name"));
        copy.reset();
        CHECK(store->try_lock("name"));
        lock = store->try_lock("name");
        CHECK(lock);
        store.reset();  // the lock outlives it
    }
}

TEST_CASE("a store that comes by a link to the file shares its names") {
    const TemporaryFolder folder;
    SqliteStateStore one(folder.path("state.db"));
    const auto lock = one.try_lock("name");
    std::filesystem::create_symlink(folder.path("state.db"), folder.path("link.db"));
    SqliteStateStore two(folder.path("link.db"));
    CHECK(lock);
    CHECK_FALSE(two.try_lock("name"));
    CHECK(two.try_lock("other"));
}

TEST_CASE("two stores on one file share the names, also when its lock file was removed") {
    const TemporaryFolder folder;
    SqliteStateStore one(folder.path("state.db"));
    SqliteStateStore two(folder.path("state.db"));
    auto lock = one.try_lock("name");
    REQUIRE(lock);
    CHECK_FALSE(two.try_lock("name"));
    CHECK(std::filesystem::file_size(folder.path("state.db.locks")) == 0);
    auto other = two.try_lock("other");
    CHECK_FALSE(one.try_lock("other"));
    lock.reset();
    lock = two.try_lock("name");
    CHECK(lock);
    std::filesystem::remove(folder.path("state.db.locks"));
    auto third = one.try_lock("third");
    CHECK(third);
    CHECK_FALSE(two.try_lock("third"));
}

TEST_CASE("the memory store keeps, tells changes apart and removes") {
    MemoryStateStore store;
    check_store(store);
}

TEST_CASE("the SQLite store keeps, tells changes apart and removes") {
    const TemporaryFolder folder;
    SqliteStateStore store(folder.path("state.db"));
    check_store(store);
}

TEST_CASE("values survive the store, whatever is in them") {
    const TemporaryFolder folder;
    const auto path = folder.path("deep/er/state.db");
    const std::string odd("\0\xff\xed\xa0\x80 \"", 7);
    {
        SqliteStateStore store(path);
        put(store, "odd", odd);
        put(store, "", "");
        put(store, "large", std::string(3'000'000, 'x'));
    }
    SqliteStateStore store(path);
    const auto values = all(store);
    CHECK(values.at("odd") == odd);
    CHECK(values.at("").empty());
    CHECK(values.at("large").size() == 3'000'000);
}

TEST_CASE("the file is the owner's only") {
    const TemporaryFolder folder;
    SqliteStateStore store(folder.path("state.db"));
    put(store, "a", "1");
    for (const auto& name : folder.names("state.db")) {
        struct stat status {};
        REQUIRE(::stat(folder.path(name).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
    CHECK(folder.names("state.db").size() == 3);
}

TEST_CASE("two stores on one file see each other") {
    const TemporaryFolder folder;
    SqliteStateStore one(folder.path("state.db"));
    SqliteStateStore two(folder.path("state.db"));
    const auto cursor = put(one, "a", "1");
    const auto seen = two.changes_since("t", {});
    REQUIRE(seen.entries.size() == 1);
    put(two, "a", "2", seen.cursor);
    const auto delta = one.changes_since("t", cursor);
    REQUIRE(delta.entries.size() == 1);
    CHECK(delta.entries[0].value == "2");
}

TEST_CASE("an edit that throws writes nothing and leaves the store usable") {
    const TemporaryFolder folder;
    SqliteStateStore store(folder.path("state.db"));
    const auto bad = [](const StateDelta&) -> std::vector<StateEntry> { throw 7; };
    CHECK_THROWS(store.transact("t", {}, bad));
    put(store, "a", "1");
    CHECK(all(store).size() == 1);
}

TEST_CASE("a file of garbage is moved aside") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    test::write_file(path, std::string(10'000, 'g'));
    test::write_file(path + "-wal", "rubbish");  // which SQLite throws away
    check_recovered(path, StateNoticeKind::moved_corrupt);
    const auto names = folder.names("state.db.corrupt-");
    REQUIRE(names.size() == 1);
    CHECK(test::read_file(folder.path(names[0])) == std::string(10'000, 'g'));
}

TEST_CASE("a truncated or overwritten file is moved aside") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    {
        SqliteStateStore store(path);
        for (int i = 0; i < 200; ++i) put(store, std::to_string(i), std::string(500, 'v'));
    }
    const auto whole = test::read_file(path);
    REQUIRE(whole.size() > 50'000);
    SECTION("cut in a page") {
        test::write_file(path, whole.substr(0, whole.size() / 2 + 100));
    }
    SECTION("cut in the header") { test::write_file(path, whole.substr(0, 50)); }
    SECTION("a page of the tree overwritten") {
        auto bad = whole;
        bad.replace(4096, 8192, std::string(8192, '\xee'));
        test::write_file(path, bad);
    }
    SECTION("the schema's text overwritten") {
        auto bad = whole;
        const auto at = bad.find("CREATE TABLE state_entry");
        bad.replace(at, 12, "CREATE TOBLE");
        test::write_file(path, bad);
    }
    check_recovered(path, StateNoticeKind::moved_corrupt);
}

TEST_CASE("damage of an index is found, wherever it is") {
    const TemporaryFolder folder;
    const auto good = folder.path("good.db");
    {
        SqliteStateStore store(good);
        put(store, "a", "1");
    }
    const auto whole = test::read_file(good);
    std::size_t moved = 0;
    for (std::size_t offset = 0; offset < 90; ++offset) {
        const auto path = folder.path("state-" + std::to_string(offset));
        auto bad = whole;
        // The last 30 bytes of each of the pages 3, 5 and 6: the indexes.
        const std::size_t pages[] = {3, 5, 6};
        bad[pages[offset / 30] * 4096 - 1 - offset % 30] = '\xff';
        test::write_file(path, bad);
        SqliteStateStore store(path);
        const auto works = [&] {
            try {
                put(store, "b", "2");
                return all(store).contains("b");
            } catch (const StateError&) {
                return false;
            }
        };
        CHECK((works() || works()));
        moved += store.take_notices().size();
    }
    CHECK(moved > 0);
}

TEST_CASE("a table that lost its columns is moved aside") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    {
        SqliteStateStore store(path);
        put(store, "a", "1");
    }
    SECTION("no column") { sql(path, "ALTER TABLE state_entry RENAME COLUMN value TO other"); }
    SECTION("no identity") { sql(path, "DELETE FROM state_meta"); }
    check_recovered(path, StateNoticeKind::moved_corrupt);
}

TEST_CASE("a file of a newer version is moved aside, unless it is in use") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    {
        SqliteStateStore store(path);
        put(store, "a", "1");
    }
    sql(path, "PRAGMA user_version=2");
    SECTION("idle") {
        check_recovered(path, StateNoticeKind::moved_newer);
        CHECK(folder.names("state.db.newer-").size() == 1);
    }
    SECTION("damaged, too") {
        auto bytes = test::read_file(path);
        // The header: more free pages than there are, and the mark of an auto-vacuum database,
        // whose pages lie otherwise.
        for (const std::size_t at : {37, 38, 39, 52}) bytes[at] = '\x25';
        test::write_file(path, bytes);
        check_recovered(path, StateNoticeKind::moved_corrupt);
        CHECK(folder.names("state.db.corrupt-").size() == 1);
    }
    SECTION("in use") {
        sqlite3* other = nullptr;
        REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
        REQUIRE(sqlite3_exec(other, "BEGIN; SELECT * FROM state_entry", nullptr, nullptr,
                             nullptr) == SQLITE_OK);
        SqliteStateOptions options;
        options.busy_timeout = std::chrono::milliseconds(50);
        SqliteStateStore store(path, options);
        CHECK_THROWS_AS(all(store), StateError);
        CHECK(folder.names("state.db.newer-").empty());
        sqlite3_close(other);
    }
}

TEST_CASE("a database of another program is left alone") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    sql(path, "CREATE TABLE precious(x); INSERT INTO precious VALUES(1)");
    const auto before = test::read_file(path);
    SqliteStateStore store(path);
    CHECK_THROWS_AS(all(store), StateError);
    CHECK(test::read_file(path) == before);
    CHECK(folder.names("state.db.corrupt-").empty());
}

TEST_CASE("a file that vanishes is made again, as another incarnation") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    SqliteStateStore store(path);
    const auto cursor = put(store, "a", "1");
    for (const auto& name : folder.names("state.db")) std::filesystem::remove(folder.path(name));
    const auto delta = store.changes_since("t", cursor);
    CHECK(delta.complete);
    CHECK(delta.entries.empty());
    CHECK(delta.cursor.incarnation != cursor.incarnation);
}

TEST_CASE("where no file can be, calls fail and go on failing quietly") {
    const TemporaryFolder folder;
    test::write_file(folder.path("file"), "x");
    SqliteStateStore store(folder.path("file/state.db"));
    CHECK_THROWS_AS(all(store), StateError);
    CHECK_THROWS_AS(all(store), StateError);
}

TEST_CASE("in a read-only folder calls fail until it is writable") {
    if (::geteuid() == 0) SKIP("the superuser may write everywhere");
    const TemporaryFolder folder;
    std::filesystem::permissions(folder.path(""), std::filesystem::perms::owner_read |
                                                      std::filesystem::perms::owner_exec);
    SqliteStateStore store(folder.path("state.db"));
    CHECK_THROWS_AS(all(store), StateError);
    std::filesystem::permissions(folder.path(""), std::filesystem::perms::owner_all);
    put(store, "a", "1");
    CHECK(all(store).size() == 1);
}

TEST_CASE("waiting for another writer ends with its time, or an interruption") {
    const TemporaryFolder folder;
    const auto path = folder.path("state.db");
    SqliteStateOptions options;
    options.busy_timeout = std::chrono::milliseconds(50);
    SqliteStateStore store(path, options);
    put(store, "a", "1");
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK_THROWS_AS(put(store, "a", "2"), StateError);
    CHECK(all(store) == Values{{"a", "1"}});
    sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    put(store, "a", "2");
    CHECK(all(store) == Values{{"a", "2"}});
}
