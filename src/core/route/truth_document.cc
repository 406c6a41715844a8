#include "core/route/truth_document.h"

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/dane/demands.h"
#include "core/mtasts/cache.h"
#include "core/route/sources.h"
#include "core/tls/judge.h"

namespace postern::route {
namespace {

using namespace std::chrono_literals;
using tls::Mode;

base::Instant now() { return base::instant(1'800'000'000'000'000); }
dns::Domain domain() { return dns::Domain::from_ascii("example.com").value_or(dns::Domain()); }
dns::Domain host() { return dns::Domain::from_ascii("mx.example.com").value_or(dns::Domain()); }

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

// --- the account's policy ------------------------------------------------------------------------

std::vector<Named<policy::Configuration>> policies() {
  policy::Policy strict;
  strict.account = base::AccountId{1};
  strict.id = base::PolicyId{1};
  strict.scope.base = domain();
  policy::Policy relaxed = strict;
  relaxed.mode = Mode::relaxed;
  policy::Policy pinned = strict;
  pinned.mx_pins = {tls::HostPattern::exact(host())};
  policy::Policy monitored = strict;
  monitored.stage = tls::Stage::monitor;
  policy::Exception exception;
  exception.account = strict.account;
  exception.domain = domain();
  exception.created = now() - 1h;
  exception.end = now() + 1h;
  const auto with = [](std::vector<policy::Policy> list) {
    policy::Configuration all;
    all.accounts.resize(1);
    all.accounts[0].id = base::AccountId{1};
    all.policies = std::move(list);
    return all;
  };
  policy::Configuration excepted = with({strict});
  excepted.exceptions = {std::move(exception)};
  return {{"none", with({})},
          {"relaxed", with({relaxed})},
          {"strict", with({strict})},
          {"pinned", with({pinned})},
          {"monitor", with({monitored})},
          {"exception", std::move(excepted)}};
}

// --- what is published ---------------------------------------------------------------------------

// The certificate matches the records, or does not; nothing else depends on which it is.
enum class Match { no_records, good, bad };

struct DaneState {
  dane::Facts facts;
  Match match = Match::no_records;
};

dane::Facts facts_of(const dns::TlsaAnswer& records) {
  dns::AddressAnswer address;
  address.outcome = dns::Outcome::ok;
  address.security = dns::Security::secure;
  address.canonical = host();
  return dane::search(host(), {.a = &address, .at_host = &records}).facts;
}

std::vector<Named<DaneState>> dane_states() {
  dns::TlsaAnswer none;
  none.outcome = dns::Outcome::no_data;
  none.security = dns::Security::secure;
  dns::TlsaAnswer usable = none;
  usable.outcome = dns::Outcome::ok;
  usable.records = {{3, 1, 1, std::vector<std::uint8_t>(32, 1)}};
  dns::TlsaAnswer unusable = usable;
  unusable.records[0].usage = 1;
  const auto failed = [](std::string_view code) {
    dns::TlsaAnswer answer;
    answer.code = code;
    answer.why = "the lookup failed.";
    return facts_of(answer);
  };
  return {{"none", {facts_of(none), Match::no_records}},
          {"usable", {facts_of(usable), Match::good}},
          {"mismatch", {facts_of(usable), Match::bad}},
          {"unusable", {facts_of(unusable), Match::no_records}},
          {"bogus", {failed("dnssec-bogus"), Match::no_records}},
          {"SERVFAIL", {failed("dns-servfail"), Match::no_records}},
          {"timeout", {failed("dns-timeout"), Match::no_records}}};
}

dns::TxtAnswer record(std::string_view text) {
  dns::TxtAnswer answer;
  answer.outcome = dns::Outcome::ok;
  answer.records = {{std::string(text)}};
  return answer;
}

std::vector<Named<mtasts::Found>> sts_states() {
  using mtasts::Kept;
  const std::string enforce = "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 86400\n";
  const std::string testing = "version: STSv1\nmode: testing\nmx: mx.example.com\nmax_age: 86400\n";
  const base::Result<std::string> blocked =
      base::fail("sts-policy-fetch-error", "The fetch failed.");
  const Kept kept{.id = "1", .body = enforce, .fetched = now() - 1h, .expires = now() + 23h};
  Kept expired = kept;
  expired.expires = now() - 1s;
  dns::TxtAnswer absent;
  absent.outcome = dns::Outcome::no_data;
  const auto fetched = [](const base::Result<std::string>& body, std::optional<Kept> before) {
    return mtasts::after_fetch("2", body, before, now()).found;
  };
  return {
      {"none", mtasts::decide(domain(), absent, std::nullopt, now()).found},
      {"testing", fetched(testing, std::nullopt)},
      {"enforce", fetched(enforce, std::nullopt)},
      {"expired, fetch fails", fetched(blocked, expired)},
      {"changed, fetch fails", fetched(blocked, kept)},
      {"invalid", mtasts::decide(domain(), record("v=STSv1; id=;"), std::nullopt, now()).found}};
}

// --- how the host presents itself ----------------------------------------------------------------

std::vector<Named<tls::Observation>> presentations() {
  tls::Observation good;
  good.host = host();
  good.offer = tls::Offer::offered;
  good.handshake = tls::Handshake::done;
  good.version = tls::Version::tls1_3;
  good.cipher = "TLS_AES_256_GCM_SHA384";
  good.chain = tls::Chain::trusted;
  good.certificate.emplace();
  good.certificate->dns_names = {host().text()};
  tls::Observation clear;
  clear.host = host();
  clear.offer = tls::Offer::not_offered;
  tls::Observation broken = clear;
  broken.offer = tls::Offer::offered;
  broken.handshake = tls::Handshake::failed;
  tls::Observation self_signed = good;
  self_signed.chain = tls::Chain::self_signed;
  tls::Observation wrong_name = good;
  wrong_name.certificate->dns_names = {"mx.elsewhere.example"};
  tls::Observation expired = good;
  expired.chain = tls::Chain::expired;
  return {{"no STARTTLS", clear},     {"handshake fails", broken}, {"self-signed", self_signed},
          {"wrong name", wrong_name}, {"expired", expired},        {"good", good}};
}

// --- the table -----------------------------------------------------------------------------------

tls::Requirement requirement_of(const policy::PolicyBook& book, const DaneState& dane,
                                const mtasts::Found& sts) {
  const base::AccountId account{1};
  const DomainSources sources{book.delivery_policy(account, domain(), now()),
                              book.exception(account, domain(), now()), Mode::opportunistic};
  policy::HostFacts facts{.recipient_domain = domain(),
                          .host = host(),
                          .name_secure = true,
                          .listed_by_sts = false,
                          .dane_names = {}};
  facts.listed_by_sts = sts.enforced() && mtasts::lists(sts.policy, host());
  if (dane.facts.state == dane::Facts::State::usable) {
    facts.dane_names = dane::names(dane.facts.base, {domain()});
  }
  return mx_requirement(
      sources, facts,
      {.dane = &dane.facts, .dane_of = host(), .sts = &sts, .policy_domain = domain()});
}

tls::Observation seen_with(tls::Observation seen, Match match) {
  const bool compared = match != Match::no_records && seen.encrypted();
  if (compared) {
    seen.dane = match == Match::good ? tls::Dane::matched_ee : tls::Dane::mismatched;
  }
  return seen;
}

std::string way_of(const tls::Verdict& verdict, const tls::Observation& seen) {
  if (!seen.encrypted()) return "in clear";
  switch (verdict.method) {
    case tls::AuthMethod::pkix:
      return "PKIX";
    case tls::AuthMethod::dane:
      return "DANE";
    case tls::AuthMethod::pin:
      return "pin";
    case tls::AuthMethod::none:
      break;
  }
  return "encrypted";
}

std::string refused(std::string_view code) {
  const std::string_view counted = tls::reason_info(code).result_type;
  return fmt::format("**{}**{}", code,
                     counted == code || counted.empty() ? "" : fmt::format(" ({})", counted));
}

std::string cell(const tls::Requirement& requirement, const tls::Observation& seen) {
  if (const auto outside = tls::judge_host(requirement, host())) {
    return refused(outside->reason.code);
  }
  const tls::Verdict verdict = tls::judge(requirement, seen);
  if (!verdict.met()) return refused(verdict.unmet->reason.code);
  std::string text = way_of(verdict, seen);
  if (verdict.would_fail) text += ", would fail: " + verdict.would_fail->reason.code;
  return text;
}

void add_policy(std::string& out, const Named<policy::Configuration>& policy) {
  const auto columns = presentations();
  const policy::PolicyBook book(policy.value);
  out += fmt::format("\n## Policy: {}\n\n| DANE | MTA-STS |", policy.name);
  for (const auto& column : columns) out += fmt::format(" {} |", column.name);
  out += "\n|---|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& dane : dane_states()) {
    for (const auto& sts : sts_states()) {
      const tls::Requirement requirement = requirement_of(book, dane.value, sts.value);
      out += fmt::format("| {} | {} |", dane.name, sts.name);
      for (const auto& column : columns) {
        const tls::Observation seen = seen_with(column.value, dane.value.match);
        out += fmt::format(" {} |", cell(requirement, seen));
      }
      out += "\n";
    }
  }
}

constexpr std::string_view kIntroduction =
    R"(# The truth table of what is published

What becomes of a message, for every policy of the account, every state of DANE and MTA-STS, and every
way in which the only MX host presents itself. Made by `postern docs truth-table` from the engine that
delivers, and compared with it on every test run.

The MX and its address are DNSSEC-secure. A cell says how the message goes (proved by PKIX or DANE, only
encrypted, in clear), or in bold the reason why it waits, with the result type that a TLS report counts
(RFC 8460) where that has another name. "Would fail" is recorded and blocks nothing: a policy in stage
monitor, or MTA-STS in mode testing. The exception allows Opportunistic TLS, and so holds nothing up: not
even over what could not be looked up.
)";

}  // namespace

std::string truth_document() {
  std::string out(kIntroduction);
  for (const auto& policy : policies()) add_policy(out, policy);
  return out;
}

}  // namespace postern::route
