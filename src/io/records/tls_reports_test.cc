#include "io/records/tls_reports.h"

#include <gtest/gtest.h>

#include "core/tlsrpt/testing.h"
#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

using namespace std::chrono_literals;

const std::chrono::sys_days kDay = std::chrono::year{2026} / 11 / 25;
constexpr std::chrono::days kADay{1};

tlsrpt::TallyRow good(std::string_view to = "example.com") {
  tlsrpt::AppliedPolicy policy{.type = tlsrpt::PolicyType::sts,
                               .strings = {"version: STSv1", "mode: enforce"},
                               .domain = std::string(to),
                               .mx_hosts = {"mx1.example.com", "*.example.net"}};
  return {domain(to), policy, std::nullopt, 1};
}
tlsrpt::TallyRow bad(std::string_view type) {
  tlsrpt::TallyRow row = good();
  row.failure = tlsrpt::FailedWith{.result_type = std::string(type),
                                   .sending_mta_ip = "2001:db8::1",
                                   .receiving_mx = "mx1.example.com",
                                   .receiving_ip = "192.0.2.1",
                                   .reason_code = "certificate-self-signed"};
  return row;
}
tlsrpt::Tally tally_of(std::initializer_list<tlsrpt::TallyRow> rows) {
  tlsrpt::Tally tally(kDay);
  for (const auto& row : rows) tally.add(row);
  return tally;
}

// --- sessions, and our reports -------------------------------------------------------------------

TEST(TlsSessions, AddUpOverRestartsAndWriters) {
  const TemporaryFolder folder;
  auto one = open_records(folder), other = open_records(folder);
  const auto counts = tally_of({good(), good(), bad("certificate-not-trusted")});
  ASSERT_TRUE(one->tls_sessions().add(counts));
  ASSERT_TRUE(other->tls_sessions().add(counts));
  tlsrpt::Tally twice = counts;
  twice.add(counts);
  const auto kept = open_records(folder)->tls_sessions().tally(kDay, domain("example.com"));
  ASSERT_TRUE(kept) << kept.error().text;
  EXPECT_EQ(kept->rows(), twice.rows());
}

TEST(TlsSessions, AreAskedForByDomain) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_sessions().add(tally_of({good(), good("example.net")})));
  EXPECT_EQ(records->tls_sessions().tally(kDay, domain("example.net"))->rows().size(), 1U);
  EXPECT_EQ(records->tls_sessions().tally(kDay, std::nullopt)->rows().size(), 2U);
  EXPECT_TRUE(records->tls_sessions().tally(kDay + kADay, std::nullopt)->rows().empty());
}

TEST(TlsSessions, OfADayThatIsOverWaitForAPlan) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_sessions().add(tally_of({good(), bad("certificate-expired")})));
  EXPECT_TRUE(records->tls_sessions().unplanned(kDay)->empty());
  const TlsSessions::Unplanned due{{kDay, domain("example.com")}};
  EXPECT_EQ(records->tls_sessions().unplanned(kDay + kADay).value(), due);

  Sending nobody{.day = kDay, .domain = domain("example.com")};
  nobody.state = Sending::State::unwanted;
  ASSERT_TRUE(records->tls_sessions().save(nobody));
  EXPECT_TRUE(records->tls_sessions().unplanned(kDay + kADay)->empty());
}

TEST(TlsSessions, RememberWhatBecameOfEachReport) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  Sending sending{
      .day = kDay, .domain = domain("example.com"), .destination = "mailto:a@b.example"};
  sending.due = kNow;
  sending.report_id = "one";
  ASSERT_TRUE(records->tls_sessions().save(sending));
  EXPECT_TRUE(records->tls_sessions().waiting(kNow - 1s)->empty());
  EXPECT_EQ(records->tls_sessions().waiting(kNow).value(), std::vector{sending});
  sending.state = Sending::State::sent;
  sending.attempts = 1;
  sending.detail = "accepted";
  ASSERT_TRUE(records->tls_sessions().save(sending));
  EXPECT_TRUE(records->tls_sessions().waiting(kNow)->empty());
  EXPECT_EQ(open_records(folder)->tls_sessions().sendings(10).value(), std::vector{sending});
}

TEST(TlsSessions, AreForgottenInTime) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_sessions().add(tally_of({good()})));
  ASSERT_TRUE(records->tls_sessions().forget_before(kDay));
  EXPECT_FALSE(records->tls_sessions().tally(kDay, std::nullopt)->rows().empty());
  ASSERT_TRUE(records->tls_sessions().forget_before(kDay + kADay));
  EXPECT_TRUE(records->tls_sessions().tally(kDay, std::nullopt)->rows().empty());
}

