// What a DNS lookup taught us: data, its DNSSEC status and its life time. A lookup that failed is
// an answer too: "we do not know" must never be read as "there is none".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ip_address.h"
#include "core/dns/domain.h"

namespace postern::dns {

enum class Outcome {
  ok,        // records follow
  no_data,   // the name exists, this type does not
  nxdomain,  // the name does not exist
  failed,    // SERVFAIL, timeout, unreachable, malformed, bogus: try later
};

enum class Security {
  secure,    // validated from the trust anchor
  insecure,  // proved unsigned, or no validation possible
  bogus,     // validation failed; goes with Outcome::failed
};

template <class Record>
struct Answer {
  Outcome outcome = Outcome::failed;
  Security security = Security::insecure;
  // For failed: "dns-timeout", "dns-servfail", "dnssec-bogus", "dns-malformed", "cancelled".
  std::string code;
  std::string why;  // for failed: one sentence, escaped
  std::chrono::seconds ttl{0};
  Domain canonical;  // the owner name at the end of the CNAME chain (the name asked, without one)
  std::vector<Record> records;

  [[nodiscard]] bool ok() const { return outcome == Outcome::ok; }
  // Proved, or at least said, not to exist.
  [[nodiscard]] bool absent() const {
    return outcome == Outcome::no_data || outcome == Outcome::nxdomain;
  }
  [[nodiscard]] bool secure() const { return security == Security::secure; }
};

struct Mx {
  std::uint16_t preference = 0;
  Domain host;  // empty for the null MX "." (RFC 7505)
  bool operator==(const Mx&) const = default;
};

struct Tlsa {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching_type = 0;
  std::vector<std::uint8_t> data;
  bool operator==(const Tlsa&) const = default;
};

struct Txt {
  std::string text;  // character-strings joined (RFC 7208 3.3)
  bool operator==(const Txt&) const = default;
};

using MxAnswer = Answer<Mx>;
using AddressAnswer = Answer<base::IpAddress>;  // A or AAAA
using TlsaAnswer = Answer<Tlsa>;
using TxtAnswer = Answer<Txt>;
using NameAnswer = Answer<Domain>;  // CNAME or PTR

}  // namespace postern::dns
