#include "io/records/evidence_sums.h"

#include <gmock/gmock.h>

#include "io/records/schema.h"
#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Numbered = std::pair<std::int64_t, queue::Attempt>;
using Outcome = queue::AttemptOutcome;
using std::chrono::hours;

constexpr base::AccountId kOther{2};
constexpr base::Instant kEver{};

queue::Attempt delivered(std::string domain, base::Duration ago = base::Duration(0)) {
  queue::Attempt attempt;
  attempt.time = kNow - ago;
  attempt.node = "gw1";
  attempt.account = kMain;
  attempt.domain = std::move(domain);
  attempt.peer_host = "mx." + attempt.domain;
  attempt.version = tls::Version::tls1_3;
  return attempt;
}

queue::Attempt unmet(std::string domain, std::string reason) {
  queue::Attempt attempt = delivered(std::move(domain));
  attempt.outcome = Outcome::deferred;
  attempt.met = false;
  attempt.reason = std::move(reason);
  return attempt;
}

queue::Attempt with_certificate(queue::Attempt attempt, std::string sha256, std::string expiry) {
  attempt.certificate_sha256 = std::move(sha256);
  attempt.expiry = std::move(expiry);
  return attempt;
}

class EvidenceSumsTest : public testing::Test {
 protected:
  void record(std::vector<queue::Attempt> attempts) {
    std::vector<Numbered> numbered;
    for (auto& attempt : attempts) numbered.emplace_back(++sequence_, std::move(attempt));
    const auto recorded = records_->record("gw1", numbered);
    ASSERT_TRUE(recorded) << recorded.error().text;
  }
  std::vector<std::string> by_hop(base::Instant since = kEver, base::AccountId account = kMain) {
    std::vector<std::string> lines;
    for (const HopSum& sum : records_->sums().by_hop(account, since).value()) {
      lines.push_back(line(sum));
    }
    return lines;
  }
  std::vector<std::string> by_domain(const std::string& name) {
    std::vector<std::string> lines;
    for (const DomainSum& sum : records_->sums().by_domain(kMain, name, kEver).value()) {
      lines.push_back(line(sum) + (sum.would_fail.empty() ? "" : " " + sum.would_fail));
    }
    return lines;
  }
  std::vector<std::string> unmet_lines() {
    std::vector<std::string> lines;
    for (const UnmetSum& sum : records_->sums().unmet(kMain, kEver, 100).value()) {
      lines.push_back(sum.domain + " " + sum.host + " " + sum.reason + " " +
                      std::to_string(sum.total));
    }
    return lines;
  }
  std::vector<std::string> expiring(base::Instant ends, base::Instant since = kEver) {
    std::vector<std::string> lines;
    for (const PeerRecord& peer : records_->sums().expiring(kMain, ends, since, 100).value()) {
      lines.push_back(peer.host + " " + peer.certificate_sha256);
    }
    return lines;
  }
  static std::string line(const HopSum& sum) {
    return std::string(queue::hop_text(sum.hop)) + " " + std::string(proof_text(sum.proof)) + " " +
           std::string(queue::outcome_text(sum.outcome)) + " " + std::to_string(sum.total);
  }
  TemporaryFolder folder_;
  std::unique_ptr<Records> records_ = open_records(folder_);
  std::int64_t sequence_ = 0;
};

TEST_F(EvidenceSumsTest, CountAnAccountsHopsByProofAndOutcome) {
  queue::Attempt proved = delivered("a.example");
  proved.method = tls::AuthMethod::dane;
  queue::Attempt clear = delivered("b.example");
  clear.version = tls::Version::none;
  queue::Attempt others = delivered("a.example");
  others.account = kOther;
  record({proved, proved, clear, unmet("c.example", "x"), others});
  EXPECT_THAT(by_hop(), UnorderedElementsAre("gateway-to-partner authenticated delivered 2",
                                             "gateway-to-partner clear delivered 1",
                                             "gateway-to-partner none deferred 1"));
  EXPECT_THAT(by_hop(kEver, kOther), ElementsAre("gateway-to-partner encrypted delivered 1"));
}

TEST_F(EvidenceSumsTest, CountWholeHoursOfThePeriod) {
  record({delivered("a.example", hours(30)), delivered("a.example", hours(1))});
  EXPECT_THAT(by_hop(kNow - hours(24)), ElementsAre("gateway-to-partner encrypted delivered 1"));
}

