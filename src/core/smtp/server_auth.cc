#include "core/smtp/server_auth.h"

#include <utility>

#include "core/base/text.h"

namespace postern::smtp {

AuthExchange::Turn AuthExchange::begin(const AuthCommand& command) {
  wanted_ = command.mechanism == Mechanism::plain ? Wanted::plain : Wanted::user;
  if (command.initial) return take(*command.initial);
  return Challenge{wanted_ == Wanted::plain ? std::string() : base::base64("Username:")};
}

AuthExchange::Turn AuthExchange::respond(std::string_view line) {
  if (line == "*") return Reply{501, "5.7.0", {"Authentication is cancelled."}};
  return take(line);
}

AuthExchange::Turn AuthExchange::take(std::string_view encoded) {
  std::string decoded;
  if (!base::base64_decode(encoded, decoded)) {
    return Reply{501, "5.5.2", {"The response is not base64."}};
  }
  if (wanted_ == Wanted::plain) {
    auto credentials = parse_plain(decoded);
    if (credentials) return std::move(*credentials);
    return Reply{501, "5.5.2", {"The response is not a user name and a password (RFC 4616)."}};
  }
  if (wanted_ == Wanted::user) {
    user_ = std::move(decoded);
    wanted_ = Wanted::password;
    return Challenge{base::base64("Password:")};
  }
  return Credentials{std::move(user_), std::move(decoded)};
}

}  // namespace postern::smtp
