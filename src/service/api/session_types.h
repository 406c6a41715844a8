// Who signs in, and what they may do.
#pragma once

#include "io/records/people.h"
#include "service/api/described.h"

namespace postern::api {

// A role holds within one account, or, for "*", in all.
using records::Role;
using records::role_text;
POSTERN_API_WORDS(Role, "Role", role_text, Role::viewer, Role::operator_, Role::administrator)

#define POSTERN_API_GRANT(F)                                              \
  F(std::string, account, "The account's name; \"*\" for every account.") \
  F(Role, role, "What the user may do there.")
POSTERN_API_TYPE(Grant, "A role in an account.", POSTERN_API_GRANT)

#define POSTERN_API_SETUP_STATE(F) \
  F(bool, needed, "No user exists yet: the set-up link that the gateway printed makes the first.")
POSTERN_API_TYPE(SetupState, "Whether the first user has been made.", POSTERN_API_SETUP_STATE)

#define POSTERN_API_SETUP(F)                                          \
  F(std::string, code, "The code of the set-up link; it works once.") \
  F(std::string, user, "The first administrator's name.")             \
  F(std::string, password, "At least 12 characters.")
POSTERN_API_TYPE(Setup, "Makes the first administrator, of every account.", POSTERN_API_SETUP)

#define POSTERN_API_SIGN_IN(F)              \
  F(std::string, user, "The user's name.")  \
  F(std::string, password, "The password.") \
  F(std::optional<std::string>, totp, "The six digits of the second factor, where one is set.")
POSTERN_API_TYPE(SignIn, "Starts a session.", POSTERN_API_SIGN_IN)

#define POSTERN_API_ME(F)                                                    \
  F(std::string, user, "The user's name; of a token, its name.")             \
  F(std::vector<Grant>, grants, "What the user may do.")                     \
  F(std::string, csrf_token,                                                 \
    "To be sent as X-CSRF-Token with every request that changes something.") \
  F(bool, second_factor, "A second factor is set.")                          \
  F(std::optional<Time>, expires, "When the session ends.")                  \
  F(std::string, version, "The gateway's version.")                          \
  F(std::string, hostname, "The gateway's own name.")
POSTERN_API_TYPE(Me, "The session's user.", POSTERN_API_ME)

#define POSTERN_API_PASSWORD_CHANGE(F)               \
  F(std::string, current, "The password until now.") \
  F(std::string, fresh, "The new one: at least 12 characters.")
POSTERN_API_TYPE(PasswordChange, "Changes one's own password; other sessions end.",
                 POSTERN_API_PASSWORD_CHANGE)

#define POSTERN_API_SECOND_FACTOR(F)                                \
  F(std::string, secret, "The shared secret, base 32: type it in.") \
  F(std::string, uri, "The same as an otpauth address: draw it as a QR code.")
POSTERN_API_TYPE(SecondFactor, "A second factor (RFC 6238) that is not in force yet.",
                 POSTERN_API_SECOND_FACTOR)

#define POSTERN_API_SECOND_FACTOR_CODE(F) F(std::string, code, "The six digits that are shown now.")
POSTERN_API_TYPE(SecondFactorCode, "Proves the second factor.", POSTERN_API_SECOND_FACTOR_CODE)

#define POSTERN_API_USER(F)                              \
  F(std::string, name, "What the user signs in with.")   \
  F(std::vector<Grant>, grants, "What the user may do.") \
  F(bool, second_factor, "A second factor is set.")      \
  F(Time, created, "When the user was made.")            \
  F(std::optional<Time>, last_sign_in, "The last time that the user signed in.")
POSTERN_API_TYPE(User, "A person who may sign in.", POSTERN_API_USER)

#define POSTERN_API_USER_INPUT(F)                                                        \
  F(std::string, name, "Letters, digits, dots, dashes, @: what the user signs in with.") \
  F(std::string, password, "A first password, at least 12 characters.")                  \
  F(std::vector<Grant>, grants, "What the user may do.")
POSTERN_API_TYPE(UserInput, "A user to add.", POSTERN_API_USER_INPUT)

#define POSTERN_API_USER_CHANGE(F)                                                    \
  F(std::optional<std::string>, password, "A new password; the user's sessions end.") \
  F(std::optional<std::vector<Grant>>, grants, "What the user may do from now on.")   \
  F(std::optional<bool>, second_factor, "Only false: takes a lost second factor away.")
POSTERN_API_TYPE(UserChange, "What is to change; what is not named stays.", POSTERN_API_USER_CHANGE)

#define POSTERN_API_USERS(F) F(std::vector<User>, items, "By name.")
POSTERN_API_TYPE(Users, "The users that the session may see.", POSTERN_API_USERS)

#define POSTERN_API_TOKEN(F)                                                          \
  F(std::string, id, "To name it by.")                                                \
  F(std::string, name, "What it is for.")                                             \
  F(std::vector<Grant>, grants, "What it may do.")                                    \
  F(std::string, author, "Who made it.")                                              \
  F(Time, created, "When it was made.")                                               \
  F(std::optional<Time>, last_used, "The last time that it was used, to the minute.") \
  F(std::optional<Time>, expires, "When it ends.")
POSTERN_API_TYPE(Token, "A token for programs: Authorization: Bearer ...", POSTERN_API_TOKEN)

#define POSTERN_API_TOKEN_INPUT(F)                                            \
  F(std::string, name, "What it is for.")                                     \
  F(std::vector<Grant>, grants, "What it may do: never more than its maker.") \
  F(std::optional<std::int64_t>, days, "How long it lives; 365 if not given.")
POSTERN_API_TYPE(TokenInput, "A token to make.", POSTERN_API_TOKEN_INPUT)

#define POSTERN_API_NEW_TOKEN(F) \
  F(Token, token, "The token.")  \
  F(std::string, secret, "Shown this once; it is not kept.")
POSTERN_API_TYPE(NewToken, "A token just made.", POSTERN_API_NEW_TOKEN)

#define POSTERN_API_TOKENS(F) F(std::vector<Token>, items, "By age.")
POSTERN_API_TYPE(Tokens, "The tokens that the session may see.", POSTERN_API_TOKENS)

}  // namespace postern::api
