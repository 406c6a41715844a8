#include "core/dane/demands.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/tls/judge.h"
#include "core/tls/testing.h"

namespace postern::dane {
namespace {

using namespace tls::testing;
using tls::Considered;
using tls::Mode;

const dns::Domain kHost = domain("mx1.example.com");

Facts facts(Facts::State state) {
  Facts facts;
  facts.state = state;
  facts.base = kHost;
  facts.why = "as it was found";
  if (state == Facts::State::usable) {
    facts.records = {{3, 1, 1, std::vector<std::uint8_t>(32, 7)}};
  }
  if (state == Facts::State::unresolved) facts.code = "dns-servfail";
  return facts;
}

tls::Requirement asked(const Facts& found, std::vector<dns::Domain> names = {kHost}) {
  tls::Requirement requirement;
  add_demands(requirement, kHost, found, names);
  return requirement;
}
tls::Requirement asked(Facts::State state) { return asked(facts(state)); }

// "met", or the code of what is not.
std::string verdict(const tls::Requirement& requirement, const tls::Observation& seen) {
  const tls::Verdict verdict = tls::judge(requirement, seen);
  return verdict.met() ? "met" : verdict.unmet->reason.code;
}
tls::Observation with(tls::Dane dane) {
  tls::Observation seen = good();
  seen.dane = dane;
  return seen;
}
// As DANE-EE ignores it and DANE-TA does not: expired, self-signed, and another's name.
tls::Observation outcast(tls::Dane dane) {
  tls::Observation seen = with(dane);
  seen.chain = tls::Chain::expired;
  seen.certificate->self_signed = true;
  seen.certificate->dns_names = {"elsewhere.example"};
  return seen;
}

// --- the names -----------------------------------------------------------------------------------

TEST(DaneNames, BeginWithTheBaseDomain) {
  EXPECT_EQ(names(kHost, domains({"example.com", "target.example"})),
            domains({"mx1.example.com", "example.com", "target.example"}));
  EXPECT_EQ(names(kHost, {}), domains({"mx1.example.com"}));
}

TEST(DaneNames, StandOnceEach) {
  EXPECT_EQ(names(kHost, domains({"example.com", "mx1.example.com", "example.com"})),
            domains({"mx1.example.com", "example.com"}));
}

TEST(DaneNames, LeaveOutWhatThereIsNot) {
  EXPECT_EQ(names(dns::Domain(), {dns::Domain(), domain("example.com")}), domains({"example.com"}));
  EXPECT_TRUE(names(dns::Domain(), {}).empty());
}

// --- usable records ------------------------------------------------------------------------------

TEST(DaneDemands, OfUsableRecordsAreTlsAndDaneAlone) {
  tls::Requirement expected;
  tls::Authenticate ways;
  ways.pkix = false;
  ways.dane = true;
  ways.dane_names = domains({"mx1.example.com", "example.com"});
  const tls::Source source{tls::SourceKind::dane, 0, "DANE of mx1.example.com"};
  tls::add_wishes(expected, source, tls::authentication(ways));
  const auto requirement =
      asked(facts(Facts::State::usable), domains({"mx1.example.com", "example.com"}));
  EXPECT_EQ(requirement.demands(), expected.demands());
  EXPECT_EQ(requirement.mode(), Mode::strict);
  EXPECT_FALSE(requirement.has_monitored());
}

TEST(DaneDemands, OfUsableRecordsAreMetByAMatchAndByNoAuthority) {
  const auto requirement = asked(Facts::State::usable);
  EXPECT_EQ(verdict(requirement, with(tls::Dane::matched_ee)), "met");
  EXPECT_EQ(verdict(requirement, with(tls::Dane::matched_ta)), "met");
  EXPECT_NE(verdict(requirement, with(tls::Dane::mismatched)), "met");
  EXPECT_NE(verdict(requirement, with(tls::Dane::not_checked)), "met");
  EXPECT_EQ(verdict(requirement, plaintext()), "starttls-not-supported");
}

TEST(DaneDemands, LetDaneEeLeaveNamesAndDatesAside) {
  EXPECT_EQ(verdict(asked(Facts::State::usable), outcast(tls::Dane::matched_ee)), "met");
}

TEST(DaneDemands, WantOneOfTheNamesOfDaneTa) {
  const auto requirement =
      asked(facts(Facts::State::usable), domains({"mx1.example.com", "example.com"}));
  EXPECT_NE(verdict(requirement, outcast(tls::Dane::matched_ta)), "met");
  tls::Observation seen = with(tls::Dane::matched_ta);
  seen.certificate->dns_names = {"example.com"};  // the domain that the host was found for
  EXPECT_EQ(verdict(requirement, seen), "met");
  EXPECT_NE(verdict(asked(Facts::State::usable), seen), "met");
}

// --- the others ----------------------------------------------------------------------------------

TEST(DaneDemands, OfUnusableRecordsAreTlsAlone) {
  tls::Requirement expected;
  const tls::Source source{tls::SourceKind::dane, 0, "DANE of mx1.example.com"};
  tls::add_wishes(expected, source, tls::encryption());
  const auto requirement = asked(Facts::State::unusable);
  EXPECT_EQ(requirement.demands(), expected.demands());
  EXPECT_EQ(requirement.mode(), Mode::relaxed);
  EXPECT_EQ(verdict(requirement, outcast(tls::Dane::not_checked)), "met");
  EXPECT_EQ(verdict(requirement, plaintext()), "starttls-not-supported");
}

TEST(DaneDemands, AreNoneWhereNothingIsPublished) {
  const auto requirement = asked(Facts::State::absent);
  EXPECT_TRUE(requirement.demands().empty());
  EXPECT_EQ(verdict(requirement, plaintext()), "met");
}

TEST(DaneDemands, HoldBackWhatCouldNotBeRead) {
  const auto requirement = asked(Facts::State::unresolved);
  for (const auto& seen : {good(), with(tls::Dane::matched_ee), plaintext()}) {
    EXPECT_EQ(verdict(requirement, seen), "dns-servfail");
  }
  // Known before the first packet: the host is not even connected to.
  const auto outside = tls::judge_host(requirement, kHost);
  ASSERT_TRUE(outside);
  EXPECT_EQ(outside->reason.code, "dns-servfail");
  EXPECT_EQ(outside->demand.source.kind, tls::SourceKind::dane);
}

TEST(DaneDemands, HoldBackAlsoWhatWasNeverAsked) {
  // The state of a search that was broken off is no "none".
  const auto requirement = asked(search(kHost, {}).facts);
  EXPECT_TRUE(requirement.demands().empty());  // without an address there is nobody to write to
  dns::AddressAnswer address;
  address.outcome = dns::Outcome::ok;
  address.security = dns::Security::secure;
  Known known;
  known.a = &address;
  const auto broken_off = asked(search(kHost, known).facts);
  EXPECT_EQ(verdict(broken_off, good()), "dns-timeout");
}

TEST(DaneDemands, ExplainThemselvesInOneLine) {
  const auto line = [](Facts::State state) {
    const auto requirement = asked(state);
    EXPECT_EQ(requirement.considered().size(), 1U);
    return requirement.considered().at(0);
  };
  const tls::Source source{tls::SourceKind::dane, 0, "DANE of mx1.example.com"};
  const std::string why = "as it was found";
  EXPECT_EQ(line(Facts::State::absent),
            (Considered{source, Mode::opportunistic, Considered::Fate::absent, why}));
  EXPECT_EQ(line(Facts::State::unusable),
            (Considered{source, Mode::relaxed, Considered::Fate::joined, why}));
  EXPECT_EQ(line(Facts::State::usable),
            (Considered{source, Mode::strict, Considered::Fate::joined, why}));
  EXPECT_EQ(line(Facts::State::unresolved),
            (Considered{source, Mode::strict, Considered::Fate::joined, why}));
}

TEST(DaneDemands, TakeNothingAwayFromWhatOthersAsk) {
  for (const auto state : {Facts::State::absent, Facts::State::unusable, Facts::State::usable,
                           Facts::State::unresolved}) {
    tls::Requirement requirement = strict();
    const auto before = requirement.demands();
    add_demands(requirement, kHost, facts(state), {kHost});
    for (const tls::Demand& demand : before) {
      EXPECT_NE(std::ranges::find(requirement.demands(), demand), requirement.demands().end());
    }
    EXPECT_EQ(requirement.mode(), Mode::strict);
  }
}

}  // namespace
}  // namespace postern::dane
