#include "io/records/evidence.h"

#include <gmock/gmock.h>

#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Numbered = std::pair<std::int64_t, queue::Attempt>;

queue::Attempt attempt_at(int minute, std::string name) {
  queue::Attempt attempt;
  attempt.time = kNow + std::chrono::minutes(minute);
  attempt.node = "gw1";
  attempt.account = kMain;
  attempt.domain = std::move(name);
  return attempt;
}

queue::Attempt full_attempt() {
  queue::Attempt attempt = attempt_at(0, "example.com");
  attempt.took = std::chrono::milliseconds(1234);
  attempt.message = {4711};
  attempt.delivery = {12};
  attempt.hop = queue::Hop::gateway_to_internal;
  attempt.peer_host = "mx1.example.com";
  attempt.peer_address = "[2001:db8::1]:25";
  attempt.required = tls::Mode::strict;
  attempt.sources = {{{tls::SourceKind::policy, 3, "policy *.com \"x\""},
                      tls::Mode::strict,
                      tls::Considered::Fate::joined,
                      "the longest suffix"},
                     {{tls::SourceKind::dane, 0, "DANE"},
                      tls::Mode::opportunistic,
                      tls::Considered::Fate::absent,
                      "no TLSA records"}};
  attempt.met = false;
  attempt.would_fail = "certificate-expired";
  attempt.used_exception = true;
  attempt.version = tls::Version::tls1_3;
  attempt.cipher = "TLS_AES_256_GCM_SHA384";
  attempt.group = "x25519";
  attempt.certificate_sha256 = "ab12";
  attempt.issuer = "CN=Example CA";
  attempt.expiry = "2027-01-01T00:00:00Z";
  attempt.matched_name = "mx1.example.com";
  attempt.method = tls::AuthMethod::pin;
  attempt.outcome = queue::AttemptOutcome::deferred;
  attempt.reason = "certificate-expired";
  attempt.detail = "The certificate expired.";
  return attempt;
}

class EvidenceTest : public testing::Test {
 protected:
  void record(std::vector<Numbered> attempts, const std::string& node = "gw1") {
    const auto recorded = records_->record(node, attempts);
    ASSERT_TRUE(recorded) << recorded.error().text;
  }
  std::vector<std::string> domains(const EvidenceFilter& filter) {
    const auto rows = records_->evidence(filter);
    if (!rows) return {rows.error().text};
    std::vector<std::string> names;
    for (const auto& row : *rows) names.push_back(row.attempt.domain);
    return names;
  }
  TemporaryFolder folder_;
  std::unique_ptr<Records> records_ = open_records(folder_);
};

TEST_F(EvidenceTest, ReadsBackAsItWasRecorded) {
  record({{1, full_attempt()}});
  const auto rows = records_->evidence({}).value();
  ASSERT_EQ(rows.size(), 1u);
  const queue::Attempt expected = full_attempt();
  const queue::Attempt& read = rows[0].attempt;
  EXPECT_EQ(read.time, expected.time);
  EXPECT_EQ(read.took, expected.took);
  EXPECT_EQ(read.node, expected.node);
  EXPECT_EQ(read.account, expected.account);
  EXPECT_EQ(read.message, expected.message);
  EXPECT_EQ(read.delivery, expected.delivery);
  EXPECT_EQ(read.hop, expected.hop);
  EXPECT_EQ(read.domain, expected.domain);
  EXPECT_EQ(read.peer_host, expected.peer_host);
  EXPECT_EQ(read.peer_address, expected.peer_address);
  EXPECT_EQ(read.required, expected.required);
  EXPECT_EQ(read.sources, expected.sources);
  EXPECT_EQ(read.met, expected.met);
  EXPECT_EQ(read.would_fail, expected.would_fail);
  EXPECT_EQ(read.used_exception, expected.used_exception);
  EXPECT_EQ(read.version, expected.version);
  EXPECT_EQ(read.cipher, expected.cipher);
  EXPECT_EQ(read.group, expected.group);
  EXPECT_EQ(read.certificate_sha256, expected.certificate_sha256);
  EXPECT_EQ(read.issuer, expected.issuer);
  EXPECT_EQ(read.expiry, expected.expiry);
  EXPECT_EQ(read.matched_name, expected.matched_name);
  EXPECT_EQ(read.method, expected.method);
  EXPECT_EQ(read.outcome, expected.outcome);
  EXPECT_EQ(read.reason, expected.reason);
  EXPECT_EQ(read.detail, expected.detail);
}

TEST_F(EvidenceTest, IsRecordedOnceHoweverOftenTheOutboxSendsIt) {
  record({{1, attempt_at(1, "a.example")}, {2, attempt_at(2, "b.example")}});
  record({{2, attempt_at(2, "b.example")}, {3, attempt_at(3, "c.example")}});
  record({{1, attempt_at(4, "d.example")}}, "gw2");  // another node counts for itself
  EXPECT_THAT(domains({}), ElementsAre("a.example", "b.example", "c.example", "d.example"));
}

TEST_F(EvidenceTest, DoesNotRaiseTheRevision) {
  const auto before = records_->revision().value();
  record({{1, attempt_at(1, "a.example")}});
  EXPECT_EQ(records_->revision().value(), before);
}

