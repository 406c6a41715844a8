// DNSSEC-validating lookups (libunbound) as awaitables, with an answer cache. One a shard.
//
// Trust: validation happens here, in this process, from the configured trust anchor; an upstream's
// AD bit is never believed. Without an anchor every answer is insecure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/ip_address.h"
#include "core/dns/answer.h"
#include "io/net/shard.h"
#include "io/net/task.h"

namespace postern::resolver {

struct ResolverSettings {
  std::vector<base::Endpoint> forwarders;  // empty: those of /etc/resolv.conf
  bool iterate = false;                    // ask the root servers instead of any forwarder
  std::string resolv_conf = "/etc/resolv.conf";
  std::string trust_anchor_file;  // zone format; empty: Debian's /usr/share/dns/root.key if present
  std::chrono::milliseconds lookup_timeout{10'000};
  bool edns_over_tcp_only = false;
};

// What RouteLookup and the prober ask; tests answer from a map. Lookups outlive their questions:
// cancel and join those who ask before the resolver goes.
class Lookups {
 public:
  virtual ~Lookups() = default;
  [[nodiscard]] virtual net::Task<dns::MxAnswer> mx(dns::Domain name, base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<dns::AddressAnswer> a(dns::Domain name,
                                                        base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<dns::AddressAnswer> aaaa(dns::Domain name,
                                                           base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<dns::TlsaAnswer> tlsa(dns::Domain name,
                                                        base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<dns::TxtAnswer> txt(dns::Domain name,
                                                      base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<dns::NameAnswer> ptr(base::IpAddress address,
                                                       base::Deadline deadline) = 0;
  [[nodiscard]] virtual net::Task<dns::NameAnswer> cname(dns::Domain name,
                                                         base::Deadline deadline) = 0;
};

// Failure "resolver-setup" with file and remedy when libunbound refuses the settings. The first
// resolvers of a process must not be made by two threads at once: libunbound sets up what they
// share without a lock.
[[nodiscard]] base::Result<std::unique_ptr<Lookups>> make_resolver(net::Shard& shard,
                                                                   ResolverSettings settings);

}  // namespace postern::resolver
