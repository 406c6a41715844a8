// The part of a RouteLookup that asks what the world publishes: TLSA records of hosts, once their
// addresses are known, and MTA-STS policies of domains.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/route/route_plan.h"

namespace postern::route {

using AddressBook = std::map<Question, dns::AddressAnswer>;

class PublishedLookup {
 public:
  // Both stay the owner's, and outlive this.
  PublishedLookup(const RouteSettings& settings, const AddressBook& addresses)
      : settings_(settings), addresses_(addresses) {}

  // DANE shall count for this host, on this port.
  void watch(dns::Domain host, std::uint16_t port) { hosts_.push_back({std::move(host), port}); }
  void learn(const Question& question, AnyAnswer answer);
  // What must be asked now, as far as is known; some of it may have been asked already.
  [[nodiscard]] std::vector<Question> wanted() const;

  // Nullopt: DANE is not asked for here.
  [[nodiscard]] std::optional<dane::Facts> dane_of(const dns::Domain& host) const;
  // Null: its policy was not asked for.
  [[nodiscard]] const mtasts::Found* sts_of(const dns::Domain& policy_domain) const;

 private:
  struct Host {
    dns::Domain name;
    std::uint16_t port;
  };
  [[nodiscard]] const dns::AddressAnswer* address(RecordType type, const dns::Domain& name) const;
  [[nodiscard]] const dns::TlsaAnswer* tlsa_at(const dns::Domain& base, std::uint16_t port) const;
  [[nodiscard]] dane::Known known_of(const Host& host) const;
  [[nodiscard]] std::optional<Question> wanted_of(const Host& host) const;

  const RouteSettings& settings_;
  const AddressBook& addresses_;
  std::vector<Host> hosts_;
  std::map<dns::Domain, dns::NameAnswer> aliases_;  // by host
  std::map<dns::Domain, dns::TlsaAnswer> tlsa_;     // by the records' own name
  std::map<dns::Domain, mtasts::Found> sts_;        // by policy domain
};

}  // namespace postern::route
