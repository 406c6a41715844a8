#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "io/net/loop.h"
#include "io/net/testing/deadlines.h"
#include "io/net/testing/socket_pair.h"

namespace postern::net {
namespace {

using testing::after;
using testing::never;
using namespace std::chrono_literals;
using base::Endpoint;
using base::IpAddress;
using testing::kLoopback;
using testing::kNowhere;
using testing::read_all;

TEST(Listen, SharesAPortOnlyWhenAskedTo) {
  Shard shard;
  const auto first = listen(shard, {kLoopback, 0}, Sharing::reuse_port);
  ASSERT_TRUE(first);
  EXPECT_TRUE(listen(shard, (*first)->local(), Sharing::reuse_port));
  const auto third = listen(shard, (*first)->local(), Sharing::exclusive);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, "address-in-use");
}

Task<void> serve(Listener& listener, TaskGroup& group, int& served) {
  for (;;) {
    const auto socket = co_await listener.accept(group.within(1h));
    if (!socket) co_return;
    ++served;
    (void)co_await (*socket)->write("x", group.within(5s));
  }
}

Task<void> knock(Shard& shard, Endpoint at, int times, int& answered) {
  for (int i = 0; i < times; ++i) {
    auto socket = co_await connect(shard, at, kNowhere, after(shard, 10s));
    if (!socket) continue;
    answered += (co_await read_all(**socket, 10, after(shard, 10s))) == "x" ? 1 : 0;
  }
}

TEST(Listen, SpreadsConnectionsOverShardsThatShareAPort) {
  Shard shards[2];
  const auto first = listen(shards[0], {kLoopback, 0}, Sharing::reuse_port);
  const auto second = listen(shards[1], (*first)->local(), Sharing::reuse_port);
  Listener* listeners[2] = {first->get(), second->get()};
  int served[2] = {0, 0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      TaskGroup group(shards[i]);
      group.start(serve(*listeners[i], group, served[i]));
      shards[i].run();
      group.cancel();
      shards[i].run_until_done(group.join());
    });
  }
  Shard here;
  int answered = 0;
  here.run_until_done(knock(here, (*first)->local(), 100, answered));
  for (std::size_t i = 0; i < 2; ++i) shards[i].stop();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(served[0] + served[1], 100);
  EXPECT_GT(served[0], 0);
  EXPECT_GT(served[1], 0);
}

// The highest descriptor is taken, so accept() has none to give: the connection must wait, not be
// lost.
Task<void> accept_without_descriptors(Shard& shard, std::string& starved, std::string& fed) {
  auto listener = listen(shard, {kLoopback, 0}, Sharing::exclusive);
  auto client = co_await connect(shard, (*listener)->local(), kNowhere, never());
  rlimit before{};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  Descriptor highest(::dup(0));
  const rlimit none{static_cast<rlim_t>(highest.get()), before.rlim_max};
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto failed = co_await (*listener)->accept(after(shard, 30ms));
  starved = failed ? "accepted" : failed.error().code;
  shard.post([before] { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0); });
  const auto accepted = co_await (*listener)->accept(after(shard, 10s));
  fed = accepted ? "accepted" : accepted.error().code;
}

TEST(Listen, WaitsUntilThereAreDescriptorsAgain) {
  Shard shard;
  std::string starved, fed;
  shard.run_until_done(accept_without_descriptors(shard, starved, fed));
  EXPECT_EQ(starved, "timeout");
  EXPECT_EQ(fed, "accepted");
}

Task<void> accept_and_note(Listener& listener, std::string& code) {
  const auto socket = co_await listener.accept(never());
  code = socket ? "accepted" : socket.error().code;
}

Task<void> close_while_accepting(Shard& shard, std::string& code) {
  auto listener = listen(shard, {kLoopback, 0}, Sharing::exclusive);
  TaskGroup group(shard);
  group.start(accept_and_note(**listener, code));
  (*listener)->close();
  co_await group.join();
}

TEST(Listen, ClosedHereEndsItsWaitingAccept) {
  Shard shard;
  std::string code;
  shard.run_until_done(close_while_accepting(shard, code));
  EXPECT_EQ(code, "cancelled");
}

