#include "io/records/database.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <charconv>
#include <utility>
#include <vector>

#include "core/base/text.h"

namespace postern::records {

struct Prepared {
  sqlite3_stmt* statement = nullptr;
  std::vector<int> positions;  // of $1, $2, ...: SQLite numbers them by first appearance
  bool in_use = false;
  ~Prepared() { sqlite3_finalize(statement); }
};

// --- Query ---------------------------------------------------------------------------------------

Query::Query(Database& database, Prepared* prepared, std::optional<base::Failure> failure)
    : database_(&database), prepared_(prepared), failure_(std::move(failure)) {}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      prepared_(std::exchange(other.prepared_, nullptr)),
      failure_(std::move(other.failure_)),
      bound_(other.bound_),
      stepped_(other.stepped_) {}

Query::~Query() {
  if (prepared_ == nullptr) return;
  sqlite3_reset(prepared_->statement);
  sqlite3_clear_bindings(prepared_->statement);
  prepared_->in_use = false;
}

void Query::step_failed(int outcome) {
  if (!failure_) failure_ = database_->failure_of(outcome, "");
}

Query& Query::bind_integer(std::int64_t value) {
  if (failure_) return *this;
  const int position = prepared_->positions.at(static_cast<std::size_t>(bound_++));
  const int outcome = sqlite3_bind_int64(prepared_->statement, position, value);
  if (outcome != SQLITE_OK) step_failed(outcome);
  return *this;
}

Query& Query::bind(std::string_view text) { return bind_text(text, SQLITE_TRANSIENT); }

Query& Query::lend(std::string_view text) { return bind_text(text, SQLITE_STATIC); }

Query& Query::bind_text(std::string_view text, void (*copied_by)(void*)) {
  if (failure_) return *this;
  const int position = prepared_->positions.at(static_cast<std::size_t>(bound_++));
  const int outcome = sqlite3_bind_text64(prepared_->statement, position, text.data(), text.size(),
                                          copied_by, SQLITE_UTF8);
  if (outcome != SQLITE_OK) step_failed(outcome);
  return *this;
}

Query& Query::bind(std::optional<std::int64_t> value) {
  if (value) return bind_integer(*value);
  ++bound_;  // an unbound parameter is NULL
  return *this;
}

bool Query::next() {
  if (failure_) return false;
  stepped_ = true;
  const int outcome = sqlite3_step(prepared_->statement);
  if (outcome == SQLITE_ROW) return true;
  if (outcome != SQLITE_DONE) step_failed(outcome);
  return false;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(prepared_->statement, column);
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (sqlite3_column_type(prepared_->statement, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::string_view Query::text(int column) const {
  // Asked for as a blob, a text is handed out where it lies; as text it would be copied to be
  // ended by a zero, and a million policies take half a second longer.
  const void* bytes = sqlite3_column_blob(prepared_->statement, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(prepared_->statement, column))};
}

void Query::reject(std::string_view why) {
  if (failure_) return;
  failure_ = base::Failure{
      "records-error",
      fmt::format("The records in {} hold something this program did not write: {}. Restore the "
                  "file from a backup, or remove that entry.",
                  database_->path(), base::printable(why)),
      {}};
}

std::int64_t Query::changed_rows() const { return sqlite3_changes64(database_->handle_); }

base::Result<> Query::finish() {
  if (!stepped_) {
    while (next()) {
    }
  }
  if (failure_) return std::unexpected(*failure_);
  return {};
}

// --- Database ------------------------------------------------------------------------------------

Database::Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

Database::~Database() {
  prepared_.clear();
  sqlite3_close(handle_);
}

base::Result<std::unique_ptr<Database>> Database::open(std::string path, int patience_ms) {
  sqlite3* handle = nullptr;
  const int outcome =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(std::move(path), handle));
  if (outcome != SQLITE_OK) return std::unexpected(database->failure_of(outcome, "opening them"));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, patience_ms);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // What was read from the file is data, never a program (sqlite.org/security.html).
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  auto set_up = database->execute(
      "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; "
      "PRAGMA temp_store = MEMORY;");
  if (!set_up) return std::unexpected(set_up.error());
  return database;
}

base::Failure Database::failure_of(int outcome, std::string_view doing) const {
  const std::string said = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
  const std::string when = doing.empty() ? "" : fmt::format(" while {}", doing);
  switch (outcome & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"records-busy",
              fmt::format("Another process is changing the records in {}; nothing was done. Try "
                          "again in a moment.",
                          path_),
              {}};
    case SQLITE_CONSTRAINT:
      if (outcome == SQLITE_CONSTRAINT_UNIQUE || outcome == SQLITE_CONSTRAINT_PRIMARYKEY) {
        return {"already-exists",
                fmt::format("The records in {} hold this already ({}).", path_, said),
                {}};
      }
      break;
    case SQLITE_FULL:
      return {"records-error",
              fmt::format("The disk that holds {} is full; nothing was changed. Make room and try "
                          "again.",
                          path_),
              {}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {"records-error",
              fmt::format("{} is damaged or is not a records file ({}). Restore it from a backup.",
                          path_, said),
              {}};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {"records-error",
              fmt::format("The records in {} cannot be opened for writing ({}). Check who owns the "
                          "file and its folder, and run as that user.",
                          path_, said),
              {}};
    default:
      break;
  }
  return {"records-error", fmt::format("The records in {} failed{}: {}.", path_, when, said), {}};
}

Query Database::prepare(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    auto made = std::make_unique<Prepared>();
    const int outcome = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                           SQLITE_PREPARE_PERSISTENT, &made->statement, nullptr);
    if (outcome != SQLITE_OK) return {*this, nullptr, failure_of(outcome, "preparing a query")};
    const int count = sqlite3_bind_parameter_count(made->statement);
    for (int i = 1; i <= count; ++i) {
      made->positions.push_back(
          sqlite3_bind_parameter_index(made->statement, fmt::format("${}", i).c_str()));
    }
    found = prepared_.emplace(std::string(sql), std::move(made)).first;
  }
  Prepared* prepared = found->second.get();
  if (std::exchange(prepared->in_use, true)) {
    return {*this, nullptr,
            base::Failure{
                "records-error", fmt::format("A query was started inside itself: {}", sql), {}}};
  }
  return {*this, prepared, std::nullopt};
}

base::Result<std::int64_t> Database::number(std::string_view sql) {
  Query q = query(sql);
  const std::int64_t value = q.next() ? q.integer(0) : 0;
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return value;
}

base::Result<> Database::execute(const std::string& script) {
  const int outcome = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  if (outcome != SQLITE_OK) return std::unexpected(failure_of(outcome, ""));
  return {};
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

// --- Transaction ---------------------------------------------------------------------------------

base::Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  auto begun = database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun) return std::unexpected(begun.error());
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // A failed statement may have ended the transaction already; then there is nothing to undo.
  if (database_ != nullptr && database_->in_transaction()) {
    (void)database_->execute("ROLLBACK");
  }
}

base::Result<> Transaction::commit() {
  auto committed = database_->execute("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

}  // namespace postern::records
