#include "core/onboarding/domain_proof.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"

namespace postern::onboarding {

namespace {

constexpr std::string_view label = "_postern";
constexpr std::string_view prefix = "postern-verification=";
constexpr std::size_t shown = 200;

dns::Domain name_of(const std::string& text) {
  return dns::Domain::from_ascii(text).value_or(dns::Domain());
}

std::string not_yet(const dns::Domain& name) {
  return fmt::format(
      "Nothing is published at {} yet. Publish one of the records there; it can take until your "
      "name servers show it.",
      name.text());
}

// Why there is no proof, when neither answer holds one.
std::string complaint(const dns::Domain& name, const dns::TxtAnswer& txt,
                      const ProofVerdict& verdict) {
  if (!verdict.found.empty()) {
    return fmt::format(
        "{} holds something else. Put one of the records there, exactly as it is shown.",
        name.text());
  }
  if (txt.absent()) return not_yet(name);
  return fmt::format("{} could not be looked up: {} Check again later.", name.text(), txt.why);
}

}  // namespace

dns::Domain proof_name(const dns::Domain& domain) {
  return name_of(fmt::format("{}.{}", label, domain.text()));
}

std::string proof_text(const std::string& token) { return std::string(prefix) + token; }

dns::Domain proof_target(const std::string& token, const dns::Domain& gateway) {
  if (token.empty() || gateway.empty()) return {};
  return name_of(fmt::format("{}.verify.{}", token, gateway.text()));
}

std::vector<Record> proof_records(const policy::InternalDomain& domain,
                                  const dns::Domain& gateway) {
  std::vector<Record> records;
  const dns::Domain name = proof_name(domain.domain);
  if (domain.validation_token.empty() || name.empty()) return records;
  records.push_back({name.text(), "TXT", proof_text(domain.validation_token)});
  const dns::Domain target = proof_target(domain.validation_token, gateway);
  if (!target.empty()) records.push_back({name.text(), "CNAME", target.text()});
  return records;
}

ProofVerdict judge_proof(const policy::InternalDomain& domain, const dns::Domain& gateway,
                         const dns::TxtAnswer& txt, const dns::NameAnswer& cname) {
  ProofVerdict verdict;
  const std::string wanted = proof_text(domain.validation_token);
  const dns::Domain target = proof_target(domain.validation_token, gateway);
  for (const dns::Domain& alias : cname.records) {
    verdict.found.push_back("CNAME " + base::printable(alias.text(), shown));
    verdict.proved |= !target.empty() && alias == target;
  }
  for (const dns::Txt& record : txt.records) {
    verdict.found.push_back(fmt::format("TXT \"{}\"", base::printable(record.text, shown)));
    verdict.proved |= !domain.validation_token.empty() && record.text == wanted;
  }
  if (verdict.proved) {
    verdict.why = fmt::format("{} is validated; mail for it is accepted.", domain.domain.text());
  } else {
    verdict.why = complaint(proof_name(domain.domain), txt, verdict);
  }
  return verdict;
}

const policy::InternalDomain* proved_above(const std::vector<policy::InternalDomain>& domains,
                                           base::AccountId account, const dns::Domain& domain) {
  const auto found = std::ranges::find_if(domains, [&](const policy::InternalDomain& one) {
    return one.validated && one.account == account && domain.is_below(one.domain);
  });
  return found == domains.end() ? nullptr : &*found;
}

std::vector<policy::InternalDomain> waiting_below(
    const std::vector<policy::InternalDomain>& domains, base::AccountId account,
    const dns::Domain& domain) {
  std::vector<policy::InternalDomain> waiting;
  std::ranges::copy_if(domains, std::back_inserter(waiting), [&](const auto& one) {
    return !one.validated && one.account == account && one.domain.is_below(domain);
  });
  return waiting;
}

bool overlap(const dns::Domain& a, const dns::Domain& b) {
  return a == b || a.is_below(b) || b.is_below(a);
}

}  // namespace postern::onboarding