TEST(Listen, RefusesAnInheritedDescriptorThatDoesNotListen) {
  Shard shard;
  Descriptor plain(::socket(AF_INET, SOCK_STREAM, 0));
  const auto refused = listen_inherited(shard, plain.get());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "listen-failed");
  EXPECT_GE(::fcntl(plain.get(), F_GETFD), 0);  // still the caller's
  EXPECT_FALSE(listen_inherited(shard, -1));
}

Task<void> inherit(Shard& shard, std::string& got) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_storage any{};
  any.ss_family = AF_INET;
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&any), 16), 0);
  EXPECT_EQ(::listen(descriptor, 5), 0);
  auto listener = listen_inherited(shard, descriptor);
  EXPECT_TRUE(listener);
  if (!listener) co_return;
  const Endpoint at{kLoopback, (*listener)->local().port};
  const auto client = co_await connect(shard, at, kNowhere, never());
  const auto server = co_await (*listener)->accept(after(shard, 5s));
  (void)co_await (*server)->write("hello", never());
  (*server)->finish();
  got = co_await read_all(**client, 3, after(shard, 5s));
}

TEST(Listen, TakesOverAnInheritedDescriptor) {
  Shard shard;
  std::string got;
  shard.run_until_done(inherit(shard, got));
  EXPECT_EQ(got, "hello");
}

class UnixSockets : public ::testing::Test {
 protected:
  UnixSockets() {
    char name[] = "/tmp/postern-net-XXXXXX";
    directory = ::mkdtemp(name);
  }
  ~UnixSockets() override { std::filesystem::remove_all(directory); }
  [[nodiscard]] std::string path() const { return directory + "/socket"; }

  Shard shard;
  std::string directory;
};

Task<void> talk_over(Shard& shard, std::string path, std::string& got) {
  auto listener = listen_unix(shard, path, 0600);
  EXPECT_TRUE(listener);
  if (!listener) co_return;
  const auto client = co_await connect_unix(shard, path, never());
  const auto server = co_await (*listener)->accept(after(shard, 5s));
  EXPECT_EQ((*server)->peer(), Endpoint{});
  (void)co_await (*server)->write("hello", never());
  (*server)->finish();
  got = co_await read_all(**client, 3, after(shard, 5s));
}

TEST_F(UnixSockets, CarryBytes) {
  std::string got;
  shard.run_until_done(talk_over(shard, path(), got));
  EXPECT_EQ(got, "hello");
  EXPECT_FALSE(std::filesystem::exists(path()));  // removed with the listener
}

TEST_F(UnixSockets, HaveTheModeThatWasAskedFor) {
  const auto listener = listen_unix(shard, path(), 0620);
  ASSERT_TRUE(listener);
  struct stat found{};
  ASSERT_EQ(::stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777u, 0620u);
}

TEST_F(UnixSockets, ReplaceTheFileOfAProgramThatHasDied) {
  {
    Descriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_storage address{};
    address.ss_family = AF_UNIX;
    path().copy(reinterpret_cast<char*>(&address) + 2, 100);
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), 110), 0);
  }
  ASSERT_TRUE(std::filesystem::exists(path()));
  EXPECT_TRUE(listen_unix(shard, path(), 0600));
}

TEST_F(UnixSockets, NeverReplaceASocketThatAnswersNorAnotherFile) {
  const auto first = listen_unix(shard, path(), 0600);
  ASSERT_TRUE(first);
  const auto second = listen_unix(shard, path(), 0600);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "address-in-use");
  const std::string file = directory + "/file";
  Descriptor plain(::open(file.c_str(), O_CREAT | O_WRONLY, 0600));
  EXPECT_FALSE(listen_unix(shard, file, 0600));
  EXPECT_TRUE(std::filesystem::is_regular_file(file));
}

Task<void> connect_unix_and_note(Shard& shard, std::string path, std::string& code) {
  const auto socket = co_await connect_unix(shard, path, never());
  code = socket ? "connected" : socket.error().code;
}

TEST_F(UnixSockets, RefusePathsThatCannotBe) {
  EXPECT_FALSE(listen_unix(shard, std::string(200, 'x'), 0600));
  EXPECT_FALSE(listen_unix(shard, "", 0600));
  std::string code;
  shard.run_until_done(connect_unix_and_note(shard, directory + "/nothing", code));
  EXPECT_EQ(code, "connection-failed");
  shard.run_until_done(connect_unix_and_note(shard, std::string(200, 'x'), code));
  EXPECT_EQ(code, "connection-failed");
}

}  // namespace
}  // namespace postern::net
