// Does a host publish TLSA records, where, and which? (RFC 7672 2.2)
//
// The search is a function of what is known so far: it names the next question, or settles. Steps:
//   1. The addresses of the host come first: only where they are DNSSEC-secure is TLSA asked at
//      all, since many name servers answer nonsense to it elsewhere (2.2.2).
//   2. A host that is an alias has two candidates for the base domain: the end of the chain, if the
//      whole of it is secure, then the host's own name. Where the chain leaves for an unsigned
//      zone, the host's own name still counts if its CNAME record is secure (2.2.2, 2.2.3).
//   3. The first candidate with secure records is the base domain: it is the name for SNI, and one
//      of those that DANE-TA may match (3.2.2).
// A lookup that fails (SERVFAIL, timeout, bogus) settles as unresolved: it never means "none", and
// the host may not be used (2.1.2, 2.1.3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/dns/answer.h"

namespace postern::dane {

// "_25._tcp.mx1.example.com"
[[nodiscard]] dns::Domain tlsa_name(const dns::Domain& base, std::uint16_t port);

struct Facts {
  enum class State {
    absent,      // nothing published, or not where it could be believed: DANE says nothing
    unusable,    // secure records, none that counts: encrypt, without authentication (2.2)
    usable,      // secure records that count: they decide authentication
    unresolved,  // perhaps published, and could not be read
  };
  State state = State::absent;
  std::vector<dns::Tlsa> records;  // the usable ones
  dns::Domain base;                // where they stand
  std::string code;                // for unresolved: "dns-servfail", "dns-timeout", "dnssec-bogus"
  std::string why;                 // one sentence for the explanation
  bool operator==(const Facts&) const = default;
};

// Null: not asked, or not answered yet. A family that is switched off stays null.
struct Known {
  const dns::AddressAnswer* a = nullptr;
  const dns::AddressAnswer* aaaa = nullptr;
  const dns::NameAnswer* alias = nullptr;      // CNAME of the host itself
  const dns::TlsaAnswer* at_target = nullptr;  // at the end of the chain
  const dns::TlsaAnswer* at_host = nullptr;    // at the host's own name
};

struct Search {
  enum class Ask { nothing, alias, at_target, at_host };
  Ask ask = Ask::nothing;
  Facts facts;  // once there is nothing to ask
};

// The end of the host's CNAME chain; the host itself where there is none.
[[nodiscard]] dns::Domain target_of(const dns::Domain& host, const Known& known);
// Called when the addresses are known.
[[nodiscard]] Search search(const dns::Domain& host, const Known& known);

}  // namespace postern::dane
