#include "runtime/file_locks.hpp"
#include "runtime/state_file.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace capstan {
namespace {

/// Which file a path leads to; two zeros for none.
std::pair<std::uint64_t, std::uint64_t> file_identity(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {0, 0};
    return {status.st_dev, status.st_ino};
}

constexpr std::string_view select_all =
    "SELECT key, value FROM state_entry WHERE name_space=?1 AND version>?2 AND value NOT NULL";
constexpr std::string_view select_changes =
    "SELECT key, value FROM state_entry WHERE name_space=?1 AND version>?2";
constexpr std::string_view upsert =
    "INSERT INTO state_entry(name_space, key, value, version) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(name_space, key) DO UPDATE SET value=excluded.value, version=excluded.version";

StateDelta read_delta(sqlite::Database& db, std::string_view name_space, const StateCursor& since) {
    StateDelta delta;
    auto& cursor = delta.cursor;
    cursor.incarnation = db.query_text("SELECT value FROM state_meta WHERE name='incarnation'");
    cursor.version = db.query_number("SELECT value FROM state_meta WHERE name='version'");
    delta.complete = since.incarnation != cursor.incarnation;
    if (!delta.complete && since.version == cursor.version) return delta;
    auto rows = db.prepare(delta.complete ? select_all : select_changes);
    rows.bind(1, name_space).bind(2, delta.complete ? std::int64_t{-1} : since.version);
    while (rows.step()) delta.entries.emplace_back(rows.text(0), rows.optional_text(1));
    return delta;
}

void write_entries(sqlite::Database& db, std::string_view name_space,
                   const std::vector<StateEntry>& entries, std::int64_t version) {
    auto row = db.prepare(upsert);
    row.bind(4, version);
    for (const auto& entry : entries) {
        const bool elsewhere = !entry.name_space.empty();
        row.bind(1, elsewhere ? std::string_view(entry.name_space) : name_space);
        row.bind(2, std::string_view(entry.key)).bind(3, entry.value);
        row.step();
        row.reset();
    }
    auto meta = db.prepare("UPDATE state_meta SET value=?1 WHERE name='version'");
    meta.bind(1, version).step();
}

}  // namespace

struct SqliteStateStore::Impl {
    Impl(std::string p, SqliteStateOptions options)
        : path(std::move(p)), busy(options.busy_timeout) {}

    /// Closes what turned out to be bad, so that the next call opens, and checks, anew.
    template <class Function>
    auto guarded(Function function) {
        try {
            return function(open());
        } catch (const sqlite::Error& error) {
            if (error.means_damage()) {
                db.reset();
                check = detail::FileCheck::always;
            }
            throw;
        }
    }

    sqlite::Database& open() {
        if (db && identity != file_identity(path)) db.reset();
        if (!db) {
            db.emplace(detail::open_state_file(path, busy, notices, check));
            check = detail::FileCheck::by_size;
            identity = file_identity(path);
        }
        return *db;
    }

    std::string path;
    detail::BusyWait busy;
    std::optional<detail::FileLocks> locks;
    std::optional<sqlite::Database> db;
    detail::FileCheck check = detail::FileCheck::by_size;  // of the next opening
    std::pair<std::uint64_t, std::uint64_t> identity;
    std::vector<StateNotice> notices;
};

SqliteStateStore::SqliteStateStore(std::string path, SqliteStateOptions options)
    : impl_(std::make_unique<Impl>(std::move(path), options)) {}

SqliteStateStore::~SqliteStateStore() = default;

StateDelta SqliteStateStore::changes_since(std::string_view name_space, const StateCursor& since) {
    return impl_->guarded([&](sqlite::Database& db) {
        // One read transaction, so that the cursor belongs to the rows.
        db.exec("BEGIN");
        try {
            auto delta = read_delta(db, name_space, since);
            db.exec("COMMIT");
            return delta;
        } catch (...) {
            try {
                db.exec("ROLLBACK");
            } catch (const StateError&) {
                // Rolled back already; the first error is the one to tell.
            }
            throw;
        }
    });
}

StateCursor SqliteStateStore::transact(std::string_view name_space, const StateCursor& since,
                                       const Edit& edit) {
    return impl_->guarded([&](sqlite::Database& db) {
        sqlite::Transaction transaction(db);
        auto delta = read_delta(db, name_space, since);
        const auto writes = edit(delta);
        if (!writes.empty()) write_entries(db, name_space, writes, ++delta.cursor.version);
        transaction.commit();
        return delta.cursor;
    });
}

std::shared_ptr<void> SqliteStateStore::try_lock(std::string_view name) {
    impl_->guarded([](sqlite::Database&) {});  // makes the file, if need be
    if (!impl_->locks) {
        // Who comes by a link has to find the same locks.
        std::error_code error;
        const auto real = std::filesystem::canonical(impl_->path, error);
        impl_->locks.emplace((error ? impl_->path : real.string()) + ".locks");
    }
    return impl_->locks->try_lock(name);
}

std::vector<StateNotice> SqliteStateStore::take_notices() {
    return std::exchange(impl_->notices, {});
}

void SqliteStateStore::interrupt() noexcept { impl_->busy.interrupted = true; }

}  // namespace capstan