TEST_F(EvidenceSumsTest, CountAnAttemptOnceHoweverOftenTheOutboxSendsIt) {
  const std::vector<Numbered> batch{{1, delivered("a.example")}, {2, unmet("a.example", "x")}};
  ASSERT_TRUE(records_->record("gw1", batch));
  ASSERT_TRUE(records_->record("gw1", batch));
  EXPECT_THAT(by_hop(), UnorderedElementsAre("gateway-to-partner encrypted delivered 1",
                                             "gateway-to-partner none deferred 1"));
  EXPECT_THAT(unmet_lines(), ElementsAre("a.example mx.a.example x 1"));
}

TEST_F(EvidenceSumsTest, CountADomainsAttemptsWithWhatMonitoringWouldHaveStopped) {
  queue::Attempt watched = delivered("a.example");
  watched.would_fail = "certificate-expired";
  record({watched, delivered("a.example"), delivered("b.example")});
  record({watched});
  EXPECT_THAT(by_domain("a.example"),
              UnorderedElementsAre("gateway-to-partner encrypted delivered 1",
                                   "gateway-to-partner encrypted delivered 2 certificate-expired"));
}

TEST_F(EvidenceSumsTest, TellUnmetRequirementsByHostTheLatestFirst) {
  queue::Attempt later = unmet("b.example", "mx-not-pinned");
  later.time += hours(1);
  queue::Attempt refused = unmet("c.example", "tls-required");
  refused.hop = queue::Hop::partner_to_gateway;
  refused.peer_host = "says-what-it-likes";
  refused.time -= hours(1);
  record({unmet("a.example", "certificate-expired"), unmet("a.example", "certificate-expired"),
          later, refused});
  EXPECT_THAT(unmet_lines(), ElementsAre("b.example mx.b.example mx-not-pinned 1",
                                         "a.example mx.a.example certificate-expired 2",
                                         "c.example  tls-required 1"));
}

TEST_F(EvidenceSumsTest, NameServersWhoseLatestCertificateEndsSoon) {
  const base::Instant limit = base::parse_rfc3339("2026-10-05T00:00:00Z").value();
  record({with_certificate(delivered("a.example", hours(5)), "old", "2026-10-01T00:00:00Z"),
          with_certificate(delivered("b.example", hours(5)), "old", "2026-10-01T00:00:00Z")});
  EXPECT_THAT(expiring(limit), ElementsAre("mx.a.example old", "mx.b.example old"));
  EXPECT_THAT(expiring(limit, kNow), IsEmpty());
  // One has renewed it; evidence that arrives late changes nothing.
  record({with_certificate(delivered("a.example", hours(1)), "new", "2027-10-01T00:00:00Z"),
          with_certificate(delivered("a.example", hours(9)), "older", "2026-09-30T00:00:00Z")});
  EXPECT_THAT(expiring(limit), ElementsAre("mx.b.example old"));
}

TEST_F(EvidenceSumsTest, RememberWhenAServerLastTookMail) {
  queue::Attempt first = delivered("a.example", hours(2));
  first.took = std::chrono::seconds(3);
  record({first, unmet("a.example", "x")});
  const auto peers =
      records_->sums().peers(kMain, queue::Hop::gateway_to_partner, "a.example").value();
  ASSERT_EQ(peers.size(), 1u);
  EXPECT_EQ(peers[0].host, "mx.a.example");
  EXPECT_EQ(peers[0].delivered, first.time + first.took);
}

TEST_F(EvidenceSumsTest, LeaveWithTheEvidenceThatIsForgotten) {
  const auto shown = [](queue::Attempt attempt) {
    return with_certificate(std::move(attempt), "ab", "2026-10-01T00:00:00Z");
  };
  queue::Attempt old = unmet("a.example", "x");
  old.time -= hours(24 * 9);
  record({shown(delivered("a.example", hours(24 * 9))), old, shown(delivered("b.example"))});
  ASSERT_TRUE(records_->forget_evidence_before(kNow - hours(24 * 5)));
  EXPECT_THAT(by_hop(), ElementsAre("gateway-to-partner encrypted delivered 1"));
  EXPECT_THAT(by_domain("a.example"), IsEmpty());
  EXPECT_THAT(unmet_lines(), IsEmpty());
  EXPECT_THAT(expiring(kNow + hours(24 * 365)), ElementsAre("mx.b.example ab"));
}

