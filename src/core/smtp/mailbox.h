// Paths and mailboxes of RFC 5321 4.1.2 with RFC 6531's UTF-8, parsed strictly. What is accepted is
// kept as it was written: the local part belongs to its own host.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/failure.h"
#include "core/base/ip_address.h"
#include "core/dns/domain.h"

namespace postern::smtp {

struct Mailbox {
  std::string local;                       // as written, quotes included
  dns::Domain domain;                      // empty when it is an address literal
  std::optional<base::IpAddress> literal;  // user@[192.0.2.1]
  std::string domain_as_written;

  [[nodiscard]] std::string text() const { return local + "@" + domain_as_written; }
  // A non-ASCII local part; a U-label domain alone can be converted.
  [[nodiscard]] bool needs_smtputf8() const;
  // The local part holds what some mail server may read as a further route: '%', '!', or an '@'
  // inside quotes, also in their full-width forms. Harmless at its own host, a relay trick when it
  // comes from the world and goes to a server that trusts this gateway.
  [[nodiscard]] bool carries_routing() const;
  bool operator==(const Mailbox&) const = default;
};

// "user@example.com" without angle brackets. Failure "invalid-address" with the reason, whose
// peer_text may be said to the client.
[[nodiscard]] base::Result<Mailbox> parse_mailbox(std::string_view text);

struct Path {
  std::optional<Mailbox> mailbox;  // nullopt: "<>"
  bool postmaster = false;         // "<Postmaster>" without a domain (RFC 5321 4.1.1.3)
  bool source_route = false;       // one was there, and was dropped
};
// Reads "<...>" from the front of `text` and drops it from there; what follows is the parameters.
[[nodiscard]] base::Result<Path> parse_path(std::string_view& text);

}  // namespace postern::smtp
