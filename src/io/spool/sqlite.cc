#include "io/spool/sqlite.h"

#include <fmt/format.h>

#include <cerrno>

#include "io/spool/failures.h"

namespace postern::spool {

base::Failure sqlite_failure(sqlite3* handle, std::string_view doing) {
  const char* name = sqlite3_db_filename(handle, "main");
  const std::string_view path = name != nullptr ? name : "queue database";
  const int error = sqlite3_errcode(handle) & 0xFF;
  if (error == SQLITE_FULL) return disk_failure(ENOSPC, doing, path);
  const int system = sqlite3_system_errno(handle);
  if (error == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)) {
    return disk_failure(system, doing, path);
  }
  if (error == SQLITE_BUSY) {
    return {
        "disk-error",
        fmt::format("Another program keeps the queue database {} locked; end that program.", path),
        {}};
  }
  if (error == SQLITE_CORRUPT || error == SQLITE_NOTADB) {
    return {"disk-error",
            fmt::format("The queue database {} is damaged (\"{}\"). Ask: postern queue check. Save "
                        "what is readable: stop the gateway, then postern queue salvage FOLDER.",
                        path, sqlite3_errmsg(handle)),
            {}};
  }
  return {"disk-error",
          fmt::format("{} failed: SQLite says \"{}\" ({}). Look at the system log for errors of "
                      "this disk.",
                      doing, sqlite3_errmsg(handle), path),
          {}};
}

base::Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  auto failure = sqlite_failure(sqlite3_db_handle(statement_.get()), "Using the queue database");
  reset();
  return std::unexpected(std::move(failure));
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
}

void Statement::bind(int at, std::string_view value) {
  if (value.empty()) {
    sqlite3_bind_null(statement_.get(), at);
    return;
  }
  sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

base::Result<Connection> Connection::open(const std::string& path, Access access, const char* vfs) {
  Connection connection;
  sqlite3* handle = nullptr;
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(path.c_str(), &handle,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  connection.handle_.reset(handle);
  if (handle == nullptr) return base::fail("disk-error", "Out of memory for the queue database.");
  if (result != SQLITE_OK) {
    return std::unexpected(sqlite_failure(handle, "Opening the queue database"));
  }
  static constexpr int kBusyMilliseconds = 5000;  // an administrator's sqlite3 may hold it briefly
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return connection;
}

base::Result<> Connection::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return std::unexpected(sqlite_failure(handle_.get(), "Using the queue database"));
}

base::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (result != SQLITE_OK) {
    return std::unexpected(sqlite_failure(handle_.get(), "Preparing a statement"));
  }
  Statement statement;
  statement.statement_.reset(prepared);
  return statement;
}

base::Result<std::int64_t> Connection::single_integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  return *row ? statement->integer(0) : 0;
}

base::Result<int> Connection::checkpoint() {
  int log = 0;
  int moved = 0;
  const int result =
      sqlite3_wal_checkpoint_v2(handle_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &log, &moved);
  if (result == SQLITE_OK) return log - moved;
  if (result == SQLITE_BUSY) return log;
  return std::unexpected(sqlite_failure(handle_.get(), "Moving the log into the queue database"));
}

}  // namespace postern::spool
