// Who may sign in and what they may do there: users, and tokens for programs. Beside the
// configuration, in the same database; mail does not depend on it, so a change here does not raise
// the revision.
//
// Secrets are kept as hashes only: a password as argon2id, a token as SHA-256 of what its owner was
// shown once. Neither leaves through this interface, and none stands in the audit log.
//
// A change is one transaction with its audit entry. A `Permit` is asked inside it, so that what it
// was decided on is still true when the change is made.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/failure.h"
#include "core/base/time.h"

namespace postern::records {

struct Actor;

// Each may what those before it may.
enum class Role { viewer, operator_, administrator };
[[nodiscard]] constexpr std::string_view role_text(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::operator_:
      return "operator";
    case Role::administrator:
      return "administrator";
  }
  return "";
}
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);

inline constexpr std::string_view every_account = "*";

struct Grant {
  std::string account;  // its name, or every_account
  Role role = Role::viewer;
  bool operator==(const Grant&) const = default;
};

struct User {
  std::int64_t id = 0;
  std::string name;
  std::vector<Grant> grants;  // one an account, every_account first
  bool second_factor = false;
  base::Instant created;
  std::optional<base::Instant> last_sign_in;
};
[[nodiscard]] bool is_platform_administrator(const std::vector<Grant>& grants);

struct NewUser {
  std::string name;
  std::string password_hash;
  std::vector<Grant> grants;
};

// What is not set stays as it is. A new password ends the user's sessions but the one to keep.
struct UserEdit {
  std::optional<std::string> password_hash{};
  std::optional<std::vector<Grant>> grants{};
  enum class SecondFactor { keep, remove };
  SecondFactor second_factor = SecondFactor::keep;
  std::string session_to_keep{};  // its hash
};

struct Token {
  std::int64_t id = 0;
  std::string name;
  std::vector<Grant> grants;
  std::string author;
  base::Instant created;
  std::optional<base::Instant> last_used;
  std::optional<base::Instant> expires;
};

struct NewToken {
  std::string name;
  std::string hash;
  std::vector<Grant> grants;
  std::string author;  // a user: the token goes with them
  std::optional<base::Instant> expires;
};

struct TokenHolder {
  Token token;
  std::vector<Grant> author_grants;  // as they are now: a token never may more than its author
};

// Failures besides those of Records: "last-administrator", "invalid-user", "invalid-grant",
// "invalid-token".
class People {
 public:
  using Permit = std::function<base::Result<>(const User&)>;
  using TokenPermit = std::function<base::Result<>(const Token&)>;
  virtual ~People() = default;

  [[nodiscard]] virtual base::Result<std::vector<User>> users() = 0;  // by name
  // Failure "not-found".
  [[nodiscard]] virtual base::Result<User> user(const std::string& name) = 0;
  [[nodiscard]] virtual base::Result<User> add(const Actor& actor, base::Instant now,
                                               NewUser user) = 0;
  [[nodiscard]] virtual base::Result<User> change(const Actor& actor, base::Instant now,
                                                  const std::string& name, UserEdit edit,
                                                  const Permit& permit) = 0;
  // With the user's sessions and tokens.
  [[nodiscard]] virtual base::Result<> remove(const Actor& actor, base::Instant now,
                                              const std::string& name, const Permit& permit) = 0;

  [[nodiscard]] virtual base::Result<std::vector<Token>> tokens() = 0;  // the oldest first
  // Of a token that has not expired.
  [[nodiscard]] virtual base::Result<std::optional<TokenHolder>> token_of(const std::string& hash,
                                                                          base::Instant now) = 0;
  [[nodiscard]] virtual base::Result<> token_used(std::int64_t id, base::Instant now) = 0;
  [[nodiscard]] virtual base::Result<Token> add_token(const Actor& actor, base::Instant now,
                                                      NewToken token) = 0;
  [[nodiscard]] virtual base::Result<> remove_token(const Actor& actor, base::Instant now,
                                                    std::int64_t id, const TokenPermit& permit) = 0;
};

// A name to sign in with, in lower case; Failure "invalid-user" says what it may hold.
[[nodiscard]] base::Result<std::string> user_name(std::string_view text);

}  // namespace postern::records
