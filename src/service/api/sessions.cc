#include "service/api/sessions.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "io/crypto/one_time_code.h"
#include "io/crypto/tls.h"
#include "service/api/password_rule.h"

namespace postern::api {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours device_lifetime{180 * 24};
// Audit entries of failed sign-ins, so that a flood of them does not bury the log.
constexpr BucketSize notes_of_one_address{1, 1min};
constexpr BucketSize notes_of_all{10, 6s};

std::unexpected<Problem> too_many(std::chrono::seconds wait) {
  Problem problem{429, "too-many-attempts",
                  fmt::format("Too many attempts failed. Try again in {}.",
                              base::duration_text(std::chrono::microseconds(wait)))};
  problem.retry_after = static_cast<int>(wait.count());
  return std::unexpected(std::move(problem));
}

std::unexpected<Problem> failed() {
  return refuse(401, "sign-in-failed", "The user's name, the password or the code is wrong.");
}

}  // namespace

Me me_of(const records::User& user, const std::string& hostname) {
  return {.user = user.name,
          .grants = grants_of(user.grants),
          .csrf_token = {},
          .second_factor = user.second_factor,
          .expires = {},
          .version = POSTERN_VERSION,
          .hostname = hostname};
}

Handled<SetupState> Sessions::setup_state() {
  std::function<base::Result<bool>(records::Records&)> look = [](records::Records& records) {
    return records.sign_ins().has_users();
  };
  auto has_users = co_await needs_.reads.run<base::Result<bool>>(needs_.shard, look);
  if (!has_users) co_return refuse(has_users.error());
  co_return SetupState{.needed = !*has_users};
}

Handled<Me> Sessions::set_up(Call call, Setup wanted) {
  if (auto name = records::user_name(wanted.user); !name) {
    co_return refuse_field(name.error(), "#/user");
  }
  if (auto good = check_new_password(wanted.user, wanted.password); !good) {
    co_return refuse_field(good.error(), "#/password");
  }
  const Throttle::Source source{"", call.request.peer.address};
  const auto wait = needs_.throttle.admit(source, needs_.shard.now());
  if (wait > 0s) co_return too_many(wait);
  using Made = base::Result<records::User>;
  std::function<Made(records::Records&)> make =
      [wanted = std::move(wanted), now = needs_.shard.wall_now()](records::Records& records) {
        records::NewUser user{wanted.user,
                              crypto::hash_password(wanted.password),
                              {{std::string(records::every_account), Role::administrator}}};
        return records.sign_ins().add_first_user(now, hash_of(wanted.code), std::move(user));
      };
  auto made = co_await needs_.writes.run<Made>(needs_.shard, make);
  if (!made) {
    const std::string& code = made.error().code;
    if (code == "wrong-code") co_return refuse(403, code, made.error().text);
    if (code == "not-needed") co_return refuse(409, code, made.error().text);
    co_return refuse(made.error());
  }
  needs_.throttle.succeeded(source);
  co_return co_await open(made->name, call.request.peer.address, "");
}

// --- signing in ----------------------------------------------------------------------------------

net::Task<Outcome<Sessions::Attempt>> Sessions::look_up(const Call& call, std::string user) {
  Attempt attempt;
  attempt.user = base::lower(user);
  attempt.source = {base::printable(attempt.user, 64), call.request.peer.address};
  attempt.device_id = cookie_value(call.request, Cookie::device, needs_.transport);
  const std::string device = attempt.device_id.empty() ? "" : hash_of(attempt.device_id);
  struct Found {
    std::optional<records::Credentials> credentials;
    bool own_device = false;
  };
  std::function<base::Result<Found>(records::Records&)> look =
      [name = attempt.user, device](records::Records& records) -> base::Result<Found> {
    auto credentials = records.sign_ins().credentials(name);
    if (!credentials) return std::unexpected(credentials.error());
    auto own = records.sign_ins().knows_device(name, device);
    if (!own) return std::unexpected(own.error());
    return Found{std::move(*credentials), *own};
  };
  auto found = co_await needs_.reads.run<base::Result<Found>>(needs_.shard, look);
  if (!found) co_return std::unexpected(problem_of(found.error()));
  attempt.credentials = std::move(found->credentials);
  if (found->own_device) {
    attempt.source.own_device = device;
  } else {
    attempt.device_id.clear();
  }
  co_return attempt;
}

