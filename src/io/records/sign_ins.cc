#include "io/records/sign_ins.h"

#include <fmt/core.h>

#include "core/base/text.h"
#include "io/records/person_rows.h"
#include "io/records/sqlite_sign_ins.h"

namespace postern::records {

namespace {

constexpr int devices_kept = 20;  // of one user, the last used ones

Actor by(const std::string& user) { return {"user:" + user, "api"}; }

}  // namespace

// --- the first user ------------------------------------------------------------------------------

base::Result<bool> SqliteSignIns::has_users() {
  auto count = database_.number("SELECT count(*) FROM users");
  if (!count) return std::unexpected(count.error());
  return *count > 0;
}

base::Result<bool> SqliteSignIns::expect_first_user(const std::string& code_hash) {
  auto transaction = Transaction::begin(database_, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto users = has_users();
  if (!users) return users;
  if (auto gone = database_.run("DELETE FROM first_user"); !gone) {
    return std::unexpected(gone.error());
  }
  if (!*users) {
    auto kept = database_.run("INSERT INTO first_user (one, code_hash) VALUES (1, $1)", code_hash);
    if (!kept) return std::unexpected(kept.error());
  }
  if (auto done = transaction->commit(); !done) return std::unexpected(done.error());
  return !*users;
}

base::Result<User> SqliteSignIns::add_first_user(base::Instant now, const std::string& code_hash,
                                                 NewUser fresh) {
  auto change = AuditedChange::begin(database_, {"postern:set-up", "api"}, now);
  if (!change) return std::unexpected(change.error());
  auto users = has_users();
  if (!users) return std::unexpected(users.error());
  if (*users) return base::fail("not-needed", "The first user has been made already. Sign in.");
  Query q = database_.query("DELETE FROM first_user WHERE code_hash = $1", code_hash);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (q.changed_rows() == 0) {
    return base::fail("wrong-code",
                      "This set-up link is not the one that the gateway printed last. Look for "
                      "setup-link in its log, or run: postern user add");
  }
  auto made = insert_user(database_, now, std::move(fresh));
  if (!made) return made;
  if (auto noted = change->note("user.add", "user " + made->name, "", json_of(*made)); !noted) {
    return std::unexpected(noted.error());
  }
  if (auto done = change->commit(); !done) return std::unexpected(done.error());
  return made;
}

// --- sessions ------------------------------------------------------------------------------------

base::Result<std::optional<Credentials>> SqliteSignIns::credentials(const std::string& name) {
  auto user = find_user(database_, name);
  if (!user) return std::unexpected(user.error());
  if (!*user) return std::nullopt;
  Credentials found{.user = **std::move(user), .password_hash = {}, .totp_secret = {}};
  auto password = text_of_user("password_hash", name);
  if (!password) return std::unexpected(password.error());
  auto secret = text_of_user("totp_secret", name);
  if (!secret) return std::unexpected(secret.error());
  found.password_hash = std::move(*password);
  if (!base::base64_decode(*secret, found.totp_secret)) {
    return base::fail("records-error", "A second factor in the records cannot be read.");
  }
  return found;
}

base::Result<std::string> SqliteSignIns::text_of_user(std::string_view column,
                                                      const std::string& user) {
  std::string text;
  Query q = database_.query(fmt::format("SELECT {} FROM users WHERE name = $1", column), user);
  while (q.next()) text = q.text(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return text;
}

base::Result<bool> SqliteSignIns::knows_device(const std::string& user,
                                               const std::string& device_hash) {
  std::int64_t count = 0;
  Query q = database_.query(
      "SELECT count(*) FROM devices JOIN users ON users.id = devices.owner"
      " WHERE devices.hash = $1 AND users.name = $2",
      device_hash, user);
  while (q.next()) count = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return count > 0;
}

base::Result<> SqliteSignIns::remember_device(std::int64_t user, const std::string& hash,
                                              base::Instant now) {
  auto kept = database_.run(
      "INSERT INTO devices (hash, owner, last_used) VALUES ($1, $2, $3)"
      " ON CONFLICT (hash) DO UPDATE SET owner = $2, last_used = $3",
      hash, user, base::micros(now));
  if (!kept) return kept;
  return database_.run(
      "DELETE FROM devices WHERE owner = $1 AND hash NOT IN"
      " (SELECT hash FROM devices WHERE owner = $1 ORDER BY last_used DESC LIMIT $2)",
      user, devices_kept);
}

base::Result<> SqliteSignIns::open_session(base::Instant now, NewSession session,
                                           base::Instant idle_since) {
  auto change = AuditedChange::begin(database_, by(session.user), now);
  if (!change) return std::unexpected(change.error());
  auto user = find_user(database_, session.user);
  if (!user) return std::unexpected(user.error());
  if (!*user) return std::unexpected(no_such_user(session.user));
  const std::int64_t id = (*user)->id;
  const std::int64_t micros = base::micros(now);
  auto done = database_.run("DELETE FROM sessions WHERE expires <= $1 OR last_seen < $2", micros,
                            base::micros(idle_since));
  if (done) {
    done = database_.run(
        "INSERT INTO sessions (hash, owner, started, last_seen, expires)"
        " VALUES ($1, $2, $3, $3, $4)",
        session.hash, id, micros, base::micros(session.expires));
  }
  if (done) done = database_.run("UPDATE users SET last_sign_in = $1 WHERE id = $2", micros, id);
  if (done) done = remember_device(id, session.device_hash, now);
  if (done) {
    done =
        change->note("sign-in", fmt::format("user {} from {}", session.user, session.from), "", "");
  }
  return done ? change->commit() : done;
}

base::Result<std::optional<Session>> SqliteSignIns::session(const std::string& hash) {
  std::string name;
  Session found;
  Query q = database_.query(
      "SELECT users.name, sessions.last_seen, sessions.expires FROM sessions"
      " JOIN users ON users.id = sessions.owner WHERE sessions.hash = $1",
      hash);
  while (q.next()) {
    name = q.text(0);
    found.last_seen = base::instant(q.integer(1));
    found.expires = base::instant(q.integer(2));
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (name.empty()) return std::nullopt;
  auto user = find_user(database_, name);
  if (!user) return std::unexpected(user.error());
  if (!*user) return std::nullopt;
  found.user = **std::move(user);
  return found;
}

base::Result<> SqliteSignIns::session_seen(const std::string& hash, base::Instant now) {
  return database_.run("UPDATE sessions SET last_seen = $1 WHERE hash = $2", base::micros(now),
                       hash);
}

base::Result<> SqliteSignIns::close_session(base::Instant now, const std::string& hash) {
  auto open = session(hash);
  if (!open) return std::unexpected(open.error());
  if (!*open) return {};
  const std::string& name = (*open)->user.name;
  auto change = AuditedChange::begin(database_, by(name), now);
  if (!change) return std::unexpected(change.error());
  auto closed = database_.run("DELETE FROM sessions WHERE hash = $1", hash);
  if (closed) closed = change->note("sign-out", "user " + name, "", "");
  return closed ? change->commit() : closed;
}

// --- second factor -------------------------------------------------------------------------------

base::Result<> SqliteSignIns::propose_second_factor(const std::string& user,
                                                    const std::string& secret) {
  Query q =
      database_.query("UPDATE users SET totp_proposed = $1 WHERE name = $2 AND totp_secret = ''",
                      base::base64(secret), user);
  if (auto done = q.finish(); !done) return done;
  if (q.changed_rows() == 1) return {};
  return base::fail("second-factor-set",
                    "A second factor is set already. Remove it first, with a code of it.");
}

base::Result<std::string> SqliteSignIns::proposed_second_factor(const std::string& user) {
  auto text = text_of_user("totp_proposed", user);
  if (!text) return text;
  std::string secret;
  if (base::base64_decode(*text, secret)) return secret;
  return base::fail("records-error", "A second factor in the records cannot be read.");
}

base::Result<base::AccountId> SqliteSignIns::account_of(const std::string& user) {
  auto found = find_user(database_, user);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(no_such_user(user));
  return sole_account(database_, (*found)->grants);
}

base::Result<> SqliteSignIns::confirm_second_factor(base::Instant now, const std::string& user,
                                                    std::int64_t step) {
  auto change = AuditedChange::begin(database_, by(user), now);
  if (!change) return std::unexpected(change.error());
  Query q = database_.query(
      "UPDATE users SET totp_secret = totp_proposed, totp_proposed = '', totp_step = $1"
      " WHERE name = $2 AND totp_secret = '' AND totp_proposed <> ''",
      step, user);
  if (auto done = q.finish(); !done) return done;
  if (q.changed_rows() != 1) {
    return base::fail("not-found", "No second factor waits to be confirmed. Ask for one first.");
  }
  const auto account = account_of(user);
  if (!account) return std::unexpected(account.error());
  auto noted = change->note("second-factor.set", "user " + user, "", "", *account);
  if (!noted) return noted;
  return change->commit();
}

base::Result<> SqliteSignIns::remove_second_factor(base::Instant now, const std::string& user) {
  auto change = AuditedChange::begin(database_, by(user), now);
  if (!change) return std::unexpected(change.error());
  auto removed =
      database_.run("UPDATE users SET totp_secret = '', totp_proposed = '' WHERE name = $1", user);
  const auto account = account_of(user);
  if (!account) return std::unexpected(account.error());
  if (removed) removed = change->note("second-factor.remove", "user " + user, "", "", *account);
  return removed ? change->commit() : removed;
}

base::Result<bool> SqliteSignIns::take_step(const std::string& user, std::int64_t step) {
  Query q = database_.query("UPDATE users SET totp_step = $1 WHERE name = $2 AND totp_step < $1",
                            step, user);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return q.changed_rows() == 1;
}

}  // namespace postern::records
