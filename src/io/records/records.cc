// Records on SQLite: who may open the file, and the work handed to the files beside this one.
#include "io/records/records.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "io/records/audit_log.h"
#include "io/records/change.h"
#include "io/records/database.h"
#include "io/records/drafts.h"
#include "io/records/evidence.h"
#include "io/records/evidence_sums.h"
#include "io/records/rows.h"
#include "io/records/schema.h"
#include "io/records/sqlite_people.h"
#include "io/records/sqlite_sign_ins.h"
#include "io/records/sts_policies.h"
#include "io/records/tls_reports.h"
#include "io/records/traffic.h"
#include "io/sqlite/log_check.h"

namespace postern::records {
namespace {

constexpr int kPatienceMs = 5000;  // how long we wait for another process's change

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file holds login passwords of routes, so it is made unreadable for others before SQLite sees
// it; SQLite gives its -wal and -shm files the same mode. Made by root in a folder of another user
// (an administrator's first command), it belongs to that user, or the gateway could not open it.
base::Result<> create_if_missing(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    if (errno == EEXIST) return {};
    const std::string why = std::strerror(errno);
    return base::fail("records-error",
                      fmt::format("The records file {} cannot be created: {}. Make the folder {}, "
                                  "or name another with --data-dir, and run as the user it belongs "
                                  "to.",
                                  path, why, folder_of(path)));
  }
  struct stat folder{};
  bool owned = true;
  if (::geteuid() == 0 && ::stat(folder_of(path).c_str(), &folder) == 0 && folder.st_uid != 0) {
    owned = ::fchown(file, folder.st_uid, folder.st_gid) == 0;
  }
  ::close(file);
  if (!owned) {
    return base::fail("records-error",
                      fmt::format("The new records file {} could not be given to the owner of its "
                                  "folder: {}.",
                                  path, std::strerror(errno)));
  }
  return {};
}

// By name and not by descriptor: closing any descriptor of a database file drops the locks that
// this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
base::Result<> check_private(const std::string& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) {
    return base::fail("records-error", fmt::format("The records file {} cannot be read: {}.", path,
                                                   std::strerror(errno)));
  }
  if (!S_ISREG(file.st_mode)) {
    return base::fail("records-error", fmt::format("{} is not a file.", path));
  }
  if ((file.st_mode & 0077) != 0) {
    return base::fail(
        "records-error",
        fmt::format("The records file {} holds passwords, and other users can read or "
                    "change it (mode {:04o}). Run: chmod 600 {}",
                    path, static_cast<unsigned>(file.st_mode & 07777), path));
  }
  return {};
}

// Before SQLite opens it, which would go on from what is readable and write over the rest.
base::Result<> check_log_of(const std::string& path) {
  const auto damage = sqlite::check_log(path + "-wal");
  if (!damage) return {};
  return base::fail(
      "records-damaged",
      fmt::format("The records' log {0}-wal is damaged at byte {1}: the {2} changes behind it "
                  "cannot be used. Restore the records from a backup; or go on with what stood "
                  "before the damage, with every postern stopped: cp -p {0}-wal {0}-wal.damaged && "
                  "truncate -s {1} {0}-wal",
                  path, damage->offset, damage->commits));
}

base::Result<std::unique_ptr<Database>> connect(const std::string& path) {
  if (auto is_private = check_private(path); !is_private) {
    return std::unexpected(is_private.error());
  }
  return Database::open(path, kPatienceMs);
}

