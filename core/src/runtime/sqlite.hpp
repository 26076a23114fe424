#pragma once

#include <capstan/state_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace capstan::sqlite {

/// A failed call, with SQLite's primary result code.
class Error : public StateError {
public:
    Error(int code, const std::string& message) : StateError(message), code_(code) {}
    int code() const noexcept { return code_; }
    /// True if the file itself is bad, and not the disk, the rights or another process.
    bool means_damage() const noexcept;

private:
    int code_;
};

class Statement {
public:
    Statement(sqlite3* db, std::string_view sql);
    Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Parameters count from 1, columns from 0. Bound text must live until the next reset().
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, std::int64_t number);
    Statement& bind(int index, const std::optional<std::string>& text);
    bool step();
    void reset() noexcept;
    std::int64_t number(int column);
    std::string text(int column);
    std::optional<std::string> optional_text(int column);

private:
    void check(int code);
    sqlite3_stmt* statement_ = nullptr;
};

class Database {
public:
    /// Opens or creates the file for reading and writing.
    explicit Database(const std::string& path);
    Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
    Database& operator=(Database&& other) noexcept {
        std::swap(db_, other.db_);
        return *this;
    }
    ~Database();

    void exec(const char* sql);
    Statement prepare(std::string_view sql) { return Statement(db_, sql); }
    std::int64_t query_number(std::string_view sql);
    std::string query_text(std::string_view sql);
    sqlite3* handle() noexcept { return db_; }

private:
    sqlite3* db_ = nullptr;
};

/// BEGIN IMMEDIATE; rolls back unless committed.
class Transaction {
public:
    explicit Transaction(Database& db) : db_(db) { db_.exec("BEGIN IMMEDIATE"); }
    Transaction(const Transaction&) = delete;
    ~Transaction();
    void commit();

private:
    Database& db_;
    bool open_ = true;
};

}  // namespace capstan::sqlite
