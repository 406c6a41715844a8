#include "app/names.h"

#include <netdb.h>
#include <unistd.h>

#include <memory>

namespace postern::app {

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

std::vector<dns::Domain> gateway_names(const Settings& settings) {
  std::vector<dns::Domain> names{dns::Domain::parse(hostname(settings)).value_or(dns::Domain())};
  for (const std::string& other : settings.gateway.other_names) {
    if (auto name = dns::Domain::parse(other)) names.push_back(*std::move(name));
  }
  return names;
}

std::vector<dns::Domain> acme_names(const Settings& settings) {
  if (settings.acme.directory.empty()) return {};
  std::vector<dns::Domain> names;
  for (const std::string& text : settings.acme.names) {
    if (auto name = dns::Domain::parse(text)) names.push_back(*std::move(name));
  }
  if (names.empty() && settings.tls.certificate.empty()) return gateway_names(settings);
  return names;
}

}  // namespace postern::app