// --- reports of others ---------------------------------------------------------------------------

ReceivedReport received(std::string id = "one") {
  ReceivedReport report;
  report.account = kMain;
  report.domain = domain("corp.example");
  report.received = kNow;
  report.report = tlsrpt::testing::example_report();
  report.report.id = std::move(id);
  return report;
}

TEST(TlsReceived, KeepAReportWhole) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ReceivedReport report = received();
  const auto id = records->tls_received().take(report);
  ASSERT_TRUE(id && *id) << (id ? "known" : id.error().text);
  report.id = **id;
  EXPECT_EQ(records->tls_received().find(kMain, report.id).value(), report);
  EXPECT_EQ(records->tls_received().reports({.account = kMain}).value(), std::vector{report});
}

TEST(TlsReceived, TakeAReportOnce) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_received().take(received())->has_value());
  EXPECT_FALSE(records->tls_received().take(received())->has_value());
  EXPECT_TRUE(records->tls_received().take(received("two"))->has_value());
}

TEST(TlsReceived, ShowAnotherAccountNothing) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto id = records->tls_received().take(received()).value().value();
  const base::AccountId other{99};
  EXPECT_FALSE(records->tls_received().find(other, id)->has_value());
  EXPECT_TRUE(records->tls_received().reports({.account = other})->empty());
  EXPECT_TRUE(records->tls_received().days({.account = other})->empty());
  EXPECT_TRUE(records->tls_received().failing({.account = other})->empty());
}

TEST(TlsReceived, AddUpByDayAndByFailure) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_received().take(received()));
  ASSERT_TRUE(records->tls_received().take(received("two")));
  const auto days = records->tls_received().days({.account = kMain}).value();
  ASSERT_EQ(days.size(), 1U);
  EXPECT_EQ(days[0].day, std::chrono::sys_days(std::chrono::year{2016} / 4 / 1));
  EXPECT_EQ(days[0].successful, 2 * 5326);
  EXPECT_EQ(days[0].failed, 2 * 303);
  EXPECT_EQ(days[0].reports, 2);
  const auto failing = records->tls_received().failing({.account = kMain}).value();
  ASSERT_EQ(failing.size(), 3U);
  EXPECT_EQ(failing[0].organization, "Company-X");
  EXPECT_EQ(failing[0].result_type, "starttls-not-supported");
  EXPECT_EQ(failing[0].sessions, 400);
  EXPECT_EQ(failing[2].sessions, 6);
}

TEST(TlsReceived, ArePagedFromTheNewest) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  for (const char* id : {"one", "two", "three"}) {
    ASSERT_TRUE(records->tls_received().take(received(id)));
  }
  const auto first = records->tls_received().reports({.account = kMain, .limit = 2}).value();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].report.id, "three");
  const auto rest =
      records->tls_received().reports({.account = kMain, .before = first[1].id}).value();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].report.id, "one");
}

TEST(TlsReceived, TellANewFailureFromAKnownOne) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  const auto failure = received().report.policies[0].failures[0].with;
  const auto corp = domain("corp.example");
  const auto known = [&](std::int64_t other_than) {
    return records->tls_received().known_failure(corp, failure, kNow - 1h, other_than).value();
  };
  const auto first = records->tls_received().take(received()).value().value();
  EXPECT_FALSE(known(first));
  const auto second = records->tls_received().take(received("two")).value().value();
  EXPECT_TRUE(known(second));
  EXPECT_FALSE(records->tls_received().known_failure(corp, failure, kNow + 1s, second).value());
}

TEST(TlsReceived, AreCountedByDomainAndTime) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_received().take(received()));
  ASSERT_TRUE(records->tls_received().take(received("two")));
  TlsReceived& all = records->tls_received();
  EXPECT_EQ(all.count_since(domain("corp.example"), kNow).value(), 2);
  EXPECT_EQ(all.count_since(domain("corp.example"), kNow + 1s).value(), 0);
  EXPECT_EQ(all.count_since(domain("other.example"), kNow).value(), 0);
}

TEST(TlsReceived, AreForgottenInTime) {
  const TemporaryFolder folder;
  auto records = open_records(folder);
  ASSERT_TRUE(records->tls_received().take(received()));
  ASSERT_TRUE(records->tls_received().forget_before(kNow + 1s));
  EXPECT_TRUE(records->tls_received().reports({.account = kMain})->empty());
  EXPECT_TRUE(records->tls_received().failing({.account = kMain})->empty());
}

}  // namespace
}  // namespace postern::records
