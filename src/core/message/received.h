// The trace and the fields that this gateway adds to a message: Received (RFC 5321 4.4), with the
// protocol words of RFC 3848 and RFC 6531 4.3 and the tls clause of RFC 8314 4.3, and for messages
// of the account's own senders the fields they forgot (RFC 6409 8).
#pragma once

#include <string>
#include <string_view>

#include "core/base/ip_address.h"
#include "core/base/time.h"
#include "core/message/header_reader.h"

namespace postern::message {

struct Arrival {
  std::string hello;  // what the client called itself
  base::IpAddress client;
  std::string by;        // our own name
  bool extended = true;  // EHLO
  bool utf8 = false;
  bool tls = false;
  bool authenticated = false;
  std::string cipher_iana;  // "" if unknown
  std::string group;
};

// "SMTP", "ESMTP", "ESMTPS", "ESMTPSA", "UTF8SMTPS", ...
[[nodiscard]] std::string protocol_word(const Arrival& arrival);

// With its CRLF, folded. `recipient`: the only one, or "" when there are several: a trace must not
// tell one recipient of another.
[[nodiscard]] std::string received_field(const Arrival& arrival, std::string_view id,
                                         std::string_view recipient, base::Instant time);

// Date, Message-ID and From, as far as they are missing. `sender` is the envelope's; "" adds no
// From.
[[nodiscard]] std::string missing_fields(const HeaderFacts& facts, std::string_view sender,
                                         std::string_view id, std::string_view by,
                                         base::Instant time);

}  // namespace postern::message
