#include "service/api/event_handlers.h"

#include <gmock/gmock.h>

#include "service/api/testing/mail_world.h"

namespace postern::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Scope = EventFeed::Scope;

class EventFeedTest : public ::testing::Test, protected testing::MailWorld {
 protected:
  ~EventFeedTest() override { spool.shard.run_until_done(feed.stop()); }

  std::string next(EventFeed::Listener& listener,
                   std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    base::Deadline deadline{.at = spool.shard.now() + patience};
    auto text = wait(listener.next(deadline));
    return text ? *text : text.error().code;
  }
  // Nothing has been told: the next thing is what the test tells now.
  void expect_silence(EventFeed::Listener& listener) {
    EXPECT_EQ(next(listener, std::chrono::milliseconds(0)), ": still here\n\n");
  }
  // The feed has read where the audit log ends.
  void started() {
    feed.start();
    auto first = feed.listen(main, Scope::account);
    for (int i = 0; !next(*first, std::chrono::milliseconds(100)).contains("start"); ++i) {
      put(records::policy_for("start" + std::to_string(i) + ".example"));
    }
  }
  std::map<std::string, Job> jobs;  // of main
  EventFeed feed{{spool.shard, reads, changes, book, *spool.spool,
                  [this](base::AccountId, const std::string& id) { return &jobs.at(id); }}};
};

TEST_F(EventFeedTest, TellsAChangeWithWhoMadeItOnceItIsInForce) {
  started();
  auto listener = feed.listen(main, Scope::account);
  put(records::policy_for("a.example"));
  const std::string text = next(*listener);
  EXPECT_THAT(text, StartsWith("event: change\nid: "));
  EXPECT_THAT(
      text, AllOf(HasSubstr("\"actor\":\"user:anna\""), HasSubstr("\"via\":\"api\""),
                  HasSubstr("\"action\":\"policy.add\""),
                  HasSubstr("\"object\":\"policy a.example\""), HasSubstr("\"account\":\"main\"")));
  EXPECT_THAT(text, HasSubstr("\"revision\":" + std::to_string(changes.revision())));
}

TEST_F(EventFeedTest, TellsNobodyOfAnotherAccountsChanges) {
  started();
  auto mine = feed.listen(main, Scope::account);
  auto platform = feed.listen(main, Scope::account_and_gateway);
  policy::Policy theirs = records::policy_for("theirs.example");
  theirs.account = other;
  put(std::move(theirs));
  ASSERT_TRUE(records->audit({"user:root", "api"}, records::kNow, "user.add", "user bob", {}));
  put(records::policy_for("mine.example"));
  EXPECT_THAT(next(*mine), AllOf(HasSubstr("mine.example"), Not(HasSubstr("theirs")),
                                 Not(HasSubstr("user bob"))));
  EXPECT_THAT(next(*platform), AllOf(HasSubstr("user bob"), Not(HasSubstr("theirs"))));
}

TEST_F(EventFeedTest, TellsWhatIsAuditedWithoutANewBookToo) {
  started();
  auto listener = feed.listen(main, Scope::account);
  ASSERT_TRUE(
      records->audit({"user:anna", "api"}, records::kNow, "queue.hold", "the whole queue", main));
  EXPECT_THAT(next(*listener), HasSubstr("queue.hold"));
}

TEST_F(EventFeedTest, TellsOfManyChangesAtOnceInOneEvent) {
  started();
  auto listener = feed.listen(main, Scope::account);
  auto change = records->change(records::kAnna, records::kNow).value();
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(change->put(records::policy_for("p" + std::to_string(i) + ".example")));
  }
  ASSERT_TRUE(change->finish());
  change.reset();
  book.reload();
  changes.book_changed();
  const std::string text = next(*listener);
  EXPECT_THAT(
      text, AllOf(HasSubstr("\"action\":\"policy.add\""), HasSubstr("\"object\":\"300 objects\"")));
  expect_silence(*listener);
}

TEST_F(EventFeedTest, TellsOfTheAccountsOwnQueue) {
  started();
  auto listener = feed.listen(main, Scope::account);
  auto theirs = feed.listen(other, Scope::account);
  queued("a.example", main);
  EXPECT_THAT(next(*listener),
              AllOf(StartsWith("event: queue\n"), HasSubstr("\"account\":\"main\"")));
  expect_silence(*theirs);
}

TEST_F(EventFeedTest, TellsTheLatestStateOfAJobToItsAccountAlone) {
  auto mine = feed.listen(main, Scope::account);
  auto theirs = feed.listen(other, Scope::account);
  const auto went_on = [&](const std::string& id, std::int64_t done) {
    jobs[id].id = id;
    jobs[id].done = done;
    feed.tell_job(main, id);
  };
  went_on("one", 1);
  went_on("one", 2);
  went_on("two", 9);
  const std::string text = next(*mine);
  EXPECT_THAT(text, StartsWith("event: job\ndata: {"));
  EXPECT_THAT(
      text, AllOf(HasSubstr("\"done\":2"), HasSubstr("\"done\":9"), Not(HasSubstr("\"done\":1"))));
  expect_silence(*theirs);
  const base::Steady before = spool.shard.now();
  went_on("one", 3);
  EXPECT_THAT(next(*mine), HasSubstr("\"done\":3"));
  EXPECT_GE(spool.shard.now() - before, std::chrono::milliseconds(90));
}

