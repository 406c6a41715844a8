#include "io/records/traffic.h"

#include <gtest/gtest.h>

#include "io/records/temporary_records.h"

namespace postern::records {
namespace {

// Evidence of mail to partners, counted since kNow.
struct Month {
  TemporaryFolder folder;
  std::unique_ptr<Records> records = open_records(folder);
  std::int64_t sequence = 0;

  queue::Attempt attempt(std::int64_t message, std::string domain = "partner.example") {
    queue::Attempt made;
    made.time = kNow + std::chrono::hours(1);
    made.account = kMain;
    made.message = {message};
    made.domain = std::move(domain);
    made.peer_host = "mx1.partner.example:25";
    made.version = tls::Version::tls1_3;
    made.method = tls::AuthMethod::pkix;
    return made;
  }
  void happened(queue::Attempt attempt) {
    const std::pair<std::int64_t, queue::Attempt> one{++sequence, std::move(attempt)};
    ASSERT_TRUE(records->record("node", {&one, 1}));
  }
  Traffic counted(std::string_view scope = "partner.example", std::string peer_host = "") {
    TrafficFilter filter{.account = kMain,
                         .hop = queue::Hop::gateway_to_partner,
                         .scope = policy::Scope::parse(scope).value(),
                         .peer_host = std::move(peer_host),
                         .since = kNow};
    return records->traffic(filter).value();
  }
};

TEST(Traffic, CountsAMessageOnceHoweverOftenItWasTried) {
  Month month;
  auto waiting = month.attempt(1);
  waiting.outcome = queue::AttemptOutcome::deferred;
  waiting.met = false;
  month.happened(waiting);
  month.happened(waiting);
  month.happened(month.attempt(1));
  EXPECT_EQ(month.counted().messages, 1);
  EXPECT_EQ(month.counted().stopped, 1);
  EXPECT_EQ(month.counted().without_tls, 0);
}

TEST(Traffic, TellsClearFromUnprovedFromProved) {
  Month month;
  auto clear = month.attempt(1), old = month.attempt(2), unproved = month.attempt(3);
  clear.version = tls::Version::none;
  old.version = tls::Version::tls1_0;
  clear.method = old.method = unproved.method = tls::AuthMethod::none;
  for (const auto& one : {clear, old, unproved, month.attempt(4)}) month.happened(one);
  const Traffic traffic = month.counted();
  EXPECT_EQ(traffic.messages, 4);
  EXPECT_EQ(traffic.without_tls, 2);
  EXPECT_EQ(traffic.without_proof, 3);
}

TEST(Traffic, LeavesOutWhatIsOlderElsewhereOrOfOthers) {
  Month month;
  auto older = month.attempt(1), receipt = month.attempt(2), other = month.attempt(3);
  older.time = kNow - std::chrono::seconds(1);
  receipt.hop = queue::Hop::partner_to_gateway;
  other.account = {9};
  for (const auto& one : {older, receipt, other, month.attempt(0)}) month.happened(one);
  EXPECT_EQ(month.counted().messages, 0);
}

TEST(Traffic, OfARouteIsThatOfItsHost) {
  Month month;
  month.happened(month.attempt(1));
  EXPECT_EQ(month.counted("partner.example", "mx1.partner.example:25").messages, 1);
  EXPECT_EQ(month.counted("partner.example", "mx2.partner.example:25").messages, 0);
}

TEST(Traffic, OfAWildcardIsThatOfAllDomainsBelow) {
  Month month;
  month.happened(month.attempt(1, "tax.gov.uk"));
  month.happened(month.attempt(2, "a.b.gov.uk"));
  month.happened(month.attempt(3, "gov.uk"));
  month.happened(month.attempt(4, "notgov.uk"));
  EXPECT_EQ(month.counted("*.gov.uk").messages, 2);
}

TEST(Traffic, OfNothingIsNothing) {
  Month month;
  EXPECT_EQ(month.counted("*.gov.uk").messages, 0);
}

}  // namespace
}  // namespace postern::records
