#include "io/records/change.h"

#include <fmt/core.h>

#include "core/policy/validate.h"
#include "io/records/describe.h"
#include "io/records/drafts.h"
#include "io/records/rows.h"

namespace postern::records {
namespace {

template <class Object>
base::AccountId account_of(const Object& object) {
  return object.account;
}
base::AccountId account_of(const policy::Account& account) { return account.id; }

// What stays with an object for life: moving a domain would carry its proof to another name, moving
// anything between accounts would cross the line that accounts draw.
template <class Object>
bool same_identity(const Object& before, const Object& after) {
  return before.account == after.account;
}
bool same_identity(const policy::Account&, const policy::Account&) { return true; }
bool same_identity(const policy::InternalDomain& before, const policy::InternalDomain& after) {
  return before.account == after.account && before.domain == after.domain;
}

// Would two domains of two accounts take each other's mail?
bool overlap(const dns::Domain& a, const dns::Domain& b) {
  return a == b || a.is_below(b) || b.is_below(a);
}

// "an account main", "a policy example.com"
std::string one(std::string_view label) {
  const bool vowel = !label.empty() && std::string_view("aeiou").contains(label.front());
  return fmt::format("{} {}", vowel ? "an" : "a", label);
}

class SqliteChange final : public Change {
 public:
  SqliteChange(std::unique_ptr<Database> database, Transaction transaction, AuditLog audit,
               Actor actor, base::Instant now)
      : database_(std::move(database)),
        transaction_(std::move(transaction)),
        audit_(std::move(audit)),
        actor_(std::move(actor)),
        now_(now) {}

  base::Result<base::AccountId> put(policy::Account account) override {
    return put_object(std::move(account));
  }
  base::Result<base::DomainId> put(policy::InternalDomain domain) override {
    if (auto free = check_domain_free(domain); !free) return std::unexpected(free.error());
    return put_object(std::move(domain));
  }
  base::Result<base::RouteId> put(policy::InternalRoute route) override {
    if (auto ours = check_domain_ours(route); !ours) return std::unexpected(ours.error());
    return put_object(std::move(route));
  }
  base::Result<base::RouteId> put(policy::ExternalRoute route) override {
    return put_object(std::move(route));
  }
  base::Result<base::SenderId> put(policy::InternalSender sender) override {
    return put_object(std::move(sender));
  }
  base::Result<base::PolicyId> put(policy::Policy policy) override {
    return put_object(std::move(policy));
  }
  base::Result<base::ExceptionId> put(policy::Exception exception) override {
    return put_object(std::move(exception));
  }

  base::Result<> remove(base::AccountId id) override {
    if (auto empty = check_account_empty(id); !empty) return empty;
    return remove_object<policy::Account>(id);
  }
  base::Result<> remove(base::DomainId id) override {
    if (auto unused = check_domain_unused(id); !unused) return unused;
    return remove_object<policy::InternalDomain>(id);
  }
  base::Result<> remove(base::RouteId id) override {
    auto internal = find<policy::InternalRoute>(id);
    if (!internal) return std::unexpected(internal.error());
    if (*internal) return remove_object<policy::InternalRoute>(id);
    return remove_object<policy::ExternalRoute>(id);
  }
  base::Result<> remove(base::SenderId id) override {
    return remove_object<policy::InternalSender>(id);
  }
  base::Result<> remove(base::PolicyId id) override { return remove_object<policy::Policy>(id); }
  base::Result<> remove(base::ExceptionId id) override {
    return remove_object<policy::Exception>(id);
  }

  base::Result<KeptDraft> take_draft(base::AccountId account) override;

  base::Result<> finish() override;

 private:
  template <class Object>
  base::Result<typename Row<Object>::Id> put_object(Object object);
  template <class Object>
  base::Result<> remove_object(typename Row<Object>::Id id);
  template <class Object>
  base::Result<std::optional<Object>> find(typename Row<Object>::Id id);

  base::Result<std::int64_t> next_id();
  template <class Object>
  base::Result<> note(const Object& object, std::string_view verb, std::string before,
                      std::string after);
  base::Result<> check_domain_free(const policy::InternalDomain& domain);
  base::Result<> check_domain_ours(const policy::InternalRoute& route);
  base::Result<> check_domain_unused(base::DomainId id);
  base::Result<> check_account_empty(base::AccountId id);

