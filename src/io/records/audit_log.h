// The audit log: what was changed, when, by whom; append-only, each entry chained to the one
// before.
//
// hash = hex SHA-256 over the fields as netstrings ("5:hello,"): the previous entry's hash ("" for
// the first), sequence, time (RFC 3339), actor, via, account id, action, object, before, after.
// Anyone can recompute it from an export; tests/cli/test_cli_records.py does, in ten lines of
// Python.
//
// What verify() finds: an entry that was edited, removed, moved or added behind our back, and
// entries cut off the end (the head is kept beside the log). What it cannot find alone: a whole log
// rewritten by someone who also rewrote the head. Against that, note the head's hash elsewhere now
// and then: it must turn up in every later log.
#pragma once

#include "io/records/database.h"
#include "io/records/records.h"

namespace postern::records {

class AuditLog {
 public:
  // Inside a write transaction: continues the chain from the head.
  [[nodiscard]] static base::Result<AuditLog> continue_in(Database& database);
  // `entry` without sequence and hash.
  [[nodiscard]] base::Result<> append(AuditEntry entry);
  // The new head; call once, before the commit.
  [[nodiscard]] base::Result<> close();

 private:
  AuditLog(Database& database, std::int64_t entries, std::string head)
      : database_(&database), start_(entries), entries_(entries), head_(std::move(head)) {}
  Database* database_;
  std::int64_t start_;
  std::int64_t entries_;
  std::string head_;
};

[[nodiscard]] std::string audit_hash(const std::string& previous, const AuditEntry& entry);
[[nodiscard]] base::Result<std::vector<AuditEntry>> read_audit(Database& database,
                                                               std::int64_t after,
                                                               std::size_t limit);
[[nodiscard]] base::Result<std::vector<AuditEntry>> read_audit_page(Database& database,
                                                                    const AuditFilter& filter);
[[nodiscard]] base::Result<AuditCheck> verify_audit(Database& database);

}  // namespace postern::records
