#include "service/acme/tlsa_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/dane/tlsa_search.h"
#include "core/dane/tlsa_text.h"
#include "core/dane/usable.h"

namespace postern::acme {
namespace {

dns::Tlsa record_of(const tls::Sha256& key) { return {3, 1, 1, {key.begin(), key.end()}}; }

// The worst first.
int rank(Standing standing) {
  switch (standing) {
    case Standing::held:
      return 3;
    case Standing::unknown:
      return 2;
    case Standing::waiting:
      return 1;
    case Standing::clear:
      return 0;
  }
  return 0;
}

}  // namespace

bool vouches_for(const std::vector<dns::Tlsa>& records, const tls::Sha256& key) {
  return std::ranges::find(records, record_of(key)) != records.end();
}

TlsaWatch::Verdict TlsaWatch::judge(const Change& change, const dns::Domain& host,
                                    const dns::TlsaAnswer& answer) {
  const std::string name = dane::tlsa_name(host, needs_.port).text();
  const base::Instant now = needs_.shard.wall_now();
  Patience& patience = seen_[{change.key, host}];
  Look look = Look::free;
  if (answer.outcome == dns::Outcome::failed) {
    look = Look::unknown;
  } else if (answer.ok() && answer.secure()) {
    const std::vector<dns::Tlsa> usable = dane::usable(answer.records);
    if (change.after(host, usable)) {
      look = change.is == Key::same ? Look::free : Look::published;
    } else if (change.before(host, usable)) {
      look = Look::would_break;
    }
  }
  const auto ttl = look == Look::free ? std::chrono::seconds(0) : answer.ttl;
  Verdict verdict{patience.note(look, ttl, now), ""};
  switch (verdict.standing) {
    case Standing::clear:
      break;
    case Standing::unknown:
      verdict.why = fmt::format("The TLSA records at {} could not be read: {}", name, answer.why);
      break;
    case Standing::held:
      verdict.why = fmt::format(
          "The TLSA records at {} vouch for the certificate in use alone; with the new one, "
          "senders "
          "that know DANE would send no mail. Publish beside them: {}",
          name, dane::zone_text(record_of(change.key)));
      break;
    case Standing::waiting:
      verdict.why =
          fmt::format("The TLSA records at {} are right, but others may hold older ones until {}.",
                      name, base::rfc3339(patience.clear_at().value_or(now)));
      break;
  }
  return verdict;
}

net::Task<TlsaWatch::Verdict> TlsaWatch::look(Change change, base::Deadline deadline) {
  auto lookups = needs_.fresh_lookups();
  if (!lookups) co_return Verdict{Standing::unknown, lookups.error().text};
  Verdict worst;
  for (const dns::Domain& host : needs_.hosts) {
    const dns::Domain name = dane::tlsa_name(host, needs_.port);
    const dns::TlsaAnswer answer = co_await (*lookups)->tlsa(name, deadline);
    Verdict one = judge(change, host, answer);
    if (rank(one.standing) > rank(worst.standing)) worst = std::move(one);
  }
  co_return worst;
}

}  // namespace postern::acme
