#include "io/records/schema.h"

#include <fmt/core.h>

#include <array>

#include "io/records/schema_evidence.h"
#include "io/records/schema_tls_reports.h"

namespace postern::records {
namespace {

// "PstR": tells our file from any other SQLite database.
constexpr std::int64_t kApplicationId = 0x50737452;

// Truth is 0 or 1, a time is microseconds since 1970 UTC, a list is words with a space between:
// names, patterns and hex hold none. Ids come from meta.next_id, one counter for all tables, so
// that a number in an audit entry never means two things.
constexpr std::string_view kConfiguration = R"(
CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO meta (name, value) VALUES ('revision', 0), ('next_id', 1);

CREATE TABLE accounts (
  id        INTEGER NOT NULL PRIMARY KEY,
  name      TEXT NOT NULL UNIQUE,
  title     TEXT NOT NULL,
  ca_bundle TEXT NOT NULL
) STRICT;

CREATE TABLE internal_domains (
  id               INTEGER NOT NULL PRIMARY KEY,
  account          INTEGER NOT NULL REFERENCES accounts (id),
  domain           TEXT NOT NULL UNIQUE,
  validated        INTEGER NOT NULL,
  validation_token TEXT NOT NULL,
  enforce_receipt  INTEGER NOT NULL
) STRICT;
CREATE INDEX internal_domains_account ON internal_domains (account);

CREATE TABLE internal_routes (
  id         INTEGER NOT NULL PRIMARY KEY,
  account    INTEGER NOT NULL REFERENCES accounts (id),
  domain     TEXT NOT NULL,
  host       TEXT NOT NULL,
  port       INTEGER NOT NULL,
  priority   INTEGER NOT NULL,
  tls_start  TEXT NOT NULL,
  mode       TEXT NOT NULL,
  names      TEXT NOT NULL,
  login_user TEXT,
  login_password TEXT,
  UNIQUE (account, domain, host, port)
) STRICT;

CREATE TABLE external_routes (
  id         INTEGER NOT NULL PRIMARY KEY,
  account    INTEGER NOT NULL REFERENCES accounts (id),
  domain     TEXT NOT NULL,
  host       TEXT NOT NULL,
  port       INTEGER NOT NULL,
  priority   INTEGER NOT NULL,
  tls_start  TEXT NOT NULL,
  mode       TEXT NOT NULL,
  verify_name TEXT NOT NULL,
  consult_published INTEGER NOT NULL,
  login_user TEXT,
  login_password TEXT,
  UNIQUE (account, domain, host, port)
) STRICT;

CREATE TABLE internal_senders (
  id            INTEGER NOT NULL PRIMARY KEY,
  account       INTEGER NOT NULL REFERENCES accounts (id),
  kind          TEXT NOT NULL,
  range         TEXT UNIQUE,
  login_user    TEXT UNIQUE,
  password_hash TEXT NOT NULL,
  certificate_spki TEXT UNIQUE,
  note          TEXT NOT NULL,
  require_tls   INTEGER NOT NULL
) STRICT;
CREATE INDEX internal_senders_account ON internal_senders (account);

CREATE TABLE policies (
  id         INTEGER NOT NULL PRIMARY KEY,
  account    INTEGER NOT NULL REFERENCES accounts (id),
  scope      TEXT NOT NULL,
  exclusions TEXT NOT NULL,
  mode       TEXT NOT NULL,
  stage      TEXT NOT NULL,
  delivery   INTEGER NOT NULL,
  receipt    INTEGER NOT NULL,
  accept     TEXT NOT NULL,
  floor      TEXT NOT NULL,
  mx_pins    TEXT NOT NULL,
  names      TEXT NOT NULL,
  spki_pins  TEXT NOT NULL,
  client_names TEXT NOT NULL,
  on_failure TEXT NOT NULL,
  time_limit INTEGER NOT NULL,
  valid_from INTEGER,
  valid_until INTEGER,
  note       TEXT NOT NULL,
  author     TEXT NOT NULL,
  created    INTEGER NOT NULL,
  UNIQUE (account, scope)
) STRICT;

CREATE TABLE exceptions (
  id      INTEGER NOT NULL PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id),
  domain  TEXT NOT NULL,
  mode    TEXT NOT NULL,
  reason  TEXT NOT NULL,
  author  TEXT NOT NULL,
  created INTEGER NOT NULL,
  ends    INTEGER NOT NULL
) STRICT;
CREATE INDEX exceptions_account ON exceptions (account, domain);
)";

