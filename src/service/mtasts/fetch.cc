#include "service/mtasts/fetch.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "core/mtasts/cache.h"
#include "core/mtasts/policy.h"
#include "service/https/exchange.h"

namespace postern::mtasts {
namespace {

constexpr std::string_view kPath = "/.well-known/mta-sts.txt";

std::unexpected<base::Failure> failed(const dns::Domain& host, std::string_view what) {
  return base::fail("sts-policy-fetch-error",
                    fmt::format("https://{}{}: {}", host.text(), kPath, what));
}

// "text/plain", with whatever parameters (RFC 8461 3.2; RFC 9110 8.3.1).
bool is_plain_text(std::string_view content_type) {
  return base::iequals(base::trim(content_type.substr(0, content_type.find(';'))), "text/plain");
}

base::Failure as_ours(const dns::Domain& host, const base::Failure& failure) {
  if (failure.code != "https-certificate") return failed(host, failure.text).error();
  return {
      "sts-webpki-invalid", fmt::format("https://{}{}: {}", host.text(), kPath, failure.text), {}};
}

base::Result<std::string> read_answer(const dns::Domain& host,
                                      base::Result<http::Response> answer) {
  if (!answer) return std::unexpected(as_ours(host, answer.error()));
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

}  // namespace

net::Task<base::Result<std::string>> fetch_policy(FetchNeeds needs, dns::Domain policy_domain,
                                                  base::Cancellation* cancellation) {
  const dns::Domain host = policy_host(policy_domain);
  if (host.empty()) co_return failed(policy_domain, "the name of the policy host is too long.");
  base::Deadline deadline{needs.shard.now() + needs.settings.limit, cancellation};
  https::Needs way{needs.shard, needs.lookups, needs.tls, needs.trust, needs.settings.reach};
  https::Call call;
  call.host = host;
  call.port = needs.settings.port;
  call.request.method = "GET";
  call.request.path = kPath;
  call.request.headers = {{"accept", "text/plain"}};
  call.answer_limit = largest_policy;
  auto answer = co_await https::exchange(std::move(way), std::move(call), deadline);
  co_return read_answer(host, std::move(answer));
}

}  // namespace postern::mtasts
