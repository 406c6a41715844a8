#include "core/smtp/client_envelope.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/dns/domain.h"

namespace postern::smtp {
namespace {

// Receipt parses addresses strictly; this is the last line, so that nothing that got into the queue
// another way can ever speak SMTP of its own.
bool fits_a_path(std::string_view address) {
  return std::ranges::none_of(address, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// NOTIFY and ORCPT are xtext (RFC 3461 4): printable ASCII without space.
bool is_xtext(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string notify_words(std::uint8_t flags) {
  if ((flags & queue::notify_never) != 0) return "NEVER";
  std::string words;
  const auto add = [&](int flag, std::string_view word) {
    if ((flags & flag) == 0) return;
    if (!words.empty()) words += ',';
    words += word;
  };
  add(queue::notify_success, "SUCCESS");
  add(queue::notify_failure, "FAILURE");
  add(queue::notify_delay, "DELAY");
  return words;
}

}  // namespace

std::optional<std::string> address_for_peer(const std::string& address, bool utf8) {
  if (!fits_a_path(address)) return std::nullopt;
  if (utf8 || base::is_ascii(address)) return address;
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos) return std::nullopt;
  const std::string local = address.substr(0, at);
  const auto domain = dns::Domain::parse(address.substr(at + 1));
  if (!base::is_ascii(local) || !domain) return std::nullopt;
  return local + "@" + domain->text();
}

std::string mail_command(const std::string& address, const queue::Envelope& envelope,
                         const Capabilities& peer, MailParameters parameters) {
  std::string line = "MAIL FROM:<" + address + ">";
  if (peer.size && parameters.size) line += " SIZE=" + std::to_string(*parameters.size);
  if (peer.eight_bit_mime && envelope.body == queue::BodyType::eight_bit) line += " BODY=8BITMIME";
  if (peer.smtputf8 && envelope.smtputf8) line += " SMTPUTF8";
  if (peer.dsn && !envelope.dsn_return.empty()) line += " RET=" + envelope.dsn_return;
  if (peer.dsn && !envelope.dsn_envelope_id.empty() && is_xtext(envelope.dsn_envelope_id)) {
    line += " ENVID=" + envelope.dsn_envelope_id;
  }
  // RFC 8689 4.2.1: only on a connection that is under TLS, to a peer that announced it there.
  if (envelope.require_tls && peer.require_tls && parameters.encrypted) line += " REQUIRETLS";
  return line;
}

std::string recipient_command(std::string_view address, const queue::Recipient& recipient,
                              const Capabilities& peer) {
  std::string line = "RCPT TO:<";
  line += address;
  line += '>';
  if (!peer.dsn) return line;
  if (recipient.notify != 0) line += " NOTIFY=" + notify_words(recipient.notify);
  if (!recipient.original.empty() && is_xtext(recipient.original)) {
    line += " ORCPT=" + recipient.original;
  }
  return line;
}

}  // namespace postern::smtp
