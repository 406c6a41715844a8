#include "service/https/exchange.h"

#include <utility>
#include <vector>

#include "core/tls/judge.h"
#include "core/tls/wishes.h"

namespace postern::https {
namespace {

constexpr std::size_t kAddressesTried = 4;
constexpr std::uint16_t kUsualPort = 443;

tls::Requirement webpki(const dns::Domain& host) {
  tls::Authenticate ways;
  ways.names = {host};
  ways.dane = false;
  tls::Requirement requirement;
  tls::add_wishes(requirement, {tls::SourceKind::floor, 0, "the HTTPS server"},
                  tls::authentication(std::move(ways)));
  return requirement;
}

base::Result<std::vector<base::IpAddress>> choose(const Reach& reach, const dns::AddressAnswer& v6,
                                                  const dns::AddressAnswer& v4) {
  std::vector<base::IpAddress> all = v6.records;
  all.insert(all.end(), v4.records.begin(), v4.records.end());
  if (all.empty()) {
    const dns::AddressAnswer& worst = v4.outcome == dns::Outcome::failed ? v4 : v6;
    return base::fail("https-unreachable", worst.outcome == dns::Outcome::failed
                                               ? "its address could not be looked up: " + worst.why
                                               : std::string("it has no address."));
  }
  if (!reach.special_addresses) {
    std::erase_if(all, [](const base::IpAddress& address) { return address.is_special(); });
    if (all.empty()) {
      return base::fail("https-unreachable", "it resolves only to private or special addresses.");
    }
  }
  if (all.size() > kAddressesTried) all.resize(kAddressesTried);
  return all;
}

net::Task<base::Result<std::vector<base::IpAddress>>> addresses_of(Needs needs, dns::Domain host,
                                                                   base::Deadline deadline) {
  dns::AddressAnswer v6;
  dns::AddressAnswer v4;
  v6.outcome = v4.outcome = dns::Outcome::no_data;
  if (needs.reach.ipv6) v6 = co_await needs.lookups.aaaa(host, deadline);
  if (needs.reach.ipv4) v4 = co_await needs.lookups.a(host, deadline);
  co_return choose(needs.reach, v6, v4);
}

net::Task<base::Result<std::unique_ptr<net::Stream>>> secure(Needs needs, dns::Domain host,
                                                             base::Endpoint peer,
                                                             base::Deadline deadline) {
  const base::IpAddress any;
  auto socket = co_await net::connect(needs.shard, peer, any, deadline);
  if (!socket) co_return base::fail("https-unreachable", socket.error().text);
  crypto::ClientHello hello;
  hello.server_name = host;
  hello.protocol = "http/1.1";
  hello.trust = needs.trust;
  const tls::Requirement required = webpki(host);
  hello.profile = tls::handshake_profile(required);
  auto secured = co_await needs.tls.connect_tls(*std::move(socket), std::move(hello), deadline);
  if (!secured) co_return base::fail("https-unreachable", secured.error().text);
  secured->observation.host = host;
  secured->observation.peer = peer;
  secured->observation.offer = tls::Offer::implicit;
  const tls::Verdict verdict = tls::judge(required, secured->observation);
  if (!verdict.met()) co_return base::fail("https-certificate", verdict.unmet->reason.sentence);
  co_return std::move(secured->stream);
}

base::Result<http::Response> read_answer(base::Result<http::Response> answer) {
  if (answer) return answer;
  if (answer.error().code == "http-malformed") {
    return base::fail("https-malformed", "the answer is malformed, or larger than allowed.");
  }
  return base::fail("https-unreachable",
                    "the connection ended before the answer did: " + answer.error().text);
}

http::Request completed(const Call& call) {
  http::Request request = call.request;
  std::string host = call.host.text();
  if (call.port != kUsualPort) host += ':' + std::to_string(call.port);
  request.headers["host"] = std::move(host);
  request.headers["connection"] = "close";
  return request;
}

}  // namespace

net::Task<base::Result<http::Response>> exchange(Needs needs, Call call, base::Deadline deadline) {
  auto addresses = co_await addresses_of(needs, call.host, deadline);
  if (!addresses) co_return std::unexpected(addresses.error());
  base::Result<std::unique_ptr<net::Stream>> stream =
      base::fail("https-unreachable", "it was not tried.");
  for (const base::IpAddress& address : *addresses) {
    const base::Endpoint peer{address, call.port};
    stream = co_await secure(needs, call.host, peer, deadline);
    if (stream || needs.shard.now() >= deadline.at) break;
  }
  if (!stream) co_return std::unexpected(stream.error());
  http::Request request = completed(call);
  net::Stream& open = **stream;
  auto answer = co_await http::exchange(open, std::move(request), deadline, call.answer_limit);
  co_return read_answer(std::move(answer));
}

}  // namespace postern::https
