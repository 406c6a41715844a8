#include "service/site/public_site.h"

#include <gtest/gtest.h>

#include "core/policy/testing.h"

namespace postern::site {
namespace {

dns::Domain domain(std::string_view text) { return dns::Domain::parse(text).value(); }

policy::Configuration corp(policy::StsMode mode, bool validated = true) {
  policy::Configuration all;
  all.accounts.resize(1);
  all.accounts[0].id = base::AccountId{1};
  all.domains.resize(1);
  all.domains[0].account = base::AccountId{1};
  all.domains[0].domain = domain("corp.example");
  all.domains[0].validated = validated;
  all.domains[0].sts.mode = mode;
  return all;
}

net::Task<void> ask(PublicSite& site, http::Request request, http::Response& answer) {
  answer = co_await site.handle(std::move(request));
}

http::Response get(policy::Configuration all, std::string host,
                   std::string path = "/.well-known/mta-sts.txt", std::string method = "GET") {
  const service::FixedBook book(std::make_shared<const policy::PolicyBook>(std::move(all)));
  PublicSite site(book, {.hostname = domain("mail.gateway.example")});
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  if (!host.empty()) request.headers["host"] = std::move(host);
  net::Shard shard;
  http::Response answer;
  shard.run_until_done(ask(site, std::move(request), answer));
  return answer;
}

TEST(PublicSite, ServesThePolicyOfAnInternalDomain) {
  for (const char* host : {"mta-sts.corp.example", "MTA-STS.Corp.Example:8443"}) {
    const auto answer = get(corp(policy::StsMode::enforce), host);
    EXPECT_EQ(answer.status, 200) << host;
    EXPECT_TRUE(answer.content_type.starts_with("text/plain"));
    const auto policy = mtasts::parse_policy(answer.body);
    ASSERT_TRUE(policy) << policy.error().text;
    EXPECT_EQ(policy->mode, mtasts::PolicyMode::enforce);
  }
}

TEST(PublicSite, ServesNothingOfADomainThatChoseNoModeOrIsNotProved) {
  EXPECT_EQ(get(corp(policy::StsMode::off), "mta-sts.corp.example").status, 404);
  EXPECT_EQ(get(corp(policy::StsMode::enforce, false), "mta-sts.corp.example").status, 404);
}

TEST(PublicSite, ServesNothingElse) {
  const auto all = corp(policy::StsMode::enforce);
  for (const char* host : {"", "corp.example", "mta-sts.other.example", "mta-sts", "[::1]:443",
                           "mta-sts.sub.corp.example", "xmta-sts.corp.example"}) {
    EXPECT_EQ(get(all, host).status, 404) << host;
  }
  EXPECT_EQ(get(all, "mta-sts.corp.example", "/").status, 404);
  EXPECT_EQ(get(all, "mta-sts.corp.example", "/.well-known/mta-sts.txt", "POST").status, 405);
}

}  // namespace
}  // namespace postern::site
