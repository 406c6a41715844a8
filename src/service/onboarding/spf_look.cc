// Follows an SPF record through its includes and redirects (RFC 7208 4.6), one address of the
// gateway after the other: the resolver's cache makes the later ones free.
#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/onboarding/spf.h"
#include "service/onboarding/dns_looks.h"

namespace postern::onboarding {

namespace {

constexpr int most_lookups = 10;  // RFC 7208 4.6.4
constexpr std::size_t most_mx = 10;
constexpr std::size_t shown = 450;

// Looks for one address.
class SpfLook {
 public:
  SpfLook(resolver::Lookups& lookups, base::IpAddress address, base::Deadline deadline)
      : lookups_(lookups), address_(address), deadline_(deadline) {}

  // What the records of `domain` say; `problem` is set when they cannot be followed.
  net::Task<SpfResult> of_domain(dns::Domain domain);
  net::Task<SpfResult> of_record(dns::Domain domain, std::string text);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  net::Task<bool> matches_term(dns::Domain domain, SpfTerm term);
  net::Task<std::vector<base::IpAddress>> addresses(dns::Domain host);
  net::Task<std::vector<base::IpAddress>> mx_addresses(dns::Domain domain);
  // False, and the look is over, when it has asked too much already.
  bool may_ask() {
    if (++asked_ > most_lookups) problem_ = "it needs more than 10 DNS lookups (RFC 7208 4.6.4)";
    return problem_.empty();
  }

