#include "service/posture/look.h"

#include <utility>

#include "core/base/text.h"
#include "core/dane/tlsa_search.h"
#include "core/mtasts/cache.h"
#include "core/onboarding/mx_check.h"
#include "core/tlsrpt/record.h"
#include "io/crypto/tls.h"

namespace postern::posture {
namespace {

constexpr std::size_t kIdBytes = 10;  // of 16 that a record has room for

net::Task<void> look_at_sts(mtasts::FetchNeeds fetch, const Subject& subject, Posture& posture,
                            base::Deadline deadline) {
  const auto policy = sts_policy(subject.domain, subject.gateway);
  const std::string id = policy ? sts_id(*policy) : "";
  const dns::Domain record = mtasts::record_name(subject.domain.domain);
  const dns::TxtAnswer text = co_await fetch.lookups.txt(record, deadline);
  posture.items.push_back(judge_sts_record(subject.domain, id, text));

  const dns::Domain host = mtasts::policy_host(subject.domain.domain);
  dns::AddressAnswer address = co_await fetch.lookups.a(host, deadline);
  dns::AddressAnswer ours = co_await fetch.lookups.a(subject.gateway.hostname, deadline);
  if (address.records.empty()) {
    dns::AddressAnswer v6 = co_await fetch.lookups.aaaa(host, deadline);
    if (v6.ok()) {
      address = std::move(v6);
      ours = co_await fetch.lookups.aaaa(subject.gateway.hostname, deadline);
    }
  }
  posture.items.push_back(judge_sts_host(subject.domain, subject.gateway, address, ours));

  base::Result<std::string> fetched = base::fail("sts-policy-fetch-error", "There is no policy.");
  if (policy) {
    const dns::Domain domain = subject.domain.domain;
    fetched = co_await mtasts::fetch_policy(fetch, domain, deadline.cancellation);
  }
  posture.items.push_back(judge_sts_policy(subject.domain, subject.gateway, fetched));
}

}  // namespace

std::string sts_id(const mtasts::Policy& policy) {
  const std::string digest = crypto::sha256(mtasts::to_text(policy)).substr(0, kIdBytes);
  return base::hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

net::Task<Posture> look(mtasts::FetchNeeds fetch, Subject subject, base::Deadline deadline) {
  Posture posture;
  posture.domain = subject.domain.domain;
  const Gateway& gateway = subject.gateway;
  std::vector<dns::Domain> names = gateway.others;
  names.insert(names.begin(), gateway.hostname);
  const dns::Domain domain = subject.domain.domain;
  const dns::MxAnswer mx = co_await fetch.lookups.mx(domain, deadline);
  posture.items.push_back(item_of(onboarding::judge_mx(domain, names, mx)));
  co_await look_at_sts(fetch, subject, posture, deadline);
  const dns::Domain tlsa_name = dane::tlsa_name(gateway.hostname, gateway.smtp_port);
  const dns::TlsaAnswer tlsa = co_await fetch.lookups.tlsa(tlsa_name, deadline);
  posture.items.push_back(judge_tlsa(gateway, tlsa));
  const dns::Domain reports_name = tlsrpt::record_name(domain);
  const dns::TxtAnswer reports = co_await fetch.lookups.txt(reports_name, deadline);
  posture.items.push_back(judge_tls_reports(domain, gateway, reports));
  if (!gateway.dkim) co_return posture;
  const auto dkim_name = dns::Domain::from_ascii(gateway.dkim->name);
  if (!dkim_name) co_return posture;
  const dns::Domain& key_name = *dkim_name;
  const dns::TxtAnswer key = co_await fetch.lookups.txt(key_name, deadline);
  posture.items.push_back(judge_dkim(*gateway.dkim, key));
  co_return posture;
}

}  // namespace postern::posture
