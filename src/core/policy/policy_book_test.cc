#include "core/policy/policy_book.h"

#include <gtest/gtest.h>

#include <random>

#include "core/policy/demands.h"
#include "core/policy/range_map.h"
#include "core/policy/testing.h"

namespace postern::policy {
namespace {

using namespace testing;
using tls::Considered;
using tls::Mode;

std::string winner(const PolicyBook& book, std::string_view name, base::AccountId account = kMain) {
  const auto found = book.delivery_winner(account, domain(name), noon());
  return found.policy == nullptr ? "none" : found.policy->scope.text();
}

TEST(PolicyBook, TakesTheMostSpecificScope) {
  const PolicyBook book(
      with_policies({policy_for("*.uk"), policy_for("*.gov.uk"), policy_for("hmrc.gov.uk")}));
  EXPECT_EQ(winner(book, "hmrc.gov.uk"), "hmrc.gov.uk");
  EXPECT_EQ(winner(book, "mail.hmrc.gov.uk"), "*.gov.uk");
  EXPECT_EQ(winner(book, "gov.uk"), "*.uk");
  EXPECT_EQ(winner(book, "uk"), "none");
  EXPECT_EQ(winner(book, "example.com"), "none");
}

TEST(PolicyBook, TheMostSpecificScopeWinsEvenWhenItAsksForLess) {
  const PolicyBook book(
      with_policies({policy_for("*.gov.uk"), policy_for("parks.gov.uk", Mode::relaxed)}));
  EXPECT_EQ(book.delivery_winner(kMain, domain("parks.gov.uk"), noon()).policy->mode,
            Mode::relaxed);
}

TEST(PolicyBook, AnExclusionHandsOverToTheNextWildcard) {
  Policy narrow = policy_for("*.gov.uk");
  narrow.scope.exclusions = domains({"parks.gov.uk"});
  const PolicyBook book(with_policies({policy_for("*.uk"), narrow}));
  EXPECT_EQ(winner(book, "parks.gov.uk"), "*.uk");
  EXPECT_EQ(winner(book, "mail.parks.gov.uk"), "*.uk");
  EXPECT_EQ(winner(book, "hmrc.gov.uk"), "*.gov.uk");
}

TEST(PolicyBook, KeepsAccountsApart) {
  const PolicyBook book(with_policies({policy_for("example.com", Mode::strict, kMain),
                                       policy_for("*.com", Mode::relaxed, kOther)}));
  EXPECT_EQ(winner(book, "example.com", kMain), "example.com");
  EXPECT_EQ(winner(book, "example.com", kOther), "*.com");
  EXPECT_EQ(winner(book, "example.org", kOther), "none");
  EXPECT_EQ(winner(book, "example.com", base::AccountId{3}), "none");
}

TEST(PolicyBook, InactivePoliciesDoNotCount) {
  Policy ended = policy_for("example.com"), early = policy_for("mail.example.com");
  ended.valid_until = noon();
  early.valid_from = noon() + base::Duration(1);
  const PolicyBook book(with_policies({policy_for("*.com"), ended, early}));
  EXPECT_EQ(winner(book, "example.com"), "*.com");
  EXPECT_EQ(winner(book, "mail.example.com"), "*.com");
  const auto before =
      book.delivery_winner(kMain, domain("example.com"), noon() - base::Duration(1));
  EXPECT_EQ(before.policy->scope.text(), "example.com");
}

TEST(PolicyBook, DeliveryAndReceiptAreLookedUpApart) {
  Policy out = policy_for("example.com"), in = policy_for("*.com", Mode::relaxed);
  out.receipt = false;
  in.delivery = false;
  const PolicyBook book(with_policies({out, in}));
  EXPECT_EQ(winner(book, "example.com"), "example.com");
  EXPECT_EQ(book.receipt_winner(kMain, domain("example.com"), noon()).policy->scope.text(),
            "*.com");
  EXPECT_EQ(winner(book, "example.net"), "none");
}

TEST(PolicyBook, AMonitoredPolicyNeverTakesAnEnforcedOnesPlace) {
  const PolicyBook book(
      with_policies({policy_for("*.gov.uk"), monitored(policy_for("hmrc.gov.uk"))}));
  const auto found = book.delivery_winner(kMain, domain("hmrc.gov.uk"), noon());
  EXPECT_EQ(found.policy->scope.text(), "*.gov.uk");
  EXPECT_EQ(found.monitored->scope.text(), "hmrc.gov.uk");
}

TEST(PolicyBook, AMonitoredPolicyThatWouldLoseIsNotEvaluated) {
  const PolicyBook book(
      with_policies({monitored(policy_for("*.gov.uk")), policy_for("hmrc.gov.uk")}));
  const auto found = book.delivery_winner(kMain, domain("hmrc.gov.uk"), noon());
  EXPECT_EQ(found.policy->scope.text(), "hmrc.gov.uk");
  EXPECT_EQ(found.monitored, nullptr);
}

TEST(PolicyBook, OfTwoForOneScopeTheStrongerCounts) {
  const PolicyBook book(with_policies({policy_for("example.com", Mode::relaxed),
                                       policy_for("example.com", Mode::strict),
                                       policy_for("example.com", Mode::opportunistic)}));
  EXPECT_EQ(book.delivery_winner(kMain, domain("example.com"), noon()).policy->mode, Mode::strict);
}

TEST(PolicyBook, ExplainsEveryPolicyThatWasConsidered) {
  Policy excluded = policy_for("*.dept.gov.uk"), ended = policy_for("mail.dept.gov.uk"),
         receipt_only = policy_for("*.gov.uk");
  excluded.scope.exclusions = domains({"mail.dept.gov.uk"});
  ended.valid_until = noon() - std::chrono::days(1);
  receipt_only.delivery = false;
  const PolicyBook book(with_policies({policy_for("*.uk", Mode::relaxed), excluded, ended,
                                       receipt_only, monitored(policy_for("mail.dept.gov.uk"))}));
  const auto choice = book.delivery_policy(kMain, domain("mail.dept.gov.uk"), noon());
  ASSERT_EQ(choice.considered.size(), 5u);
  EXPECT_EQ(choice.considered[0].source.name, "policy *.uk");
  EXPECT_EQ(choice.considered[0].fate, Considered::Fate::joined);
  EXPECT_EQ(choice.considered[0].rule, "it is the longest wildcard that covers the domain");
  std::vector<std::string> rest;
  for (std::size_t i = 1; i < 5; ++i) {
    const Considered& line = choice.considered[i];
    rest.push_back(line.source.name + " " + std::string(tls::fate_text(line.fate)) + ": " +
                   line.rule);
  }
  EXPECT_EQ(rest, (std::vector<std::string>{
                      "policy mail.dept.gov.uk monitored: it is in stage monitor: evaluated and "
                      "recorded, never blocks",
                      "policy mail.dept.gov.uk lost: it was valid until 2026-11-22T12:00:00Z",
                      "policy *.dept.gov.uk lost: the domain is among its exclusions",
                      "policy *.gov.uk lost: it is for receipt alone"}));
}

TEST(PolicyBook, SaysFromWhenAPolicyWillCount) {
  Policy early = policy_for("example.com");
  early.valid_from = noon() + std::chrono::days(1);
  const PolicyBook book(with_policies({early}));
  const auto choice = book.delivery_policy(kMain, domain("example.com"), noon());
  ASSERT_EQ(choice.considered.size(), 1u);
  EXPECT_EQ(choice.considered[0].rule, "it is valid only from 2026-11-24T12:00:00Z");
}

TEST(PolicyBook, OfTwoInStageMonitorTheMoreSpecificIsEvaluated) {
  const PolicyBook book(with_policies(
      {monitored(policy_for("*.gov.uk")), monitored(policy_for("hmrc.gov.uk", Mode::relaxed))}));
  EXPECT_EQ(book.delivery_winner(kMain, domain("hmrc.gov.uk"), noon()).monitored->mode,
            Mode::relaxed);
  const auto choice = book.delivery_policy(kMain, domain("hmrc.gov.uk"), noon());
  ASSERT_EQ(choice.considered.size(), 2u);
  EXPECT_EQ(choice.considered[1].rule,
            "a more specific policy in stage monitor is evaluated instead");
}

TEST(PolicyBook, SaysWhichPolicyIsMoreSpecific) {
  const PolicyBook book(with_policies({policy_for("*.uk"), policy_for("gov.uk")}));
  const auto choice = book.delivery_policy(kMain, domain("gov.uk"), noon());
  ASSERT_EQ(choice.considered.size(), 2u);
  EXPECT_EQ(choice.considered[1].rule, "policy gov.uk is more specific");
}

TEST(PolicyBook, FindsItsOwnInAHundredThousandAndNothingElse) {
  std::vector<Policy> policies;
  for (int i = 0; i < 50'000; ++i) {
    policies.push_back(policy_for("d" + std::to_string(i) + ".example.com"));
    policies.push_back(policy_for("*.w" + std::to_string(i) + ".example.com"));
  }
  const PolicyBook book(with_policies(std::move(policies)));
  for (int i = 0; i < 50'000; i += 97) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(winner(book, "d" + number + ".example.com"), "d" + number + ".example.com");
    EXPECT_EQ(winner(book, "a.b.w" + number + ".example.com"), "*.w" + number + ".example.com");
    EXPECT_EQ(winner(book, "w" + number + ".example.com"), "none");
    EXPECT_EQ(winner(book, "a.d" + number + ".example.com"), "none");
  }
}

TEST(PolicyBook, AnswersLikeAPlainSearchOfTheList) {
  // Few labels, so that scopes meet at every depth.
  std::mt19937 chance(20261123);
  const auto any_name = [&](int most) {
    std::string name = "x";
    const int labels = 1 + static_cast<int>(chance() % static_cast<unsigned>(most));
    for (int i = 0; i < labels; ++i) name = std::string(1, "abc"[chance() % 3]) + "." + name;
    return name;
  };
  std::vector<Policy> policies;
  for (int i = 0; i < 60; ++i) {
    Policy one = policy_for((chance() % 2 == 0 ? "*." : "") + any_name(4), Mode::strict,
                            chance() % 2 == 0 ? kMain : kOther);
    if (one.scope.wildcard && chance() % 2 == 0) {
      one.scope.exclusions = {domain("a." + one.scope.base.text())};
    }
    if (chance() % 4 == 0) one.stage = tls::Stage::monitor;
    if (chance() % 4 == 0) one.delivery = false;
    if (chance() % 4 == 0) one.valid_until = noon();
    one.id = base::PolicyId{i + 1};
    policies.push_back(one);
  }
  const Configuration all = with_policies(policies);
  const PolicyBook book(all);
  const auto depth = [](const Policy& p) {
    return p.scope.base.label_count() * 2 + (p.scope.wildcard ? 0 : 1);
  };
  for (int round = 0; round < 500; ++round) {
    const dns::Domain name = domain(any_name(5));
    const Policy *enforced = nullptr, *watched = nullptr;
    for (const Policy& one : all.policies) {
      if (one.account != kMain || !one.delivery || !one.active(noon()) || !one.scope.covers(name)) {
        continue;
      }
      const Policy*& place = one.stage == tls::Stage::enforce ? enforced : watched;
      const bool better = place == nullptr || depth(one) > depth(*place) ||
                          (depth(one) == depth(*place) && one.id > place->id);
      if (better) place = &one;
    }
    const auto found = book.delivery_winner(kMain, name, noon());
    ASSERT_EQ(found.policy == nullptr, enforced == nullptr) << name.text();
    if (enforced != nullptr) EXPECT_EQ(found.policy->id, enforced->id) << name.text();
    // A monitored one counts when it is at least as specific (one scope may hold both).
    if (watched != nullptr && enforced != nullptr && depth(*watched) < depth(*enforced)) {
      EXPECT_EQ(found.monitored, nullptr);
    } else if (watched != nullptr && (enforced == nullptr || depth(*watched) > depth(*enforced))) {
      ASSERT_NE(found.monitored, nullptr);
      EXPECT_EQ(found.monitored->id, watched->id);
    }
  }
}

TEST(PolicyBook, KnowsInternalDomainsAndAllBelowThem) {
  Configuration all = configuration();
  all.domains = {internal("example.org"), internal("sub.example.net", kOther)};
  all.domains.push_back(internal("pending.example"));
  all.domains.back().validated = false;
  number(all);
  const PolicyBook book(all);
  EXPECT_EQ(book.internal_domain(domain("example.org"))->account, kMain);
  EXPECT_EQ(book.internal_domain(domain("a.b.example.org"))->domain, domain("example.org"));
  EXPECT_EQ(book.internal_domain(domain("example.net")), nullptr);
  EXPECT_EQ(book.internal_domain(domain("notexample.org")), nullptr);
  EXPECT_EQ(book.internal_domain(domain("pending.example")), nullptr);
  EXPECT_EQ(book.internal_domain(dns::Domain()), nullptr);
  EXPECT_EQ(book.receiving_accounts(), (std::vector{kMain, kOther}));
}

TEST(PolicyBook, AnUnvalidatedClaimNeverHidesAValidatedDomain) {
  Configuration all = configuration();
  all.domains = {internal("example.org", kOther), internal("example.org", kMain)};
  all.domains[0].validated = false;
  number(all);
  const PolicyBook book(all);
  EXPECT_EQ(book.internal_domain(domain("example.org"))->account, kMain);
  EXPECT_EQ(book.internal_domain(domain("mail.example.org"))->account, kMain);
}

TEST(PolicyBook, GivesRoutesByPriorityAndOfTheNearestDomainAbove) {
  Configuration all = configuration();
  all.internal_routes = {internal_route("example.org", "second", 20),
                         internal_route("example.org", "first", 10),
                         internal_route("lab.example.org", "lab", 10)};
  number(all);
  const PolicyBook book(all);
  const auto hosts = [&](std::string_view name) {
    std::string text;
    for (const InternalRoute* route : book.internal_routes(kMain, domain(name))) {
      text += route->host + " ";
    }
    return text;
  };
  EXPECT_EQ(hosts("example.org"), "first second ");
  EXPECT_EQ(hosts("lab.example.org"), "lab ");
  EXPECT_EQ(hosts("x.lab.example.org"), "lab ");
  EXPECT_EQ(hosts("x.example.org"), "first second ");
  EXPECT_EQ(hosts("org"), "");
  EXPECT_TRUE(book.internal_routes(kOther, domain("example.org")).empty());
}

TEST(PolicyBook, PrefersTheRouteForADomainToTheSmarthost) {
  Configuration all = configuration();
  ExternalRoute smarthost, special;
  smarthost.account = special.account = kMain;
  smarthost.host = "relay.example";
  special.host = "special.example";
  special.domain = domain("example.com");
  all.external_routes = {smarthost, special};
  number(all);
  const PolicyBook book(all);
  EXPECT_EQ(book.external_routes(kMain, domain("example.com")).at(0)->host, "special.example");
  EXPECT_EQ(book.external_routes(kMain, domain("a.example.com")).at(0)->host, "relay.example");
  EXPECT_TRUE(book.external_routes(kOther, domain("example.com")).empty());
}

TEST(PolicyBook, AnExceptionCountsForItsDomainUntilItsEnd) {
  Configuration all = configuration();
  all.exceptions = {exception("example.com", Mode::relaxed)};
  number(all);
  const PolicyBook book(all);
  const base::Instant end = all.exceptions[0].end;
  EXPECT_NE(book.exception(kMain, domain("example.com"), noon()), nullptr);
  EXPECT_NE(book.exception(kMain, domain("example.com"), end - base::Duration(1)), nullptr);
  EXPECT_EQ(book.exception(kMain, domain("example.com"), end), nullptr);
  EXPECT_EQ(book.exception(kMain, domain("a.example.com"), noon()), nullptr);
  EXPECT_EQ(book.exception(kOther, domain("example.com"), noon()), nullptr);
}

TEST(PolicyBook, AnExceptionNeverLastsLongerThanThirtyDaysWhateverItSays) {
  Configuration all = configuration();
  all.exceptions = {exception("example.com", Mode::relaxed)};
  all.exceptions[0].end = noon() + std::chrono::days(400);
  number(all);
  const PolicyBook book(all);
  EXPECT_NE(book.exception(kMain, domain("example.com"), noon() + std::chrono::days(29)), nullptr);
  EXPECT_EQ(book.exception(kMain, domain("example.com"), noon() + std::chrono::days(30)), nullptr);
}

TEST(PolicyBook, OfSeveralExceptionsTheNewestDecides) {
  Configuration all = configuration();
  all.exceptions = {exception("example.com", Mode::opportunistic),
                    exception("example.com", Mode::relaxed)};
  all.exceptions[1].created += std::chrono::minutes(1);
  number(all);
  EXPECT_EQ(PolicyBook(all).exception(kMain, domain("example.com"), noon())->mode, Mode::relaxed);
}

TEST(PolicyBook, KnowsSendersByUserAndKey) {
  Configuration all = configuration();
  InternalSender user, certificate;
  user.account = kMain;
  user.kind = InternalSender::Kind::credentials;
  user.user = "mailer";
  certificate.account = kOther;
  certificate.kind = InternalSender::Kind::client_certificate;
  certificate.certificate_spki = key(5);
  all.senders = {user, certificate};
  number(all);
  const PolicyBook book(all);
  EXPECT_EQ(book.sender_named("mailer")->account, kMain);
  EXPECT_EQ(book.sender_named("Mailer"), nullptr);
  EXPECT_EQ(book.sender_named(""), nullptr);
  EXPECT_EQ(book.sender_with_key(key(5))->account, kOther);
  EXPECT_EQ(book.sender_with_key(tls::Sha256{}), nullptr);
}

TEST(PolicyBook, FindsAccountsByIdAndName) {
  const PolicyBook book(configuration());
  EXPECT_EQ(book.account(kOther)->name, "other");
  EXPECT_EQ(book.account_named("main")->id, kMain);
  EXPECT_EQ(book.account(base::AccountId{9}), nullptr);
  EXPECT_EQ(book.account_named("nobody"), nullptr);
  EXPECT_EQ(book.revision(), 1);
}

// --- address ranges
// --------------------------------------------------------------------------------

std::int64_t item_at(const RangeMap& map, std::string_view address) {
  const auto found = map.find(base::IpAddress::parse(address).value());
  return found == RangeMap::none ? -1 : static_cast<std::int64_t>(found);
}

RangeMap ranges(std::initializer_list<const char*> texts) {
  std::vector<std::pair<base::IpRange, std::uint32_t>> all;
  for (const char* text : texts) {
    all.emplace_back(base::IpRange::parse(text).value(), static_cast<std::uint32_t>(all.size()));
  }
  return RangeMap(std::move(all));
}

TEST(RangeMap, TakesTheNarrowestRange) {
  const RangeMap map = ranges({"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.2.0/24"});
  EXPECT_EQ(item_at(map, "10.0.0.0"), 0);
  EXPECT_EQ(item_at(map, "10.1.0.0"), 1);
  EXPECT_EQ(item_at(map, "10.1.2.2"), 1);
  EXPECT_EQ(item_at(map, "10.1.2.3"), 2);
  EXPECT_EQ(item_at(map, "10.1.2.4"), 1);
  EXPECT_EQ(item_at(map, "10.2.0.0"), 0);
  EXPECT_EQ(item_at(map, "10.255.255.255"), 0);
  EXPECT_EQ(item_at(map, "11.0.0.0"), -1);
  EXPECT_EQ(item_at(map, "9.255.255.255"), -1);
  EXPECT_EQ(item_at(map, "192.0.2.255"), 3);
}

TEST(RangeMap, NeverMixesTheFamilies) {
  const RangeMap map = ranges({"::/0", "2001:db8::/32"});
  EXPECT_EQ(item_at(map, "192.0.2.1"), -1);
  EXPECT_EQ(item_at(map, "2001:db8::1"), 1);
  EXPECT_EQ(item_at(map, "2001:db9::1"), 0);
  EXPECT_EQ(item_at(map, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 0);
  EXPECT_EQ(item_at(ranges({"0.0.0.0/0"}), "2001:db8::1"), -1);
  EXPECT_EQ(item_at(ranges({"0.0.0.0/0"}), "255.255.255.255"), 0);
}

TEST(RangeMap, OfTwoEqualRangesTakesTheFirst) {
  EXPECT_EQ(item_at(ranges({"10.0.0.0/8", "10.0.0.0/8"}), "10.1.1.1"), 0);
  EXPECT_EQ(item_at(ranges({"10.0.0.0/8", "10.0.0.0/8"}), "11.0.0.0"), -1);
}

TEST(RangeMap, AnswersLikeAPlainSearchOfTheList) {
  std::mt19937 chance(7);
  std::vector<std::pair<base::IpRange, std::uint32_t>> all;
  while (all.size() < 200) {
    const unsigned prefix = chance() % 17 + 16;
    const std::uint32_t address =
        (0x0a000000U | (chance() & 0xffff)) & ~((1ULL << (32 - prefix)) - 1);
    const std::string text =
        base::IpAddress::v4(address).to_string() + "/" + std::to_string(prefix);
    all.emplace_back(base::IpRange::parse(text).value(), static_cast<std::uint32_t>(all.size()));
  }
  const RangeMap map(all);
  for (int round = 0; round < 5'000; ++round) {
    const base::IpAddress address = base::IpAddress::v4(0x0a000000U | (chance() & 0x1ffff));
    std::uint32_t expected = RangeMap::none;
    int narrowest = -1;
    for (const auto& [range, item] : all) {
      if (!range.contains(address) || range.prefix() <= narrowest) continue;
      narrowest = range.prefix();
      expected = item;
    }
    ASSERT_EQ(map.find(address), expected) << address.to_string();
  }
}

}  // namespace
}  // namespace postern::policy