TEST_F(EvidenceTest, IsFoundByPeriodDomainAccountMessageHopAndOutcome) {
  queue::Attempt special = full_attempt();
  special.account = {77};
  special.domain = "special.example";
  special.time = kNow + std::chrono::minutes(5);
  record({{1, attempt_at(1, "a.example")}, {2, special}, {3, attempt_at(9, "b.example")}});

  EvidenceFilter period;
  period.from = kNow + std::chrono::minutes(1);
  period.until = kNow + std::chrono::minutes(9);
  EXPECT_THAT(domains(period), ElementsAre("a.example", "special.example"));
  EvidenceFilter by_domain;
  by_domain.domain = "b.example";
  EXPECT_THAT(domains(by_domain), ElementsAre("b.example"));
  std::vector<EvidenceFilter> for_the_special(4);
  for_the_special[0].account = base::AccountId{77};
  for_the_special[1].message = base::MessageId{4711};
  for_the_special[2].hop = queue::Hop::gateway_to_internal;
  for_the_special[3].outcome = queue::AttemptOutcome::deferred;
  for (const auto& filter : for_the_special) {
    EXPECT_THAT(domains(filter), ElementsAre("special.example"));
  }
}

TEST_F(EvidenceTest, PagesInTheOrderOfTimeWithoutGapOrRepetition) {
  // Recorded out of order, two at the same time.
  record({{1, attempt_at(3, "c")},
          {2, attempt_at(1, "a")},
          {3, attempt_at(3, "d")},
          {4, attempt_at(2, "b")},
          {5, attempt_at(4, "e")}});
  for (const auto order :
       {EvidenceFilter::Order::oldest_first, EvidenceFilter::Order::newest_first}) {
    std::string seen;
    EvidenceFilter filter;
    filter.order = order;
    filter.limit = 2;
    for (;;) {
      const auto page = records_->evidence(filter).value();
      if (page.empty()) break;
      for (const auto& row : page) seen += row.attempt.domain;
      filter.after = page.back().row;
    }
    EXPECT_EQ(seen, order == EvidenceFilter::Order::oldest_first ? "abcde" : "edcba");
  }
}

TEST_F(EvidenceTest, IsForgottenWhenItIsOldAndTheAuditLogIsNot) {
  record({{1, attempt_at(1, "a")}, {2, attempt_at(2, "b")}, {3, attempt_at(3, "c")}});
  EvidenceFilter filter;
  filter.limit = 1;
  filter.after = records_->evidence(filter)->at(0).row;
  EXPECT_EQ(records_->forget_evidence_before(kNow + std::chrono::minutes(3)).value(), 2);
  EXPECT_THAT(domains({}), ElementsAre("c"));
  EXPECT_THAT(domains(filter), ElementsAre("c"));  // its page ended with a row that is gone
  EXPECT_TRUE(records_->audit_verify()->intact);
}

// Each combination of conditions, with its index, in either order.
TEST_F(EvidenceTest, IsFoundByIndexAndNeverSorted) {
  auto database = Database::open(folder_.file(), 1000).value();
  const std::string period = "time >= $1 AND time < $2 AND (time, row) < ($3, $4)";
  for (const auto& [condition, index] : std::vector<std::pair<std::string, std::string>>{
           {period, "evidence_time"},
           {period + " AND domain = 'x'", "evidence_domain"},
           {period + " AND account = 1", "evidence_account"},
           {period + " AND account = 1 AND domain = 'x' AND hop = 'x'", "evidence_partner"},
           {period + " AND account = 1 AND message = 5 AND message <> 0", "evidence_message"}}) {
    std::string plan;
    Query q = database->query("EXPLAIN QUERY PLAN SELECT * FROM evidence INDEXED BY " + index +
                              " WHERE " + condition + " ORDER BY time DESC, row DESC");
    while (q.next()) plan += q.text(3);
    ASSERT_TRUE(q.finish()) << condition;
    EXPECT_THAT(plan, HasSubstr("SEARCH evidence USING INDEX " + index)) << condition;
    EXPECT_THAT(plan, testing::Not(HasSubstr("TEMP B-TREE"))) << condition;
  }
}

TEST_F(EvidenceTest, IsFoundByEveryCombinationOfConditions) {
  record({{1, full_attempt()}, {2, attempt_at(1, "a.example")}});
  for (int with = 0; with < 32; ++with) {
    for (const auto order :
         {EvidenceFilter::Order::oldest_first, EvidenceFilter::Order::newest_first}) {
      EvidenceFilter filter;
      filter.order = order;
      filter.hop = queue::Hop::gateway_to_internal;
      if ((with & 1) != 0) filter.account = kMain;
      if ((with & 2) != 0) filter.domain = "example.com";
      if ((with & 4) != 0) filter.message = base::MessageId{4711};
      if ((with & 8) != 0) filter.from = kNow;
      if ((with & 16) != 0) filter.until = kNow + std::chrono::minutes(1);
      EXPECT_THAT(domains(filter), ElementsAre("example.com")) << with;
    }
  }
}

}  // namespace
}  // namespace postern::records
