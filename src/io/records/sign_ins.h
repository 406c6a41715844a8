// What signing in needs of the records: credentials, sessions, second factors, the devices that a
// user has signed in from, and the code that makes the first user.
//
// A session is known by a hash of the id that its cookie holds, so that a stolen backup opens
// nothing. How long a session lives is said by the caller.
#pragma once

#include <optional>
#include <string>

#include "core/base/failure.h"
#include "core/base/time.h"
#include "io/records/people.h"

namespace postern::records {

// For the check of a sign-in only; never shown.
struct Credentials {
  User user;
  std::string password_hash;
  std::string totp_secret;  // raw; "" when no second factor is set
};

struct NewSession {
  std::string hash;
  std::string user;
  base::Instant expires;
  std::string from;         // the client's address, for the audit log
  std::string device_hash;  // remembered as one of the user's own
};

struct Session {
  User user;
  base::Instant last_seen;
  base::Instant expires;
};

class SignIns {
 public:
  virtual ~SignIns() = default;

  // While there is no user, the code with this hash makes the first one; it replaces an older code.
  // False: there are users, and no code does anything.
  [[nodiscard]] virtual base::Result<bool> expect_first_user(const std::string& code_hash) = 0;
  [[nodiscard]] virtual base::Result<bool> has_users() = 0;
  // Failures "wrong-code" and "not-needed".
  [[nodiscard]] virtual base::Result<User> add_first_user(base::Instant now,
                                                          const std::string& code_hash,
                                                          NewUser user) = 0;

  // Nothing for a user who does not exist.
  [[nodiscard]] virtual base::Result<std::optional<Credentials>> credentials(
      const std::string& name) = 0;
  [[nodiscard]] virtual base::Result<bool> knows_device(const std::string& user,
                                                        const std::string& device_hash) = 0;

  // Sessions that ended, or were idle since `idle_since`, go.
  [[nodiscard]] virtual base::Result<> open_session(base::Instant now, NewSession session,
                                                    base::Instant idle_since) = 0;
  [[nodiscard]] virtual base::Result<std::optional<Session>> session(const std::string& hash) = 0;
  [[nodiscard]] virtual base::Result<> session_seen(const std::string& hash, base::Instant now) = 0;
  [[nodiscard]] virtual base::Result<> close_session(base::Instant now,
                                                     const std::string& hash) = 0;

  // A secret that is in force once the user has shown a code of it. Failure "second-factor-set".
  [[nodiscard]] virtual base::Result<> propose_second_factor(const std::string& user,
                                                             const std::string& secret) = 0;
  // "" for none.
  [[nodiscard]] virtual base::Result<std::string> proposed_second_factor(
      const std::string& user) = 0;
  [[nodiscard]] virtual base::Result<> confirm_second_factor(base::Instant now,
                                                             const std::string& user,
                                                             std::int64_t step) = 0;
  [[nodiscard]] virtual base::Result<> remove_second_factor(base::Instant now,
                                                            const std::string& user) = 0;
  // A time step's code counts once (RFC 6238 5.2): false when this one or a later one was used.
  [[nodiscard]] virtual base::Result<bool> take_step(const std::string& user,
                                                     std::int64_t step) = 0;
};

}  // namespace postern::records
