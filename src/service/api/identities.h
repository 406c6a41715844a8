// Who sends a request: the user of the session whose cookie it carries, or a token.
//
// A session ends 12 hours after it began, or an hour after a person last used it (call.h); a token
// when its time is up. Both are looked up in the records with every request, so that a user who was
// removed, or changed by whatever way, is so at once.
#pragma once

#include <chrono>

#include "service/api/application.h"
#include "service/api/cookies.h"
#include "service/api/desk.h"

namespace postern::api {

inline constexpr std::chrono::hours session_lifetime{12};
inline constexpr std::chrono::hours session_idle{1};

class Identities : public IdentitySource {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    Desk& writes;
    Transport transport = Transport::plain;
  };
  explicit Identities(Needs needs) : needs_(needs) {}

  [[nodiscard]] net::Task<Outcome<Identity>> identify(const http::Request& request,
                                                      Behind behind) override;

 private:
  net::Task<Outcome<Identity>> by_token(std::string secret);
  net::Task<Outcome<Identity>> by_session(std::string id, Behind behind);

  Needs needs_;
};

// The session's CSRF token: made from its id, which no script and no other site can read.
[[nodiscard]] std::string csrf_token_of(const std::string& session_id);

[[nodiscard]] std::vector<Grant> grants_of(const std::vector<records::Grant>& grants);
[[nodiscard]] std::vector<records::Grant> grants_of(const std::vector<Grant>& grants);
// What both allow: a token may what it was given, as far as its author still may.
[[nodiscard]] std::vector<Grant> common_grants(const std::vector<Grant>& a,
                                               const std::vector<Grant>& b);

}  // namespace postern::api
