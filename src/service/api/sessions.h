// Signing in and out, and the first user.
//
// A sign-in: throttle -> password (argon2id, on a thread of its own; a user who does not exist
// takes as long) -> code of the second factor, each once -> a new session with a new id. The answer
// does not say which of name, password and code was wrong.
//
// The first user is made with the code of the set-up link that the gateway prints at a start
// without users. The code works once, and never when there is a user.
#pragma once

#include "io/observe/event.h"
#include "io/records/sign_ins.h"
#include "service/api/identities.h"
#include "service/api/throttle.h"
#include "service/receipt/password_checker.h"

namespace postern::api {

class Sessions {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    Desk& writes;
    receipt::PasswordChecker& passwords;
    Throttle& throttle;
    observe::EventSink& events;
    Transport transport = Transport::plain;
    std::string hostname;
  };
  explicit Sessions(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<SetupState> setup_state();
  [[nodiscard]] Handled<Me> set_up(Call call, Setup wanted);
  [[nodiscard]] Handled<Me> sign_in(Call call, SignIn wanted);
  [[nodiscard]] Handled<Me> who_am_i(Call call);
  [[nodiscard]] Handled<Nothing> sign_out(Call call);

 private:
  struct Attempt {
    std::string user;
    Throttle::Source source;
    std::string device_id;  // of the cookie; "" when it is not known as this user's
    std::optional<records::Credentials> credentials;
  };
  net::Task<Outcome<Attempt>> look_up(const Call& call, std::string user);
  net::Task<Outcome<void>> check_password(const Attempt& attempt, std::string password);
  net::Task<Outcome<void>> check_code(const Attempt& attempt, std::optional<std::string> code);
  net::Task<void> note_failure(const Attempt& attempt);
  Handled<Me> open(std::string user, base::IpAddress from, std::string device_id);

  Needs needs_;
  LeakyBuckets noted_;  // failures that went into the audit log
};

// What the session's user sees of themselves.
[[nodiscard]] Me me_of(const records::User& user, const std::string& hostname);

void declare_sessions(Operations& operations, Sessions* sessions);

}  // namespace postern::api
