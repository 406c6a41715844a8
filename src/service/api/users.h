// Users and tokens, as administrators and owners manage them.
//
// Who may do what: an administrator of every account manages all users; an administrator of some
// accounts manages the users whose every role lies in those. Nobody gives a role that they do not
// hold themselves, and the last administrator of every account stays. A user that one may not
// manage is answered like one that does not exist.
#pragma once

#include "service/api/identities.h"

namespace postern::api {

class UserAdministration {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    Desk& writes;
  };
  explicit UserAdministration(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Users> list(Call call);
  [[nodiscard]] Handled<User> show(Call call);
  [[nodiscard]] Handled<User> add(Call call, UserInput wanted);
  [[nodiscard]] Handled<User> change(Call call, UserChange wanted);
  [[nodiscard]] Handled<Nothing> remove(Call call);

 private:
  Needs needs_;
};

class TokenAdministration {
 public:
  using Needs = UserAdministration::Needs;
  explicit TokenAdministration(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Tokens> list(Call call);
  [[nodiscard]] Handled<NewToken> add(Call call, TokenInput wanted);
  [[nodiscard]] Handled<Nothing> remove(Call call);

 private:
  Needs needs_;
};

// The rules above, as functions of values.
[[nodiscard]] bool may_manage(const Identity& who, const std::vector<records::Grant>& grants);
[[nodiscard]] bool may_grant(const Identity& who, const Grant& grant);

void declare_users(Operations& operations, UserAdministration* users);
void declare_tokens(Operations& operations, TokenAdministration* tokens);

}  // namespace postern::api
