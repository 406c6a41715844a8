#include "app/wiring.h"

#include <netdb.h>
#include <unistd.h>

#include <memory>

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

route::RouteSettings route_settings(const Settings& settings) {
  route::RouteSettings out;
  out.smtp_port = static_cast<std::uint16_t>(settings.delivery.smtp_port);
  out.ipv4 = settings.delivery.ipv4;
  out.ipv6 = settings.delivery.ipv6;
  out.allow_special_addresses = settings.delivery.special_addresses;
  out.floor = tls::parse_mode(settings.delivery.floor).value_or(tls::Mode::opportunistic);
  return out;
}

std::string hostname(const Settings& settings) {
  if (!settings.gateway.hostname.empty()) return settings.gateway.hostname;
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (getaddrinfo(name, nullptr, &hints, &found) != 0) return name;
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
  return found->ai_canonname ? found->ai_canonname : name;
}

}  // namespace postern::app
