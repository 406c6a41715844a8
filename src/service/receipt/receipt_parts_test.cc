// The small parts of the receipt service, each by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "io/crypto/tls.h"
#include "io/net/testing/still_stream.h"
#include "service/receipt/connection_ledger.h"
#include "service/receipt/disk_gate.h"
#include "service/receipt/evidence.h"
#include "service/receipt/paced_stream.h"
#include "service/receipt/password_checker.h"

namespace postern::receipt {
namespace {

constexpr policy::ListenerRole kWorld = policy::ListenerRole::world;

base::IpAddress address(const char* text) { return *base::IpAddress::parse(text); }

TEST(ConnectionLedger, CountsAllUntilTheirTicketsGo) {
  ConnectionLedger ledger({.total = 2, .per_address = 9});
  auto one = ledger.admit(kWorld);
  auto two = ledger.admit(kWorld);
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(ledger.admit(kWorld));
  one.reset();
  EXPECT_EQ(ledger.open(), 1U);
  EXPECT_TRUE(ledger.admit(kWorld));
}

TEST(ConnectionLedger, KeepsTheLastTenthForInternalListeners) {
  ConnectionLedger ledger({.total = 20, .per_address = 9});
  std::vector<ConnectionLedger::Ticket> crowd;
  while (auto one = ledger.admit(kWorld)) crowd.push_back(std::move(*one));
  EXPECT_EQ(crowd.size(), 18U);
  auto ours = ledger.admit(policy::ListenerRole::internal);
  auto another = ledger.admit(policy::ListenerRole::internal);
  EXPECT_TRUE(ours && another);
  EXPECT_FALSE(ledger.admit(policy::ListenerRole::internal));
}

TEST(ConnectionLedger, CountsAnIpv6ClientByItsNetwork) {
  ConnectionLedger ledger({.total = 9, .per_address = 1});
  auto one = ledger.admit_from(address("2001:db8:1:2::1"));
  EXPECT_TRUE(one);
  EXPECT_FALSE(ledger.admit_from(address("2001:db8:1:2:ffff::1")));
  EXPECT_TRUE(ledger.admit_from(address("2001:db8:1:3::1")));
  auto four = ledger.admit_from(address("192.0.2.1"));
  EXPECT_TRUE(four);
  EXPECT_FALSE(ledger.admit_from(address("192.0.2.1")));
  EXPECT_TRUE(ledger.admit_from(address("192.0.2.2")));
  four.reset();
  EXPECT_TRUE(ledger.admit_from(address("192.0.2.1")));
}

TEST(RefusalBudget, AFloodCostsNoMoreThanABurstAndOneASecond) {
  RefusalBudget budget;
  const base::Steady start{std::chrono::hours(1)};
  int spent = 0;
  for (int i = 0; i < 10'000; ++i) spent += budget.spend(start) ? 1 : 0;
  EXPECT_EQ(spent, 100);
  for (int i = 0; i < 10'000; ++i) {
    spent += budget.spend(start + std::chrono::milliseconds(i)) ? 1 : 0;
  }
  EXPECT_EQ(spent, 109) << "ten seconds later";
}

class Count final : public observe::EventSink {
 public:
  void emit(observe::Event event, std::initializer_list<observe::Field>) override {
    names.emplace_back(observe::event_info(event).name);
  }
  std::vector<std::string> names;
};

TEST(DiskGate, LetsOneTryThroughAndTellsOnceOfEachChange) {
  Count events;
  DiskGate gate(events);
  const base::Steady start{std::chrono::hours(1)};
  EXPECT_TRUE(gate.open(start));
  gate.found_full(start);
  gate.found_full(start);
  EXPECT_FALSE(gate.open(start + std::chrono::seconds(1)));
  EXPECT_TRUE(gate.open(start + std::chrono::seconds(2)));
  EXPECT_FALSE(gate.open(start + std::chrono::seconds(2))) << "one at a time";
  gate.found_space();
  EXPECT_TRUE(gate.open(start + std::chrono::seconds(2)));
  EXPECT_THAT(events.names, ::testing::ElementsAre("queue-disk-full", "queue-disk-recovered"));
}

net::Task<void> check(PasswordChecker& checker, net::Shard& shard, std::string hash,
                      std::string password, smtp::Login& login) {
  login = co_await checker.check(shard, std::move(hash), std::move(password));
}

smtp::Login checked(PasswordChecker& checker, std::string hash, std::string password) {
  net::Shard shard;
  smtp::Login login = smtp::Login::unavailable;
  shard.run_until_done(check(checker, shard, std::move(hash), std::move(password), login));
  return login;
}

TEST(PasswordChecker, TellsRightFromWrongAndFromNobody) {
  PasswordChecker checker;
  const std::string hash = crypto::hash_password("secret");
  EXPECT_EQ(checked(checker, hash, "secret"), smtp::Login::accepted);
  EXPECT_EQ(checked(checker, hash, "Secret"), smtp::Login::refused);
  EXPECT_EQ(checked(checker, hash, ""), smtp::Login::refused);
  EXPECT_EQ(checked(checker, "", "secret"), smtp::Login::refused);
  EXPECT_EQ(checked(checker, "", ""), smtp::Login::refused);
}

TEST(PasswordChecker, AFullQueueIsAnsweredAtOnce) {
  PasswordChecker checker(0);
  EXPECT_EQ(checked(checker, crypto::hash_password("secret"), "secret"), smtp::Login::unavailable);
}

// Records what deadline a read was given.
class Listening final : public net::testing::StillStream {
 public:
  explicit Listening(base::Deadline& given) : given_(given) {}
  net::Task<base::Result<std::size_t>> read_some(std::span<char>, base::Deadline d) override {
    given_ = d;
    co_return std::size_t{1};
  }

 private:
  base::Deadline& given_;
};

class Steps final : public Pace {
 public:
  std::uint64_t lines = 0;
  bool between = false;
  std::uint64_t progress() const override { return lines; }
  bool idle() const override { return between; }
};

net::Task<void> read_once(net::Stream& stream, base::Deadline deadline) {
  std::array<char, 8> buffer;  // NOLINT: filled by the read
  std::span<char> into(buffer);
  auto count = co_await stream.read_some(into, deadline);
  EXPECT_TRUE(count);
}

TEST(PacedStream, AClientThatCrawlsMeetsTheEndOfItsFirstWait) {
  net::Shard shard;
  base::Deadline given;
  base::Cancellation stopping, owner;
  net::Semaphore turns(shard, 1);
  Turn turn(shard, turns);
  Steps steps;
  PacedStream stream(shard, std::make_unique<Listening>(given), steps, std::chrono::minutes(5),
                     stopping, turn);
  const base::Deadline far{shard.now() + std::chrono::hours(5), &owner};
  shard.run_until_done(read_once(stream, far));
  const base::Steady first = given.at;
  EXPECT_LT(first, far.at);
  shard.run_until_done(read_once(stream, far));
  EXPECT_EQ(given.at, first) << "a byte without progress buys no time";
  EXPECT_EQ(given.cancellation, &owner);
  steps.lines = 1;
  shard.run_until_done(read_once(stream, far));
  EXPECT_GE(given.at, first);
}

TEST(PacedStream, WaitsBetweenMessagesEndWhenTheServiceStops) {
  net::Shard shard;
  base::Deadline given;
  base::Cancellation stopping, owner;
  net::Semaphore turns(shard, 1);
  Turn turn(shard, turns);
  Steps steps;
  PacedStream stream(shard, std::make_unique<Listening>(given), steps, std::chrono::minutes(5),
                     stopping, turn);
  steps.between = true;
  const base::Deadline far{shard.now() + std::chrono::hours(5), &owner};
  shard.run_until_done(read_once(stream, far));
  EXPECT_EQ(given.cancellation, &stopping);
}

}  // namespace
}  // namespace postern::receipt
