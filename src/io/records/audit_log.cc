#include "io/records/audit_log.h"

#include <fmt/core.h>

#include <limits>

#include "core/base/text.h"
#include "io/records/digest.h"

namespace postern::records {
namespace {

constexpr std::string_view kColumns =
    "SELECT sequence, time, actor, via, account, action, object, before, after, hash FROM audit";

void append_netstring(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
  out += ',';
}

AuditEntry read_entry(const Query& row) {
  AuditEntry entry;
  entry.sequence = row.integer(0);
  entry.time = base::instant(row.integer(1));
  entry.actor = row.text(2);
  entry.via = row.text(3);
  entry.account = {row.integer(4)};
  entry.action = row.text(5);
  entry.object = row.text(6);
  entry.before = row.text(7);
  entry.after = row.text(8);
  entry.hash = row.text(9);
  return entry;
}

struct Head {
  std::int64_t entries = 0;
  std::string hash;
};

base::Result<Head> read_head(Database& database) {
  Head head;
  Query q = database.query("SELECT entries, hash FROM audit_head WHERE one = 1");
  while (q.next()) head = {q.integer(0), std::string(q.text(1))};
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return head;
}

void mark_bad(AuditCheck& check, std::int64_t sequence, std::string why) {
  check.intact = false;
  check.first_bad = sequence;
  check.why = std::move(why);
}

// Why the entry cannot follow one with the number and the hash that are given; "" if it can.
std::string break_in_chain(const AuditEntry& entry, std::int64_t previous,
                           const std::string& previous_hash) {
  if (entry.sequence != previous + 1) {
    return fmt::format("Entry {} is missing: entry {} follows entry {}.", previous + 1,
                       entry.sequence, previous);
  }
  if (entry.hash != audit_hash(previous_hash, entry)) {
    return fmt::format(
        "Entry {} ({}, {}) or its place was changed after it was written: its hash does not fit.",
        entry.sequence, entry.action, base::printable(entry.object));
  }
  return {};
}

}  // namespace

std::string audit_hash(const std::string& previous, const AuditEntry& entry) {
  std::string text;
  append_netstring(text, previous);
  append_netstring(text, std::to_string(entry.sequence));
  append_netstring(text, base::rfc3339(entry.time));
  append_netstring(text, entry.actor);
  append_netstring(text, entry.via);
  append_netstring(text, std::to_string(entry.account.value));
  append_netstring(text, entry.action);
  append_netstring(text, entry.object);
  append_netstring(text, entry.before);
  append_netstring(text, entry.after);
  return sha256_hex(text);
}

base::Result<AuditLog> AuditLog::continue_in(Database& database) {
  auto head = read_head(database);
  if (!head) return std::unexpected(head.error());
  return AuditLog(database, head->entries, std::move(head->hash));
}

base::Result<> AuditLog::append(AuditEntry entry) {
  entry.sequence = entries_ + 1;
  entry.hash = audit_hash(head_, entry);
  auto written = database_->run(
      "INSERT INTO audit (sequence, time, actor, via, account, action, object, before, after, hash)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      entry.sequence, base::micros(entry.time), entry.actor, entry.via, entry.account.value,
      entry.action, entry.object, entry.before, entry.after, entry.hash);
  if (!written) return written;
  ++entries_;
  head_ = std::move(entry.hash);
  return {};
}

base::Result<> AuditLog::close() {
  if (entries_ == start_) return {};
  start_ = entries_;
  return database_->run("UPDATE audit_head SET entries = $1, hash = $2 WHERE one = 1", entries_,
                        head_);
}

base::Result<std::vector<AuditEntry>> read_audit(Database& database, std::int64_t after,
                                                 std::size_t limit) {
  std::vector<AuditEntry> entries;
  Query q = database.query(
      fmt::format("{} WHERE sequence > $1 ORDER BY sequence LIMIT $2", kColumns), after, limit);
  while (q.next()) entries.push_back(read_entry(q));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return entries;
}

base::Result<std::vector<AuditEntry>> read_audit_page(Database& database,
                                                      const AuditFilter& filter) {
  const std::int64_t before =
      filter.before > 0 ? filter.before : std::numeric_limits<std::int64_t>::max();
  const std::string_view whose = filter.account ? "account = $3 AND" : "";
  Query q = database.query(
      fmt::format("{} WHERE {} sequence < $1 ORDER BY sequence DESC LIMIT $2", kColumns, whose),
      before, filter.limit);
  if (filter.account) q.bind(filter.account->value);
  std::vector<AuditEntry> entries;
  while (q.next()) entries.push_back(read_entry(q));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return entries;
}

base::Result<AuditCheck> verify_audit(Database& database) {
  auto transaction = Transaction::begin(database, Transaction::Kind::read);
  if (!transaction) return std::unexpected(transaction.error());
  auto head = read_head(database);
  if (!head) return std::unexpected(head.error());

  AuditCheck check;
  Query q = database.query(fmt::format("{} ORDER BY sequence", kColumns));
  while (check.intact && q.next()) {
    const AuditEntry entry = read_entry(q);
    std::string why = break_in_chain(entry, check.entries, check.head);
    if (!why.empty()) {
      mark_bad(check, std::min(entry.sequence, check.entries + 1), std::move(why));
      break;
    }
    check.entries = entry.sequence;
    check.head = entry.hash;
  }
  if (!check.intact) return check;
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (check.entries < head->entries) {
    mark_bad(check, check.entries + 1,
             fmt::format("The last {} of {} entries are missing from the end.",
                         head->entries - check.entries, head->entries));
  } else if (check.entries > head->entries) {
    mark_bad(check, head->entries + 1,
             fmt::format("{} entries were added after the last one that Postern wrote.",
                         check.entries - head->entries));
  } else if (check.head != head->hash) {
    mark_bad(check, check.entries, "The last entry is not the one that Postern wrote last.");
  }
  return check;
}

}  // namespace postern::records
