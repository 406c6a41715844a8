// A thin layer over SQLite: connections, and statements that are prepared once. A connection
// belongs to one thread at a time. SQLITE_FULL is "disk-full", everything else "disk-error".
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/failure.h"

namespace postern::spool {

class Statement {
 public:
  Statement() = default;

  // Binds all parameters in order and runs a statement that yields no rows. A text must live until
  // this returns.
  template <class... Values>
  [[nodiscard]] base::Result<> run(const Values&... values) {
    bind_all(values...);
    auto stepped = step();
    reset();
    if (!stepped) return std::unexpected(std::move(stepped.error()));
    return {};
  }
  // For statements that yield rows: bind_all(), step() until it says false, reset(). A text must
  // live until reset().
  template <class... Values>
  void bind_all(const Values&... values) {
    int at = 0;
    (bind(++at, values), ...);
  }
  [[nodiscard]] base::Result<bool> step();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // until the next step; "" for NULL
  [[nodiscard]] bool is_null(int column) const;

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void bind(int at, std::int64_t value);
  void bind(int at, std::string_view value);  // "" becomes NULL

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

class Connection {
 public:
  enum class Access { read_write_create, read_only };
  [[nodiscard]] static base::Result<Connection> open(const std::string& path, Access access,
                                                     const char* vfs);

  [[nodiscard]] base::Result<> execute(const char* sql);
  [[nodiscard]] base::Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] base::Result<std::int64_t> single_integer(std::string_view sql);
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  // Moves what it can of the write-ahead log into the database, without waiting for anybody.
  // Answers how many pages of the log are left to be moved.
  [[nodiscard]] base::Result<int> checkpoint();
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  std::unique_ptr<sqlite3, Closer> handle_;
};

[[nodiscard]] base::Failure sqlite_failure(sqlite3* handle, std::string_view doing);

}  // namespace postern::spool
