#include "core/onboarding/mx_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace postern::onboarding {

namespace {

std::string names_of(const std::vector<dns::Domain>& hosts) {
  std::string text;
  for (const dns::Domain& host : hosts) text += (text.empty() ? "" : ", ") + host.text();
  return text;
}

bool is_null_mx(const dns::MxAnswer& answer) {
  return answer.records.size() == 1 && answer.records.front().host.empty();
}

// Why the records that were found are not the ones needed; empty: they are.
std::string difference(const dns::Domain& domain, const std::vector<dns::Domain>& gateway,
                       const dns::MxAnswer& answer) {
  std::vector<dns::Domain> others;
  for (const dns::Mx& mx : answer.records) {
    if (std::ranges::find(gateway, mx.host) == gateway.end()) others.push_back(mx.host);
  }
  if (others.empty()) return {};
  const bool ours = others.size() < answer.records.size();
  const std::string names = names_of(others);
  if (!ours) {
    return fmt::format(
        "Mail for {} goes to {} and not to this gateway. When your routes are tested, put the "
        "record above in the place of {}.",
        domain.text(), names, others.size() == 1 ? "that one" : "those");
  }
  return fmt::format(
      "{} {} named as well: mail that takes that way bypasses this gateway and its policies. "
      "Remove "
      "{}.",
      names, others.size() == 1 ? "is" : "are", others.size() == 1 ? "it" : "them");
}

std::string why_not(const dns::Domain& domain, const std::vector<dns::Domain>& gateway,
                    const dns::MxAnswer& answer) {
  if (answer.absent()) {
    return fmt::format("{} has no MX record: publish the one above.", domain.text());
  }
  if (!answer.ok()) {
    return fmt::format("The MX records of {} could not be looked up: {} Check again later.",
                       domain.text(), answer.why);
  }
  if (is_null_mx(answer)) {
    return fmt::format(
        "{} says that it takes no mail (null MX): put the record above in the place of that one.",
        domain.text());
  }
  return difference(domain, gateway, answer);
}

}  // namespace

PublishedVerdict judge_mx(const dns::Domain& domain, const std::vector<dns::Domain>& gateway,
                          const dns::MxAnswer& answer) {
  PublishedVerdict verdict;
  verdict.secure = answer.secure();
  verdict.needed = {{domain.text(), "MX", fmt::format("10 {}", gateway.front().text())}};
  std::vector<dns::Mx> records = answer.records;
  std::ranges::sort(records, {}, &dns::Mx::preference);
  for (const dns::Mx& mx : records) {
    verdict.found.push_back(
        fmt::format("{} {}", mx.preference, mx.host.empty() ? "." : mx.host.text()));
  }
  verdict.why = why_not(domain, gateway, answer);
  verdict.good = verdict.why.empty();
  if (verdict.good) {
    verdict.why =
        fmt::format("Mail for {} comes to this gateway, and by no other way.", domain.text());
  }
  return verdict;
}

}  // namespace postern::onboarding
