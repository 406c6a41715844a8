#include "service/acme/tlsa_watch.h"

#include <gmock/gmock.h>

#include "service/onboarding/testing/published.h"

namespace postern::acme {
namespace {

using namespace std::chrono_literals;
using onboarding::testing::domain;
using ::testing::HasSubstr;

dns::Tlsa record(std::uint8_t filled) { return {3, 1, 1, std::vector<std::uint8_t>(32, filled)}; }
tls::Sha256 key(std::uint8_t filled) {
  tls::Sha256 out{};
  out.fill(filled);
  return out;
}

// Answers questions for TLSA records alone.
class Records : public onboarding::testing::Published {
 public:
  net::Task<dns::TlsaAnswer> tlsa(dns::Domain name, base::Deadline) override {
    const auto found = answers.find(name.text());
    dns::TlsaAnswer none;
    none.outcome = dns::Outcome::nxdomain;
    none.security = dns::Security::secure;
    co_return found == answers.end() ? none : found->second;
  }
  void publish(const std::string& host, std::vector<dns::Tlsa> records,
               std::chrono::seconds ttl = 3600s) {
    dns::TlsaAnswer& answer = answers["_25._tcp." + host];
    answer = {};
    answer.outcome = dns::Outcome::ok;
    answer.security = dns::Security::secure;
    answer.ttl = ttl;
    answer.records = std::move(records);
  }
  std::map<std::string, dns::TlsaAnswer> answers;
};

// The old key is 1, the next one 2.
class TlsaWatchTest : public ::testing::Test {
 protected:
  TlsaWatch::Verdict look() {
    TlsaWatch::Verdict verdict;
    shard_.run_until_done(ask(verdict));
    return verdict;
  }
  net::Task<void> ask(TlsaWatch::Verdict& verdict) {
    TlsaWatch::Change change{
        key(2), is_, [](const auto&, const auto& usable) { return vouches_for(usable, key(1)); },
        [](const auto&, const auto& usable) { return vouches_for(usable, key(2)); }};
    base::Deadline forever;
    verdict = co_await watch_.look(std::move(change), forever);
  }

  net::Shard shard_;
  Records records_;
  TlsaWatch::Key is_ = TlsaWatch::Key::another;
  TlsaWatch watch_{{.shard = shard_,
                    .fresh_lookups = [this]() -> base::Result<std::unique_ptr<resolver::Lookups>> {
                      return std::make_unique<onboarding::testing::View>(records_);
                    },
                    .hosts = {domain("a.example"), domain("b.example")}}};
};

TEST_F(TlsaWatchTest, WithoutRecordsAChangeIsClear) { EXPECT_EQ(look(), TlsaWatch::Verdict()); }

TEST_F(TlsaWatchTest, ARecordOfTheOldKeyAloneHoldsTheChangeAndSaysWhatToPublish) {
  records_.publish("b.example", {record(1)});
  const auto verdict = look();
  EXPECT_EQ(verdict.standing, Standing::held);
  EXPECT_THAT(verdict.why, HasSubstr("_25._tcp.b.example"));
  EXPECT_THAT(verdict.why, HasSubstr("3 1 1 0202"));
}

TEST_F(TlsaWatchTest, BothRecordsWaitUntilOlderOnesAreForgotten) {
  records_.publish("a.example", {record(1), record(2)});
  const auto verdict = look();
  EXPECT_EQ(verdict.standing, Standing::waiting);
  EXPECT_THAT(verdict.why, HasSubstr("may hold older ones until"));
}

TEST_F(TlsaWatchTest, WithATtlOfNothingBothRecordsAreClearAtOnce) {
  records_.publish("a.example", {record(1), record(2)}, 0s);
  EXPECT_EQ(look().standing, Standing::clear);
}

TEST_F(TlsaWatchTest, EveryNameMustBeClear) {
  records_.publish("a.example", {record(1), record(2)}, 0s);
  records_.publish("b.example", {record(1)}, 0s);
  EXPECT_EQ(look().standing, Standing::held);
}

TEST_F(TlsaWatchTest, RecordsThatNobodyBelievesBindNothing) {
  records_.publish("a.example", {record(1)});
  records_.answers["_25._tcp.a.example"].security = dns::Security::insecure;
  EXPECT_EQ(look().standing, Standing::clear);
}

TEST_F(TlsaWatchTest, RecordsThatDoNotFitTheOldCertificateEitherCannotBeBroken) {
  records_.publish("a.example", {record(7)});
  EXPECT_EQ(look().standing, Standing::clear);
}

TEST_F(TlsaWatchTest, WhereTheKeyStaysARecordOfItIsEnoughAtOnce) {
  is_ = TlsaWatch::Key::same;
  records_.publish("a.example", {record(2)});
  EXPECT_EQ(look(), TlsaWatch::Verdict());
}

TEST_F(TlsaWatchTest, WhereTheKeyStaysARecordOfTheWholeOldCertificateStillHolds) {
  is_ = TlsaWatch::Key::same;
  records_.publish("a.example", {record(1)});
  EXPECT_EQ(look().standing, Standing::held);
  // Once it is right, others may still hold the one that was not.
  records_.publish("a.example", {record(2)});
  EXPECT_EQ(look().standing, Standing::waiting);
}

TEST_F(TlsaWatchTest, ALookupThatFailsIsNeverNone) {
  dns::TlsaAnswer& answer = records_.answers["_25._tcp.a.example"];
  answer.outcome = dns::Outcome::failed;
  answer.why = "No name server answers.";
  const auto verdict = look();
  EXPECT_EQ(verdict.standing, Standing::unknown);
  EXPECT_THAT(verdict.why, HasSubstr("No name server answers."));
}

}  // namespace
}  // namespace postern::acme
