#include "app/settings_check.h"

#include <fmt/format.h>

#include <initializer_list>

#include "app/names.h"
#include "core/base/ip_address.h"
#include "core/base/text.h"
#include "core/dns/domain.h"
#include "core/smtp/mailbox.h"
#include "core/tls/mode.h"
#include "io/acme/read.h"

namespace postern::app {

namespace {

using Complaint = std::optional<std::string>;

Complaint one_of(std::string_view name, const std::string& value,
                 std::initializer_list<std::string_view> words) {
  for (std::string_view word : words) {
    if (value == word) return std::nullopt;
  }
  return fmt::format("{} is \"{}\"; it must be one of: {}", name, base::printable(value),
                     fmt::join(words, ", "));
}

Complaint endpoint(std::string_view name, const std::string& value) {
  if (base::Endpoint::parse(value)) return std::nullopt;
  return fmt::format("{} \"{}\" is no address with a port; write \"192.0.2.1:25\" or \"[::]:25\"",
                     name, base::printable(value));
}

Complaint address(std::string_view name, const std::string& value) {
  if (value.empty() || base::IpAddress::parse(value)) return std::nullopt;
  return fmt::format("{} \"{}\" is no IP address", name, base::printable(value));
}

Complaint between(std::string_view name, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return std::nullopt;
  return fmt::format("{} is {}; it must be from {} to {}", name, value, low, high);
}

Complaint at_least(std::string_view name, base::Duration value, base::Duration low) {
  if (value >= low) return std::nullopt;
  return fmt::format("{} is {}; it must be at least {}", name, base::duration_text(value),
                     base::duration_text(low));
}

Complaint ranges(std::string_view name, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (base::IpRange::parse(text)) continue;
    return fmt::format("{} \"{}\" is no address or range; write \"192.0.2.0/24\"", name,
                       base::printable(text));
  }
  return std::nullopt;
}

Complaint first(std::initializer_list<Complaint> complaints) {
  for (const Complaint& complaint : complaints) {
    if (complaint) return complaint;
  }
  return std::nullopt;
}

}  // namespace

Complaint check_section(const GatewaySettings& s) {
  if (s.data_dir.empty() || s.data_dir[0] != '/') {
    return fmt::format("data_dir \"{}\" must be an absolute path", base::printable(s.data_dir));
  }
  for (const std::string& name : s.other_names) {
    if (auto domain = dns::Domain::parse(name); !domain) return domain.error().text;
  }
  if (!s.hostname.empty()) {
    if (auto name = dns::Domain::parse(s.hostname); !name) return name.error().text;
  }
  return first({between("node", s.node, 0, 1023), between("shards", s.shards, 0, 256)});
}

Complaint check_section(const ListenerSettings& s) {
  if (s.address.empty() == s.socket.empty()) {
    return "a listener needs either address or socket; write address = \"0.0.0.0:25\"";
  }
  if (auto complaint = ranges("proxy_from", s.proxy_from)) return complaint;
  if (s.normalise_line_ends && s.role != "internal") {
    return "normalise_line_ends is only for a listener with role = \"internal\"";
  }
  Complaint place = s.address.empty() ? std::nullopt : endpoint("address", s.address);
  return first({place, one_of("role", s.role, {"world", "internal"}),
                one_of("tls", s.tls, {"starttls", "implicit"})});
}

Complaint check_section(const TlsSettings& s) {
  if (s.certificate.empty() != s.key.empty()) {
    return "certificate and key belong together; write both";
  }
  for (const std::string& pair : s.more_identities) {
    if (base::split(pair, ' ').size() != 2) {
      return fmt::format(
          "more_identities \"{}\" must be a certificate file, a space and a key file",
          base::printable(pair));
    }
  }
  return std::nullopt;
}

Complaint check_section(const ResolverSettings& s) {
  for (const std::string& forwarder : s.forwarders) {
    if (auto complaint = endpoint("forwarders", forwarder)) return complaint;
  }
  if (s.iterate && !s.forwarders.empty()) return "iterate and forwarders exclude each other";
  return at_least("timeout", s.timeout, std::chrono::milliseconds(100));
}

