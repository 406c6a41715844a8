#include "io/spool/row_copy.h"

#include <fmt/format.h>

#include <string>

namespace postern::spool {
namespace {

base::Result<> prepare_one(Connection& connection, const std::string& sql, sqlite3_stmt** into) {
  const int result = sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, into, nullptr);
  if (result == SQLITE_OK) return {};
  return std::unexpected(sqlite_failure(connection.handle(), "Preparing a copy"));
}

}  // namespace

base::Result<RowCopy> RowCopy::prepare(Connection& from, Connection& to, const std::string& table,
                                       const std::string& select) {
  RowCopy copy;
  sqlite3_stmt* made = nullptr;
  if (auto ready = prepare_one(from, select, &made); !ready) {
    return std::unexpected(std::move(ready.error()));
  }
  copy.select_.reset(made);
  std::string places = "?";
  for (int i = 1; i < sqlite3_column_count(made); ++i) places += ", ?";
  const std::string insert = fmt::format("INSERT OR REPLACE INTO {} VALUES ({})", table, places);
  if (auto ready = prepare_one(to, insert, &made); !ready) {
    return std::unexpected(std::move(ready.error()));
  }
  copy.insert_.reset(made);
  return copy;
}

RowCopy::Outcome RowCopy::run(std::int64_t parameter) {
  Outcome outcome;
  if (sqlite3_bind_parameter_count(select_.get()) > 0) {
    sqlite3_bind_int64(select_.get(), 1, parameter);
  }
  for (;;) {
    const int stepped = sqlite3_step(select_.get());
    if (stepped != SQLITE_ROW) {
      if (stepped != SQLITE_DONE) {
        outcome.read = std::unexpected(
            sqlite_failure(sqlite3_db_handle(select_.get()), "Reading the queue database"));
      }
      break;
    }
    outcome.written = insert_row();
    if (!outcome.written) break;
    ++outcome.rows;
  }
  sqlite3_reset(select_.get());
  return outcome;
}

base::Result<> RowCopy::insert_row() {
  for (int i = 0; i < sqlite3_column_count(select_.get()); ++i) {
    sqlite3_bind_value(insert_.get(), i + 1, sqlite3_column_value(select_.get(), i));
  }
  const int stepped = sqlite3_step(insert_.get());
  base::Result<> result;
  if (stepped != SQLITE_DONE) {
    result =
        std::unexpected(sqlite_failure(sqlite3_db_handle(insert_.get()), "Writing the new queue"));
  }
  sqlite3_reset(insert_.get());
  return result;
}

}  // namespace postern::spool
