#include "service/api/attention.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "core/base/text.h"
#include "core/policy/demands.h"
#include "core/tls/judge.h"

namespace postern::api {

namespace {

using queue::Hop;
using records::PeerRecord;
using records::UnmetSum;

constexpr std::chrono::days certificate_warning{14};
constexpr std::chrono::days certificate_danger{3};
constexpr std::size_t most_reported = 5;  // one by one
constexpr std::chrono::hours end_warning{48};
constexpr std::size_t most = 100;
constexpr std::chrono::days lately{4};
// A host outside the pins is noted when its attempt ends: right after another host took the mail.
constexpr std::chrono::seconds same_attempt{1};

std::string times(std::int64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

std::string meaning(const std::string& reason) {
  const tls::ReasonInfo& info = tls::reason_info(reason);
  return std::string(info.code == reason ? info.meaning : "See the evidence.");
}

class List {
 public:
  explicit List(const AttentionFacts& facts) : facts_(facts) {}

  void own_certificates();
  void peer_certificates();
  void unmet();
  void waiting();
  void reported();
  void endings();
  void domains_without_route();
  [[nodiscard]] std::vector<Attention> take();

 private:
  void danger(std::string code, std::string text, std::string domain) {
    items_.push_back({"danger", std::move(code), std::move(text), std::move(domain)});
  }
  void warning(std::string code, std::string text, std::string domain) {
    items_.push_back({"warning", std::move(code), std::move(text), std::move(domain)});
  }
  void certificate(const std::string& whose, base::Instant ends, const std::string& domain);
  [[nodiscard]] policy::PolicyBook::Winner policy_for(const std::string& domain) const;
  [[nodiscard]] bool took_mail_since(const UnmetSum& sum, const std::string& host) const;
  void unmet_delivery(const UnmetSum& sum);
  void unmet_route(const UnmetSum& sum);
  void unmet_receipt(const UnmetSum& sum);
  void moved(const UnmetSum& sum, const policy::Policy* policy);

  const AttentionFacts& facts_;
  std::vector<Attention> items_;
  std::set<std::string> failing_;  // destinations that are told already
};

void List::certificate(const std::string& whose, base::Instant ends, const std::string& domain) {
  const base::Duration left = ends - facts_.now;
  if (left < base::Duration::zero()) {
    return danger("certificate-expired",
                  fmt::format("{} expired on {}.", whose, base::rfc3339(ends)), domain);
  }
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  std::string text = fmt::format("{} expires {}.", whose,
                                 days == 0 ? "within a day" : fmt::format("in {} days", days));
  if (days == 1) text = fmt::format("{} expires tomorrow.", whose);
  if (left < certificate_danger) {
    danger("certificate-expires", std::move(text), domain);
  } else {
    warning("certificate-expires", std::move(text), domain);
  }
}

// A stranger's words, so that they do not fill the page; they are escaped already.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return text;
  std::size_t cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "...";
}

void List::own_certificates() {
  if (facts_.own.empty()) {
    return danger("no-certificate",
                  "The gateway has no certificate, so it offers no TLS: set [tls] certificate.",
                  "");
  }
  for (const tls::CertificateFacts& own : facts_.own) {
    if (own.not_after >= certificate_limit(facts_.now)) continue;
    certificate("The gateway's own certificate " + own.subject, own.not_after, "");
  }
}

policy::PolicyBook::Winner List::policy_for(const std::string& domain) const {
  const auto parsed = dns::Domain::from_ascii(domain);
  if (!parsed) return {};
  return facts_.book.delivery_winner(facts_.account, *parsed, facts_.now);
}

// Of partners, only those that a requirement names: what others show concerns nobody.
void List::peer_certificates() {
  for (const PeerRecord& peer : facts_.expiring) {
    const auto winner = policy_for(peer.domain);
    const bool watched = winner.policy != nullptr || winner.monitored != nullptr ||
                         peer.required == tls::Mode::strict;
    const auto ends = base::parse_rfc3339(peer.expiry);
    if (!ends || !watched) continue;
    certificate(fmt::format("The certificate of {} for {}", peer.host, peer.domain), *ends,
                peer.domain);
  }
}

// `host` empty: any host of the destination.
bool List::took_mail_since(const UnmetSum& sum, const std::string& host) const {
  return std::ranges::any_of(facts_.peers, [&](const PeerRecord& peer) {
    return peer.hop == sum.hop && peer.domain == sum.domain &&
           (host.empty() || peer.host == host) && peer.delivered + same_attempt >= sum.last;
  });
}

void List::unmet() {
  for (const UnmetSum& sum : facts_.unmet) {
    switch (sum.hop) {
      case Hop::gateway_to_partner:
        unmet_delivery(sum);
        break;
      case Hop::gateway_to_internal:
        unmet_route(sum);
        break;
      case Hop::partner_to_gateway:
      case Hop::internal_to_gateway:
        unmet_receipt(sum);
        break;
    }
  }
}

void List::moved(const UnmetSum& sum, const policy::Policy* policy) {
  const auto host = dns::Domain::from_ascii(sum.host);
  const bool approved =
      policy == nullptr || !host ||
      std::ranges::any_of(policy->mx_pins, [&](const auto& pin) { return pin.matches(*host); });
  if (approved) return;
  std::string text = fmt::format(
      "{} moved its mail to {}, which the policy does not pin. Approve it, if the partner says so.",
      sum.domain, base::printable(sum.host, 260));
  if (took_mail_since(sum, "")) {
    warning("mx-moved", std::move(text), sum.domain);
  } else {
    danger("mx-moved", std::move(text), sum.domain);
  }
}

void List::unmet_delivery(const UnmetSum& sum) {
  const policy::Policy* policy = policy_for(sum.domain).policy;
  if (sum.reason == "mx-not-pinned") return moved(sum, policy);
  if (took_mail_since(sum, "") || !failing_.insert(sum.domain).second) return;
  const std::string why = meaning(sum.reason);
  if (policy != nullptr) {
    danger("policy-failing",
           fmt::format("Mail to {} is not delivered, as its policy says: {}", sum.domain, why),
           sum.domain);
  } else {
    danger("requirement-failing",
           fmt::format("Mail to {} is not delivered, as a requirement is not met: {}", sum.domain,
                       why),
           sum.domain);
  }
}

void List::unmet_route(const UnmetSum& sum) {
  const auto domain = dns::Domain::from_ascii(sum.domain);
  if (!domain || took_mail_since(sum, sum.host)) return;
  for (const policy::InternalRoute* route : facts_.book.internal_routes(facts_.account, *domain)) {
    if (policy::host_and_port(route->host, route->port) != sum.host) continue;
    if (route->mode == tls::Mode::opportunistic) return;
    if (!failing_.insert(sum.domain + " " + sum.host).second) return;
    return danger("route-not-proved",
                  fmt::format("The route {} of {} no longer proves itself: {} Test it again.",
                              sum.host, sum.domain, meaning(sum.reason)),
                  sum.domain);
  }
}

void List::unmet_receipt(const UnmetSum& sum) {
  const bool internal = sum.hop == Hop::internal_to_gateway;
  const std::string whose = sum.domain.empty() ? "no address" : sum.domain;
  if (internal) {
    return danger("internal-sender-refused",
                  fmt::format("A server of yours was refused {} with mail from {}: {}",
                              times(sum.total), whose, meaning(sum.reason)),
                  sum.domain);
  }
  warning(
      "partner-refused",
      fmt::format("Mail from {} was refused {}: {}", whose, times(sum.total), meaning(sum.reason)),
      sum.domain);
}

void List::waiting() {
  std::int64_t deliveries = 0;
  std::set<std::string> domains;
  for (const spool::Waiting& one : facts_.waiting) {
    if (tls::reason_info(one.code).result_type.empty()) continue;
    deliveries += one.deliveries;
    domains.insert(one.domain);
  }
  if (deliveries == 0) return;
  const std::string whither =
      domains.size() == 1 ? "to " + *domains.begin() : fmt::format("to {} domains", domains.size());
  danger("mail-waiting",
         fmt::format("{} {} {} {} for a requirement to be met.", deliveries,
                     deliveries == 1 ? "message" : "messages", whither,
                     deliveries == 1 ? "waits" : "wait"),
         domains.size() == 1 ? *domains.begin() : "");
}

// A report comes a day after what it tells, so "lately" is some days. That a failure goes on is no
// news; nor is one that everybody reports more than one line. Anybody may report anything: what
// they make up is no more than a few lines.
void List::reported() {
  std::set<std::string> told;
  for (const records::Failing& one : facts_.reported) {
    if (one.first < facts_.now - lately) continue;
    const std::string host = one.receiving_mx.empty() ? "a host" : shortened(one.receiving_mx);
    if (!told.insert(fmt::format("{} {} {}", one.domain.text(), one.result_type, host)).second) {
      continue;
    }
    if (told.size() > most_reported) continue;
    warning("tls-failure-reported",
            fmt::format("{} reports a new failure of TLS with {} for {}: {}, {}.",
                        shortened(one.organization), host, one.domain.text(),
                        shortened(one.result_type), times(one.sessions)),
            one.domain.text());
  }
  if (told.size() <= most_reported) return;
  warning("tls-failure-reported",
          fmt::format("{} more new failures of TLS with your domains are reported.",
                      told.size() - most_reported),
          "");
}

void List::endings() {
  const base::Instant soon = facts_.now + end_warning;
  const policy::Configuration& all = facts_.book.configuration();
  for (const policy::Exception& exception : all.exceptions) {
    const bool ends_soon = exception.end > facts_.now && exception.end <= soon;
    if (exception.account != facts_.account || !ends_soon) continue;
    warning("exception-ends",
            fmt::format("The exception for {} ends at {}; then the full requirement holds again.",
                        exception.domain.text(), base::rfc3339(exception.end)),
            exception.domain.text());
  }
  for (const policy::Policy& policy : all.policies) {
    const bool ends_soon =
        policy.valid_until && *policy.valid_until > facts_.now && *policy.valid_until <= soon;
    if (policy.account != facts_.account || !ends_soon) continue;
    warning("policy-ends",
            fmt::format("The policy for {} ends at {}.", policy.scope.text(),
                        base::rfc3339(*policy.valid_until)),
            policy.scope.text());
  }
}

void List::domains_without_route() {
  for (const policy::InternalDomain& own : facts_.book.configuration().domains) {
    if (own.account != facts_.account || !own.validated) continue;
    if (!facts_.book.internal_routes(facts_.account, own.domain).empty()) continue;
    danger("no-internal-route",
           fmt::format("{} has no internal server route, so its mail cannot be delivered.",
                       own.domain.text()),
           own.domain.text());
  }
}

std::vector<Attention> List::take() {
  const auto key = [](const Attention& one) {
    return std::tie(one.severity, one.code, one.domain, one.text);  // "danger" before "warning"
  };
  std::ranges::sort(items_, {}, key);
  if (items_.size() > most) items_.resize(most);
  return std::move(items_);
}

}  // namespace

base::Instant certificate_limit(base::Instant now) { return now + certificate_warning; }

std::vector<Attention> attention(const AttentionFacts& facts) {
  List list(facts);
  list.own_certificates();
  list.unmet();
  list.waiting();
  list.reported();
  list.peer_certificates();
  list.endings();
  list.domains_without_route();
  return list.take();
}

}  // namespace postern::api
