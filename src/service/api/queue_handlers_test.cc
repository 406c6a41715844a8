#include "service/api/queue_handlers.h"

#include <gmock/gmock.h>

#include "service/api/testing/mail_world.h"

namespace postern::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class QueueHandlersTest : public ::testing::Test, protected testing::MailWorld {
 protected:
  Messages list(QueueQuery query = {}) { return good(handlers.list(call(), std::move(query))); }
  std::string refused(QueueQuery query) { return refusal(handlers.list(call(), std::move(query))); }
  std::int64_t command(QueueCommand command) {
    return good(handlers.command(call(), std::move(command))).deliveries;
  }
  std::string refused(QueueCommand command) {
    return refusal(handlers.command(call(), std::move(command)));
  }
  static QueueCommand on_message(QueueAction action, base::MessageId id) {
    return {action, {base::queue_id(id)}, std::nullopt, std::nullopt};
  }
  static QueueCommand on_domain(QueueAction action, std::string domain) {
    return {action, {}, std::move(domain), std::nullopt};
  }
  std::vector<std::string> audited() {
    std::vector<std::string> lines;
    records::AuditFilter filter;
    filter.account = main;
    for (const auto& entry : records->audit_page(filter).value()) {
      if (entry.action.starts_with("queue.")) {
        lines.push_back(entry.actor + " " + entry.action + " " + entry.object);
      }
    }
    return lines;
  }
  static std::vector<std::string> domains(const Messages& messages) {
    std::vector<std::string> all;
    for (const Message& message : messages.items) all.push_back(message.deliveries.at(0).domain);
    return all;
  }

  int told = 0;
  int recalculated = 0;
  admin::QueueHand hand{
      {spool.shard, *spool.spool, events, [this] { ++told; }, [this] { ++recalculated; }}};
  QueueHandlers handlers{{spool.shard, *spool.spool, hand, reads, writes}};
};

TEST_F(QueueHandlersTest, ListsTheAccountsMessagesWithTheirReasonInWords) {
  queued("other.example", other);
  const auto mine = queued("a.example", main);
  postpone(mine.deliveries[0], "starttls-not-supported");
  const Messages page = list();
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.messages, 1);
  EXPECT_EQ(page.items[0].id, base::queue_id(mine.message));
  EXPECT_EQ(page.items[0].sender, "sender@corp.example");
  const Delivery& delivery = page.items[0].deliveries.at(0);
  EXPECT_EQ(delivery.reason, "starttls-not-supported");
  EXPECT_EQ(delivery.why, "A sentence.");
  EXPECT_THAT(delivery.remedy, HasSubstr("postmaster"));
  EXPECT_THAT(delivery.recipients, ElementsAre("user@a.example"));
  EXPECT_EQ(delivery.state, "queued");
}

TEST_F(QueueHandlersTest, PagesAndFiltersByDomainAndState) {
  for (const char* name : {"a.example", "b.example", "c.example"}) queued(name, main);
  QueueQuery two;
  two.limit = 2;
  const Messages first = list(two);
  EXPECT_THAT(domains(first), ElementsAre("a.example", "b.example"));
  two.after = first.next;
  const Messages second = list(two);
  EXPECT_THAT(domains(second), ElementsAre("c.example"));
  EXPECT_FALSE(second.next);

  EXPECT_EQ(command(on_domain(QueueAction::hold, "B.example.")), 1);
  QueueQuery held;
  held.state = "held";
  EXPECT_THAT(domains(list(held)), ElementsAre("b.example"));
  EXPECT_EQ(list().held, 1);
  QueueQuery only_c;
  only_c.domain = "c.example";
  EXPECT_THAT(domains(list(only_c)), ElementsAre("c.example"));
}

TEST_F(QueueHandlersTest, RefusesAQueryThatMakesNoSenseAndPointsAtIt) {
  EXPECT_EQ(refused(QueueQuery{.domain = "not a domain"}), "400 invalid-parameter ?domain");
  EXPECT_EQ(refused(QueueQuery{.state = "lost"}), "400 invalid-parameter ?state");
  EXPECT_EQ(refused(QueueQuery{.after = "?"}), "400 invalid-parameter ?after");
  EXPECT_EQ(refused(QueueQuery{.limit = 0}), "400 invalid-parameter ?limit");
}

