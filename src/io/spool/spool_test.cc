// The life of a message in the spool, as its callers see it.
#include "io/spool/spool.h"

#include <gtest/gtest.h>

#include "io/spool/sqlite.h"
#include "io/spool/testing/spool_world.h"

namespace postern::spool {
namespace {

using testing::attempt_with;
using testing::body_of;
using testing::Mail;
using testing::SpoolWorld;
using testing::to;

class SpoolTest : public ::testing::Test, protected SpoolWorld {
 protected:
  void SetUp() override { ASSERT_TRUE(open()); }
  void reopen() {
    close();
    ASSERT_TRUE(open());
  }
  queue::Delivery the_delivery(base::MessageId id) {
    auto info = wait(spool->message(shard, id));
    return info && info->deliveries.size() == 1 ? info->deliveries[0] : queue::Delivery{};
  }
};

TEST_F(SpoolTest, GivesBackTheBodyThatWasCommittedAtEverySize) {
  for (const std::size_t size : {0u, 1u, 4096u, 262143u, 262144u, 262145u, 524288u, 3'000'001u}) {
    const auto accepted = put(body_of(size, size));
    ASSERT_TRUE(accepted) << size;
    ASSERT_TRUE(*body(accepted->message) == body_of(size, size)) << size;
  }
}

// Delivery takes on as many bodies as its memory allows, and counts them by their size.
TEST_F(SpoolTest, HandsOnABodyThatTakesLittleMoreMemoryThanItsSize) {
  for (const std::size_t size : {130u, 7000u, 27'000u, 110'000u}) {
    Mail grown = mail(body_of(size, size), {to("a.example")});
    grown.piece = 100;
    const auto accepted = put(std::move(grown));
    ASSERT_TRUE(accepted) << size;
    EXPECT_LE(accepted->body->capacity(), 2 * size) << size;
  }
}

TEST_F(SpoolTest, GivesBackBodiesAfterARestart) {
  std::vector<std::pair<base::MessageId, std::size_t>> stored;
  for (const std::size_t size : {0u, 777u, 262144u, 900'000u, 2'500'000u}) {
    stored.emplace_back(put(body_of(size, size))->message, size);
  }
  reopen();
  for (const auto& [id, size] : stored) EXPECT_TRUE(*body(id) == body_of(size, size)) << size;
}

TEST_F(SpoolTest, GivesBackTheEnvelopeFromMemoryAndFromDisk) {
  Mail message = mail("body", {to("a.example")});
  message.envelope.sender = "";
  message.envelope.body = queue::BodyType::eight_bit;
  message.envelope.smtputf8 = true;
  message.envelope.require_tls = true;
  message.envelope.tls_required_no = true;
  message.envelope.dsn_return = "HDRS";
  message.envelope.dsn_envelope_id = "QQ314159";
  message.envelope.from_host = "mx.example.com [192.0.2.1]";
  const auto id = put(message)->message;
  message.envelope.size = 4;
  EXPECT_EQ(*wait(spool->envelope(shard, id)), message.envelope);
  reopen();
  EXPECT_EQ(*wait(spool->envelope(shard, id)), message.envelope);
  EXPECT_EQ(wait(spool->message(shard, id))->envelope, message.envelope);
}

TEST_F(SpoolTest, CommitsTheMessageUnderTheIdThatItsUploadNamed) {
  auto upload = spool->begin(shard);
  const base::MessageId named = upload->id();
  const auto accepted =
      wait(spool->commit(shard, std::move(upload), envelope, {to("a.example")}, {}));
  EXPECT_EQ(accepted->message, named);
}

TEST_F(SpoolTest, MakesIdsThatRiseAlsoAcrossARestart) {
  const auto first = put("one")->message;
  const auto second = put("two")->message;
  reopen();
  const auto third = put("three")->message;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_F(SpoolTest, MakesOneDeliveryADestinationAndKeepsItsRecipients) {
  auto destinations = std::vector{to("a.example", {"one", "two"}), to("b.example")};
  destinations[1].leg = queue::Leg::internal;
  destinations[0].recipients[1].notify = queue::notify_failure;
  destinations[0].recipients[1].original = "rfc822;two@a.example";
  const auto accepted = put(mail("body", destinations));
  ASSERT_EQ(accepted->deliveries.size(), 2u);
  reopen();
  const auto info = wait(spool->message(shard, accepted->message));
  ASSERT_EQ(info->deliveries.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& delivery = info->deliveries[i];
    EXPECT_EQ(delivery.id, accepted->deliveries[i].id);
    EXPECT_EQ(delivery.message, accepted->message);
    EXPECT_EQ(delivery.destination, destinations[i]);
    EXPECT_EQ(delivery.account, envelope.account);
    EXPECT_EQ(delivery.accepted, envelope.accepted);
    EXPECT_EQ(delivery.due, envelope.accepted);
    EXPECT_EQ(delivery.state, queue::State::queued);
  }
}

TEST_F(SpoolTest, KnowsHowLongTheDiskTakesOnceItHasCommitted) {
  EXPECT_EQ(spool->sync_time().count(), 0);
  ASSERT_TRUE(put(mail("body", {to("a.example")})));
  EXPECT_GT(spool->sync_time().count(), 0);
}

TEST_F(SpoolTest, RefusesAMessageForNobody) {
  const auto accepted = put(mail("body", {}));
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, "invalid-message");
}

TEST_F(SpoolTest, LosesTheMessageOnlyWithItsLastDelivery) {
  const auto accepted = put(mail("body", {to("a.example"), to("b.example")}));
  ASSERT_TRUE(finish(accepted->deliveries[0].id));
  EXPECT_EQ(*body(accepted->message), "body");
  EXPECT_EQ(counts().deliveries, 1);
  ASSERT_TRUE(finish(accepted->deliveries[1].id));
  EXPECT_EQ(body(accepted->message).error().code, "not-found");
  EXPECT_EQ(wait(spool->envelope(shard, accepted->message)).error().code, "not-found");
  EXPECT_EQ(counts().messages, 0);
  EXPECT_EQ(counts().bytes, 0);
}

TEST_F(SpoolTest, PostponesADeliveryWithWhatIsLeftOfIt) {
  const auto accepted = put(mail("body", {to("a.example", {"one", "two"})}));
  Settlement settlement;
  settlement.delivery = accepted->deliveries[0].id;
  settlement.remaining = to("a.example", {"two"}).recipients;
  settlement.due = envelope.accepted + std::chrono::minutes(5);
  settlement.last = {"certificate-expired", "4.7.5", "The certificate has expired.", "mx.a.example",
                     "450 4.7.5 no"};
  settlement.delay_notified = true;
  ASSERT_TRUE(wait(spool->settle(shard, settlement)));
  reopen();
  const auto delivery = the_delivery(accepted->message);
  EXPECT_EQ(delivery.destination.recipients, settlement.remaining);
  EXPECT_EQ(delivery.due, settlement.due);
  EXPECT_EQ(delivery.last, settlement.last);
  EXPECT_EQ(delivery.attempts, 1);
  EXPECT_TRUE(delivery.delay_notified);
}

TEST_F(SpoolTest, CountsOnlyAttemptsThatCount) {
  const auto accepted = put("body");
  Settlement settlement;
  settlement.delivery = accepted->deliveries[0].id;
  settlement.remaining = accepted->deliveries[0].destination.recipients;
  settlement.delay_notified = true;
  settlement.counts_as_attempt = false;
  ASSERT_TRUE(wait(spool->settle(shard, settlement)));
  settlement.delay_notified = false;
  settlement.counts_as_attempt = true;
  ASSERT_TRUE(wait(spool->settle(shard, settlement)));
  EXPECT_EQ(the_delivery(accepted->message).attempts, 1);
  EXPECT_TRUE(the_delivery(accepted->message).delay_notified);  // once told, told for good
}

TEST_F(SpoolTest, StoresABounceInTheCommitThatEndsTheDelivery) {
  const auto accepted = put("body");
  Settlement settlement;
  settlement.delivery = accepted->deliveries[0].id;
  Settlement::Notice notice;
  notice.envelope = envelope;
  notice.envelope.sender = "";
  notice.destinations = {to("corp.example", {"sender"})};
  notice.body = "Your message could not be delivered.";
  settlement.notices = {notice};
  const auto added = wait(spool->settle(shard, settlement));
  ASSERT_EQ(added->size(), 1u);
  EXPECT_EQ(*body((*added)[0].message), notice.body);
  EXPECT_EQ(counts().messages, 1);
  reopen();
  EXPECT_EQ(*body((*added)[0].message), notice.body);
  EXPECT_EQ(wait(spool->envelope(shard, (*added)[0].message))->size, 36);
}

TEST_F(SpoolTest, SendsNoBounceForADeliveryThatWasRemovedMeanwhile) {
  const auto accepted = put("body");
  ASSERT_EQ(*wait(spool->act(shard, Spool::Action::remove, {}, accepted->message, {})), 1);
  Settlement settlement;
  settlement.delivery = accepted->deliveries[0].id;
  settlement.evidence = {attempt_with("tried while it was removed")};
  Settlement::Notice notice;
  notice.envelope = envelope;
  notice.destinations = {to("corp.example")};
  settlement.notices = {notice};
  const auto added = wait(spool->settle(shard, settlement));
  ASSERT_TRUE(added);
  EXPECT_TRUE(added->empty());
  EXPECT_EQ(counts().messages, 0);
  EXPECT_EQ(spool->outbox(10)->size(), 1u);
}

TEST_F(SpoolTest, DroppingAnUploadLeavesNothing) {
  {
    auto upload = spool->begin(shard);
    const std::string bytes = body_of(2'000'000, 1);
    ASSERT_TRUE(wait(upload->append(bytes)));
  }
  EXPECT_EQ(counts().messages, 0);
  reopen();
  EXPECT_TRUE(all_due().empty());
  EXPECT_EQ(segment_bytes_on_disk(), 0);
}

TEST_F(SpoolTest, KeepsManyLargeUploadsApartThatComeInAtOnce) {
  std::vector<Mail> mails;
  for (std::size_t i = 0; i < 8; ++i) {
    mails.push_back(mail(body_of(1'500'000 + i, i), {to("a.example")}));
    mails.back().piece = 50'000 + i;
  }
  const auto results = put_all(std::move(mails));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(results[i]);
    EXPECT_TRUE(*body(results[i]->message) == body_of(1'500'000 + i, i)) << i;
  }
}

TEST_F(SpoolTest, LetsNobodyElseReadOtherPeoplesMail) {
  ASSERT_TRUE(put("body"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(settings.directory)) {
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
  }
}

TEST_F(SpoolTest, RefusesASecondProcess) {
  const auto second = Spool::open(settings, 8);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "spool-locked");
  EXPECT_NE(second.error().text.find(std::to_string(::getpid())), std::string::npos);
}

TEST_F(SpoolTest, FinishesWhatWasQueuedBeforeItCloses) {
  std::vector<std::optional<base::Result<Accepted>>> results(50);
  {
    net::TaskGroup group(shard);
    for (auto& result : results) {
      group.start(
          testing::keep(testing::store(*spool, shard, mail("x", {to("a.example")})), result));
    }
    close();
    shard.run_until_done(group.join());
  }
  for (const auto& result : results) ASSERT_TRUE(*result);
  ASSERT_TRUE(open());
  EXPECT_EQ(all_due().size(), 50u);
}

TEST_F(SpoolTest, IsRefusedByAnOlderProgramThanTheOneThatWroteIt) {
  close();
  {
    auto newer = Connection::open(settings.directory + "/queue.db",
                                  Connection::Access::read_write_create, nullptr);
    ASSERT_TRUE(newer);
    ASSERT_TRUE(newer->execute("PRAGMA user_version = 99"));
  }
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "queue-version");
}

}  // namespace
}  // namespace postern::spool