// Readers and one writer at the same time; the file remembers it. While another process changes the
// mode, too, or writes in the old one, SQLite says so at once instead of waiting (its busy handler
// is not asked where that could be a deadlock), so the waiting is here.
base::Result<> use_write_ahead_log(Database& database) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  for (;;) {
    auto done = database.execute("PRAGMA journal_mode = WAL");
    if (done || done.error().code != "records-busy") return done;
    if (std::chrono::steady_clock::now() >= until) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

class SqliteRecords final : public Records {
 public:
  explicit SqliteRecords(std::unique_ptr<Database> database)
      : database_(std::move(database)),
        people_(*database_),
        sign_ins_(*database_),
        sts_policies_(*database_),
        tls_sessions_(*database_),
        tls_received_(*database_),
        sums_(sums_of(*database_)) {}

  base::Result<std::int64_t> revision() override;
  base::Result<policy::Configuration> load() override;
  base::Result<std::unique_ptr<Change>> change(Actor actor, base::Instant now) override;

  base::Result<> record(
      const std::string& node,
      std::span<const std::pair<std::int64_t, queue::Attempt>> attempts) override {
    return write_evidence(*database_, node, attempts);
  }
  base::Result<std::vector<EvidenceRow>> evidence(EvidenceFilter filter) override {
    return read_evidence(*database_, filter);
  }
  base::Result<Traffic> traffic(const TrafficFilter& filter) override {
    return count_traffic(*database_, filter);
  }
  EvidenceSums& sums() override { return *sums_; }
  base::Result<std::int64_t> forget_evidence_before(base::Instant t) override;

  base::Result<KeptDraft> draft(base::AccountId account) override {
    return read_draft(*database_, account);
  }
  base::Result<KeptDraft> change_draft(
      base::AccountId account,
      const std::function<std::optional<std::string>(const KeptDraft&)>& change) override;

  base::Result<> audit(Actor actor, base::Instant now, std::string action, std::string object,
                       base::AccountId account) override;
  base::Result<std::vector<AuditEntry>> audit_log(std::int64_t after, std::size_t limit) override {
    return read_audit(*database_, after, limit);
  }
  base::Result<std::vector<AuditEntry>> audit_page(AuditFilter filter) override {
    return read_audit_page(*database_, filter);
  }
  base::Result<std::int64_t> audit_entries() override {
    return database_->number("SELECT entries FROM audit_head WHERE one = 1");
  }
  base::Result<AuditCheck> audit_verify() override { return verify_audit(*database_); }

  People& people() override { return people_; }
  SignIns& sign_ins() override { return sign_ins_; }
  StsPolicies& sts_policies() override { return sts_policies_; }
  TlsSessions& tls_sessions() override { return tls_sessions_; }
  TlsReceived& tls_received() override { return tls_received_; }

  base::Result<> make_first_account();

 private:
  template <class Object>
  base::Result<> load_all(std::vector<Object>& objects);

  std::unique_ptr<Database> database_;
  SqlitePeople people_;
  SqliteSignIns sign_ins_;
  SqliteStsPolicies sts_policies_;
  SqliteTlsSessions tls_sessions_;
  SqliteTlsReceived tls_received_;
  std::unique_ptr<EvidenceSums> sums_;
  std::int64_t data_version_ = -1;  // SQLite's: moves when another connection committed
  std::int64_t own_changes_ = -1;
  std::int64_t revision_ = 0;  // ours, read when it last moved
};

base::Result<std::int64_t> SqliteRecords::revision() {
  auto data_version = database_->number("PRAGMA data_version");
  if (!data_version) return data_version;
  // The pragma counts the commits of others; total_changes() counts our own.
  auto own = database_->number("SELECT total_changes()");
  if (!own) return own;
  if (*data_version == data_version_ && *own == own_changes_) return revision_;
  auto revision = database_->number("SELECT value FROM meta WHERE name = 'revision'");
  if (!revision) return revision;
  data_version_ = *data_version;
  own_changes_ = *own;
  revision_ = *revision;
  return revision_;
}

template <class Object>
base::Result<> SqliteRecords::load_all(std::vector<Object>& objects) {
  static const std::string sql =
      select_sql(Row<Object>::table, Row<Object>::columns) + " ORDER BY id";
  auto count = database_->number(fmt::format("SELECT count(*) FROM {}", Row<Object>::table));
  if (!count) return std::unexpected(count.error());
  objects.reserve(static_cast<std::size_t>(*count));
  Query q = database_->query(sql);
  while (q.next()) objects.push_back(Row<Object>::read(q));
  return q.finish();
}

base::Result<policy::Configuration> SqliteRecords::load() {
  auto transaction = Transaction::begin(*database_, Transaction::Kind::read);
  if (!transaction) return std::unexpected(transaction.error());
  policy::Configuration all;
  auto revision = database_->number("SELECT value FROM meta WHERE name = 'revision'");
  if (!revision) return std::unexpected(revision.error());
  all.revision = *revision;
  auto done = load_all(all.accounts);
  if (done) done = load_all(all.domains);
  if (done) done = load_all(all.internal_routes);
  if (done) done = load_all(all.external_routes);
  if (done) done = load_all(all.senders);
  if (done) done = load_all(all.policies);
  if (done) done = load_all(all.exceptions);
  if (!done) return std::unexpected(done.error());
  return all;
}

base::Result<std::unique_ptr<Change>> SqliteRecords::change(Actor actor, base::Instant now) {
  auto database = connect(database_->path());
  if (!database) return std::unexpected(database.error());
  return begin_change(*std::move(database), std::move(actor), now);
}

base::Result<std::int64_t> SqliteRecords::forget_evidence_before(base::Instant t) {
  if (auto done = forget_sums(*database_, t); !done) return std::unexpected(done.error());
  std::int64_t forgotten = 0;
  // In portions, so that the outbox can write between them.
  for (;;) {
    auto transaction = Transaction::begin(*database_, Transaction::Kind::write);
    if (!transaction) return std::unexpected(transaction.error());
    Query q = database_->query(
        "DELETE FROM evidence WHERE row IN (SELECT row FROM evidence WHERE time < $1"
        " ORDER BY time, row LIMIT 10000)",
        base::micros(t));
    if (auto done = q.finish(); !done) return std::unexpected(done.error());
    const std::int64_t gone = q.changed_rows();
    if (auto noted = note_forgotten_rows(*database_); !noted) {
      return std::unexpected(noted.error());
    }
    if (auto done = transaction->commit(); !done) return std::unexpected(done.error());
    if (gone == 0) return forgotten;
    forgotten += gone;
  }
}

base::Result<KeptDraft> SqliteRecords::change_draft(
    base::AccountId account,
    const std::function<std::optional<std::string>(const KeptDraft&)>& change) {
  auto transaction = Transaction::begin(*database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto before = read_draft(*database_, account);
  if (!before) return before;
  const auto wanted = change(*before);
  if (!wanted || *wanted == before->text) return before;
  auto written = write_draft(*database_, account, *wanted);
  if (!written) return written;
  if (auto committed = transaction->commit(); !committed) {
    return std::unexpected(committed.error());
  }
  return written;
}

base::Result<> SqliteRecords::audit(Actor actor, base::Instant now, std::string action,
                                    std::string object, base::AccountId account) {
  auto transaction = Transaction::begin(*database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto log = AuditLog::continue_in(*database_);
  if (!log) return std::unexpected(log.error());
  AuditEntry entry;
  entry.time = now;
  entry.actor = std::move(actor.name);
  entry.via = std::move(actor.via);
  entry.account = account;
  entry.action = std::move(action);
  entry.object = std::move(object);
  if (auto written = log->append(std::move(entry)); !written) return written;
  if (auto closed = log->close(); !closed) return closed;
  return transaction->commit();
}

// One account exists from the start (tls-semantics.md 10).
base::Result<> SqliteRecords::make_first_account() {
  auto accounts = database_->number("SELECT count(*) FROM accounts");
  if (!accounts) return std::unexpected(accounts.error());
  if (*accounts != 0) return {};
  const auto now = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  auto first = change({"postern", "gateway"}, now);
  if (!first) return std::unexpected(first.error());
  policy::Account account;
  account.name = "main";
  auto put = (*first)->put(std::move(account));
  // Another process that opened the same new file may have been first.
  if (!put && put.error().code == "already-exists") return {};
  if (!put) return std::unexpected(put.error());
  return (*first)->finish();
}

}  // namespace

base::Result<std::unique_ptr<Records>> Records::open(std::string path) {
  if (auto created = create_if_missing(path); !created) return std::unexpected(created.error());
  if (auto whole = check_log_of(path); !whole) return std::unexpected(whole.error());
  auto database = connect(path);
  if (!database) return std::unexpected(database.error());
  if (auto wal = use_write_ahead_log(**database); !wal) return std::unexpected(wal.error());
  if (auto migrated = migrate(**database, migrations()); !migrated) {
    return std::unexpected(migrated.error());
  }
  auto records = std::make_unique<SqliteRecords>(*std::move(database));
  if (auto made = records->make_first_account(); !made) return std::unexpected(made.error());
  return records;
}

}  // namespace postern::records