TEST_F(QueueHandlersTest, HoldsReleasesAndRemovesAMessageAndTheAuditLogKnows) {
  const auto mine = queued("a.example", main);
  EXPECT_EQ(command(on_message(QueueAction::hold, mine.message)), 1);
  EXPECT_EQ(list().items.at(0).deliveries.at(0).state, "held");
  EXPECT_EQ(command(on_message(QueueAction::release, mine.message)), 1);
  EXPECT_EQ(command(on_message(QueueAction::retry, mine.message)), 1);
  EXPECT_EQ(command(on_message(QueueAction::remove, mine.message)), 1);
  EXPECT_THAT(list().items, IsEmpty());
  const std::string object = " message " + base::queue_id(mine.message);
  EXPECT_THAT(audited(),
              ElementsAre("user:anna queue.remove" + object, "user:anna queue.retry" + object,
                          "user:anna queue.release" + object, "user:anna queue.hold" + object));
  EXPECT_EQ(told, 4);
  EXPECT_THAT(events.lines.back(), HasSubstr("remove 1 user:anna"));
}

TEST_F(QueueHandlersTest, NeverTouchesAnotherAccountsMail) {
  const auto theirs = queued("a.example", other);
  EXPECT_EQ(refused(on_message(QueueAction::remove, theirs.message)), "404 not-found");
  EXPECT_EQ(command(on_domain(QueueAction::remove, "a.example")), 0);
  EXPECT_EQ(command({QueueAction::remove, {}, std::nullopt, true}), 0);
  EXPECT_EQ(spool.spool->counts_of(other).messages, 1);
  // Named beside one's own, it is passed over.
  const auto mine = queued("a.example", main);
  EXPECT_EQ(command({QueueAction::remove,
                     {base::queue_id(theirs.message), base::queue_id(mine.message)},
                     std::nullopt,
                     std::nullopt}),
            1);
  EXPECT_EQ(spool.spool->counts_of(other).messages, 1);
}

