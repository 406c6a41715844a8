#include "core/posture/posture.h"

#include <gtest/gtest.h>

#include <set>

#include "core/tls/testing.h"

namespace postern::posture {
namespace {

using tls::testing::domain;
using tls::testing::key;

policy::InternalDomain corp(policy::StsMode mode = policy::StsMode::enforce) {
  policy::InternalDomain made;
  made.domain = domain("corp.example");
  made.sts.mode = mode;
  return made;
}

Gateway gateway() {
  return {.hostname = domain("mail.gateway.example"),
          .keys = {{key(1)}},
          .report_mailbox = "tls-reports"};
}

template <class Answer>
Answer nothing() {
  Answer answer;
  answer.outcome = dns::Outcome::no_data;
  return answer;
}

dns::TxtAnswer txt(std::initializer_list<const char*> texts) {
  auto answer = nothing<dns::TxtAnswer>();
  if (texts.size() > 0) answer.outcome = dns::Outcome::ok;
  for (const char* text : texts) answer.records.push_back({text});
  return answer;
}

dns::AddressAnswer at(const char* address, const char* canonical) {
  auto answer = nothing<dns::AddressAnswer>();
  answer.outcome = dns::Outcome::ok;
  answer.records.push_back(*base::IpAddress::parse(address));
  answer.canonical = domain(canonical);
  return answer;
}

dns::TlsaAnswer tlsa(std::initializer_list<std::uint8_t> fills,
                     dns::Security security = dns::Security::secure) {
  auto answer = nothing<dns::TlsaAnswer>();
  answer.security = security;
  for (const std::uint8_t fill : fills) {
    answer.outcome = dns::Outcome::ok;
    answer.records.push_back({3, 1, 1, std::vector<std::uint8_t>(32, fill)});
  }
  return answer;
}

TEST(Posture, IsGoodWhenNothingHasToBeDone) {
  Posture all{domain("corp.example"), {}};
  all.items.push_back({.state = State::right});
  all.items.push_back({.state = State::optional});
  EXPECT_TRUE(all.good());
  all.items.push_back({.state = State::unknown});
  EXPECT_FALSE(all.good());
}

TEST(Posture, HasAWordForEachKindAndState) {
  std::set<std::string_view> texts;
  std::set<std::string_view> titles;
  for (const Kind kind : {Kind::mx, Kind::sts_record, Kind::sts_host, Kind::sts_policy, Kind::tlsa,
                          Kind::tls_reports, Kind::dkim}) {
    texts.insert(kind_text(kind));
    titles.insert(kind_title(kind));
  }
  EXPECT_EQ(texts.size(), 7U);
  EXPECT_EQ(titles.size(), 7U);
  std::set<std::string_view> states;
  for (const State state :
       {State::right, State::missing, State::differs, State::unknown, State::optional}) {
    states.insert(state_text(state));
  }
  EXPECT_EQ(states.size(), 5U);
  EXPECT_FALSE(texts.contains("") || titles.contains("") || states.contains(""));
}

template <class Answer>
Answer failed() {
  Answer answer;
  answer.outcome = dns::Outcome::failed;
  answer.why = "The DNS server did not answer.";
  return answer;
}

// "Missing" would make somebody publish a second record.
TEST(Posture, KnowsNothingOfWhatCouldNotBeLookedUp) {
  const onboarding::Record record{"postern._domainkey.gateway.example", "TXT", "v=DKIM1; p=AAAA"};
  const Item items[] = {
      judge_sts_record(corp(), "1", failed<dns::TxtAnswer>()),
      judge_sts_host(corp(), gateway(), failed<dns::AddressAnswer>(), at("192.0.2.1", "a.example")),
      judge_tlsa(gateway(), failed<dns::TlsaAnswer>()),
      judge_tls_reports(domain("corp.example"), gateway(), failed<dns::TxtAnswer>()),
      judge_dkim(record, failed<dns::TxtAnswer>()),
  };
  for (const Item& item : items) {
    EXPECT_EQ(item.state, State::unknown) << kind_text(item.kind);
    EXPECT_NE(item.why.find("did not answer"), std::string::npos) << kind_text(item.kind);
  }
}

TEST(Posture, TakesMxRecordsAsTheOnboardingJudgedThem) {
  onboarding::PublishedVerdict mx;
  mx.needed = {{"corp.example", "MX", "10 mail.gateway.example"},
               {"corp.example", "MX", "20 backup.gateway.example"}};
  EXPECT_EQ(item_of(mx).state, State::missing);
  EXPECT_EQ(item_of(mx).value, "10 mail.gateway.example\n20 backup.gateway.example");
  mx.found = {"10 elsewhere.example"};
  EXPECT_EQ(item_of(mx).state, State::differs);
  mx.good = true;
  EXPECT_EQ(item_of(mx).state, State::right);
}

TEST(Posture, HasNoTlsaRecordForAGatewayWithoutACertificate) {
  Gateway bare = gateway();
  bare.keys.clear();
  EXPECT_EQ(judge_tlsa(bare, tlsa({})).state, State::unknown);
}

// --- MTA-STS -------------------------------------------------------------------------------------

TEST(Posture, ServesAPolicyThatListsTheGateway) {
  Gateway names = gateway();
  names.others = {domain("backup.gateway.example")};
  EXPECT_EQ(mtasts::to_text(*sts_policy(corp(), names)),
            "version: STSv1\r\nmode: enforce\r\nmx: mail.gateway.example\r\n"
            "mx: backup.gateway.example\r\nmax_age: 604800\r\n");
  EXPECT_FALSE(sts_policy(corp(policy::StsMode::off), names));
}

TEST(Posture, ServesAPolicyThatListsWhatTheAdministratorNames) {
  auto own = corp();
  own.sts.mx = {tls::testing::pattern("*.mx.example")};
  EXPECT_EQ(sts_policy(own, gateway())->mx, own.sts.mx);
}

TEST(Posture, WantsTheRecordOfThePolicyInForce) {
  EXPECT_EQ(judge_sts_record(corp(), "a1", txt({})).state, State::missing);
  EXPECT_EQ(judge_sts_record(corp(), "a1", txt({})).value, "v=STSv1; id=a1;");
  EXPECT_EQ(judge_sts_record(corp(), "a1", txt({"v=STSv1; id=a1"})).state, State::right);
  EXPECT_EQ(judge_sts_record(corp(), "a1", txt({"v=STSv1; id=old"})).state, State::differs);
  EXPECT_EQ(judge_sts_record(corp(), "a1", txt({"v=STSv1; id=;"})).state, State::differs);
}

TEST(Posture, WarnsOfARecordWithoutAPolicy) {
  const auto off = corp(policy::StsMode::off);
  EXPECT_EQ(judge_sts_record(off, "", txt({})).state, State::optional);
  EXPECT_EQ(judge_sts_record(off, "", txt({"v=STSv1; id=a1"})).state, State::differs);
}

TEST(Posture, SaysWhatCouldNotBeLookedUp) {
  dns::TxtAnswer failed;
  failed.why = "The DNS did not answer in time.";
  const Item item = judge_sts_record(corp(), "a1", failed);
  EXPECT_EQ(item.state, State::unknown);
  EXPECT_NE(item.why.find("in time"), std::string::npos);
}

TEST(Posture, TakesAPolicyHostThatIsAnAliasOrHasAnAddressOfTheGateway) {
  const auto of_gateway = at("192.0.2.1", "mail.gateway.example");
  EXPECT_EQ(judge_sts_host(corp(), gateway(), of_gateway, of_gateway).state, State::right);
  EXPECT_EQ(
      judge_sts_host(corp(), gateway(), at("192.0.2.1", "mta-sts.corp.example"), of_gateway).state,
      State::right);
  EXPECT_EQ(
      judge_sts_host(corp(), gateway(), at("192.0.2.9", "mta-sts.corp.example"), of_gateway).state,
      State::differs);
  EXPECT_EQ(judge_sts_host(corp(), gateway(), nothing<dns::AddressAnswer>(), of_gateway).state,
            State::missing);
}

TEST(Posture, ComparesThePolicyThatSendersGet) {
  const std::string served = mtasts::to_text(*sts_policy(corp(), gateway()));
  EXPECT_EQ(judge_sts_policy(corp(), gateway(), served).state, State::right);
  const std::string other = mtasts::to_text(*sts_policy(corp(policy::StsMode::testing), gateway()));
  EXPECT_EQ(judge_sts_policy(corp(), gateway(), other).state, State::differs);
  EXPECT_EQ(judge_sts_policy(corp(), gateway(), std::string("<html>")).state, State::differs);
  const base::Result<std::string> blocked = base::fail("sts-policy-fetch-error", "No answer.");
  EXPECT_EQ(judge_sts_policy(corp(), gateway(), blocked).state, State::missing);
}

// --- TLSA ----------------------------------------------------------------------------------------

TEST(Posture, LeavesTlsaToWhoHasASignedZone) {
  EXPECT_EQ(judge_tlsa(gateway(), tlsa({}, dns::Security::insecure)).state, State::optional);
  EXPECT_EQ(judge_tlsa(gateway(), tlsa({})).state, State::optional);
}

TEST(Posture, WarnsOfTlsaRecordsThatNoKeyInUseMatches) {
  EXPECT_EQ(judge_tlsa(gateway(), tlsa({1})).state, State::right);
  EXPECT_EQ(judge_tlsa(gateway(), tlsa({9})).state, State::differs);
}

TEST(Posture, WantsTheNextKeyPublishedBesideTheOneInUse) {
  Gateway rolling = gateway();
  rolling.keys.push_back({key(2), true});
  EXPECT_EQ(judge_tlsa(rolling, tlsa({1})).state, State::missing);
  EXPECT_EQ(judge_tlsa(rolling, tlsa({1, 2})).state, State::right);
  EXPECT_EQ(judge_tlsa(rolling, tlsa({2})).state, State::differs);
}

// --- reports -------------------------------------------------------------------------------------

TEST(Posture, WantsReportsAtTheGateway) {
  const auto corp_domain = domain("corp.example");
  const auto state = [&](std::initializer_list<const char*> texts) {
    return judge_tls_reports(corp_domain, gateway(), txt(texts)).state;
  };
  EXPECT_EQ(state({}), State::missing);
  EXPECT_EQ(state({"v=TLSRPTv1; rua=mailto:TLS-Reports@corp.example"}), State::right);
  EXPECT_EQ(state({"v=TLSRPTv1; rua=https://reports.example/"}), State::optional);
  EXPECT_EQ(state({"v=TLSRPTv1; rua="}), State::differs);
}

TEST(Posture, ComparesTheKeyOfReports) {
  const onboarding::Record record{"postern._domainkey.gateway.example", "TXT",
                                  "v=DKIM1; k=rsa; s=email:tlsrpt; p=AAAA"};
  EXPECT_EQ(judge_dkim(record, txt({})).state, State::missing);
  EXPECT_EQ(judge_dkim(record, txt({"v=DKIM1; p=AAAA"})).state, State::right);
  EXPECT_EQ(judge_dkim(record, txt({"v=DKIM1; p=BBBB"})).state, State::differs);
}

}  // namespace
}  // namespace postern::posture
