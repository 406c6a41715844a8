// What a client says to a server, read strictly by the grammar of RFC 5321 4.1 and its extensions.
// One line without its CRLF goes in; a command, or the reply that refuses it, comes out. Nothing is
// copied but what must be kept.
//
// Steps: split_command() finds the verb; the parser of that verb reads the rest. Extensions read:
// SIZE (RFC 1870), 8BITMIME (RFC 6152), SMTPUTF8 (RFC 6531), DSN (RFC 3461), AUTH (RFC 4954),
// CHUNKING (RFC 3030). Not offered: BINARYMIME, REQUIRETLS, EXPN, TURN.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/queue/envelope.h"
#include "core/smtp/mailbox.h"
#include "core/smtp/reply.h"

namespace postern::smtp {

enum class Verb {
  ehlo,
  helo,
  lhlo,
  starttls,
  auth,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  vrfy,
  expn,
  help,
  quit,
  unknown,
  foreign,  // another protocol's words: a browser led here, or TLS where none is expected
};

struct Command {
  Verb verb = Verb::unknown;
  std::string_view argument;  // without the white space around it
};
[[nodiscard]] Command split_command(std::string_view line);
[[nodiscard]] std::string_view verb_text(Verb verb);  // "MAIL"; for logs

// A value, or what to tell the client instead.
template <class T>
using Parsed = std::expected<T, Reply>;

// `lenient` forgives what old programs inside a company do and no meaning hangs on: white space
// after "FROM:" and "TO:".
enum class Grammar { strict, lenient };

// The name after EHLO or HELO. Wrong names are usual and prove nothing (RFC 5321 4.1.4), so only
// characters that no name or address literal has are refused.
[[nodiscard]] Parsed<std::string_view> parse_hello(std::string_view argument);

struct MailCommand {
  Path from;
  std::optional<std::uint64_t> size;
  queue::BodyType body = queue::BodyType::seven_bit;
  bool smtputf8 = false;
  bool require_tls = false;     // REQUIRETLS (RFC 8689 2)
  std::string dsn_return;       // "", "FULL" or "HDRS"
  std::string dsn_envelope_id;  // xtext as given
};
[[nodiscard]] Parsed<MailCommand> parse_mail(std::string_view argument, Grammar grammar);

struct RcptCommand {
  Path to;
  std::uint8_t notify = 0;  // queue::NotifyFlags
  std::string original;     // ORCPT as given
};
[[nodiscard]] Parsed<RcptCommand> parse_rcpt(std::string_view argument, Grammar grammar);

struct BdatCommand {
  std::uint64_t size = 0;
  bool last = false;
};
[[nodiscard]] Parsed<BdatCommand> parse_bdat(std::string_view argument);

enum class Mechanism { plain, login };
struct AuthCommand {
  Mechanism mechanism = Mechanism::plain;
  std::optional<std::string_view> initial;  // base64; "=" has become ""
};
[[nodiscard]] Parsed<AuthCommand> parse_auth(std::string_view argument);

// RFC 4616: [authzid] NUL authcid NUL passwd. The identity to act as must be empty or the same.
struct Credentials {
  std::string user;
  std::string password;
};
[[nodiscard]] std::optional<Credentials> parse_plain(std::string_view message);

}  // namespace postern::smtp