net::Task<Outcome<void>> Sessions::check_password(const Attempt& attempt, std::string password) {
  std::string hash = attempt.credentials ? attempt.credentials->password_hash : "";
  const smtp::Login login =
      co_await needs_.passwords.check(needs_.shard, std::move(hash), std::move(password));
  if (login == smtp::Login::accepted) co_return Outcome<void>();
  if (login == smtp::Login::unavailable) {
    Problem busy{503, "busy", "Too many people sign in just now. Try again."};
    busy.retry_after = 2;
    co_return std::unexpected(busy);
  }
  co_return failed();
}

net::Task<Outcome<void>> Sessions::check_code(const Attempt& attempt,
                                              std::optional<std::string> code) {
  const std::string& secret = attempt.credentials->totp_secret;
  if (secret.empty()) co_return Outcome<void>();
  if (!code || code->empty()) {
    co_return refuse(401, "totp-needed", "Give the six digits that your second factor shows.");
  }
  const auto step = crypto::step_of_code(secret, *code, needs_.shard.wall_now());
  if (!step) co_return failed();
  std::function<base::Result<bool>(records::Records&)> take =
      [user = attempt.user, step = *step](records::Records& records) {
        return records.sign_ins().take_step(user, step);
      };
  auto fresh = co_await needs_.writes.run<base::Result<bool>>(needs_.shard, take);
  if (!fresh) co_return std::unexpected(problem_of(fresh.error()));
  if (!*fresh) co_return failed();
  co_return Outcome<void>();
}

net::Task<void> Sessions::note_failure(const Attempt& attempt) {
  const std::string user = base::printable(attempt.user, 64);
  const std::string from = attempt.source.address.to_string();
  needs_.events.emit(observe::Event::sign_in_failed, {{"user", user}, {"peer", from}});
  const base::Steady now = needs_.shard.now();
  const std::string address = counted_address(attempt.source.address).to_string();
  if (noted_.take("from " + address, notes_of_one_address, now) > 0ms) co_return;
  if (noted_.take("all", notes_of_all, now) > 0ms) co_return;
  std::function<base::Result<>(records::Records&)> note =
      [user, from, wall = needs_.shard.wall_now()](records::Records& records) {
        return records.audit({"user:" + user, "api"}, wall, "sign-in-failed",
                             fmt::format("user {} from {}", user, from), {});
      };
  (void)co_await needs_.writes.run<base::Result<>>(needs_.shard, note);
}

Handled<Me> Sessions::sign_in(Call call, SignIn wanted) {
  auto attempt = co_await look_up(call, std::move(wanted.user));
  if (!attempt) co_return std::unexpected(attempt.error());
  const auto wait = needs_.throttle.admit(attempt->source, needs_.shard.now());
  if (wait > 0s) co_return too_many(wait);
  Outcome<void> good = co_await check_password(*attempt, std::move(wanted.password));
  if (good) good = co_await check_code(*attempt, std::move(wanted.totp));
  if (!good) {
    if (good.error().code == "sign-in-failed") co_await note_failure(*attempt);
    co_return std::unexpected(good.error());
  }
  needs_.throttle.succeeded(attempt->source);
  co_return co_await open(attempt->user, call.request.peer.address, attempt->device_id);
}

