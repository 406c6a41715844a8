// What an administrator configures, as plain values: the rows of the records and the input of the
// PolicyBook. An account is one organisation; everything belongs to one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/ip_address.h"
#include "core/base/time.h"
#include "core/dns/domain.h"
#include "core/tls/mode.h"
#include "core/tls/requirement.h"

namespace postern::policy {

struct Account {
  base::AccountId id;
  std::string name;   // short, unique, [a-z0-9-]: "main"
  std::string title;  // "Example Ltd"
  std::string
      ca_bundle;  // PEM of private CAs this account trusts besides the public ones; may be ""
  bool operator==(const Account&) const = default;
};

// What an internal domain tells senders of the world by MTA-STS (RFC 8461); the gateway serves it.
// off: nothing; none: "there is no policy any more", for senders that still keep one (8.3).
enum class StsMode { off, none, testing, enforce };
struct StsOffer {
  StsMode mode = StsMode::off;
  std::chrono::seconds max_age = std::chrono::weeks(1);  // a day to a year
  std::vector<tls::HostPattern> mx{};                    // empty: the gateway's own names
  bool operator==(const StsOffer&) const = default;
};

struct InternalDomain {
  base::DomainId id;
  base::AccountId account;
  dns::Domain domain;
  bool validated = false;        // mail is accepted only for validated domains
  std::string validation_token;  // to be published as TXT
  bool enforce_receipt = false;  // internal leg: MAIL FROM of this domain's senders needs TLS
  StsOffer sts{};
  bool operator==(const InternalDomain&) const = default;
};

// Optional AUTH towards a route.
struct Login {
  std::string user;
  std::string password;  // a secret: never logged, never exported
  bool operator==(const Login&) const = default;
};

enum class TlsStart { starttls, implicit };

// Where mail for an internal domain goes. Equal priorities share load; the next priority is used
// when all of the lower number fail.
struct InternalRoute {
  base::RouteId id;
  base::AccountId account;
  dns::Domain domain;
  std::string host;  // a name, or an address literal without brackets
  std::uint16_t port = 25;
  int priority = 10;
  TlsStart start = TlsStart::starttls;
  tls::Mode mode = tls::Mode::opportunistic;  // derived by validation, in force after Finish
  std::vector<dns::Domain> names;             // extra names the certificate may carry
  std::optional<Login> login;
  bool operator==(const InternalRoute&) const = default;
};

// Where mail for an external domain (or for all: domain empty) goes instead of its MX.
struct ExternalRoute {
  base::RouteId id;
  base::AccountId account;
  dns::Domain domain;  // empty: every external domain (a smarthost)
  std::string host;
  std::uint16_t port = 25;
  int priority = 10;
  TlsStart start = TlsStart::starttls;
  tls::Mode mode = tls::Mode::opportunistic;
  dns::Domain verify_name;         // what the certificate must carry; empty: the host
  bool consult_published = false;  // DANE and MTA-STS are asked only then
  std::optional<Login> login;
  bool operator==(const ExternalRoute&) const = default;
};

// How an account's internal servers are known.
struct InternalSender {
  enum class Kind { address_range, credentials, client_certificate };
  base::SenderId id;
  base::AccountId account;
  Kind kind = Kind::address_range;
  std::optional<base::IpRange> range;
  std::string user;
  std::string password_hash;       // argon2id, PHC form
  tls::Sha256 certificate_spki{};  // of the client certificate
  std::string note;
  bool require_tls = false;  // receipt, internal leg: 530 without TLS
  bool operator==(const InternalSender&) const = default;
};

// "example.com" (exact) or "*.gov.uk" (any depth below, not gov.uk itself), minus exclusions.
struct Scope {
  dns::Domain base;
  bool wildcard = false;
  std::vector<dns::Domain> exclusions;  // a domain below the wildcard, with all below it
  [[nodiscard]] static base::Result<Scope> parse(std::string_view text);  // without exclusions
  [[nodiscard]] bool covers(const dns::Domain& domain) const;
  [[nodiscard]] std::string text() const;
  bool operator==(const Scope&) const = default;
};

enum class Accept { any, pkix, dane };  // `require`: what satisfies strict
enum class OnFailure { defer, bounce };
enum class Floor { standard, tls1_3, legacy };  // legacy: TLS 1.0 and 1.1, on a relaxed policy only

struct Policy {
  base::PolicyId id;
  base::AccountId account;
  Scope scope;
  tls::Mode mode = tls::Mode::strict;
  tls::Stage stage = tls::Stage::enforce;
  bool delivery = true;  // external leg, we are the client
  bool receipt = true;   // external leg, the partner is: MAIL FROM its domain needs TLS
  Accept accept = Accept::any;
  Floor floor = Floor::standard;
  std::vector<tls::HostPattern> mx_pins;
  std::vector<dns::Domain> names;
  std::vector<tls::Sha256> spki_pins;
  // Receipt, strict: the client certificate must verify and carry one of these.
  std::vector<dns::Domain> client_names;
  OnFailure on_failure = OnFailure::defer;
  base::Duration time_limit = std::chrono::hours(24);
  std::optional<base::Instant> valid_from;
  std::optional<base::Instant> valid_until;
  std::string note;
  std::string author;
  base::Instant created;
  bool operator==(const Policy&) const = default;

  [[nodiscard]] bool active(base::Instant now) const {
    return (!valid_from || now >= *valid_from) && (!valid_until || now < *valid_until);
  }
};

// The only thing that weakens, and only until its end (at most 30 days ahead).
struct Exception {
  base::ExceptionId id;
  base::AccountId account;
  dns::Domain domain;
  tls::Mode mode = tls::Mode::opportunistic;  // what is allowed meanwhile
  std::string reason;
  std::string author;
  base::Instant created;
  base::Instant end;
  bool operator==(const Exception&) const = default;
};

// Everything, in one consistent state.
struct Configuration {
  std::int64_t revision = 0;
  std::vector<Account> accounts;
  std::vector<InternalDomain> domains;
  std::vector<InternalRoute> internal_routes;
  std::vector<ExternalRoute> external_routes;
  std::vector<InternalSender> senders;
  std::vector<Policy> policies;
  std::vector<Exception> exceptions;
};

}  // namespace postern::policy
