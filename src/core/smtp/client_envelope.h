// The command lines of an envelope: addresses as the peer can take them, and the parameters that
// travel on (RFC 1870, 3461, 6152, 6531, 8689).
#pragma once

#include <optional>
#include <string>

#include "core/queue/envelope.h"
#include "core/smtp/extensions.h"

namespace postern::smtp {

// The address for a peer with or without SMTPUTF8: a U-label domain becomes A-labels; nullopt when
// the local part cannot be said there. An address that could break a command line is nullopt too.
[[nodiscard]] std::optional<std::string> address_for_peer(const std::string& address, bool utf8);

struct MailParameters {
  bool encrypted = false;
  std::optional<std::int64_t> size;  // as it will be sent
};
[[nodiscard]] std::string mail_command(const std::string& address, const queue::Envelope& envelope,
                                       const Capabilities& peer, MailParameters parameters);
[[nodiscard]] std::string recipient_command(std::string_view address,
                                            const queue::Recipient& recipient,
                                            const Capabilities& peer);

}  // namespace postern::smtp