Handled<Me> Sessions::open(std::string user, base::IpAddress from, std::string device_id) {
  const std::string id = random_id();
  if (device_id.empty()) device_id = random_id();
  const base::Instant now = needs_.shard.wall_now();
  const base::Instant expires = now + session_lifetime;
  records::NewSession session{.hash = hash_of(id),
                              .user = user,
                              .expires = expires,
                              .from = from.to_string(),
                              .device_hash = hash_of(device_id)};
  std::function<base::Result<records::User>(records::Records&)> keep =
      [session, now](records::Records& records) -> base::Result<records::User> {
    auto opened = records.sign_ins().open_session(now, session, now - session_idle);
    if (!opened) return std::unexpected(opened.error());
    return records.people().user(session.user);
  };
  auto kept = co_await needs_.writes.run<base::Result<records::User>>(needs_.shard, keep);
  if (!kept) co_return refuse(kept.error());
  needs_.events.emit(observe::Event::signed_in, {{"user", user}, {"peer", session.from}});
  Answer<Me> answer(me_of(*kept, needs_.hostname));
  answer.body.csrf_token = csrf_token_of(id);
  answer.body.expires = expires;
  answer.cookies = {set_cookie(Cookie::session, needs_.transport, id, session_lifetime),
                    set_cookie(Cookie::device, needs_.transport, device_id, device_lifetime)};
  co_return answer;
}

// --- in a session --------------------------------------------------------------------------------

Handled<Me> Sessions::who_am_i(Call call) {
  Me me{.user = call.who.user,
        .grants = call.who.grants,
        .csrf_token = call.who.csrf_token,
        .second_factor = false,
        .expires = {},
        .version = POSTERN_VERSION,
        .hostname = needs_.hostname};
  if (call.who.expires != Time{}) me.expires = call.who.expires;
  if (!call.who.token.empty()) co_return me;
  std::function<base::Result<records::User>(records::Records&)> look =
      [name = call.who.user](records::Records& records) { return records.people().user(name); };
  auto user = co_await needs_.reads.run<base::Result<records::User>>(needs_.shard, look);
  if (!user) co_return refuse(user.error());
  me.second_factor = user->second_factor;
  co_return me;
}

Handled<Nothing> Sessions::sign_out(Call call) {
  if (call.who.session.empty()) {
    co_return refuse(403, "session-needed", "A token cannot sign out; remove it instead.");
  }
  std::function<base::Result<>(records::Records&)> end =
      [hash = call.who.session, now = needs_.shard.wall_now()](records::Records& records) {
        return records.sign_ins().close_session(now, hash);
      };
  auto ended = co_await needs_.writes.run<base::Result<>>(needs_.shard, end);
  if (!ended) co_return refuse(ended.error());
  Answer<Nothing> answer(Nothing{});
  answer.cookies = {set_cookie(Cookie::session, needs_.transport, "", 0s)};
  co_return answer;
}

void declare_sessions(Operations& operations, Sessions* sessions) {
  operations.add<Nothing, Nothing, SetupState>(
      {Method::get, "/setup", "getSetup", "Whether the first user is to be made", Access::open},
      [sessions](Call, Nothing, Nothing) { return sessions->setup_state(); });
  operations.add<Nothing, Setup, Me>(
      {Method::post, "/setup", "makeSetup", "Makes the first administrator, once", Access::open},
      [sessions](Call call, Nothing, Setup body) {
        return sessions->set_up(std::move(call), std::move(body));
      });
  operations.add<Nothing, SignIn, Me>(
      {Method::post, "/session", "signIn", "Signs in", Access::open},
      [sessions](Call call, Nothing, SignIn body) {
        return sessions->sign_in(std::move(call), std::move(body));
      });
  operations.add<Nothing, Nothing, Me>(
      {Method::get, "/session", "getSession", "Who is signed in", Access::signed_in},
      [sessions](Call call, Nothing, Nothing) { return sessions->who_am_i(std::move(call)); });
  operations.add<Nothing, Nothing, Nothing>(
      {Method::remove, "/session", "signOut", "Signs out", Access::signed_in, 204},
      [sessions](Call call, Nothing, Nothing) { return sessions->sign_out(std::move(call)); });
}

}  // namespace postern::api
