#include "service/api/explain_handlers.h"

#include <algorithm>

#include "service/api/testing/kit.h"
#include "service/onboarding/testing/published.h"

namespace postern::api {
namespace {

using testing::Kit;
using testing::kMain;

struct ExplainTest : Kit, ::testing::Test {
  onboarding::testing::Published dns;
  ExplainHandlers explain{{shard, dns, nullptr, {}}};

  Explanation of(std::string address) { return ok(explain.explain(call(), {std::move(address)})); }
};

TEST_F(ExplainTest, NamesTheSourcesAndTheHosts) {
  put(records::policy_for("partner.example"));
  dns.mx("partner.example", 10, "mx.partner.example").address("mx.partner.example", "192.0.2.1");
  const Explanation why = of("bob@partner.example");
  EXPECT_EQ(why.domain, "partner.example");
  EXPECT_EQ(why.way, "mx");
  EXPECT_EQ(why.delivery.mode, tls::Mode::strict);
  EXPECT_EQ(why.receipt.mode, tls::Mode::relaxed);  // no client identities are named
  EXPECT_TRUE(std::ranges::any_of(why.delivery.sources, [](const Source& source) {
    return source.kind == tls::SourceKind::policy && source.fate == "joined";
  }));
  ASSERT_EQ(why.hosts.size(), 1U);
  EXPECT_EQ(why.hosts.front().host, "mx.partner.example");
  EXPECT_FALSE(why.hosts.front().demands.empty());
  EXPECT_FALSE(why.text.empty());
}

TEST_F(ExplainTest, SaysWhyThereIsNowhereToGo) { EXPECT_TRUE(of("nowhere.example").failure); }

TEST_F(ExplainTest, WantsAnAddress) {
  EXPECT_EQ(problem(explain.explain(call(), {})), "400 invalid-parameter ?address");
  EXPECT_EQ(problem(explain.explain(call(), {"bob@not a domain"})),
            "400 invalid-parameter ?address");
}

TEST_F(ExplainTest, TellsNothingOfAnotherAccountsRoutes) {
  auto theirs = records::internal_domain("theirs.example", kOther);
  theirs.validated = true;
  theirs.enforce_receipt = true;
  put(theirs);
  auto route = records::internal_route("theirs.example", "secret-host.theirs.example");
  route.account = kOther;
  put(route);
  put(records::policy_for("theirs.example"));
  const Explanation why = of("bob@theirs.example");
  EXPECT_EQ(why.way, "internal-route");
  EXPECT_EQ(why.delivery.mode, tls::Mode::strict);
  EXPECT_EQ(why.receipt.mode, tls::Mode::relaxed);
  EXPECT_TRUE(why.hosts.empty());
  EXPECT_EQ(json_text(why).find("secret-host"), std::string::npos);
  EXPECT_EQ(json_text(why).find("internal domain"), std::string::npos);
}

}  // namespace
}  // namespace postern::api