// The head of the chain is kept beside the log: entries cut off its end leave a head that no entry
// has. The triggers stop a slip of the hand, the hashes show what got round them.
constexpr std::string_view kAuditLog = R"(
CREATE TABLE audit (
  sequence INTEGER NOT NULL PRIMARY KEY,
  time     INTEGER NOT NULL,
  actor    TEXT NOT NULL,
  via      TEXT NOT NULL,
  account  INTEGER NOT NULL,
  action   TEXT NOT NULL,
  object   TEXT NOT NULL,
  before   TEXT NOT NULL,
  after    TEXT NOT NULL,
  hash     TEXT NOT NULL
) STRICT;
CREATE TABLE audit_head (
  one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  entries INTEGER NOT NULL,
  hash    TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (one, entries, hash) VALUES (1, 0, '');
CREATE TRIGGER audit_keeps_entries BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_head BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_head WHEN NEW.entries <= OLD.entries
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
)";

constexpr std::string_view kEvidence = R"(
CREATE TABLE evidence (
  row       INTEGER NOT NULL PRIMARY KEY,
  node      TEXT NOT NULL,
  sequence  INTEGER NOT NULL,
  time      INTEGER NOT NULL,
  took      INTEGER NOT NULL,
  seen_by   TEXT NOT NULL,
  account   INTEGER NOT NULL,
  message   INTEGER NOT NULL,
  delivery  INTEGER NOT NULL,
  hop       TEXT NOT NULL,
  domain    TEXT NOT NULL,
  peer_host TEXT NOT NULL,
  peer_address TEXT NOT NULL,
  required  TEXT NOT NULL,
  sources   TEXT NOT NULL,
  met       INTEGER NOT NULL,
  would_fail TEXT NOT NULL,
  used_exception INTEGER NOT NULL,
  version   TEXT NOT NULL,
  cipher    TEXT NOT NULL,
  key_group TEXT NOT NULL,
  certificate_sha256 TEXT NOT NULL,
  issuer    TEXT NOT NULL,
  expiry    TEXT NOT NULL,
  matched_name TEXT NOT NULL,
  method    TEXT NOT NULL,
  outcome   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  detail    TEXT NOT NULL,
  UNIQUE (node, sequence)
) STRICT;
CREATE INDEX evidence_time ON evidence (time, row);
CREATE INDEX evidence_domain ON evidence (domain, time, row);
CREATE INDEX evidence_message ON evidence (message, time, row) WHERE message <> 0;
)";

// Only hashes of what opens anything: passwords, tokens, session ids, the set-up code. A second
// factor's secret must be kept as it is (base 64): it makes the codes that a sign-in is compared
// with. A grant without an account holds in every account.
constexpr std::string_view kUsers = R"(
CREATE TABLE users (
  id            INTEGER NOT NULL PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  totp_secret   TEXT NOT NULL,
  totp_proposed TEXT NOT NULL,
  totp_step     INTEGER NOT NULL,
  created       INTEGER NOT NULL,
  last_sign_in  INTEGER
) STRICT;
CREATE TABLE user_grants (
  owner   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  account INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
  role    TEXT NOT NULL,
  UNIQUE (owner, account)
) STRICT;
CREATE TABLE tokens (
  id        INTEGER NOT NULL PRIMARY KEY,
  owner     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name      TEXT NOT NULL,
  hash      TEXT NOT NULL UNIQUE,
  created   INTEGER NOT NULL,
  last_used INTEGER,
  expires   INTEGER
) STRICT;
CREATE INDEX tokens_user ON tokens (owner);
CREATE TABLE token_grants (
  token   INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
  account INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
  role    TEXT NOT NULL,
  UNIQUE (token, account)
) STRICT;
CREATE TABLE sessions (
  hash      TEXT NOT NULL PRIMARY KEY,
  owner     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  started   INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  expires   INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (owner);
CREATE TABLE devices (
  hash      TEXT NOT NULL PRIMARY KEY,
  owner     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  last_used INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_user ON devices (owner, last_used);
CREATE TABLE first_user (
  one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  code_hash TEXT NOT NULL
) STRICT;
)";

// One draft an account; the row stays when the draft goes, so that its revision never goes back.
constexpr std::string_view kDrafts = R"(
CREATE TABLE drafts (
  account  INTEGER NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  text     TEXT NOT NULL
) STRICT;
)";