// Every row of every table of sums.
std::vector<std::string> all_sums(Database& database) {
  std::vector<std::string> rows;
  for (const char* sql :
       {"SELECT account || hop || proof || outcome || start || ' ' || total FROM evidence_hours",
        "SELECT account || domain || hop || proof || outcome || would_fail || start || ' ' || total"
        " FROM evidence_days",
        "SELECT account || hop || domain || host || reason || start || ' ' || total || ' ' || last"
        " FROM evidence_unmet",
        "SELECT account || hop || domain || host || seen || certificate_sha256 || expiry ||"
        " required || ' ' || delivered FROM evidence_peers"}) {
    Query q = database.query(sql);
    while (q.next()) rows.emplace_back(q.text(0));
    EXPECT_TRUE(q.finish());
  }
  return rows;
}

TEST_F(EvidenceSumsTest, AreMadeForEvidenceThatWasRecordedBeforeThereWereSums) {
  queue::Attempt watched =
      with_certificate(delivered("a.example", hours(1)), "aa", "2026-12-01T00:00:00Z");
  watched.would_fail = "dane-mismatch";
  watched.required = tls::Mode::strict;
  queue::Attempt clear = delivered("b.example", hours(50));
  clear.version = tls::Version::none;
  queue::Attempt receipt = delivered("");
  receipt.hop = queue::Hop::partner_to_gateway;
  receipt.outcome = Outcome::accepted;
  record({watched, with_certificate(unmet("a.example", "x"), "bb", "2026-11-01T00:00:00Z"), clear,
          receipt, delivered("a.example", hours(3))});
  auto database = Database::open(folder_.file(), 1000).value();
  const auto expected = all_sums(*database);
  ASSERT_THAT(expected, testing::SizeIs(testing::Gt(8u)));
  // Back to how the tables were before that migration, and forward again.
  ASSERT_TRUE(database->execute(
      "DROP TABLE evidence_hours; DROP TABLE evidence_days; DROP TABLE evidence_unmet;"
      "DROP TABLE evidence_peers; DROP INDEX evidence_account; DROP INDEX evidence_partner;"
      "DROP INDEX audit_account; PRAGMA user_version = 5"));
  ASSERT_TRUE(migrate(*database, migrations().first(6)));
  EXPECT_THAT(all_sums(*database), IsEmpty());
  // What comes meanwhile is summed as ever; the older rows two at a time, the latest first.
  record({delivered("new.example", hours(5))});
  EXPECT_GT(records_->sums().catch_up(2).value(), 0);
  EXPECT_THAT(by_domain("b.example"), IsEmpty());
  while (records_->sums().catch_up(2).value() > 0) continue;
  EXPECT_EQ(records_->sums().catch_up(2).value(), 0);
  const auto all = all_sums(*database);
  for (const std::string& row : expected) EXPECT_THAT(all, testing::Contains(row));
  EXPECT_THAT(by_domain("new.example"), testing::SizeIs(1));
}

TEST_F(EvidenceSumsTest, CountNothingTwiceWhenAllThatWaitedForThemWasForgotten) {
  record({delivered("a.example", hours(24 * 9)), delivered("a.example", hours(24 * 9))});
  auto database = Database::open(folder_.file(), 1000).value();
  ASSERT_TRUE(database->execute("INSERT INTO meta (name, value) VALUES ('evidence_unsummed', 3)"));
  ASSERT_TRUE(records_->forget_evidence_before(kNow - hours(24 * 5)));
  record({delivered("b.example")});
  while (records_->sums().catch_up(100).value() > 0) continue;
  EXPECT_THAT(by_hop(), ElementsAre("gateway-to-partner encrypted delivered 1"));
}

TEST_F(EvidenceSumsTest, RememberThatARouteHasProvedItselfAgain) {
  queue::Attempt look = delivered("corp.example");
  look.hop = queue::Hop::gateway_to_internal;
  look.outcome = Outcome::probed;
  look.met = true;
  queue::Attempt failed = look;
  failed.domain = "down.example";
  failed.met = false;
  failed.reason = "certificate-expired";
  queue::Attempt partner = look;  // a look at a partner says nothing of its mail
  partner.domain = "partner.example";
  partner.hop = queue::Hop::gateway_to_partner;
  record({look, failed, partner});
  const auto proved = [&](queue::Hop hop, const std::string& domain) {
    const auto peers = records_->sums().peers(kMain, hop, domain).value();
    return peers.size() == 1 && peers[0].delivered >= look.time;
  };
  EXPECT_TRUE(proved(queue::Hop::gateway_to_internal, "corp.example"));
  EXPECT_FALSE(proved(queue::Hop::gateway_to_internal, "down.example"));
  EXPECT_FALSE(proved(queue::Hop::gateway_to_partner, "partner.example"));
}

}  // namespace
}  // namespace postern::records
