#include "runtime/sqlite.hpp"

#include <sqlite3.h>

namespace capstan::sqlite {
namespace {

[[noreturn]] void fail(sqlite3* db, int code) {
    const char* text = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    throw Error(code & 0xff, text);
}

}  // namespace

bool Error::means_damage() const noexcept {
    switch (code_) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_INTERRUPT:
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
        case SQLITE_NOLFS:
        case SQLITE_NOMEM: return false;
        default: return true;
    }
}

Statement::Statement(sqlite3* db, std::string_view sql) {
    const int code = sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement_,
                                        nullptr);
    if (code != SQLITE_OK) fail(db, code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::check(int code) {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(statement_), code);
}

Statement& Statement::bind(int index, std::string_view text) {
    // A null pointer would bind NULL, an empty view may have one.
    const char* data = text.data() ? text.data() : "";
    check(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
    check(sqlite3_bind_int64(statement_, index, number));
    return *this;
}

Statement& Statement::bind(int index, const std::optional<std::string>& text) {
    if (text) return bind(index, std::string_view(*text));
    check(sqlite3_bind_null(statement_, index));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_), code);
    return false;
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

std::int64_t Statement::number(int column) { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data ? std::string(data, size) : std::string{};
}

std::optional<std::string> Statement::optional_text(int column) {
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
    return text(column);
}

Database::Database(const std::string& path) {
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr);
    if (code == SQLITE_OK) return;
    const std::string message = db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
    sqlite3_close(std::exchange(db_, nullptr));
    throw Error(code & 0xff, message);
}

Database::~Database() { sqlite3_close_v2(db_); }

void Database::exec(const char* sql) {
    const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(db_, code);
}

std::int64_t Database::query_number(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.number(0) : 0;
}

std::string Database::query_text(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.text(0) : std::string{};
}

Transaction::~Transaction() {
    // Fails when SQLite has rolled back by itself; then there is nothing left to do.
    if (open_) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    db_.exec("COMMIT");
    open_ = false;
}

}  // namespace capstan::sqlite
