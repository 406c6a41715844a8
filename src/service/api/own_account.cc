#include "service/api/own_account.h"

#include <fmt/format.h>

#include "io/crypto/one_time_code.h"
#include "io/crypto/tls.h"
#include "io/records/sign_ins.h"
#include "service/api/password_rule.h"
#include "service/api/sessions.h"

namespace postern::api {

namespace {

using namespace std::chrono_literals;

std::unexpected<Problem> session_needed() {
  return refuse(403, "session-needed", "Sign in with a password for this; a token may not.");
}

std::unexpected<Problem> refuse_code(const char* text) {
  return refuse_field(base::Failure{"wrong-code", text, {}}, "#/code");
}

}  // namespace

// Guesses inside a session are counted by the session: nobody else shares its bucket.
Outcome<Throttle::Source> OwnAccount::admit(const Call& call) {
  if (call.who.session.empty()) return session_needed();
  Throttle::Source source{call.who.user, call.request.peer.address, call.who.session};
  const auto wait = needs_.throttle.admit(source, needs_.shard.now());
  if (wait == 0s) return source;
  Problem problem{429, "too-many-attempts", "Too many attempts failed. Try again later."};
  problem.retry_after = static_cast<int>(wait.count());
  return std::unexpected(std::move(problem));
}

net::Task<Outcome<void>> OwnAccount::check_current(const Call& call, std::string password) {
  using Found = base::Result<std::optional<records::Credentials>>;
  std::function<Found(records::Records&)> look = [name = call.who.user](records::Records& records) {
    return records.sign_ins().credentials(name);
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (!found) co_return std::unexpected(problem_of(found.error()));
  std::string hash = *found ? (*found)->password_hash : "";
  const smtp::Login login =
      co_await needs_.passwords.check(needs_.shard, std::move(hash), std::move(password));
  if (login == smtp::Login::accepted) co_return Outcome<void>();
  if (login == smtp::Login::unavailable) {
    co_return refuse(503, "busy", "Too many people sign in just now. Try again.");
  }
  const base::Failure wrong{"wrong-password", "This is not your password until now.", {}};
  co_return refuse_field(wrong, "#/current");
}

Handled<Nothing> OwnAccount::change_password(Call call, PasswordChange wanted) {
  if (auto good = check_new_password(call.who.user, wanted.fresh); !good) {
    co_return refuse_field(good.error(), "#/fresh");
  }
  const auto admitted = admit(call);
  if (!admitted) co_return std::unexpected(admitted.error());
  const auto right = co_await check_current(call, std::move(wanted.current));
  if (!right) co_return std::unexpected(right.error());
  needs_.throttle.succeeded(*admitted);
  using Changed = base::Result<records::User>;
  std::function<Changed(records::Records&)> change =
      [who = call.who, fresh = std::move(wanted.fresh),
       now = needs_.shard.wall_now()](records::Records& records) {
        records::UserEdit edit;
        edit.password_hash = crypto::hash_password(fresh);
        edit.session_to_keep = who.session;
        return records.people().change(who.actor(), now, who.user, std::move(edit), {});
      };
  auto changed = co_await needs_.writes.run<Changed>(needs_.shard, change);
  if (!changed) co_return refuse(changed.error());
  co_return Nothing{};
}

// --- second factor -------------------------------------------------------------------------------

Handled<SecondFactor> OwnAccount::make_second_factor(Call call) {
  if (call.who.session.empty()) co_return session_needed();
  std::string secret = crypto::random_bytes(crypto::one_time_secret_size);
  std::function<base::Result<>(records::Records&)> propose = [name = call.who.user,
                                                              secret](records::Records& records) {
    return records.sign_ins().propose_second_factor(name, secret);
  };
  auto proposed = co_await needs_.writes.run<base::Result<>>(needs_.shard, propose);
  if (!proposed) {
    if (proposed.error().code != "second-factor-set") co_return refuse(proposed.error());
    co_return refuse(409, proposed.error().code, proposed.error().text);
  }
  const std::string text = crypto::base32(secret);
  const std::string label = http::percent_encode("Postern:" + call.who.user);
  co_return SecondFactor{
      .secret = text,
      .uri = fmt::format("otpauth://totp/{}?secret={}&issuer=Postern", label, text)};
}

net::Task<Outcome<std::int64_t>> OwnAccount::check_code(const Call& call, std::string secret,
                                                        std::string code) {
  const auto admitted = admit(call);
  if (!admitted) co_return std::unexpected(admitted.error());
  const auto step = crypto::step_of_code(secret, code, needs_.shard.wall_now());
  if (!step) {
    co_return refuse_code("This is not the code that is shown now. Is the device's clock right?");
  }
  needs_.throttle.succeeded(*admitted);
  co_return *step;
}

Handled<Me> OwnAccount::confirm_second_factor(Call call, SecondFactorCode shown) {
  if (call.who.session.empty()) co_return session_needed();
  const std::string name = call.who.user;
  std::function<base::Result<std::string>(records::Records&)> look =
      [name](records::Records& records) { return records.sign_ins().proposed_second_factor(name); };
  auto secret = co_await needs_.reads.run<base::Result<std::string>>(needs_.shard, look);
  if (!secret) co_return refuse(secret.error());
  if (secret->empty()) {
    co_return refuse(409, "nothing-to-confirm", "No second factor waits to be confirmed.");
  }
  const auto step = co_await check_code(call, std::move(*secret), std::move(shown.code));
  if (!step) co_return std::unexpected(step.error());
  std::function<base::Result<>(records::Records&)> confirm =
      [name, step = *step, now = needs_.shard.wall_now()](records::Records& records) {
        return records.sign_ins().confirm_second_factor(now, name, step);
      };
  auto confirmed = co_await needs_.writes.run<base::Result<>>(needs_.shard, confirm);
  if (!confirmed) co_return refuse(confirmed.error());
  co_return co_await me(std::move(call));
}

Handled<Me> OwnAccount::remove_second_factor(Call call, SecondFactorCode shown) {
  if (call.who.session.empty()) co_return session_needed();
  using Found = base::Result<std::optional<records::Credentials>>;
  const std::string name = call.who.user;
  std::function<Found(records::Records&)> look = [name](records::Records& records) {
    return records.sign_ins().credentials(name);
  };
  auto found = co_await needs_.reads.run<Found>(needs_.shard, look);
  if (!found) co_return refuse(found.error());
  std::string secret = *found ? (*found)->totp_secret : "";
  if (secret.empty()) co_return refuse(409, "no-second-factor", "No second factor is set.");
  const auto step = co_await check_code(call, std::move(secret), std::move(shown.code));
  if (!step) co_return std::unexpected(step.error());
  std::function<base::Result<bool>(records::Records&)> remove =
      [name, step = *step,
       now = needs_.shard.wall_now()](records::Records& records) -> base::Result<bool> {
    auto fresh = records.sign_ins().take_step(name, step);
    if (!fresh || !*fresh) return fresh;
    auto removed = records.sign_ins().remove_second_factor(now, name);
    if (!removed) return std::unexpected(removed.error());
    return true;
  };
  auto removed = co_await needs_.writes.run<base::Result<bool>>(needs_.shard, remove);
  if (!removed) co_return refuse(removed.error());
  if (!*removed) co_return refuse_code("This code was used already. Wait for the next one.");
  co_return co_await me(std::move(call));
}

Handled<Me> OwnAccount::me(Call call) {
  std::function<base::Result<records::User>(records::Records&)> look =
      [name = call.who.user](records::Records& records) { return records.people().user(name); };
  auto user = co_await needs_.reads.run<base::Result<records::User>>(needs_.shard, look);
  if (!user) co_return refuse(user.error());
  Me me = me_of(*user, needs_.hostname);
  me.csrf_token = call.who.csrf_token;
  me.expires = call.who.expires;
  co_return me;
}

void declare_own_account(Operations& operations, OwnAccount* own) {
  operations.add<Nothing, PasswordChange, Nothing>(
      {Method::post, "/session/password", "changePassword", "Changes one's own password",
       Access::signed_in, 204},
      [own](Call call, Nothing, PasswordChange body) {
        return own->change_password(std::move(call), std::move(body));
      });
  operations.add<Nothing, Nothing, SecondFactor>(
      {Method::post, "/session/second-factor", "makeSecondFactor",
       "Makes a second factor, to be confirmed", Access::signed_in},
      [own](Call call, Nothing, Nothing) { return own->make_second_factor(std::move(call)); });
  operations.add<Nothing, SecondFactorCode, Me>(
      {Method::put, "/session/second-factor", "confirmSecondFactor",
       "Puts the second factor in force", Access::signed_in},
      [own](Call call, Nothing, SecondFactorCode body) {
        return own->confirm_second_factor(std::move(call), std::move(body));
      });
  operations.add<Nothing, SecondFactorCode, Me>(
      {Method::post, "/session/second-factor/remove", "removeSecondFactor",
       "Takes one's own second factor away", Access::signed_in},
      [own](Call call, Nothing, SecondFactorCode body) {
        return own->remove_second_factor(std::move(call), std::move(body));
      });
}

}  // namespace postern::api
