#include "runtime/state_file.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>

namespace capstan::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t application_id = 0x43505354;  // "CPST"
constexpr std::int64_t schema_version = 1;
constexpr std::uintmax_t max_size_for_check = 64u << 20;  // a check reads the whole file

enum class Verdict { usable, fresh, damaged, newer, foreign };

int on_busy(void* context, int count) {
    const auto& busy = *static_cast<const BusyWait*>(context);
    constexpr std::chrono::milliseconds pause{5};
    if (busy.interrupted || count * pause >= busy.timeout) return 0;
    std::this_thread::sleep_for(pause);
    return 1;
}

/// The file's contents are not trusted: no triggers, no views, no functions from the schema.
void configure(sqlite::Database& db, BusyWait& busy) {
    auto* handle = db.handle();
    sqlite3_extended_result_codes(handle, 0);
    sqlite3_busy_handler(handle, on_busy, &busy);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    db.exec("PRAGMA cell_size_check=ON");
}

Verdict inspect(sqlite::Database& db, const std::string& path, FileCheck check) {
    const auto version = db.query_number("PRAGMA user_version");
    const bool ours = db.query_number("PRAGMA application_id") == application_id;
    if (db.query_number("SELECT count(*) FROM sqlite_schema") == 0) return Verdict::fresh;
    const bool has_state =
        db.query_number("SELECT count(*) FROM sqlite_schema WHERE name='state_entry'") != 0;
    if (!ours && !has_state) return Verdict::foreign;
    if (ours && version > schema_version) return Verdict::newer;
    if (!ours || version < 1) return Verdict::damaged;
    // A writable file that SQLite will only read has a header from elsewhere.
    if (sqlite3_db_readonly(db.handle(), "main") == 1 && ::access(path.c_str(), W_OK) == 0) {
        return Verdict::damaged;
    }
    std::error_code ignored;
    const auto size = fs::file_size(path, ignored);
    if (check == FileCheck::by_size && !ignored && size > max_size_for_check)
        return Verdict::usable;
    // A quick_check would not compare the indexes with their tables.
    const bool sound = db.query_text("PRAGMA integrity_check(1)") == "ok";
    return sound ? Verdict::usable : Verdict::damaged;
}

/// Two processes that switch a new file to WAL at once may get "busy" without being made to wait.
void enable_wal(sqlite::Database& db, BusyWait& busy) {
    for (int attempt = 0;; ++attempt) {
        try {
            db.exec("PRAGMA journal_mode=WAL");
            break;
        } catch (const sqlite::Error& error) {
            if (error.code() != SQLITE_BUSY || !on_busy(&busy, attempt)) throw;
        }
    }
    db.exec("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=4194304");
}

void create_schema(sqlite::Database& db) {
    sqlite::Transaction transaction(db);
    // Another process may have been quicker.
    if (db.query_number("PRAGMA user_version") != 0) return;
    db.exec(
        "CREATE TABLE state_meta(name TEXT PRIMARY KEY, value);"
        "CREATE TABLE state_entry(id INTEGER PRIMARY KEY, name_space TEXT NOT NULL,"
        " key TEXT NOT NULL, value TEXT, version INTEGER NOT NULL, UNIQUE(name_space, key));"
        "CREATE INDEX state_entry_version ON state_entry(name_space, version);"
        "INSERT INTO state_meta VALUES('incarnation', lower(hex(randomblob(16)))), ('version', 0);"
        "PRAGMA application_id=1129337684; PRAGMA user_version=1");
    transaction.commit();
}
static_assert(application_id == 1129337684);

/// Fails when a column or a constraint is missing.
void check_columns(sqlite::Database& db) {
    db.prepare("INSERT INTO state_entry(id, name_space, key, value, version)"
               " VALUES(1, '', '', '', 1) ON CONFLICT(name_space, key) DO NOTHING");
    if (db.query_text("SELECT value FROM state_meta WHERE name='incarnation'").empty()) {
        throw sqlite::Error(SQLITE_CORRUPT, "the state file has lost its identity");
    }
}

