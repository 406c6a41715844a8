#include "app/wiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/names.h"
#include "core/base/base64url.h"
#include "core/base/text.h"
#include "core/tls/names.h"
#include "io/crypto/secret_file.h"

namespace postern::app {

namespace {

std::vector<base::Endpoint> endpoints(const std::vector<std::string>& texts) {
  std::vector<base::Endpoint> out;
  for (const std::string& text : texts) {
    if (auto endpoint = base::Endpoint::parse(text)) out.push_back(*endpoint);
  }
  return out;
}

std::chrono::milliseconds milliseconds(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

// The waits of RFC 5321 4.5.3.2, none longer than the operator allows.
smtp::ClientTimeouts client_timeouts(std::chrono::milliseconds most) {
  smtp::ClientTimeouts out;
  for (auto* wait : {&out.greeting, &out.hello, &out.starttls, &out.login, &out.mail,
                     &out.recipient, &out.data, &out.final_dot, &out.quit}) {
    *wait = std::min(*wait, most);
  }
  return out;
}

}  // namespace

resolver::ResolverSettings resolver_settings(const Settings& settings) {
  resolver::ResolverSettings out;
  out.forwarders = endpoints(settings.resolver.forwarders);
  out.iterate = settings.resolver.iterate;
  out.trust_anchor_file = settings.resolver.trust_anchor;
  out.lookup_timeout = milliseconds(settings.resolver.timeout);
  return out;
}

spool::SpoolSettings spool_settings(const Settings& settings) {
  spool::SpoolSettings out;
  out.directory = settings.queue_path();
  out.segment_bytes = settings.queue.segment;
  out.reserve_bytes = settings.queue.reserve;
  return out;
}

observe::LogSettings log_settings(const Settings& settings) {
  observe::LogSettings out;
  if (settings.log.format == "json") out.format = observe::LogFormat::json;
  if (settings.log.format == "journald") out.format = observe::LogFormat::journald;
  using observe::Level;
  for (Level level : {Level::debug, Level::info, Level::notice, Level::warning, Level::error}) {
    if (observe::level_word(level) == settings.log.level) out.level = level;
  }
  out.file = settings.log.file;
  return out;
}

queue::Schedule schedule(const Settings& settings) {
  queue::Schedule out = queue::default_schedule();
  out.waits.clear();
  for (const std::string& wait : settings.delivery.retry) {
    if (auto duration = base::parse_duration(wait)) out.waits.push_back(*duration);
  }
  out.delay_notice = settings.delivery.delay_notice;
  out.lifetime = settings.delivery.lifetime;
  return out;
}

delivery::DeliverySettings delivery_settings(const Settings& settings) {
  const DeliverySettings& from = settings.delivery;
  delivery::DeliverySettings out;
  out.connect.hostname = hostname(settings);
  out.connect.connect_timeout = milliseconds(from.connect_timeout);
  out.connect.timeouts = client_timeouts(milliseconds(from.reply_timeout));
  if (auto v4 = base::IpAddress::parse(from.source_ipv4)) out.connect.source_ipv4 = *v4;
  if (auto v6 = base::IpAddress::parse(from.source_ipv6)) out.connect.source_ipv6 = *v6;
  out.route = route_settings(settings);
  out.schedule = schedule(settings);
  out.node = node_name(settings);
  out.connections = static_cast<std::size_t>(from.connections);
  out.connections_per_destination = static_cast<std::size_t>(from.connections_per_destination);
  out.messages_per_connection = static_cast<int>(from.messages_per_connection);
  out.idle = milliseconds(from.idle);
  return out;
}

receipt::ReceiptSettings receipt_settings(const Settings& settings) {
  const LimitsSettings& from = settings.limits;
  receipt::ReceiptSettings out;
  out.host = hostname(settings);
  out.node = node_name(settings);
  out.limits.text_line = static_cast<std::size_t>(from.line);
  out.limits.header = static_cast<std::uint64_t>(from.header);
  out.limits.message = static_cast<std::uint64_t>(from.message);
  out.limits.recipients = static_cast<std::size_t>(from.recipients);
  out.limits.protocol_errors = static_cast<int>(from.errors);
  out.limits.hops = static_cast<int>(from.hops);
  out.limits.idle = milliseconds(from.idle);
  out.own_mailbox = settings.tls_reports.mailbox;
  return out;
}

receipt::ListenerSettings listener_settings(const ListenerSettings& from) {
  receipt::ListenerSettings out;
  out.name = from.name;
  out.role = from.role == "internal" ? policy::ListenerRole::internal : policy::ListenerRole::world;
  out.tls = from.tls == "implicit" ? receipt::TlsStart::implicit : receipt::TlsStart::starttls;
  if (from.normalise_line_ends) out.line_ends = smtp::DataReader::LineEnds::normalise;
  for (const std::string& text : from.proxy_from) {
    if (auto range = base::IpRange::parse(text)) out.proxies.push_back(*range);
  }
  return out;
}

receipt::ConnectionLedger::Limits connection_limits(const Settings& settings) {
  return {.total = static_cast<std::size_t>(settings.limits.connections),
          .per_address = static_cast<std::size_t>(settings.limits.connections_per_address)};
}

std::string node_name(const Settings& settings) {
  return hostname(settings) + "#" + std::to_string(settings.gateway.node);
}

route::RouteSettings route_settings(const Settings& settings) {
  route::RouteSettings out;
  out.smtp_port = static_cast<std::uint16_t>(settings.delivery.smtp_port);
  out.ipv4 = settings.delivery.ipv4;
  out.ipv6 = settings.delivery.ipv6;
  out.allow_special_addresses = settings.delivery.special_addresses;
  if (auto own = dns::Domain::parse(hostname(settings))) out.own_names.push_back(*own);
  for (const std::string& name : settings.gateway.other_names) {
    if (auto own = dns::Domain::parse(name)) out.own_names.push_back(*own);
  }
  out.dane = settings.delivery.dane;
  out.mta_sts = settings.delivery.mta_sts;
  out.floor = tls::parse_mode(settings.delivery.floor).value_or(tls::Mode::opportunistic);
  return out;
}

mtasts::FetchSettings sts_fetch_settings(const Settings& settings) {
  mtasts::FetchSettings out;
  out.port = static_cast<std::uint16_t>(settings.delivery.mta_sts_port);
  out.reach = https_reach(settings);
  out.limit = milliseconds(settings.delivery.mta_sts_timeout);
  return out;
}

https::Reach https_reach(const Settings& settings) {
  return {.special_addresses = settings.delivery.special_addresses,
          .ipv4 = settings.delivery.ipv4,
          .ipv6 = settings.delivery.ipv6};
}

posture::Gateway posture_gateway(const Settings& settings,
                                 const std::vector<tls::CertificateFacts>& certificates,
                                 const std::vector<tls::Sha256>& next_keys,
                                 const crypto::DkimKey* dkim_key) {
  posture::Gateway out;
  out.others = gateway_names(settings);
  out.hostname = out.others.front();
  out.others.erase(out.others.begin());
  out.smtp_port = static_cast<std::uint16_t>(settings.delivery.smtp_port);
  for (const tls::CertificateFacts& one : certificates) {
    const posture::TlsaKey key{one.spki};
    const bool ours = tls::match_name(one, {&out.hostname, 1}).has_value();
    const bool known = std::ranges::find(out.keys, key) != out.keys.end();
    if (ours && !known) out.keys.push_back(key);
  }
  for (const tls::Sha256& next : next_keys) {
    const bool known = std::ranges::find(out.keys, next, &posture::TlsaKey::spki) != out.keys.end();
    if (!known) out.keys.push_back({.spki = next, .next = true});
  }
  out.report_mailbox = settings.tls_reports.mailbox;
  if (dkim_key == nullptr) return out;
  const tlsrpt::ReporterSettings reports = reporter_settings(settings);
  const dns::Domain name = message::dkim_record_name(reports.submitter, reports.dkim_selector);
  out.dkim = {name.text(), "TXT", message::dkim_record(dkim_key->public_key_der())};
  return out;
}

base::Result<acme::KeeperSettings> keeper_settings(const Settings& settings,
                                                   const acme::Folder& folder) {
  const AcmeSettings& from = settings.acme;
  acme::KeeperSettings out;
  out.names = acme_names(settings);
  out.policy_hosts = !settings.site.https.empty();
  (void)acme::parse_challenge(from.challenge, out.challenge);
  auto key = folder.account_key();
  if (!key) return std::unexpected(key.error());
  out.account = {.directory = from.directory, .key = *std::move(key)};
  for (const std::string& contact : from.contacts) {
    out.account.contacts.push_back("mailto:" + contact);
  }
  out.account.external_id = from.external_id;
  if (from.external_key_file.empty()) return out;
  auto secret = crypto::read_file(from.external_key_file, crypto::Secrecy::secret);
  if (!secret) return std::unexpected(secret.error());
  if (!base::base64url_decode(base::trim(*secret), out.account.external_key)) {
    return base::fail("bad-key", fmt::format("{} does not hold the key of an external account: "
                                             "base64url, as the authority gives it, and no more.",
                                             from.external_key_file));
  }
  return out;
}

tlsrpt::ReporterSettings reporter_settings(const Settings& settings) {
  const TlsReportsSettings& from = settings.tls_reports;
  const auto either = [](const std::string& text, std::string fallback) {
    if (!text.empty()) fallback = text;
    return fallback;
  };
  const std::string domain = either(from.domain, hostname(settings));
  tlsrpt::ReporterSettings out;
  out.organization = either(from.organization, hostname(settings));
  out.contact = either(from.contact, "postmaster@" + domain);
  out.from = "tls-reports@" + domain;
  out.submitter = dns::Domain::parse(domain).value_or(dns::Domain());
  out.dkim_selector = from.dkim_selector;
  out.own_mailbox = from.mailbox;
  return out;
}

std::vector<std::string> writable_folders(const Settings& settings) {
  namespace fs = std::filesystem;
  std::vector<std::string> folders{settings.gateway.data_dir};
  for (const std::string& file :
       {settings.log.file, settings.control_path(), settings.dkim_key_path()}) {
    std::error_code ignored;
    const fs::path folder = fs::absolute(file, ignored).parent_path();
    if (!file.empty() && fs::is_directory(folder, ignored)) folders.push_back(folder.string());
  }
  return folders;
}

}  // namespace postern::app
