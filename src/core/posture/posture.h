// What an internal domain should publish about TLS, beside what it publishes now: MX, MTA-STS
// (RFC 8461), TLSA records of the gateway (RFC 7672), TLS reports (RFC 8460), and the key of the
// reports that the gateway sends itself.
//
// Steps: wanted_records() says what to publish and where -> the caller looks each name up ->
// judge() puts the answer beside it. A record that may be left out is "optional" while it is
// missing; one that would do harm where it is not wanted is "differs".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/dns/answer.h"
#include "core/mtasts/policy.h"
#include "core/onboarding/published.h"
#include "core/policy/model.h"
#include "core/tls/observation.h"

namespace postern::posture {

enum class Kind { mx, sts_record, sts_host, sts_policy, tlsa, tls_reports, dkim };
[[nodiscard]] std::string_view kind_text(Kind kind);   // "mx", "mta-sts-record", ...
[[nodiscard]] std::string_view kind_title(Kind kind);  // "MTA-STS record"

enum class State {
  right,     // published as it should be
  missing,   // to be published
  differs,   // something else stands there
  unknown,   // it could not be looked up
  optional,  // missing, and it may be
};
[[nodiscard]] std::string_view state_text(State state);

struct Item {
  Kind kind = Kind::mx;
  std::string name{};   // where, as people write it: a name, or the address of the policy
  std::string type{};   // "TXT", "TLSA", "CNAME", "HTTPS"
  std::string value{};  // what to publish; empty: nothing should stand there
  State state = State::unknown;
  std::vector<std::string> found{};  // escaped: others may have written it
  std::string why{};                 // one sentence: what it is for, or what differs
  bool operator==(const Item&) const = default;
};

struct Posture {
  dns::Domain domain;
  std::vector<Item> items;
  [[nodiscard]] bool good() const;  // nothing is missing, differs or is unknown
};

// A key that the gateway proves itself with, now or after a change of its certificate.
struct TlsaKey {
  tls::Sha256 spki{};
  bool next = false;  // not in use yet: publish it beside the others
  bool operator==(const TlsaKey&) const = default;
};

struct Gateway {
  dns::Domain hostname;               // what MX records name
  std::vector<dns::Domain> others{};  // further names that mean it
  std::uint16_t smtp_port = 25;
  std::vector<TlsaKey> keys{};               // of the certificates that carry the host name
  std::string report_mailbox{};              // the local part that takes TLS reports; empty: none
  std::optional<onboarding::Record> dkim{};  // of the reports that are sent; nullopt: none are
};

// The policy that the gateway serves for the domain; nullopt: none.
[[nodiscard]] std::optional<mtasts::Policy> sts_policy(const policy::InternalDomain& domain,
                                                       const Gateway& gateway);

// --- each record: what to publish, and what is there ---------------------------------------------

// `id`: of the policy text that is served (RFC 8461 3.1); changes with it.
[[nodiscard]] Item judge_sts_record(const policy::InternalDomain& domain, const std::string& id,
                                    const dns::TxtAnswer& answer);
// The policy host must lead here: by an alias, or by an address that the gateway has, too.
[[nodiscard]] Item judge_sts_host(const policy::InternalDomain& domain, const Gateway& gateway,
                                  const dns::AddressAnswer& answer,
                                  const dns::AddressAnswer& of_gateway);
// What a sender gets who fetches the policy; a failed fetch says why.
[[nodiscard]] Item judge_sts_policy(const policy::InternalDomain& domain, const Gateway& gateway,
                                    const base::Result<std::string>& fetched);
[[nodiscard]] Item judge_tlsa(const Gateway& gateway, const dns::TlsaAnswer& answer);
[[nodiscard]] Item judge_tls_reports(const dns::Domain& domain, const Gateway& gateway,
                                     const dns::TxtAnswer& answer);
[[nodiscard]] Item judge_dkim(const onboarding::Record& record, const dns::TxtAnswer& answer);
[[nodiscard]] Item item_of(const onboarding::PublishedVerdict& mx);

}  // namespace postern::posture
