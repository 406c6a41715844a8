#include "core/mtasts/cache.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "core/mtasts/testing.h"

namespace postern::mtasts {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Next = Decision::Next;
using State = Found::State;

std::string_view state_text(State state) {
  return state == State::none ? "none" : state == State::policy ? "policy" : "unresolved";
}
std::string_view next_text(Next next) {
  return next == Next::use ? "use" : next == Next::refresh ? "refresh" : "fetch";
}

// --- names ---------------------------------------------------------------------------------------

TEST(StsCache, NamesTheRecordAndTheHostOfThePolicy) {
  EXPECT_EQ(record_name(kDomain).text(), "_mta-sts.example.com");
  EXPECT_EQ(policy_host(kDomain).text(), "mta-sts.example.com");
}

TEST(StsCache, NamesNothingForADomainThatLeavesNoRoom) {
  std::string long_name;
  for (int i = 0; i < 4; ++i) long_name += std::string(49, 'a') + ".";  // 200 bytes
  const dns::Domain fits = domain(long_name + std::string(253 - 200 - 9, 'b'));
  const dns::Domain one_more = domain(long_name + std::string(253 - 200 - 8, 'b'));
  EXPECT_EQ(record_name(fits).text().size(), 253U);
  EXPECT_TRUE(record_name(one_more).empty());
  EXPECT_FALSE(policy_host(one_more).empty());
}

// --- what is kept, against what is announced -----------------------------------------------------

// Each row of what is kept, each column of what the record says: what is done and what holds
// meanwhile. Read it as RFC 8461 3.3 and 5.1 in one page.
std::string table() {
  const base::Instant now = noon() + 1h;
  Kept ended = holding();
  ended.expires = now;
  const std::vector<std::pair<const char*, std::optional<Kept>>> kept{
      {"nothing", std::nullopt},
      {"a policy that holds", holding()},
      {"a policy that ended", ended},
      {"only a failure, just now", never_fetched("1", now - 1min)},
      {"only a failure, long ago", never_fetched("1", noon() - 1h)},
      {"holds, and its id failed just now", failing(holding(), "1", now - 1min)},
      {"holds, and the new id failed just now", failing(holding(), "2", now - 1min)},
      {"holds, and the new id failed long ago", failing(holding(), "2", noon() - 1h)},
      {"ended, and its id failed just now", failing(ended, "1", now - 1min)},
      {"ended, and the new id failed just now", failing(ended, "2", now - 1min)},
  };
  const std::vector<std::pair<const char*, dns::TxtAnswer>> announced{
      {"id 1", record("1")},
      {"id 2", record("2")},
      {"no record", nothing()},
      {"no such name", nothing(dns::Outcome::nxdomain)},
      {"other texts", texts({"v=spf1 -all", "v=STSv2; id=3"})},
      {"two records", texts({"v=STSv1; id=1", "v=STSv1; id=2"})},
      {"a broken record", texts({"v=STSv1; id=;"})},
      {"lookup failed", failed()},
  };
  std::string out;
  for (const auto& [row, what] : kept) {
    out += fmt::format("{}\n", row);
    for (const auto& [column, answer] : announced) {
      const Decision decision = at(what, answer, now);
      std::string line =
          fmt::format("  {:<16} {}", column,
                      decision.next == Next::fetch
                          ? fmt::format("fetch {}", decision.id)
                          : fmt::format("{} {} {}", next_text(decision.next),
                                        state_text(decision.found.state), decision.found.code));
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
  }
  return out;
}

constexpr std::string_view kGolden = R"(nothing
  id 1             fetch 1
  id 2             fetch 2
  no record        use none
  no such name     use none
  other texts      use none
  two records      use none
  a broken record  use none
  lookup failed    use unresolved dns-timeout
a policy that holds
  id 1             use policy
  id 2             fetch 2
  no record        use policy
  no such name     use policy
  other texts      use policy
  two records      use policy
  a broken record  use policy
  lookup failed    use policy dns-timeout
a policy that ended
  id 1             fetch 1
  id 2             fetch 2
  no record        use none
  no such name     use none
  other texts      use none
  two records      use none
  a broken record  use none
  lookup failed    use unresolved dns-timeout
only a failure, just now
  id 1             use none sts-policy-fetch-error
  id 2             fetch 2
  no record        use none
  no such name     use none
  other texts      use none
  two records      use none
  a broken record  use none
  lookup failed    use unresolved dns-timeout
only a failure, long ago
  id 1             fetch 1
  id 2             fetch 2
  no record        use none
  no such name     use none
  other texts      use none
  two records      use none
  a broken record  use none
  lookup failed    use unresolved dns-timeout
holds, and its id failed just now
  id 1             use policy
  id 2             fetch 2
  no record        use policy
  no such name     use policy
  other texts      use policy
  two records      use policy
  a broken record  use policy
  lookup failed    use policy dns-timeout
holds, and the new id failed just now
  id 1             use policy
  id 2             use policy sts-policy-fetch-error
  no record        use policy
  no such name     use policy
  other texts      use policy
  two records      use policy
  a broken record  use policy
  lookup failed    use policy dns-timeout
holds, and the new id failed long ago
  id 1             use policy
  id 2             fetch 2
  no record        use policy
  no such name     use policy
  other texts      use policy
  two records      use policy
  a broken record  use policy
  lookup failed    use policy dns-timeout
ended, and its id failed just now
  id 1             use none sts-policy-fetch-error
  id 2             fetch 2
  no record        use none
  no such name     use none
  other texts      use none
  two records      use none
  a broken record  use none
  lookup failed    use unresolved dns-timeout
ended, and the new id failed just now
  id 1             fetch 1
  id 2             use none sts-policy-fetch-error
  no record        use none
  no such name     use none
  other texts      use none
  two records      use none
  a broken record  use none
  lookup failed    use unresolved dns-timeout
)";

TEST(StsCache, DecidesAsWritten) { EXPECT_EQ(table(), kGolden); }

TEST(StsCache, HandsOutTheKeptPolicyWhole) {
  const Decision decision = at(holding(), record("1"), noon() + 1h);
  EXPECT_EQ(decision.found.policy, *parse_policy(kBody));
  EXPECT_EQ(decision.found.id, "1");
  EXPECT_EQ(decision.found.expires, noon() + kWeek);
  EXPECT_EQ(decision.found.why, "");
  EXPECT_TRUE(decision.found.enforced());
}

TEST(StsCache, HoldsAPolicyToItsLastMicrosecondAndNoLonger) {
  const base::Instant end = holding().expires;
  for (const auto& answer : {nothing(), failed(), record("2")}) {
    const Kept kept = failing(holding(), "2", end - 1min);
    EXPECT_EQ(at(kept, answer, end - 1us).found.state, State::policy);
    EXPECT_NE(at(kept, answer, end).found.state, State::policy);
  }
}

TEST(StsCache, SaysWhatStandsInTheWay) {
  const base::Instant now = noon() + 1h;
  const auto why = [&](const std::optional<Kept>& kept, const dns::TxtAnswer& answer) {
    return at(kept, answer, now).found.why;
  };
  EXPECT_EQ(why({}, nothing()), "no MTA-STS record is published");
  EXPECT_EQ(why(holding(), nothing()), "no MTA-STS record is published");
  EXPECT_EQ(why({}, texts({"v=STSv1; id=1", "v=STSv1; id=2"})),
            "the MTA-STS record is invalid: There is more than one MTA-STS record; then none of "
            "them counts.");
  EXPECT_EQ(why({}, failed()),
            "The MTA-STS record of example.com could not be looked up: the server failed.");
  EXPECT_EQ(why(holding(), failed()), "its record could not be looked up: the server failed.");
  EXPECT_EQ(why(failing(holding(), "2", now), record("2")),
            "the policy was announced anew and could not be fetched: the host is silent");
  EXPECT_EQ(why(never_fetched("1", now), record("1")),
            "a policy is announced and could not be fetched, and none is kept: the host is silent");
}

TEST(StsCache, PassesOnHowTheLookupFailed) {
  for (const char* code : {"dns-servfail", "dns-timeout", "dnssec-bogus"}) {
    EXPECT_EQ(at({}, failed(code), noon()).found.code, code);
    EXPECT_EQ(at(holding(), failed(code), noon()).found.code, code);
  }
}

TEST(StsCache, FetchesAgainWhatTheDiskGarbled) {
  Kept garbled = holding();
  garbled.body = "version: STSv1\nmode: enf";
  EXPECT_EQ(at(garbled, record("1"), noon()).next, Next::fetch);
  EXPECT_EQ(at(garbled, failed(), noon()).found.state, State::unresolved);
}

TEST(StsCache, IsUnresolvedWhileTheAnswerWaitsForAFetch) {
  EXPECT_EQ(at({}, record("1"), noon()).found.state, State::unresolved);
}

// --- after a fetch -------------------------------------------------------------------------------

TEST(StsFetch, KeepsThePolicyAsItCameUntilItsMaxAge) {
  const Fetched fetched = after_fetch("1", kBody, std::nullopt, noon());
  EXPECT_EQ(fetched.kept, holding());
  EXPECT_EQ(fetched.found.state, State::policy);
  EXPECT_EQ(fetched.found.policy, *parse_policy(kBody));
  EXPECT_EQ(fetched.found.id, "1");
  EXPECT_EQ(fetched.found.expires, noon() + kWeek);
  EXPECT_EQ(fetched.found.code, "");
  EXPECT_EQ(fetched.found.why, "");
}

TEST(StsFetch, PutsTheNewPolicyInTheOldOnesPlaceAndForgetsFailures) {
  const std::string none = "version: STSv1\nmode: none\nmax_age: 86400\n";
  const Kept old = failing(holding(), "2", noon(), 7);
  const Fetched fetched = after_fetch("2", none, old, noon() + 1h);
  EXPECT_EQ(fetched.kept, (Kept{.id = "2",
                                .body = none,
                                .fetched = noon() + 1h,
                                .expires = noon() + 1h + std::chrono::days(1)}));
  EXPECT_EQ(fetched.found.policy.mode, PolicyMode::none);
}

TEST(StsFetch, BeginsTheLifeOfAnUnchangedPolicyAnew) {
  const Fetched fetched = after_fetch("1", kBody, holding(), noon() + 24h);
  EXPECT_EQ(fetched.kept.fetched, noon() + 24h);
  EXPECT_EQ(fetched.kept.expires, noon() + 24h + kWeek);
}

TEST(StsFetch, UsesAPolicyOfNoAgeOnce) {
  const std::string brief = "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 0\n";
  const Fetched fetched = after_fetch("1", brief, std::nullopt, noon());
  EXPECT_TRUE(fetched.found.enforced());
  EXPECT_EQ(at(fetched.kept, record("1"), noon()).next, Next::fetch);
}

TEST(StsFetch, LeavesTheKeptPolicyAsItIsWhenItFails) {
  for (const char* id : {"1", "2"}) {
    const Fetched fetched = after_fetch(id, silence(), holding(), noon() + 1h);
    EXPECT_EQ(fetched.kept, failing(holding(), id, noon() + 1h));
    EXPECT_TRUE(fetched.found.enforced());
    EXPECT_EQ(fetched.found.id, "1");
    EXPECT_EQ(fetched.found.expires, noon() + kWeek);
    EXPECT_EQ(fetched.found.code, "sts-policy-fetch-error");
  }
  EXPECT_EQ(after_fetch("1", silence(), holding(), noon()).found.why,
            "it could not be fetched again: the host is silent");
  EXPECT_EQ(after_fetch("2", silence(), holding(), noon()).found.why,
            "the policy was announced anew and could not be fetched: the host is silent");
}

TEST(StsFetch, LeavesNoPolicyWhenItFailsAndNoneIsKept) {
  Kept ended = holding();
  ended.expires = noon();
  for (const std::optional<Kept>& kept : {std::optional<Kept>(), std::optional(ended)}) {
    for (const char* id : {"1", "2"}) {
      const Fetched fetched = after_fetch(id, silence("sts-webpki-invalid"), kept, noon());
      EXPECT_EQ(fetched.found.state, State::none);
      EXPECT_EQ(fetched.found.code, "sts-webpki-invalid");
      EXPECT_EQ(fetched.kept.id, kept ? "1" : "");
      EXPECT_EQ(fetched.kept.failures, 1);
    }
  }
}

TEST(StsFetch, TakesAnInvalidPolicyForAFailure) {
  const Fetched kept = after_fetch("2", "<html>Not Found</html>", holding(), noon() + 1h);
  EXPECT_TRUE(kept.found.enforced());
  EXPECT_EQ(kept.found.code, "sts-policy-invalid");
  EXPECT_EQ(kept.kept.body, kBody);
  EXPECT_EQ(kept.kept.failed_id, "2");
  const Fetched none = after_fetch("1", "", std::nullopt, noon());
  EXPECT_EQ(none.found.state, State::none);
  EXPECT_EQ(none.found.code, "sts-policy-invalid");
  EXPECT_EQ(none.kept.body, "");
}

TEST(StsFetch, AnswersAsTheNextDecisionWould) {
  // Who waited for the fetch and who asks a moment later are told the same.
  for (const auto& kept : {std::optional<Kept>(), std::optional(holding())}) {
    for (const char* id : {"1", "2"}) {
      for (const auto& body : {base::Result<std::string>(kBody), silence()}) {
        const Fetched fetched = after_fetch(id, body, kept, noon() + 1h);
        const Decision next = at(fetched.kept, record(id), noon() + 1h);
        EXPECT_EQ(next.next, Next::use);
        EXPECT_EQ(next.found.state, fetched.found.state);
        EXPECT_EQ(next.found.policy, fetched.found.policy);
        EXPECT_EQ(next.found.expires, fetched.found.expires);
      }
    }
  }
}

}  // namespace
}  // namespace postern::mtasts
