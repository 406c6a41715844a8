// What users change about themselves: the password, and the second factor. Only in a session: a
// token must not be able to lock its owner out, or to become more than a token.
#pragma once

#include "service/api/identities.h"
#include "service/api/throttle.h"
#include "service/receipt/password_checker.h"

namespace postern::api {

class OwnAccount {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    Desk& writes;
    receipt::PasswordChecker& passwords;
    Throttle& throttle;
    std::string hostname;
  };
  explicit OwnAccount(Needs needs) : needs_(std::move(needs)) {}

  // The user's other sessions end.
  [[nodiscard]] Handled<Nothing> change_password(Call call, PasswordChange wanted);
  // Makes a secret that is in force when a code of it was shown.
  [[nodiscard]] Handled<SecondFactor> make_second_factor(Call call);
  [[nodiscard]] Handled<Me> confirm_second_factor(Call call, SecondFactorCode shown);
  [[nodiscard]] Handled<Me> remove_second_factor(Call call, SecondFactorCode shown);

 private:
  [[nodiscard]] Outcome<Throttle::Source> admit(const Call& call);
  net::Task<Outcome<void>> check_current(const Call& call, std::string password);
  net::Task<Outcome<std::int64_t>> check_code(const Call& call, std::string secret,
                                              std::string code);
  Handled<Me> me(Call call);

  Needs needs_;
};

void declare_own_account(Operations& operations, OwnAccount* own_account);

}  // namespace postern::api