TEST_F(QueueHandlersTest, RefusesACommandThatNamesNothing) {
  queued("a.example", main);
  EXPECT_EQ(refused({QueueAction::remove, {}, std::nullopt, std::nullopt}), "422 nothing-chosen");
  EXPECT_EQ(refused({QueueAction::remove, {}, std::nullopt, false}), "422 nothing-chosen");
  EXPECT_EQ(refused({QueueAction::remove, {"x"}, std::nullopt, std::nullopt}),
            "422 invalid-request #/messages/0");
  EXPECT_EQ(list().messages, 1);
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(QueueHandlersTest, RecalculatesWhatWaitsForARequirement) {
  postpone(queued("a.example", main).deliveries[0], "starttls-not-supported");
  postpone(queued("b.example", main).deliveries[0], "connection-refused");
  EXPECT_EQ(command({QueueAction::recalculate, {}, std::nullopt, std::nullopt}), 1);
  EXPECT_EQ(told, 1);
}

TEST_F(QueueHandlersTest, RecalculatesNoMoreThanIsNamed) {
  const auto first = queued("a.example", main);
  const auto second = queued("a.example", main);
  const auto third = queued("b.example", main);
  for (const auto& one : {first, second, third}) {
    postpone(one.deliveries[0], "starttls-not-supported");
  }
  const auto is_due = [&](const auto& one) {
    const auto found = wait(spool.spool->message(spool.shard, one.message));
    return found && found->deliveries.at(0).due <= spool.shard.wall_now();
  };
  EXPECT_EQ(command({QueueAction::recalculate, {base::queue_id(first.message)}, {}, {}}), 1);
  EXPECT_TRUE(is_due(first));
  EXPECT_FALSE(is_due(second));
  EXPECT_EQ(command({QueueAction::recalculate, {}, "b.example", {}}), 1);
  EXPECT_TRUE(is_due(third));
  EXPECT_FALSE(is_due(second));
}

TEST_F(QueueHandlersTest, RecalculatesNoOtherAccountsMail) {
  const auto theirs = queued("a.example", other);
  postpone(theirs.deliveries[0], "starttls-not-supported");
  EXPECT_EQ(command({QueueAction::recalculate, {}, std::nullopt, std::nullopt}), 0);
  EXPECT_EQ(recalculated, 0);
  const auto still = wait(spool.spool->message(spool.shard, theirs.message));
  ASSERT_TRUE(still);
  EXPECT_GT(still->deliveries.at(0).due, spool.shard.wall_now());
}

TEST_F(QueueHandlersTest, TracesAMessageOverItsHopsOldestFirst) {
  const auto mine = queued("a.example", main);
  queue::Attempt tried = attempt("a.example", std::chrono::minutes(1));
  tried.message = mine.message;
  queue::Attempt taken = attempt("corp.example", std::chrono::minutes(2));
  taken.message = mine.message;
  taken.hop = queue::Hop::internal_to_gateway;
  record({tried, taken});
  const Trace trace = good(handlers.trace(call({{"id", base::queue_id(mine.message)}})));
  ASSERT_EQ(trace.attempts.size(), 2u);
  EXPECT_EQ(trace.attempts[0].hop, queue::Hop::internal_to_gateway);
  EXPECT_EQ(trace.attempts[1].hop, queue::Hop::gateway_to_partner);
  ASSERT_TRUE(trace.message);
  EXPECT_EQ(trace.message->id, trace.id);
}

TEST_F(QueueHandlersTest, ShowsNothingOfAnotherAccountsServersThatMailWaitsFor) {
  policy::InternalDomain theirs = records::internal_domain("theirs.example", other);
  theirs.validated = true;
  put(theirs);
  const auto mine = queued("theirs.example", main, queue::Leg::internal);
  postpone(mine.deliveries[0], "connection-refused");
  const Delivery shown = list().items.at(0).deliveries.at(0);
  EXPECT_EQ(shown.reason, "connection-refused");
  EXPECT_EQ(shown.host + shown.diagnostic, "");
  EXPECT_THAT(shown.why, HasSubstr("another account"));
}

TEST_F(QueueHandlersTest, TracesMailToAnotherAccountToItsEndWithoutShowingItsServers) {
  const base::MessageId id{77};
  queue::Attempt taken = attempt("corp.example", std::chrono::minutes(2));
  taken.message = id;
  taken.hop = queue::Hop::internal_to_gateway;
  queue::Attempt given = attempt("theirs.example", std::chrono::minutes(1));
  given.message = id;
  given.hop = queue::Hop::gateway_to_internal;
  given.account = other;
  given.peer_address = "10.0.0.1:25";
  record({taken, given});
  const Trace trace = good(handlers.trace(call({{"id", base::queue_id(id)}})));
  ASSERT_EQ(trace.attempts.size(), 2u);
  EXPECT_EQ(trace.attempts[1].outcome, queue::AttemptOutcome::delivered);
  EXPECT_EQ(trace.attempts[1].domain, "theirs.example");
  EXPECT_EQ(trace.attempts[1].peer_host + trace.attempts[1].peer_address, "");
  // The other account sees its own end, and nothing of where the message came from.
  Call theirs = call({{"id", base::queue_id(id)}});
  theirs.account = theirs.book->account_named("other");
  const Trace end = good(handlers.trace(std::move(theirs)));
  ASSERT_EQ(end.attempts.size(), 1u);
  EXPECT_EQ(end.attempts[0].peer_address, "10.0.0.1:25");
}

TEST_F(QueueHandlersTest, TracesNoMessageOfAnotherAccount) {
  const auto theirs = queued("a.example", other);
  queue::Attempt tried = attempt("a.example");
  tried.message = theirs.message;
  tried.account = other;
  record({tried});
  for (const std::string& id : {base::queue_id(theirs.message), std::string("nonsense")}) {
    EXPECT_EQ(refusal(handlers.trace(call({{"id", id}}))), "404 not-found");
  }
}

}  // namespace
}  // namespace postern::api
