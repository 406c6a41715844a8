#include "io/spool/schema.h"

#include <fmt/format.h>

namespace postern::spool {
namespace {

constexpr std::int64_t kVersion = 1;

// The ids of a message's deliveries follow one another in steps of 1024 from first_delivery, so its
// deliveries are a range of the primary key and need no index of their own. The index on extents
// rises with the segments' tails, so that a commit touches one page of it, and answers by itself
// how much of each segment is alive.
constexpr const char* kTables = R"sql(
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    sender TEXT,               -- NULL: the null reverse-path
    eight_bit INTEGER NOT NULL,
    smtputf8 INTEGER NOT NULL,
    require_tls INTEGER NOT NULL,
    tls_required_no INTEGER NOT NULL,
    dsn_return TEXT,
    dsn_envelope_id TEXT,
    accepted INTEGER NOT NULL, -- microseconds since 1970 UTC, as all times here
    size INTEGER NOT NULL,
    from_host TEXT,
    first_delivery INTEGER NOT NULL,
    deliveries INTEGER NOT NULL -- how many there were at first
  );
  CREATE TABLE extent (
    message INTEGER NOT NULL,
    position INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    offset INTEGER NOT NULL,    -- of the extent's header
    length INTEGER NOT NULL,
    PRIMARY KEY (message, position)
  ) WITHOUT ROWID;
  CREATE INDEX extent_by_place ON extent (segment, offset, length);
  CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    account INTEGER NOT NULL,
    domain TEXT NOT NULL,
    internal INTEGER NOT NULL,
    recipients TEXT NOT NULL,  -- JSON
    held INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    delay_notified INTEGER NOT NULL,
    code TEXT,
    enhanced TEXT,
    text TEXT,
    host TEXT,
    diagnostic TEXT
  );
  CREATE INDEX delivery_due ON delivery (due) WHERE held = 0;
  CREATE INDEX delivery_held ON delivery (held) WHERE held = 1;
  CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY,
    attempt TEXT NOT NULL      -- JSON
  );
  CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO mark VALUES ('id', 0);
)sql";

}  // namespace

base::Result<> prepare_for_writing(Connection& connection) {
  // The checkpoint is made by the keeper's thread, not inside a commit.
  // Incremental: the keeper gives pages back after a backlog. It takes effect before the first
  // table.
  if (auto done = connection.execute("PRAGMA auto_vacuum = INCREMENTAL;"
                                     "PRAGMA journal_mode = WAL;"
                                     "PRAGMA synchronous = FULL;"
                                     "PRAGMA wal_autocheckpoint = 0;"
                                     "PRAGMA journal_size_limit = 83886080;"
                                     "PRAGMA cache_size = -65536;"
                                     "PRAGMA temp_store = MEMORY;");
      !done) {
    return done;
  }
  const auto version = connection.single_integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version == kVersion) return {};
  if (*version > kVersion) {
    return base::fail("queue-version",
                      fmt::format("The message queue has format {}, written by a newer Postern; "
                                  "this one knows format {}. Start the newer program.",
                                  *version, kVersion));
  }
  const std::string create =
      fmt::format("BEGIN IMMEDIATE; {} PRAGMA user_version = {}; COMMIT;", kTables, kVersion);
  return connection.execute(create.c_str());
}

base::Result<> prepare_for_reading(Connection& connection) {
  return connection.execute("PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;");
}

}  // namespace postern::spool
