#include "service/mtasts/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/mtasts/cache.h"
#include "core/tls/judge.h"
#include "core/tls/wishes.h"
#include "io/http/http.h"

namespace postern::mtasts {
namespace {

constexpr std::size_t kLargestPolicy = 64 << 10;  // RFC 8461 3.3 suggests this
constexpr std::size_t kAddressesTried = 4;
constexpr std::string_view kPath = "/.well-known/mta-sts.txt";

std::unexpected<base::Failure> failed(const dns::Domain& host, std::string_view what) {
  return base::fail("sts-policy-fetch-error",
                    fmt::format("https://{}{}: {}", host.text(), kPath, what));
}

// RFC 8461 3.3: PKIX, with the policy host's own name (RFC 9525).
tls::Requirement webpki(const dns::Domain& host) {
  tls::Authenticate ways;
  ways.names = {host};
  ways.dane = false;
  tls::Requirement requirement;
  tls::add_wishes(requirement, {tls::SourceKind::mta_sts, 0, "the policy host"},
                  tls::authentication(std::move(ways)));
  return requirement;
}

base::Result<std::vector<base::IpAddress>> choose(const dns::Domain& host,
                                                  const FetchSettings& settings,
                                                  const dns::AddressAnswer& v6,
                                                  const dns::AddressAnswer& v4) {
  std::vector<base::IpAddress> all = v6.records;
  all.insert(all.end(), v4.records.begin(), v4.records.end());
  if (all.empty()) {
    const dns::AddressAnswer& worst = v4.outcome == dns::Outcome::failed ? v4 : v6;
    return failed(host, worst.outcome == dns::Outcome::failed
                            ? "its address could not be looked up: " + worst.why
                            : std::string("it has no address."));
  }
  if (!settings.allow_special_addresses) {
    std::erase_if(all, [](const base::IpAddress& address) { return address.is_special(); });
    if (all.empty()) return failed(host, "it resolves only to private or special addresses.");
  }
  if (all.size() > kAddressesTried) all.resize(kAddressesTried);
  return all;
}

net::Task<base::Result<std::vector<base::IpAddress>>> addresses_of(FetchNeeds needs,
                                                                   dns::Domain host,
                                                                   base::Deadline deadline) {
  dns::AddressAnswer v6;
  dns::AddressAnswer v4;
  v6.outcome = v4.outcome = dns::Outcome::no_data;
  if (needs.settings.ipv6) v6 = co_await needs.lookups.aaaa(host, deadline);
  if (needs.settings.ipv4) v4 = co_await needs.lookups.a(host, deadline);
  co_return choose(host, needs.settings, v6, v4);
}

// "text/plain", with whatever parameters (RFC 8461 3.2; RFC 9110 8.3.1).
bool is_plain_text(std::string_view content_type) {
  return base::iequals(base::trim(content_type.substr(0, content_type.find(';'))), "text/plain");
}

base::Result<std::string> read_answer(const dns::Domain& host,
                                      base::Result<http::Response> answer) {
  if (!answer) {
    if (answer.error().code == "http-malformed") {
      return failed(host, "the answer is malformed, or larger than 64 KiB.");
    }
    return failed(host, "the connection ended before the answer did: " + answer.error().text);
  }
  if (answer->status >= 300 && answer->status < 400) {
    return failed(host, fmt::format("it answers with a redirect ({}), which must not be followed.",
                                    answer->status));
  }
  if (answer->status != 200) return failed(host, fmt::format("status {}.", answer->status));
  if (!is_plain_text(answer->content_type)) {
    return failed(host, fmt::format("the content type is \"{}\", not text/plain.",
                                    base::printable(answer->content_type, 80)));
  }
  return std::move(answer->body);
}

net::Task<base::Result<std::string>> fetch_from(FetchNeeds needs, dns::Domain host,
                                                base::IpAddress address, base::Deadline deadline) {
  const base::Endpoint peer{address, needs.settings.port};
  const base::IpAddress any;
  auto socket = co_await net::connect(needs.shard, peer, any, deadline);
  if (!socket) co_return failed(host, socket.error().text);
  crypto::ClientHello hello;
  hello.server_name = host;
  hello.trust = needs.trust;
  const tls::Requirement required = webpki(host);
  hello.profile = tls::handshake_profile(required);
  auto secured = co_await needs.tls.connect_tls(*std::move(socket), std::move(hello), deadline);
  if (!secured) co_return failed(host, secured.error().text);
  secured->observation.host = host;
  secured->observation.peer = peer;
  secured->observation.offer = tls::Offer::implicit;
  const tls::Verdict verdict = tls::judge(required, secured->observation);
  if (!verdict.met()) {
    co_return base::fail("sts-webpki-invalid", fmt::format("https://{}{}: {}", host.text(), kPath,
                                                           verdict.unmet->reason.sentence));
  }
  http::Request request;
  request.method = "GET";
  request.path = kPath;
  request.headers = {{"host", host.text()}, {"accept", "text/plain"}, {"connection", "close"}};
  net::Stream& stream = *secured->stream;
  auto answer = co_await http::exchange(stream, std::move(request), deadline, kLargestPolicy);
  co_return read_answer(host, std::move(answer));
}

}  // namespace

net::Task<base::Result<std::string>> fetch_policy(FetchNeeds needs, dns::Domain policy_domain,
                                                  base::Cancellation* cancellation) {
  const dns::Domain host = policy_host(policy_domain);
  if (host.empty()) co_return failed(policy_domain, "the name of the policy host is too long.");
  base::Deadline deadline{needs.shard.now() + needs.settings.limit, cancellation};
  auto addresses = co_await addresses_of(needs, host, deadline);
  if (!addresses) co_return std::unexpected(addresses.error());
  base::Result<std::string> last = failed(host, "it was not tried.");
  for (const base::IpAddress& address : *addresses) {
    last = co_await fetch_from(needs, host, address, deadline);
    if (last || needs.shard.now() >= deadline.at) break;
  }
  co_return last;
}

}  // namespace postern::mtasts
