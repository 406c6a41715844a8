// A thin layer over SQLite: SQL text with $1..$n, which PostgreSQL reads too; statements kept
// prepared; failures that stick to the query and are asked for once, at its end.
//
//   Query q = db.query("SELECT id, name FROM accounts WHERE id = $1", id);
//   while (q.next()) use(q.integer(0), q.text(1));
//   if (auto done = q.finish(); !done) return done;
//
// One thread at a time uses a Database. It is not for the spool, which has its own needs.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/failure.h"

struct sqlite3;
struct sqlite3_stmt;

namespace postern::records {

struct Prepared;

// One use of a prepared statement. Columns count from 0 and are read after next() said true; a
// string_view lives until the next call of next().
class Query {
 public:
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& bind(std::integral auto value) { return bind_integer(static_cast<std::int64_t>(value)); }
  Query& bind(std::string_view text);
  Query& bind(const std::string& text) { return bind(std::string_view(text)); }
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind(std::optional<std::int64_t> value);

  // Without a copy: the text must stay where it is until the query is over.
  Query& lend(std::string_view text);

  [[nodiscard]] bool next();
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool truth(int column) const { return integer(column) != 0; }
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;

  // A row that cannot be what this program wrote; ends the query.
  void reject(std::string_view why);
  [[nodiscard]] bool failed() const { return failure_.has_value(); }
  [[nodiscard]] std::int64_t changed_rows() const;  // of an INSERT, UPDATE or DELETE
  // Runs what has not been run to its end; the failure if there was one.
  [[nodiscard]] base::Result<> finish();

 private:
  friend class Database;
  Query(class Database& database, Prepared* prepared, std::optional<base::Failure> failure);
  Query& bind_integer(std::int64_t value);
  Query& bind_text(std::string_view text, void (*copied_by)(void*));
  void step_failed(int outcome);

  class Database* database_;
  Prepared* prepared_;  // null when it could not be prepared
  std::optional<base::Failure> failure_;
  int bound_ = 0;
  bool stepped_ = false;
};

class Database {
 public:
  // The file must exist. Foreign keys on, a commit is on disk when it returns, waits up to
  // `patience_ms` for other processes.
  [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(std::string path,
                                                                    int patience_ms);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  template <class... Values>
  [[nodiscard]] Query query(std::string_view sql, const Values&... values) {
    Query made = prepare(sql);
    (made.bind(values), ...);
    return made;
  }
  template <class... Values>
  [[nodiscard]] base::Result<> run(std::string_view sql, const Values&... values) {
    return query(sql, values...).finish();
  }
  // The first column of the first row.
  [[nodiscard]] base::Result<std::int64_t> number(std::string_view sql);
  // Several statements without parameters or results.
  [[nodiscard]] base::Result<> execute(const std::string& script);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool in_transaction() const;

 private:
  friend class Query;
  Database(std::string path, sqlite3* handle);
  [[nodiscard]] Query prepare(std::string_view sql);
  [[nodiscard]] base::Failure failure_of(int outcome, std::string_view doing) const;

  std::string path_;
  sqlite3* handle_;
  std::map<std::string, std::unique_ptr<Prepared>, std::less<>> prepared_;
};

// A transaction that is undone unless commit() was called.
class Transaction {
 public:
  enum class Kind { read, write };  // a writer takes the lock at once: no deadlock half way
  [[nodiscard]] static base::Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] base::Result<> commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;  // null when it is over
};

}  // namespace postern::records