TEST_F(EventFeedTest, TellsHowFarAJobIsWithoutWhatEveryHostShowed) {
  auto listener = feed.listen(main, Scope::account);
  Job& job = jobs["one"];
  job.id = "one";
  JobItem& item = job.items.emplace_back();
  item.name = "a.example";
  item.domain.emplace().domain = "a.example";
  item.domain->shown_as = "Ready: strict";
  item.domain->hosts.emplace_back().host = "mx.a.example";
  feed.tell_job(main, "one");
  EXPECT_THAT(next(*listener), AllOf(HasSubstr("Ready: strict"), Not(HasSubstr("mx.a.example"))));
}

TEST_F(EventFeedTest, SaysTheSameNewsOnce) {
  auto listener = feed.listen(main, Scope::account);
  for (int i = 0; i < 300; ++i) feed.tell_draft(main, "user:anna");
  EXPECT_THAT(next(*listener), AllOf(StartsWith("event: draft\n"), HasSubstr("user:anna")));
  expect_silence(*listener);
}

TEST_F(EventFeedTest, DropsAListenerThatDoesNotListen) {
  auto slow = feed.listen(main, Scope::account);
  for (int i = 0; i < 300; ++i) feed.tell_draft(main, "user:" + std::to_string(i));
  EXPECT_EQ(next(*slow), "slow-client");
}

TEST_F(EventFeedTest, CatchesUpWithWhatAListenerMissed) {
  started();
  const std::int64_t seen = records->audit_entries().value();
  auto before = feed.listen(main, Scope::account);
  put(records::policy_for("missed.example"));
  EXPECT_THAT(next(*before), HasSubstr("missed.example"));
  auto again = feed.listen(main, Scope::account);
  spool.shard.run_until_done(feed.catch_up(*again, seen));
  EXPECT_THAT(next(*again), AllOf(HasSubstr("missed.example"), Not(HasSubstr("start"))));
}

class EventHandlersTest : public EventFeedTest {
 protected:
  std::unique_ptr<http::BodyStream> open(Call call) {
    EventHandlers handlers(needs);
    auto response = wait(handlers.stream(std::move(call)));
    EXPECT_EQ(response.content_type, "text/event-stream");
    return std::move(response.stream);
  }
  std::string piece(http::BodyStream& stream, base::Deadline deadline = {}) {
    auto text = wait(stream.next(deadline));
    return text ? *text : text.error().code;
  }
  EventHandlers::Needs needs{spool.shard, feed};
};

TEST_F(EventHandlersTest, GreetThenTellThenKeepAliveThenEnd) {
  needs.keep_alive = std::chrono::milliseconds(20);
  needs.life = std::chrono::seconds(1);
  auto stream = open(call());
  EXPECT_EQ(piece(*stream), "retry: 1000\n\n");
  feed.tell_draft(main, "user:anna");
  EXPECT_THAT(piece(*stream), StartsWith("event: draft\n"));
  EXPECT_EQ(piece(*stream), ": still here\n\n");
  int alive = 0;
  while (!piece(*stream).empty()) ++alive;
  EXPECT_GE(alive, 1);
}

TEST_F(EventHandlersTest, EndWithTheSession) {
  Call of_session = call();
  of_session.who.expires = spool.shard.wall_now() - std::chrono::seconds(1);
  auto stream = open(std::move(of_session));
  EXPECT_EQ(piece(*stream), "retry: 1000\n\n");
  EXPECT_EQ(piece(*stream), "");
}

TEST_F(EventHandlersTest, EndWhenNobodyHasTouchedThePageForTooLong) {
  Call idle = call();
  idle.who.expires = spool.shard.wall_now() + std::chrono::hours(1);
  idle.who.idle_until = spool.shard.wall_now() - std::chrono::seconds(1);
  auto stream = open(std::move(idle));
  EXPECT_EQ(piece(*stream), "retry: 1000\n\n");
  EXPECT_EQ(piece(*stream), "");
}

TEST_F(EventHandlersTest, EndWhenTheServerStops) {
  auto stream = open(call());
  EXPECT_EQ(piece(*stream), "retry: 1000\n\n");
  base::Cancellation stopping;
  stopping.request();
  EXPECT_EQ(piece(*stream, {.at = base::Steady::max(), .cancellation = &stopping}), "cancelled");
}

}  // namespace
}  // namespace postern::api
