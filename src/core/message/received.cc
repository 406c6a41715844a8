#include "core/message/received.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/dns/domain.h"

namespace postern::message {
namespace {

// Letters, digits and `others`; anything else becomes "?", so that no peer can end our field.
std::string cleaned(std::string_view text, std::string_view others, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain || others.find(c) != std::string_view::npos ? c : '?';
  }
  return out;
}

std::string literal(const base::IpAddress& address) {  // RFC 5321 4.1.3
  return (address.is_v4() ? "[" : "[IPv6:") + address.to_string() + "]";
}

// RFC 5321 4.4 wants a domain or an address literal; what is neither goes into a comment.
std::string from_clause(const Arrival& arrival) {
  const std::string client = " (" + literal(arrival.client) + ")";
  if (arrival.hello.starts_with('[')) {
    if (base::iequals(arrival.hello, literal(arrival.client))) return literal(arrival.client);
  } else if (auto domain = dns::Domain::parse(arrival.hello)) {
    return domain->text() + client;
  }
  return "unknown" + client + " (helo=" + cleaned(arrival.hello, "-._:[]", 255) + ")";
}

std::string tls_clause(const Arrival& arrival) {
  if (!arrival.tls || arrival.cipher_iana.empty()) return {};
  std::string clause = "\r\n\ttls " + cleaned(arrival.cipher_iana, "_-", 80);
  if (!arrival.group.empty()) clause += " group " + cleaned(arrival.group, "_-", 40);
  return clause;
}

std::string for_clause(std::string_view recipient) {
  const bool clean = std::ranges::none_of(
      recipient, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
  if (recipient.empty() || !clean) return {};
  return "\r\n\tfor <" + std::string(recipient) + ">";
}

}  // namespace

std::string protocol_word(const Arrival& arrival) {
  if (!arrival.extended && !arrival.tls) return "SMTP";
  std::string word = arrival.utf8 ? "UTF8SMTP" : "ESMTP";
  if (arrival.tls) word += 'S';
  if (arrival.authenticated) word += 'A';
  return word;
}

std::string received_field(const Arrival& arrival, std::string_view id, std::string_view recipient,
                           base::Instant time) {
  std::string field = "Received: from " + from_clause(arrival);
  field += "\r\n\tby " + arrival.by + " with " + protocol_word(arrival);
  field += " id " + cleaned(id, "-.", 64);
  field += for_clause(recipient);
  field += tls_clause(arrival);
  field += ";\r\n\t" + base::rfc5322_date(time) + "\r\n";
  return field;
}

std::string missing_fields(const HeaderFacts& facts, std::string_view sender, std::string_view id,
                           std::string_view by, base::Instant time) {
  std::string fields;
  if (!facts.date) fields += "Date: " + base::rfc5322_date(time) + "\r\n";
  if (!facts.message_id) {
    fields += "Message-ID: <" + std::string(id) + "@" + std::string(by) + ">\r\n";
  }
  if (!facts.from && !sender.empty()) fields += "From: <" + std::string(sender) + ">\r\n";
  return fields;
}

}  // namespace postern::message
