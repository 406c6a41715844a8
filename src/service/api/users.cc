#include "service/api/users.h"

#include <algorithm>

#include "core/base/text.h"
#include "io/crypto/tls.h"
#include "service/api/etag.h"
#include "service/api/password_rule.h"

namespace postern::api {

namespace {

User shown(const records::User& user) {
  return {.name = user.name,
          .grants = grants_of(user.grants),
          .second_factor = user.second_factor,
          .created = user.created,
          .last_sign_in = user.last_sign_in};
}

// Asked inside the change's transaction: what is true there decides, also on whether the user is
// still as the caller saw it (If-Match).
records::People::Permit permit_of(const Call& call) {
  return [call](const records::User& user) -> base::Result<> {
    if (!may_manage(call.who, user.grants)) {
      return base::fail("not-found", "There is no user \"" + user.name + "\" that you may manage.");
    }
    const auto match = require_match(call, shown(user));
    if (match) return {};
    return base::fail(match.error().code, match.error().detail);
  };
}

Outcome<void> check_grants(const Identity& who, const std::vector<Grant>& grants) {
  Problem problem{422, "invalid-grant", "Some roles cannot be given: see errors."};
  for (std::size_t i = 0; i < grants.size(); ++i) {
    if (may_grant(who, grants[i])) continue;
    problem.errors.push_back({"#/grants/" + std::to_string(i),
                              "You may not give this role here: it is more than your own, or "
                              "there is no such account."});
  }
  if (grants.empty()) {
    problem.errors.push_back({"#/grants", "Give at least one role in an account."});
  }
  if (problem.errors.empty()) return {};
  return std::unexpected(std::move(problem));
}

std::unexpected<Problem> refuse_change(const base::Failure& failure) {
  if (failure.code == "changed-meanwhile") return refuse(412, failure.code, failure.text);
  if (failure.code == "last-administrator") return refuse(409, failure.code, failure.text);
  if (failure.code == "invalid-user") return refuse_field(failure, "#/name");
  if (failure.code == "invalid-grant") return refuse_field(failure, "#/grants");
  return refuse(failure);
}

std::string named(const Call& call) { return base::lower(call.at("user")); }

}  // namespace

bool may_manage(const Identity& who, const std::vector<records::Grant>& grants) {
  if (who.is_platform_administrator()) return true;
  return !grants.empty() && std::ranges::all_of(grants, [&](const records::Grant& grant) {
    return grant.account != records::every_account && who.may(Role::administrator, grant.account);
  });
}

bool may_grant(const Identity& who, const Grant& grant) {
  // For "*", role_in() finds only what is held in every account.
  return who.may(Role::administrator, grant.account) && who.may(grant.role, grant.account);
}

Handled<Users> UserAdministration::list(Call call) {
  using Found = base::Result<std::vector<records::User>>;
  std::function<Found(records::Records&)> look = [](records::Records& records) {
    return records.people().users();
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (!found) co_return refuse(found.error());
  Users users;
  for (const records::User& user : *found) {
    if (may_manage(call.who, user.grants)) users.items.push_back(shown(user));
  }
  co_return users;
}

Handled<User> UserAdministration::show(Call call) {
  using Found = base::Result<records::User>;
  std::function<Found(records::Records&)> look = [name = named(call)](records::Records& records) {
    return records.people().user(name);
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (found && !may_manage(call.who, found->grants)) {
    co_return refuse(404, "not-found", "There is no such user that you may manage.");
  }
  if (!found) {
    co_return refuse(found.error().code == "not-found" ? 404 : 500, found.error().code,
                     "There is no such user that you may manage.");
  }
  co_return shown(*found);
}

Handled<User> UserAdministration::add(Call call, UserInput wanted) {
  if (auto good = check_new_password(wanted.name, wanted.password); !good) {
    co_return refuse_field(good.error(), "#/password");
  }
  if (auto good = check_grants(call.who, wanted.grants); !good) {
    co_return std::unexpected(good.error());
  }
  using Made = base::Result<records::User>;
  std::function<Made(records::Records&)> make =
      [actor = call.who.actor(), wanted = std::move(wanted),
       now = needs_.shard.wall_now()](records::Records& records) {
        records::NewUser user{wanted.name, crypto::hash_password(wanted.password),
                              grants_of(wanted.grants)};
        return records.people().add(actor, now, std::move(user));
      };
  auto made = co_await needs_.writes.run<Made>(needs_.shard, make);
  if (!made) co_return refuse_change(made.error());
  co_return shown(*made);
}

Handled<User> UserAdministration::change(Call call, UserChange wanted) {
  const std::string name = named(call);
  if (wanted.second_factor.value_or(false)) {
    const base::Failure wrong{"invalid-second-factor",
                              "Only the user can set a second factor; here it can be taken away.",
                              {}};
    co_return refuse_field(wrong, "#/second_factor");
  }
  if (wanted.password) {
    if (call.who.token.empty() && name == call.who.user) {
      co_return refuse(409, "own-password", "Change your own password with the one until now.");
    }
    if (auto good = check_new_password(name, *wanted.password); !good) {
      co_return refuse_field(good.error(), "#/password");
    }
  }
  if (wanted.grants) {
    if (auto good = check_grants(call.who, *wanted.grants); !good) {
      co_return std::unexpected(good.error());
    }
  }
  using Changed = base::Result<records::User>;
  std::function<Changed(records::Records&)> change = [call, name, wanted = std::move(wanted),
                                                      now = needs_.shard.wall_now()](
                                                         records::Records& records) {
    records::UserEdit edit;
    if (wanted.password) edit.password_hash = crypto::hash_password(*wanted.password);
    if (wanted.grants) edit.grants = grants_of(*wanted.grants);
    if (wanted.second_factor) edit.second_factor = records::UserEdit::SecondFactor::remove;
    return records.people().change(call.who.actor(), now, name, std::move(edit), permit_of(call));
  };
  auto changed = co_await needs_.writes.run<Changed>(needs_.shard, change);
  if (!changed) co_return refuse_change(changed.error());
  co_return shown(*changed);
}

Handled<Nothing> UserAdministration::remove(Call call) {
  std::function<base::Result<>(records::Records&)> remove =
      [call, name = named(call), now = needs_.shard.wall_now()](records::Records& records) {
        return records.people().remove(call.who.actor(), now, name, permit_of(call));
      };
  auto removed = co_await needs_.writes.run<base::Result<>>(needs_.shard, remove);
  if (!removed) co_return refuse_change(removed.error());
  co_return Nothing{};
}

void declare_users(Operations& operations, UserAdministration* users) {
  operations.add<Nothing, Nothing, Users>(
      {Method::get, "/users", "listUsers", "The users that one may manage", Access::administrator},
      [users](Call call, Nothing, Nothing) { return users->list(std::move(call)); });
  operations.add<Nothing, UserInput, User>(
      {Method::post, "/users", "addUser", "Adds a user", Access::administrator, 201},
      [users](Call call, Nothing, UserInput body) {
        return users->add(std::move(call), std::move(body));
      });
  operations.add<Nothing, Nothing, User>(
      {Method::get, "/users/{user}", "getUser", "One user", Access::administrator},
      [users](Call call, Nothing, Nothing) { return users->show(std::move(call)); });
  operations.add<Nothing, UserChange, User>(
      {Method::patch, "/users/{user}", "changeUser", "Changes a user", Access::administrator},
      [users](Call call, Nothing, UserChange body) {
        return users->change(std::move(call), std::move(body));
      });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, "/users/{user}", "removeUser", "Removes a user with all sessions and tokens",
       Access::administrator, 204},
      [users](Call call, Nothing, Nothing) { return users->remove(std::move(call)); });
}

}  // namespace postern::api
