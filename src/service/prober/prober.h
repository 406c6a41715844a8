// Looks at a domain, or at an internal domain's routes, the way a delivery would, and reports: the
// same route lookup, connection and dialogue (service/delivery), another ending. No message is
// sent.
//
// A host is asked as an enforced mode would ask (TLS 1.2 or later, no anonymous suites). If that
// handshake fails, a second connection takes anything, only to learn and say what the host has.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/probe/findings.h"
#include "core/probe/reach.h"
#include "core/smtp/mailbox.h"
#include "io/resolver/resolver.h"
#include "service/delivery/find_route.h"
#include "service/delivery/host_connection.h"

namespace postern::prober {

// An internal route's test (docs/tls-policy.md 7).
struct RouteTest {
  base::RouteId route;
  probe::HostFinding finding;
  probe::RouteVerdict verdict;
};

// Told what goes on while it goes on; on the prober's shard.
class Observer {
 public:
  virtual ~Observer() = default;
  // "mx1.example.com [192.0.2.1]: asking for STARTTLS"; of a route, or of the domain (route 0).
  virtual void doing(base::RouteId route, std::string what) = 0;
  virtual void tested(const RouteTest& test) = 0;
};

struct ProberNeeds {
  net::Shard& shard;
  resolver::Lookups& lookups;
  mtasts::PolicySource* sts = nullptr;  // null: MTA-STS is not asked for
  crypto::ClientContext& tls;
  std::function<std::shared_ptr<const crypto::TrustStore>(base::AccountId)> trust;
  std::string helo_name;
  route::RouteSettings route;
  probe::Reach reach{};
  Observer* observer = nullptr;
  base::Cancellation* cancellation = nullptr;
  std::chrono::milliseconds patience{20'000};  // for a connection, and for each reply
  std::size_t addresses_a_host = 16;
};

class Prober {
 public:
  explicit Prober(ProberNeeds needs) : needs_(std::move(needs)) {}

  [[nodiscard]] net::Task<probe::DomainFinding> probe(
      std::shared_ptr<const policy::PolicyBook> book, base::AccountId account, dns::Domain domain);
  // Every route of the address's domain, every address of each, in parallel.
  [[nodiscard]] net::Task<std::vector<RouteTest>> test_routes(
      std::shared_ptr<const policy::PolicyBook> book, base::AccountId account,
      smtp::Mailbox address);

 private:
  struct Aim;
  net::Task<route::RoutePlan> find_hosts(Aim aim, dns::Domain domain);
  net::Task<void> test_route(route::HostPlan plan, Aim aim, RouteTest& test);
  net::Task<void> look_at_host(route::HostPlan plan, Aim aim, probe::HostFinding& finding);
  net::Task<void> look_at_address(route::HostPlan plan, Aim aim, probe::AddressFinding& finding);
  net::Task<void> connect_once(route::HostPlan plan, Aim aim, probe::AddressFinding& finding);
  void tell(base::RouteId route, std::string what);

  ProberNeeds needs_;
};

}  // namespace postern::prober