Complaint check_section(const LimitsSettings& s) {
  return first({between("message", s.message, 64 << 10, 2LL << 30),  // RFC 5321 4.5.3.1.7
                between("line", s.line, 1000, 16 << 20),
                between("header", s.header, 4096, 64 << 20),
                between("recipients", s.recipients, 100, 100'000),  // RFC 5321 4.5.3.1.8
                between("errors", s.errors, 1, 10'000), between("hops", s.hops, 10, 1000),
                between("connections", s.connections, 1, 1'000'000),
                between("connections_per_address", s.connections_per_address, 1, 1'000'000),
                at_least("idle", s.idle, std::chrono::seconds(1))});
}

Complaint check_section(const DeliverySettings& s) {
  if (s.retry.empty()) return "retry needs at least one wait, such as [\"5m\", \"1h\"]";
  for (const std::string& wait : s.retry) {
    auto duration = base::parse_duration(wait);
    if (!duration)
      return fmt::format("retry \"{}\" is no time such as \"5m\"", base::printable(wait));
    if (auto complaint = at_least("retry", *duration, std::chrono::seconds(1))) return complaint;
  }
  if (!s.ipv4 && !s.ipv6) return "ipv4 and ipv6 are both off; nothing could be delivered";
  return first({between("smtp_port", s.smtp_port, 1, 65535),
                between("mta_sts_port", s.mta_sts_port, 1, 65535),
                at_least("mta_sts_timeout", s.mta_sts_timeout, std::chrono::seconds(1)),
                between("connections", s.connections, 1, 100'000),
                between("connections_per_destination", s.connections_per_destination, 1, 10'000),
                between("messages_per_connection", s.messages_per_connection, 1, 1'000'000),
                at_least("lifetime", s.lifetime, std::chrono::seconds(1)),
                at_least("connect_timeout", s.connect_timeout, std::chrono::milliseconds(100)),
                at_least("reply_timeout", s.reply_timeout, std::chrono::seconds(1)),
                address("source_ipv4", s.source_ipv4), address("source_ipv6", s.source_ipv6),
                one_of("floor", s.floor, {"opportunistic", "relaxed", "strict"})});
}

Complaint check_section(const QueueSettings& s) {
  return between("segment", s.segment, 1 << 20, 1LL << 30);
}

Complaint check_section(const EvidenceSettings& s) {
  return at_least("keep", s.keep, std::chrono::hours(24));
}

Complaint mail_address(std::string_view name, const std::string& value) {
  if (value.empty()) return std::nullopt;
  const auto mailbox = smtp::parse_mailbox(value);
  if (mailbox && !mailbox->domain.empty() && !mailbox->needs_smtputf8()) return std::nullopt;
  return fmt::format("{} \"{}\" is no mail address; write \"postmaster@example.com\"", name,
                     base::printable(value));
}

Complaint check_section(const TlsReportsSettings& s) {
  if (auto complaint = mail_address("contact", s.contact)) return complaint;
  if (!s.mailbox.empty() && !smtp::parse_mailbox(s.mailbox + "@example.com")) {
    return fmt::format("mailbox \"{}\" is no local part of an address; write \"tls-reports\"",
                       base::printable(s.mailbox));
  }
  for (const std::string& name : {s.domain, s.dkim_selector + ".example.com"}) {
    if (name.empty()) continue;
    if (auto domain = dns::Domain::from_ascii(name); !domain) return domain.error().text;
  }
  return std::nullopt;
}

Complaint check_section(const LogSettings& s) {
  return first({one_of("format", s.format, {"logfmt", "json", "journald"}),
                one_of("level", s.level, {"debug", "info", "notice", "warning", "error"})});
}

Complaint check_section(const HttpSettings& s) {
  return s.address.empty() ? std::nullopt : endpoint("address", s.address);
}

Complaint check_section(const SiteSettings& s) {
  return first({s.https.empty() ? std::nullopt : endpoint("https", s.https),
                s.http.empty() ? std::nullopt : endpoint("http", s.http)});
}

Complaint check_section(const AcmeSettings& s) {
  if (s.external_id.empty() != s.external_key_file.empty()) {
    return "external_id and external_key_file belong together; write both";
  }
  if (auto complaint = one_of("challenge", s.challenge, {"http-01", "tls-alpn-01"})) {
    return complaint;
  }
  for (const std::string& contact : s.contacts) {
    if (auto complaint = mail_address("contacts", contact)) return complaint;
  }
  for (const std::string& name : s.names) {
    if (auto domain = dns::Domain::parse(name); !domain) return domain.error().text;
  }
  if (s.directory.empty()) return std::nullopt;
  if (!acme::place_of(s.directory)) {
    return fmt::format("directory \"{}\" is no https URL with a host name",
                       base::printable(s.directory));
  }
  if (!s.agree_to_terms) {
    return "the certificate authority wants agreement to its terms of service: read them, and "
           "write agree_to_terms = true";
  }
  return std::nullopt;
}

// What needs a certificate of its own, and has none.
Complaint check_certificates(const Settings& s) {
  const bool own = !s.tls.certificate.empty() || !acme_names(s).empty();
  for (const ListenerSettings& listener : s.listener) {
    if (listener.tls == "implicit" && !own) {
      return fmt::format("listener \"{}\" has tls = \"implicit\", but [tls] names no certificate",
                         listener.name);
    }
  }
  if (!s.site.https.empty() && s.tls.certificate.empty() && s.acme.directory.empty()) {
    return "[site] https is set, but [tls] names no certificate";
  }
  if (s.acme.directory.empty()) return std::nullopt;
  if (s.acme.challenge == "http-01" && s.site.http.empty()) {
    return "[acme] proves names with http-01, but [site] http does not say where the authority's "
           "questions are answered; write http = \"0.0.0.0:80\" there";
  }
  if (s.acme.challenge == "tls-alpn-01" && s.site.https.empty()) {
    return "[acme] proves names with tls-alpn-01, but [site] https does not say where the "
           "authority's questions are answered; write https = \"0.0.0.0:443\" there";
  }
  return std::nullopt;
}

Complaint check_section(const AdminSettings& s) {
  if (s.certificate.empty() != s.key.empty()) {
    return "certificate and key belong together; write both";
  }
  if (auto complaint = ranges("allow_ranges", s.allow_ranges)) return complaint;
  if (auto complaint = ranges("proxies", s.proxies)) return complaint;
  for (const std::string& name : s.names) {
    if (base::IpAddress::parse(name)) continue;
    if (auto domain = dns::Domain::parse(name); !domain) return domain.error().text;
  }
  return s.address.empty() ? std::nullopt : endpoint("address", s.address);
}

Complaint check_for_serving(const Settings& s) {
  if (s.listener.empty()) {
    return "no [[listener]] is configured, so nobody could send mail; see: postern config example";
  }
  if (auto complaint = check_certificates(s)) return complaint;
  const auto admin = base::Endpoint::parse(s.admin.address);
  const bool secure =
      !s.admin.certificate.empty() || !s.tls.certificate.empty() || !acme_names(s).empty();
  if (admin && !admin->address.is_loopback() && !secure) {
    return fmt::format(
        "[admin] address \"{}\" is not on loopback, so the web application needs HTTPS, but there "
        "is no certificate: write one under [tls] or [admin], or use 127.0.0.1",
        s.admin.address);
  }
  return std::nullopt;
}

}  // namespace postern::app
