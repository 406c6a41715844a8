#include <fmt/core.h>

#include "io/records/person_rows.h"
#include "io/records/sqlite_people.h"

namespace postern::records {

namespace {

std::string label(const User& user) { return "user " + user.name; }

// What else changed, besides what a user's description shows.
std::string described(const User& user, const UserEdit& edit) {
  std::string json = json_of(user);
  if (edit.password_hash) json.insert(json.size() - 1, R"(,"password_changed":true)");
  return json;
}

}  // namespace

base::Result<std::vector<User>> SqlitePeople::users() {
  std::vector<std::string> names;
  Query q = database_.query("SELECT name FROM users ORDER BY name");
  while (q.next()) names.emplace_back(q.text(0));
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  std::vector<User> users;
  for (const std::string& name : names) {
    auto found = find_user(database_, name);
    if (!found) return std::unexpected(found.error());
    if (*found) users.push_back(**std::move(found));
  }
  return users;
}

base::Result<User> SqlitePeople::user(const std::string& name) {
  auto found = find_user(database_, name);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(no_such_user(name));
  return **std::move(found);
}

base::Result<User> SqlitePeople::permitted(const std::string& name, const Permit& permit) {
  auto found = user(name);
  if (!found) return found;
  if (permit) {
    if (auto may = permit(*found); !may) return std::unexpected(may.error());
  }
  return found;
}

// Someone must be able to mend everything. Where nobody could before, nothing is lost.
base::Result<> SqlitePeople::check_administrator_stays() {
  auto left = database_.number(
      "SELECT count(*) FROM user_grants WHERE account IS NULL AND role = 'administrator'");
  if (!left) return std::unexpected(left.error());
  if (*left > 0) return {};
  return base::fail("last-administrator",
                    "This is the last administrator of every account. Make another one first.");
}

base::Result<User> SqlitePeople::add(const Actor& actor, base::Instant now, NewUser fresh) {
  auto change = AuditedChange::begin(database_, actor, now);
  if (!change) return std::unexpected(change.error());
  auto made = insert_user(database_, now, std::move(fresh));
  if (!made) return made;
  const auto account = sole_account(database_, made->grants);
  if (!account) return std::unexpected(account.error());
  auto noted = change->note("user.add", label(*made), "", json_of(*made), *account);
  if (!noted) return std::unexpected(noted.error());
  if (auto done = change->commit(); !done) return std::unexpected(done.error());
  return made;
}

base::Result<> SqlitePeople::edit_user(const User& user, const UserEdit& edit) {
  if (edit.password_hash) {
    auto set = database_.run("UPDATE users SET password_hash = $1 WHERE id = $2",
                             *edit.password_hash, user.id);
    if (!set) return set;
    auto ended = database_.run("DELETE FROM sessions WHERE owner = $1 AND hash <> $2", user.id,
                               edit.session_to_keep);
    if (!ended) return ended;
  }
  if (edit.second_factor == UserEdit::SecondFactor::remove) {
    auto set = database_.run("UPDATE users SET totp_secret = '', totp_proposed = '' WHERE id = $1",
                             user.id);
    if (!set) return set;
  }
  if (!edit.grants) return {};
  auto granted = write_grants(database_, user_grants, user.id, *edit.grants);
  if (!granted || !is_platform_administrator(user.grants)) return granted;
  return check_administrator_stays();
}

base::Result<User> SqlitePeople::change(const Actor& actor, base::Instant now,
                                        const std::string& name, UserEdit edit,
                                        const Permit& permit) {
  auto change = AuditedChange::begin(database_, actor, now);
  if (!change) return std::unexpected(change.error());
  auto before = permitted(name, permit);
  if (!before) return before;
  if (auto edited = edit_user(*before, edit); !edited) return std::unexpected(edited.error());
  auto after = user(name);
  if (!after) return after;
  const std::string was = json_of(*before);
  std::string is = described(*after, edit);
  if (was == is) return after;
  const auto account = sole_account(database_, before->grants, after->grants);
  if (!account) return std::unexpected(account.error());
  auto noted = change->note("user.change", label(*after), was, std::move(is), *account);
  if (!noted) return std::unexpected(noted.error());
  if (auto done = change->commit(); !done) return std::unexpected(done.error());
  return after;
}

base::Result<> SqlitePeople::remove(const Actor& actor, base::Instant now, const std::string& name,
                                    const Permit& permit) {
  auto change = AuditedChange::begin(database_, actor, now);
  if (!change) return std::unexpected(change.error());
  auto before = permitted(name, permit);
  if (!before) return std::unexpected(before.error());
  auto removed = database_.run("DELETE FROM users WHERE id = $1", before->id);
  if (!removed) return removed;
  if (is_platform_administrator(before->grants)) {
    if (auto stays = check_administrator_stays(); !stays) return stays;
  }
  const auto account = sole_account(database_, before->grants);
  if (!account) return std::unexpected(account.error());
  auto noted = change->note("user.remove", label(*before), json_of(*before), "", *account);
  if (!noted) return noted;
  return change->commit();
}

}  // namespace postern::records
