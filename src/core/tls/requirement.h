// One requirement algebra. Every source (an account's policy, a route's mode, DANE, MTA-STS,
// REQUIRETLS, the configured floor) adds Demands; their union is the Requirement. There is no
// operation that removes a demand: a source can close a door, never open one. Only an exception
// changes a demand's standing, and the demand stays in the list, so the explanation shows it.
//
// Steps: sources yield demands for one host -> add() -> waive_above() for a valid exception ->
// judge() (judge.h) against what was observed. The unmet demand is the explanation.
//
// A new source needs no change here or in judge(): it says its wishes in these demands. The usual
// sets of wishes ("encrypt", "encrypt and authenticate") are made by wishes.h.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ip_address.h"
#include "core/base/time.h"
#include "core/dns/domain.h"
#include "core/tls/mode.h"
#include "core/tls/observation.h"

namespace postern::tls {

enum class SourceKind { policy, internal_route, external_route, dane, mta_sts, requiretls, floor };
[[nodiscard]] std::string_view source_text(SourceKind kind);

struct Source {
  SourceKind kind = SourceKind::floor;
  std::int64_t id = 0;  // of the policy or route; 0 for what the world publishes
  std::string
      name;  // as a person knows it: "policy *.gov.uk", "internal route mx1.corp.example:25"
  auto operator<=>(const Source&) const = default;
};

// "mx1.example.com" or "*.example.com": a wildcard stands for exactly one left-most label.
class HostPattern {
 public:
  [[nodiscard]] static base::Result<HostPattern> parse(std::string_view text);
  [[nodiscard]] static HostPattern exact(dns::Domain host);
  [[nodiscard]] bool matches(const dns::Domain& host) const;
  [[nodiscard]] std::string text() const;
  auto operator<=>(const HostPattern&) const = default;

 private:
  dns::Domain base_;
  bool wildcard_ = false;
};

// --- what a demand can ask for -------------------------------------------------------------------
struct Encrypt {  // TLS, with authenticated key exchange and no RC4, MD5 or anonymous suite
  auto operator<=>(const Encrypt&) const = default;
};
struct AtLeast {
  Version version = Version::tls1_2;
  auto operator<=>(const AtLeast&) const = default;
};
struct HostIn {  // the host must be one of these: pinned MX patterns, the mx lines of MTA-STS
  std::vector<HostPattern> patterns;
  auto operator<=>(const HostIn&) const = default;
};
struct Authenticate {  // at least one of the ways named here must succeed
  bool pkix = true;    // trusted chain, and a SAN equal to one of `names` (RFC 9525)
  bool dane = true;    // matched TLSA records (names as below for DANE-TA)
  std::vector<dns::Domain> names;
  std::vector<base::IpAddress> addresses;  // for a route given by address: SAN iPAddress
  std::vector<dns::Domain> dane_names;     // TLSA base domain and what RFC 7672 3.2.2 adds
  std::vector<Sha256> pins;                // SPKI of the leaf; each authenticates by itself
  auto operator<=>(const Authenticate&) const = default;
};
struct Announce {  // an EHLO keyword the host must announce under TLS, e.g. "REQUIRETLS"
  std::string keyword;
  auto operator<=>(const Announce&) const = default;
};
struct Unresolved {  // the source may ask for something but could not be read: never met, so defer
  std::string code;
  std::string why;
  auto operator<=>(const Unresolved&) const = default;
};
// In the order in which they can be judged: the first two before connecting, the last under TLS.
using Wish = std::variant<Unresolved, HostIn, Encrypt, AtLeast, Authenticate, Announce>;
// What the wish asks for at most: relaxed for Encrypt and AtLeast, strict for the others.
[[nodiscard]] Mode level(const Wish& wish);

enum class Standing {
  in_force,
  monitored,  // evaluated and recorded, never blocks
  waived,     // an exception allows less for now
  set_aside,  // the sender of this message does without it (RFC 8689 5)
};

struct Demand {
  Source source;
  Wish wish;
  Standing standing = Standing::in_force;
  bool operator==(const Demand&) const = default;
};

// A line of the explanation: a source that was considered, and what became of it.
struct Considered {
  enum class Fate { joined, monitored, lost, waived, absent };
  Source source;
  Mode mode = Mode::opportunistic;
  Fate fate = Fate::joined;
  std::string rule;  // one sentence: why it won or lost
  bool operator==(const Considered&) const = default;
};
[[nodiscard]] std::string_view fate_text(Considered::Fate fate);

class Requirement {
 public:
  // Set union: a demand that is already there is not added twice. Kept in one canonical order, so
  // that the order of adding never shows.
  void add(Demand demand);
  void consider(Considered line);  // a line that is already there is not added twice
  // An exception of `mode`: demands of policies, routes, DANE and MTA-STS above that mode are
  // waived; REQUIRETLS is the sender's word and stays, and so does the operator's floor. What could
  // not be resolved may still have asked for what the exception leaves. `line` joins the
  // explanation.
  void waive_above(Mode mode, Considered line);
  // The sender of one message does without what these sources ask, or might ask.
  void set_aside(std::initializer_list<SourceKind> sources, Considered line);

  [[nodiscard]] const std::vector<Demand>& demands() const { return demands_; }
  [[nodiscard]] const std::vector<Considered>& considered() const { return considered_; }
  // The strongest mode that the demands in force ask for.
  [[nodiscard]] Mode mode() const;
  // The same with monitored demands counted as in force.
  [[nodiscard]] Mode monitored_mode() const;
  [[nodiscard]] bool has_monitored() const;
  [[nodiscard]] bool used_exception() const;  // an exception took something out of force

  // Equal exactly when the wishes in force are, whoever made them: the key of connection reuse and
  // TLS resumption. A canonical text, not a hash: it cannot collide.
  [[nodiscard]] std::string digest() const;

 private:
  std::vector<Demand> demands_;
  std::vector<Considered> considered_;
};

[[nodiscard]] Requirement join(const Requirement& a, const Requirement& b);

// What a handshake must be set up with so that the requirement can be met at all.
struct HandshakeProfile {
  Version floor = Version::tls1_0;
  bool anonymous_suites = true;  // only opportunistic: refusing them yields plaintext
  bool operator==(const HandshakeProfile&) const = default;
};
[[nodiscard]] HandshakeProfile handshake_profile(const Requirement& requirement);

}  // namespace postern::tls