// What is kept of MTA-STS policies (RFC 8461 5.1): it outlives restarts, so that a blocked fetch
// takes nobody's protection away.
constexpr std::string_view kStsPolicies = R"(
CREATE TABLE sts_policies (
  domain       TEXT NOT NULL PRIMARY KEY,
  id           TEXT NOT NULL,
  body         TEXT NOT NULL,
  fetched      INTEGER NOT NULL,
  expires      INTEGER NOT NULL,
  failed_id    TEXT NOT NULL,
  failure_code TEXT NOT NULL,
  failure      TEXT NOT NULL,
  failed       INTEGER NOT NULL,
  failures     INTEGER NOT NULL
) STRICT;
)";

constexpr std::string_view kStsOffers = R"(
ALTER TABLE internal_domains ADD COLUMN sts_mode TEXT NOT NULL DEFAULT 'off';
ALTER TABLE internal_domains ADD COLUMN sts_max_age INTEGER NOT NULL DEFAULT 604800;
ALTER TABLE internal_domains ADD COLUMN sts_mx TEXT NOT NULL DEFAULT '';
)";

constexpr std::array kMigrations{
    Migration{1, "the configuration", kConfiguration},
    Migration{2, "the audit log", kAuditLog},
    Migration{3, "evidence", kEvidence},
    Migration{4, "users", kUsers},
    Migration{5, "drafts", kDrafts},
    Migration{6, "evidence by account", kEvidenceByAccount},
    Migration{7, "MTA-STS policies", kStsPolicies},
    Migration{8, "TLS reports", kTlsReports},
    Migration{9, "MTA-STS policies of our own", kStsOffers},
};

// The version of the schema, in one consistent look: another process may be making it just now.
// Refuses what is not ours, and what is newer than we are.
base::Result<std::int64_t> look(Database& database, std::int64_t newest) {
  auto transaction = Transaction::begin(database, Transaction::Kind::read);
  if (!transaction) return std::unexpected(transaction.error());
  auto application = database.number("PRAGMA application_id");
  if (!application) return std::unexpected(application.error());
  auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  if (*application != kApplicationId && (*application != 0 || *tables != 0)) {
    return base::fail("records-error",
                      fmt::format("{} is a database of another program, so it was left alone. Give "
                                  "Postern a data folder of its own (--data-dir).",
                                  database.path()));
  }
  auto version = database.number("PRAGMA user_version");
  if (version && *version > newest) {
    return base::fail(
        "records-error",
        fmt::format("{} was written by a newer Postern (schema {}, this program knows "
                    "{}); nothing was changed. Start the newer program, or restore "
                    "the backup made before the upgrade.",
                    database.path(), *version, newest));
  }
  return version;
}

base::Result<> apply(Database& database, const Migration& step) {
  auto transaction = Transaction::begin(database, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  // Another process may have come first while we waited for the lock.
  auto version = database.number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version >= step.version) return transaction->commit();
  auto applied =
      database.execute(fmt::format("{}; PRAGMA user_version = {}; PRAGMA application_id = {};",
                                   step.sql, step.version, kApplicationId));
  if (!applied) {
    auto failure = applied.error();
    failure.text = fmt::format("Bringing the records to schema {} ({}) failed. {}", step.version,
                               step.what, failure.text);
    return std::unexpected(std::move(failure));
  }
  return transaction->commit();
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

base::Result<> migrate(Database& database, std::span<const Migration> steps) {
  auto version = look(database, steps.back().version);
  if (!version) return std::unexpected(version.error());
  for (const Migration& step : steps) {
    if (step.version <= *version) continue;
    if (auto applied = apply(database, step); !applied) return applied;
  }
  return {};
}

}  // namespace postern::records