void create_file(const std::string& path) {
    const auto folder = fs::path(path).parent_path();
    std::error_code error;
    if (!folder.empty()) fs::create_directories(folder, error);
    // Only a file that did not exist is opened here: closing one that SQLite has open elsewhere in
    // this process would drop its locks.
    const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
}

struct Opened {
    std::optional<sqlite::Database> db;
    Verdict verdict = Verdict::damaged;
    std::string reason;
};

Opened try_open(const std::string& path, BusyWait& busy, FileCheck check) {
    Opened result;
    try {
        create_file(path);
        sqlite::Database db(path);
        configure(db, busy);
        result.verdict = inspect(db, path, check);
        if (result.verdict == Verdict::fresh || result.verdict == Verdict::usable) {
            enable_wal(db, busy);
            if (result.verdict == Verdict::fresh) create_schema(db);
            check_columns(db);
            result.verdict = Verdict::usable;
        }
        result.db.emplace(std::move(db));
    } catch (const sqlite::Error& error) {
        if (!error.means_damage()) throw;
        result.verdict = Verdict::damaged;
        result.reason = error.what();
    }
    return result;
}

std::string free_name(const std::string& path, const char* why) {
    std::array<char, 32> stamp{};
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
    const std::string base = path + "." + why + "-" + stamp.data();
    std::string name = base;
    std::error_code ignored;
    for (int i = 1; fs::exists(name, ignored); ++i) name = base + "-" + std::to_string(i);
    return name;
}

/// The file itself goes last: until then nobody takes the place for empty.
void move_aside(const std::string& path, const std::string& target) {
    for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
        if (std::rename((path + suffix).c_str(), (target + suffix).c_str()) == 0) continue;
        if (errno != ENOENT) {
            throw StateError("cannot move " + path + suffix + " aside: " +
                             std::generic_category().message(errno));
        }
    }
}

/// One process at a time replaces files.
class RecoveryLock {
public:
    explicit RecoveryLock(const std::string& path)
        : fd_(::open((path + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
        if (fd_ < 0) throw StateError("cannot lock " + path + " for its recovery");
        while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    RecoveryLock(const RecoveryLock&) = delete;
    ~RecoveryLock() { ::close(fd_); }

private:
    int fd_;
};

/// Leaving WAL needs the file for itself; so a file in use is not pulled away. False: it is damaged.
bool leave_wal(Opened& opened) {
    try {
        opened.db->exec("PRAGMA journal_mode=DELETE");
        return true;
    } catch (const sqlite::Error& error) {
        if (!error.means_damage()) throw;
        opened.reason = error.what();
        return false;
    }
}

StateNotice replace(const std::string& path, Opened& opened) {
    StateNotice notice;
    const bool newer = opened.verdict == Verdict::newer && leave_wal(opened);
    opened.db.reset();
    notice.kind = newer ? StateNoticeKind::moved_newer : StateNoticeKind::moved_corrupt;
    notice.moved_to = free_name(path, newer ? "newer" : "corrupt");
    move_aside(path, notice.moved_to);
    notice.message = newer ? "The state file was written by a newer version; it was set aside."
                           : "The state file was damaged; it was set aside.";
    if (!opened.reason.empty()) notice.message += " (" + opened.reason + ")";
    return notice;
}

}  // namespace

sqlite::Database open_state_file(const std::string& path, BusyWait& busy,
                                 std::vector<StateNotice>& notices, FileCheck check) {
    auto opened = try_open(path, busy, check);
    if (opened.verdict == Verdict::damaged || opened.verdict == Verdict::newer) {
        opened.db.reset();
        const RecoveryLock lock(path);
        // Another process may have replaced it meanwhile.
        opened = try_open(path, busy, check);
        if (opened.verdict == Verdict::damaged || opened.verdict == Verdict::newer) {
            notices.push_back(replace(path, opened));
            opened = try_open(path, busy, check);
        }
    }
    if (opened.verdict == Verdict::foreign) {
        throw StateError(path + " is a database of another program; it is left alone");
    }
    if (opened.verdict != Verdict::usable) {
        throw StateError("cannot make a new state file at " + path + ": " + opened.reason);
    }
    return std::move(*opened.db);
}

}  // namespace capstan::detail
