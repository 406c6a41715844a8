// The server side of AUTH PLAIN (RFC 4616) and AUTH LOGIN (the older draft that programs still
// use), as RFC 4954 frames them: challenges and responses in base64, "*" cancels.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/smtp/command.h"

namespace postern::smtp {

class AuthExchange {
 public:
  struct Challenge {
    std::string text;  // base64, to be sent after 334
  };
  // More to ask, everything known, or the exchange is over with this reply.
  using Turn = std::variant<Challenge, Credentials, Reply>;

  [[nodiscard]] Turn begin(const AuthCommand& command);
  [[nodiscard]] Turn respond(std::string_view line);

 private:
  [[nodiscard]] Turn take(std::string_view encoded);

  enum class Wanted { plain, user, password };
  Wanted wanted_ = Wanted::plain;
  std::string user_;
};

}  // namespace postern::smtp
