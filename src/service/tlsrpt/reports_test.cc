// Counting and reading, without a disk. Sending is proved over real sockets in
// tests/scenarios/test_tls_reports.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/tls/testing.h"
#include "core/tlsrpt/testing.h"
#include "service/tlsrpt/report_reader.h"
#include "service/tlsrpt/session_counter.h"
#include "service/tlsrpt/testing/memory_shelf.h"

namespace postern::tlsrpt {
namespace {

using queue::RecipientResult;
using ::testing::ElementsAre;

class Events final : public observe::EventSink {
 public:
  void emit(observe::Event event, std::initializer_list<observe::Field>) override {
    seen.emplace_back(observe::event_info(event).name);
  }
  std::vector<std::string> seen;
};

class Reports : public ::testing::Test {
 protected:
  void count(SessionCounter& counter) {
    route::RoutePlan plan;
    plan.domain = tls::testing::domain("example.com");
    plan.hosts.emplace_back();
    plan.hosts[0].host = tls::testing::domain("mx1.example.com");
    counter.session(plan, plan.hosts[0], tls::testing::good(), base::IpAddress());
  }
  std::int64_t counted() {
    std::int64_t sum = 0;
    for (const auto& [day, tally] : shelf_.tallies) {
      for (const TallyRow& row : tally.rows()) sum += row.sessions;
    }
    return sum;
  }
  net::Task<void> take_into(ReportReader& reader, std::string text, RecipientResult& result) {
    delivery::OwnMail mail{base::AccountId{1}, tls::testing::domain("corp.example"),
                           tls::testing::noon(), std::move(text)};
    result = co_await reader.take(shard_, std::move(mail));
  }
  RecipientResult take(std::string text) {
    ReportReader reader(shelf_, events_);
    RecipientResult result;
    shard_.run_until_done(take_into(reader, std::move(text), result));
    return result;
  }
  static std::string mail(std::string_view report) {
    return "Content-Type: application/tlsrpt+json\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
           base::base64(report);
  }

  net::Shard shard_;
  testing::MemoryShelf shelf_;
  Events events_;
};

TEST_F(Reports, CountsArePutAwayAtTheEnd) {
  SessionCounter counter({shard_, shelf_, events_});
  count(counter);
  count(counter);
  EXPECT_EQ(counted(), 0);
  shard_.run_until_done(counter.stop());
  EXPECT_EQ(counted(), 2);
  count(counter);
  shard_.run_until_done(counter.put_away());
  EXPECT_EQ(counted(), 2) << "nothing is counted after the end";
}

TEST_F(Reports, CountsThatCannotBePutAwayAreToldAndKept) {
  SessionCounter counter({shard_, shelf_, events_});
  count(counter);
  shelf_.broken = true;
  shard_.run_until_done(counter.put_away());
  EXPECT_THAT(events_.seen, ElementsAre("tls-report-not-kept"));
  count(counter);
  shelf_.broken = false;
  shard_.run_until_done(counter.stop());
  EXPECT_EQ(counted(), 2);
}

TEST_F(Reports, AReportIsTakenAndItsNewsTold) {
  const auto result = take(mail(to_json(testing::example_report())));
  EXPECT_EQ(result.fate, RecipientResult::Fate::delivered);
  ASSERT_EQ(shelf_.received.size(), 1U);
  EXPECT_EQ(shelf_.received[0].report, testing::example_report());
  EXPECT_EQ(shelf_.received[0].domain.text(), "corp.example");
  EXPECT_THAT(events_.seen, ElementsAre("tls-report-received", "tls-failure-reported",
                                        "tls-failure-reported", "tls-failure-reported"));
}

TEST_F(Reports, WhatIsNoReportIsRefusedForGood) {
  for (const std::string& text : {mail("{}"), std::string("Subject: hello\r\n\r\nhello\r\n")}) {
    const auto result = take(text);
    EXPECT_EQ(result.fate, RecipientResult::Fate::failed);
    EXPECT_EQ(result.status.code, "report-invalid");
  }
  EXPECT_TRUE(shelf_.received.empty());
}

TEST_F(Reports, AFloodOfReportsIsRefused) {
  shelf_.full = true;
  const auto result = take(mail(to_json(testing::example_report())));
  EXPECT_EQ(result.fate, RecipientResult::Fate::failed);
  EXPECT_TRUE(events_.seen.empty());
}

TEST_F(Reports, AReportOfVeryManyLinesIsShortenedAndItsSumsStay) {
  Report report = testing::example_report();
  const Failures line = report.policies[0].failures[0];
  report.policies[0].failures.assign(5000, line);
  report.policies.push_back(report.policies[0]);
  EXPECT_EQ(take(mail(to_json(report))).fate, RecipientResult::Fate::delivered);
  const auto& kept = shelf_.received.at(0).report.policies;
  EXPECT_EQ(kept[0].failures.size(), 1000U);
  EXPECT_TRUE(kept[1].failures.empty());
  EXPECT_EQ(kept[1].failed_sessions, report.policies[1].failed_sessions);
}

TEST_F(Reports, AReportThatCannotBeKeptWaits) {
  shelf_.broken = true;
  const auto result = take(mail(to_json(testing::example_report())));
  EXPECT_EQ(result.fate, RecipientResult::Fate::deferred);
  EXPECT_EQ(result.status.code, "records-error");
}

}  // namespace
}  // namespace postern::tlsrpt
