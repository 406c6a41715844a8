#include "service/site/public_site.h"

#include <algorithm>

namespace postern::site {
namespace {

constexpr std::string_view kPath = "/.well-known/mta-sts.txt";
constexpr std::string_view kLabel = "mta-sts.";

http::Response text(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

// The policy domain of "mta-sts.example.com:443"; empty for any other host.
dns::Domain policy_domain(const http::Request& request) {
  const auto host = request.headers.find("host");
  if (host == request.headers.end()) return {};
  const std::string name = host->second.substr(0, host->second.rfind(':'));
  const auto domain = dns::Domain::parse(name);
  if (!domain || !domain->text().starts_with(kLabel)) return {};
  return domain->parent();
}

}  // namespace

net::Task<http::Response> PublicSite::handle(http::Request request) {
  if (request.method != "GET") co_return text(405, "Only GET is answered here.\n");
  const dns::Domain domain = policy_domain(request);
  if (request.path != kPath || domain.empty()) co_return text(404, "There is nothing here.\n");
  const auto book = book_.current();
  const auto& all = book->configuration().domains;
  const auto found = std::ranges::find(all, domain, &policy::InternalDomain::domain);
  if (found == all.end() || !found->validated) co_return text(404, "There is nothing here.\n");
  const auto policy = posture::sts_policy(*found, gateway_);
  if (!policy) co_return text(404, "There is nothing here.\n");
  co_return text(200, mtasts::to_text(*policy));
}

}  // namespace postern::site