  std::unique_ptr<Database> database_;
  Transaction transaction_;
  AuditLog audit_;
  Actor actor_;
  base::Instant now_;
  std::optional<base::Failure> broken_;  // a row was written and its audit entry was not
  bool changed_ = false;
};

// --- the general course of a change --------------------------------------------------------------

template <class Object>
base::Result<std::optional<Object>> SqliteChange::find(typename Row<Object>::Id id) {
  static const std::string sql =
      select_sql(Row<Object>::table, Row<Object>::columns) + " WHERE id = $1";
  std::optional<Object> found;
  Query q = database_->query(sql, id.value);
  while (q.next()) found = Row<Object>::read(q);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return found;
}

base::Result<std::int64_t> SqliteChange::next_id() {
  std::int64_t id = 0;
  Query q = database_->query(
      "UPDATE meta SET value = value + 1 WHERE name = 'next_id' RETURNING value - 1");
  while (q.next()) id = q.integer(0);
  if (auto done = q.finish(); !done) return std::unexpected(done.error());
  return id;
}

template <class Object>
base::Result<> SqliteChange::note(const Object& object, std::string_view verb, std::string before,
                                  std::string after) {
  changed_ = true;
  AuditEntry entry;
  entry.time = now_;
  entry.actor = actor_.name;
  entry.via = actor_.via;
  entry.account = account_of(object);
  entry.action = fmt::format("{}.{}", Row<Object>::kind, verb);
  entry.object = Row<Object>::label(object);
  entry.before = std::move(before);
  entry.after = std::move(after);
  auto noted = audit_.append(std::move(entry));
  if (!noted) broken_ = noted.error();
  return noted;
}

template <class Object>
base::Result<typename Row<Object>::Id> SqliteChange::put_object(Object object) {
  static const std::string insert = insert_sql(Row<Object>::table, Row<Object>::columns);
  static const std::string update = update_sql(Row<Object>::table, Row<Object>::columns);
  if (auto good = policy::validate(object); !good) return std::unexpected(good.error());
  std::optional<Object> before;
  if (object.id) {
    auto found = find<Object>(object.id);
    if (!found) return std::unexpected(found.error());
    if (!*found) {
      return base::fail("not-found", fmt::format("There is no {} with the number {}.",
                                                 Row<Object>::kind, object.id.value));
    }
    before = *std::move(found);
    if (*before == object) return object.id;
    if (!same_identity(*before, object)) {
      return base::fail(fmt::format("invalid-{}", Row<Object>::kind),
                        fmt::format("This {} keeps its account and its name. Remove it and add "
                                    "another.",
                                    Row<Object>::kind));
    }
  } else {
    auto id = next_id();
    if (!id) return std::unexpected(id.error());
    object.id = {*id};
  }

  Query q = database_->query(before ? update : insert);
  Row<Object>::bind(q, object);
  if (auto written = q.finish(); !written) {
    base::Failure failure = written.error();
    if (failure.code == "already-exists") {
      failure.text = fmt::format("There is {} already.", one(Row<Object>::label(object)));
    }
    return std::unexpected(std::move(failure));
  }
  const std::string old_json = before ? json_of(*before) : "";
  std::string new_json = json_of(object);
  // Both leave secrets out; that one was changed is worth knowing all the same.
  if (new_json == old_json) new_json.insert(new_json.size() - 1, R"(,"secret_changed":true)");
  auto noted = note(object, before ? "set" : "add", old_json, std::move(new_json));
  if (!noted) return std::unexpected(noted.error());
  return object.id;
}

template <class Object>
base::Result<> SqliteChange::remove_object(typename Row<Object>::Id id) {
  static const std::string sql = fmt::format("DELETE FROM {} WHERE id = $1", Row<Object>::table);
  auto found = find<Object>(id);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return base::fail("not-found", fmt::format("There is no {} with the number {}.",
                                               Row<Object>::kind, id.value));
  }
  if (auto removed = database_->run(sql, id.value); !removed) return removed;
  return note(**found, "remove", json_of(**found), "");
}

// A draft is nobody's configuration: it moves no revision and has no audit entry of its own.
base::Result<KeptDraft> SqliteChange::take_draft(base::AccountId account) {
  auto draft = read_draft(*database_, account);
  if (!draft || draft->text.empty()) return draft;
  if (auto gone = write_draft(*database_, account, ""); !gone) return gone;
  return draft;
}

base::Result<> SqliteChange::finish() {
  if (broken_) return std::unexpected(*broken_);
  if (!changed_) return transaction_.commit();
  if (auto closed = audit_.close(); !closed) return closed;
  auto raised = database_->run("UPDATE meta SET value = value + 1 WHERE name = 'revision'");
  if (!raised) return raised;
  return transaction_.commit();
}

// --- what one row alone cannot know --------------------------------------------------------------

base::Result<> SqliteChange::check_domain_free(const policy::InternalDomain& domain) {
  std::optional<dns::Domain> taken;
  Query q = database_->query("SELECT domain FROM internal_domains WHERE account <> $1",
                             domain.account.value);
  while (!taken && q.next()) {
    auto held = dns::Domain::from_ascii(q.text(0));
    if (held && overlap(*held, domain.domain)) taken = *held;
  }
  if (auto done = q.finish(); !done) return done;
  if (!taken) return {};
  return base::fail("already-exists",
                    fmt::format("{} cannot be added: another account of this gateway holds {}. "
                                "Remove it there first.",
                                domain.domain.text(), taken->text()));
}

base::Result<> SqliteChange::check_domain_ours(const policy::InternalRoute& route) {
  bool ours = false;
  Query q = database_->query("SELECT domain FROM internal_domains WHERE account = $1",
                             route.account.value);
  while (!ours && q.next()) {
    auto held = dns::Domain::from_ascii(q.text(0));
    ours = held && (*held == route.domain || route.domain.is_below(*held));
  }
  if (auto done = q.finish(); !done) return done;
  if (ours) return {};
  return base::fail("invalid-route",
                    fmt::format("{} is not an internal domain of this account. Add it first "
                                "(postern domain add {}), or, if it is a partner's, make the route "
                                "external.",
                                route.domain.text(), route.domain.text()));
}

base::Result<> SqliteChange::check_domain_unused(base::DomainId id) {
  auto domain = find<policy::InternalDomain>(id);
  if (!domain) return std::unexpected(domain.error());
  if (!*domain) return {};  // remove_object says so
  int routes = 0;
  Query q = database_->query("SELECT domain FROM internal_routes WHERE account = $1",
                             (*domain)->account.value);
  while (q.next()) {
    auto routed = dns::Domain::from_ascii(q.text(0));
    if (routed && (*routed == (*domain)->domain || routed->is_below((*domain)->domain))) ++routes;
  }
  if (auto done = q.finish(); !done) return done;
  if (routes == 0) return {};
  return base::fail("invalid-domain",
                    fmt::format("{} still has {} internal route{}. Remove {} first (postern route "
                                "list shows the numbers).",
                                (*domain)->domain.text(), routes, routes == 1 ? "" : "s",
                                routes == 1 ? "it" : "them"));
}

base::Result<> SqliteChange::check_account_empty(base::AccountId id) {
  auto others = database_->number("SELECT count(*) FROM accounts");
  if (!others) return std::unexpected(others.error());
  if (*others <= 1) {
    return base::fail("invalid-account", "The last account cannot be removed.");
  }
  Query q = database_->query(
      "SELECT (SELECT count(*) FROM internal_domains WHERE account = $1)"
      " + (SELECT count(*) FROM external_routes WHERE account = $1)"
      " + (SELECT count(*) FROM internal_senders WHERE account = $1)"
      " + (SELECT count(*) FROM policies WHERE account = $1)"
      " + (SELECT count(*) FROM exceptions WHERE account = $1)",
      id.value);
  const std::int64_t held = q.next() ? q.integer(0) : 0;
  if (auto done = q.finish(); !done) return done;
  if (held == 0) return {};
  return base::fail("invalid-account",
                    fmt::format("The account still holds {} domains, routes, senders, policies and "
                                "exceptions. Remove them first.",
                                held));
}

}  // namespace

base::Result<std::unique_ptr<Change>> begin_change(std::unique_ptr<Database> database, Actor actor,
                                                   base::Instant now) {
  auto transaction = Transaction::begin(*database, Transaction::Kind::write);
  if (!transaction) return std::unexpected(transaction.error());
  auto audit = AuditLog::continue_in(*database);
  if (!audit) return std::unexpected(audit.error());
  return std::make_unique<SqliteChange>(std::move(database), *std::move(transaction),
                                        *std::move(audit), std::move(actor), now);
}

}  // namespace postern::records