  resolver::Lookups& lookups_;
  base::IpAddress address_;
  base::Deadline deadline_;
  int asked_ = 0;
  std::string problem_;
};

std::vector<std::string> spf_records(const dns::TxtAnswer& answer) {
  std::vector<std::string> records;
  for (const dns::Txt& record : answer.records) {
    if (is_spf(record.text)) records.push_back(record.text);
  }
  return records;
}

net::Task<SpfResult> SpfLook::of_domain(dns::Domain domain) {
  const dns::TxtAnswer answer = co_await lookups_.txt(domain, deadline_);
  const std::vector<std::string> records = spf_records(answer);
  if (records.size() == 1) co_return co_await of_record(domain, records.front());
  problem_ = records.empty()
                 ? fmt::format("{} has no SPF record that could be included", domain.text())
                 : fmt::format("{} has more than one SPF record", domain.text());
  co_return SpfResult::none;
}

net::Task<SpfResult> SpfLook::of_record(dns::Domain domain, std::string text) {
  const auto record = parse_spf(text);
  if (!record) {
    problem_ = fmt::format("the record of {} is malformed: {}", domain.text(), record.error().text);
    co_return SpfResult::none;
  }
  for (const SpfTerm& term : record->terms) {
    const bool matched = co_await matches_term(domain, term);
    if (!problem_.empty()) co_return SpfResult::none;
    if (matched) co_return term.result;
  }
  if (!record->redirect || !may_ask()) co_return SpfResult::neutral;
  co_return co_await of_domain(*record->redirect);
}

net::Task<bool> SpfLook::matches_term(dns::Domain domain, SpfTerm term) {
  const dns::Domain target = term.domain.empty() ? domain : term.domain;
  switch (term.kind) {
    case SpfTerm::Kind::all:
      co_return true;
    case SpfTerm::Kind::ip:
      co_return term.range->contains(address_);
    case SpfTerm::Kind::include: {
      if (!may_ask()) co_return false;
      const SpfResult result = co_await of_domain(target);
      co_return result == SpfResult::pass;
    }
    case SpfTerm::Kind::a: {
      if (!may_ask()) co_return false;
      const auto hosts = co_await addresses(target);
      co_return matches(term, hosts, address_);
    }
    case SpfTerm::Kind::mx: {
      if (!may_ask()) co_return false;
      const auto hosts = co_await mx_addresses(target);
      co_return matches(term, hosts, address_);
    }
    case SpfTerm::Kind::other:
      break;
  }
  co_return false;
}

net::Task<std::vector<base::IpAddress>> SpfLook::addresses(dns::Domain host) {
  dns::AddressAnswer answer;
  if (address_.is_v4()) {
    answer = co_await lookups_.a(host, deadline_);
  } else {
    answer = co_await lookups_.aaaa(host, deadline_);
  }
  co_return answer.records;
}

net::Task<std::vector<base::IpAddress>> SpfLook::mx_addresses(dns::Domain domain) {
  const dns::MxAnswer answer = co_await lookups_.mx(domain, deadline_);
  std::vector<base::IpAddress> all;
  for (std::size_t i = 0; i < std::min(answer.records.size(), most_mx); ++i) {
    const std::vector<base::IpAddress> some = co_await addresses(answer.records[i].host);
    all.insert(all.end(), some.begin(), some.end());
  }
  co_return all;
}

net::Task<std::vector<base::IpAddress>> own_addresses(resolver::Lookups& lookups,
                                                      GatewayNames gateway,
                                                      base::Deadline deadline) {
  std::vector<base::IpAddress> all = gateway.sends_from;
  if (!all.empty()) co_return all;
  const dns::AddressAnswer v4 = co_await lookups.a(gateway.hostname, deadline);
  const dns::AddressAnswer v6 = co_await lookups.aaaa(gateway.hostname, deadline);
  all = v4.records;
  all.insert(all.end(), v6.records.begin(), v6.records.end());
  co_return all;
}

std::string found_instead(const dns::Domain& domain, const dns::TxtAnswer& answer,
                          const std::vector<std::string>& records) {
  if (!answer.ok() && !answer.absent()) {
    return fmt::format("The TXT records of {} could not be looked up: {} Check again later.",
                       domain.text(), answer.why);
  }
  if (records.empty()) {
    return fmt::format(
        "{} has no SPF record, so receivers cannot tell this gateway from a forger: publish one.",
        domain.text());
  }
  if (records.size() > 1) {
    return fmt::format("{} has {} SPF records, which receivers take for none: keep one.",
                       domain.text(), records.size());
  }
  return {};
}

// Empty: every address passes.
net::Task<std::string> why_not(resolver::Lookups& lookups, dns::Domain domain, std::string record,
                               std::vector<base::IpAddress> addresses, base::Deadline deadline) {
  for (const base::IpAddress& address : addresses) {
    SpfLook look(lookups, address, deadline);
    const SpfResult result = co_await look.of_record(domain, record);
    if (!look.problem().empty()) {
      co_return fmt::format("The SPF record of {} cannot be followed: {}.", domain.text(),
                            look.problem());
    }
    if (result != SpfResult::pass) {
      co_return fmt::format(
          "The SPF record of {} does not let this gateway ({}) send: publish the one above in its "
          "place.",
          domain.text(), address.to_string());
    }
  }
  co_return std::string();
}

}  // namespace

net::Task<PublishedVerdict> look_at_spf(resolver::Lookups& lookups, dns::Domain domain,
                                        GatewayNames gateway, base::Deadline deadline) {
  PublishedVerdict verdict;
  const dns::TxtAnswer answer = co_await lookups.txt(domain, deadline);
  const std::vector<std::string> records = spf_records(answer);
  verdict.secure = answer.secure();
  for (const std::string& record : records) {
    verdict.found.push_back(base::printable(record, shown));
  }
  verdict.why = found_instead(domain, answer, records);
  const std::string now = records.size() == 1 ? records.front() : std::string();
  if (verdict.why.empty()) {
    const auto addresses = co_await own_addresses(lookups, gateway, deadline);
    verdict.why = co_await why_not(lookups, domain, now, addresses, deadline);
    if (addresses.empty()) {
      verdict.why = fmt::format(
          "The address that this gateway sends from is not known: {} has none in the DNS.",
          gateway.hostname.text());
    }
  }
  verdict.good = verdict.why.empty();
  const std::string needed = verdict.good ? now : with_gateway(now, gateway.hostname);
  verdict.needed = {{domain.text(), "TXT", base::printable(needed, shown)}};
  if (verdict.good) {
    verdict.why = fmt::format("The SPF record of {} lets this gateway send.", domain.text());
  }
  co_return verdict;
}

}  // namespace postern::onboarding
