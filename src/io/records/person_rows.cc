#include "io/records/person_rows.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/json_writer.h"
#include "core/base/text.h"

namespace postern::records {

namespace {

void write_grants(base::JsonWriter& json, const std::vector<Grant>& grants) {
  json.begin_array();
  for (const Grant& grant : grants) {
    json.begin_object().field("account", grant.account);
    json.field("role", role_text(grant.role)).end_object();
  }
  json.end_array();
}

// Nothing stands for every account.
base::Result<std::optional<std::int64_t>> account_id(Database& database, const std::string& name) {
  if (name == every_account) return std::nullopt;
  std::optional<std::int64_t> id;
  Query q = database.query("SELECT id FROM accounts WHERE name = $1", name);
  while (q.next()) id = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (id) return id;
  return base::fail("invalid-grant",
                    fmt::format("There is no account \"{}\"; \"*\" stands for every account.",
                                base::printable(name, 64)));
}

}  // namespace

base::Result<std::vector<Grant>> read_grants(Database& database, GrantTable where,
                                             std::int64_t owner) {
  std::vector<Grant> grants;
  Query q = database.query(
      fmt::format("SELECT coalesce(accounts.name, '*') AS account_name, role FROM {0}"
                  " LEFT JOIN accounts ON accounts.id = {0}.account WHERE {0}.{1} = $1"
                  " ORDER BY account_name",
                  where.table, where.owner),
      owner);
  while (q.next()) {
    const auto role = parse_role(q.text(1));
    if (!role) {
      q.reject("a grant has an unknown role");
      break;
    }
    grants.push_back({std::string(q.text(0)), *role});
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return grants;
}

base::Result<> write_grants(Database& database, GrantTable where, std::int64_t owner,
                            const std::vector<Grant>& grants) {
  auto cleared =
      database.run(fmt::format("DELETE FROM {} WHERE {} = $1", where.table, where.owner), owner);
  if (!cleared) return cleared;
  const std::string insert = fmt::format("INSERT INTO {} ({}, account, role) VALUES ($1, $2, $3)",
                                         where.table, where.owner);
  std::vector<std::string> named;
  for (const Grant& grant : grants) {
    if (std::ranges::find(named, grant.account) != named.end()) {
      return base::fail("invalid-grant", fmt::format("The account \"{}\" is named twice; give one "
                                                     "role in it.",
                                                     base::printable(grant.account, 64)));
    }
    named.push_back(grant.account);
    auto account = account_id(database, grant.account);
    if (!account) return std::unexpected(account.error());
    auto written = database.run(insert, owner, *account, role_text(grant.role));
    if (!written) return written;
  }
  return {};
}

base::Result<std::optional<User>> find_user(Database& database, const std::string& name) {
  std::optional<User> found;
  Query q = database.query(
      "SELECT id, name, totp_secret <> '', created, last_sign_in FROM users WHERE name = $1", name);
  while (q.next()) {
    User user;
    user.id = q.integer(0);
    user.name = q.text(1);
    user.second_factor = q.truth(2);
    user.created = base::instant(q.integer(3));
    if (auto last = q.optional_integer(4)) user.last_sign_in = base::instant(*last);
    found = std::move(user);
  }
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  if (!found) return found;
  auto grants = read_grants(database, user_grants, found->id);
  if (!grants) return std::unexpected(grants.error());
  found->grants = std::move(*grants);
  return found;
}

base::Failure no_such_user(const std::string& name) {
  return {"not-found",
          fmt::format("There is no user \"{}\"; see: postern user list", base::printable(name, 64)),
          {}};
}

base::Result<std::int64_t> next_id(Database& database) {
  std::int64_t id = 0;
  Query q = database.query(
      "UPDATE meta SET value = value + 1 WHERE name = 'next_id' RETURNING value - 1");
  while (q.next()) id = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return id;
}

base::Result<User> insert_user(Database& database, base::Instant now, NewUser user) {
  auto name = user_name(user.name);
  if (!name) return std::unexpected(name.error());
  auto id = next_id(database);
  if (!id) return std::unexpected(id.error());
  auto inserted = database.run(
      "INSERT INTO users (id, name, password_hash, totp_secret, totp_proposed, totp_step, created)"
      " VALUES ($1, $2, $3, '', '', 0, $4)",
      *id, *name, user.password_hash, base::micros(now));
  if (!inserted) {
    base::Failure failure = inserted.error();
    if (failure.code == "already-exists") {
      failure.text = fmt::format("There is a user \"{}\" already.", *name);
    }
    return std::unexpected(std::move(failure));
  }
  auto granted = write_grants(database, user_grants, *id, user.grants);
  if (!granted) return std::unexpected(granted.error());
  auto made = find_user(database, *name);
  if (!made) return std::unexpected(made.error());
  return **made;
}

base::Result<base::AccountId> sole_account(Database& database, std::vector<Grant> grants,
                                           const std::vector<Grant>& others) {
  grants.insert(grants.end(), others.begin(), others.end());
  if (grants.empty()) return base::AccountId{};
  const std::string& first = grants.front().account;
  const bool alone =
      std::ranges::all_of(grants, [&](const Grant& grant) { return grant.account == first; });
  if (!alone) return base::AccountId{};
  auto id = account_id(database, first);
  if (!id) return std::unexpected(id.error());
  return base::AccountId{id->value_or(0)};
}

std::string json_of(const std::vector<Grant>& grants) {
  base::JsonWriter json;
  write_grants(json, grants);
  return std::move(json).take();
}

std::string json_of(const User& user) {
  base::JsonWriter json;
  json.begin_object().field("name", user.name).key("grants");
  write_grants(json, user.grants);
  json.field("second_factor", user.second_factor).end_object();
  return std::move(json).take();
}

base::Result<AuditedChange> AuditedChange::begin(Database& database, Actor actor,
                                                 base::Instant now) {
  auto transaction = Transaction::begin(database, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto log = AuditLog::continue_in(database);
  if (!log) return std::unexpected(log.error());
  return AuditedChange(std::move(*transaction), std::move(*log), std::move(actor), now);
}

base::Result<> AuditedChange::note(std::string action, std::string object, std::string before,
                                   std::string after, base::AccountId account) {
  AuditEntry entry;
  entry.account = account;
  entry.time = now_;
  entry.actor = actor_.name;
  entry.via = actor_.via;
  entry.action = std::move(action);
  entry.object = std::move(object);
  entry.before = std::move(before);
  entry.after = std::move(after);
  return log_.append(std::move(entry));
}

base::Result<> AuditedChange::commit() {
  if (auto closed = log_.close(); !closed) return closed;
  return transaction_.commit();
}

std::optional<Role> parse_role(std::string_view text) {
  for (Role role : {Role::viewer, Role::operator_, Role::administrator}) {
    if (text == role_text(role)) return role;
  }
  return std::nullopt;
}

bool is_platform_administrator(const std::vector<Grant>& grants) {
  return std::ranges::any_of(grants, [](const Grant& grant) {
    return grant.account == every_account && grant.role == Role::administrator;
  });
}

base::Result<std::string> user_name(std::string_view text) {
  std::string name = base::lower(text);
  const bool good = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@+").contains(c);
  });
  if (good) return name;
  return base::fail("invalid-user",
                    "A user's name holds up to 64 letters, digits and . _ - @ +, such as "
                    "\"anna\" or \"anna@example.com\".");
}

}  // namespace postern::records
