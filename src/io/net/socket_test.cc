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
#include "io/net/shard.h"
#include "io/net/stream.h"

namespace postern::net {
namespace {

using namespace std::chrono_literals;
using base::Endpoint;
using base::IpAddress;

const IpAddress kLoopback = *IpAddress::parse("127.0.0.1");
const IpAddress kNowhere;

struct Pair {
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> server;
};

Task<Pair> make_pair(Shard& shard, IpAddress at) {
  auto listener = listen(shard, {at, 0}, Sharing::exclusive);
  Pair pair;
  if (!listener) co_return pair;
  auto client = co_await connect(shard, (*listener)->local(), kNowhere, {});
  auto server = co_await (*listener)->accept({});
  if (client && server) pair = {std::move(*client), std::move(*server)};
  co_return pair;
}

Task<std::string> read_all(Stream& stream, std::size_t chunk, base::Deadline deadline) {
  std::string all;
  std::string buffer(chunk, '\0');
  for (;;) {
    const auto count = co_await stream.read_some(buffer, deadline);
    if (!count) co_return all + "<" + count.error().code + ">";
    if (*count == 0) co_return all;
    all.append(buffer, 0, *count);
  }
}

Task<void> write_and_finish(Stream& stream, std::string bytes, base::Deadline deadline,
                            std::string& outcome) {
  const auto written = co_await stream.write(bytes, deadline);
  outcome = written ? "ok" : written.error().code;
  stream.finish();
}

Task<void> carry(Shard& shard, IpAddress at, std::size_t size, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, at);
  EXPECT_TRUE(pair.client);
  if (!pair.client) co_return;
  EXPECT_EQ(pair.client->peer(), pair.server->local());
  EXPECT_EQ(pair.client->local(), pair.server->peer());
  std::string sent(size, '\0');
  for (std::size_t i = 0; i < size; ++i) sent[i] = static_cast<char>(i * 31 + i / 256);
  TaskGroup group(shard);
  group.start(write_and_finish(*pair.client, sent, group.within(30s), outcome));
  const std::string got = co_await read_all(*pair.server, 64 * 1024, group.within(30s));
  EXPECT_TRUE(got == sent);
  co_await group.join();
}

TEST(Socket, CarriesMoreThanTheKernelBuffersInBothFamilies) {
  for (const char* at : {"127.0.0.1", "::1"}) {
    Shard shard;
    std::string outcome;
    shard.run_until_done(carry(shard, *IpAddress::parse(at), 20'000'000, outcome));
    EXPECT_EQ(outcome, "ok");
  }
}

Task<void> read_with(Shard& shard, base::Deadline deadline, base::Cancellation* cancel,
                     std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  if (cancel != nullptr) shard.post([cancel] { cancel->request(); });
  outcome = co_await read_all(*pair.server, 10, deadline);
}

TEST(Socket, EndsAReadAtItsDeadlineOrWhenItsOwnerCancels) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(read_with(shard, {shard.now() + 20ms}, nullptr, outcome));
  EXPECT_EQ(outcome, "<timeout>");
  base::Cancellation owner;
  shard.run_until_done(read_with(shard, {shard.now() + 1h, &owner}, &owner, outcome));
  EXPECT_EQ(outcome, "<cancelled>");
}

Task<void> refuse_to_begin(Shard& shard, base::Deadline deadline, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  (void)co_await pair.client->write("there", {});
  (void)co_await pair.server->wait_readable({});
  outcome = co_await read_all(*pair.server, 10, deadline);
}

TEST(Socket, DoesNotBeginAReadThatIsTooLateEvenIfBytesAreThere) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(refuse_to_begin(shard, {shard.now() - 1ms}, outcome));
  EXPECT_EQ(outcome, "<timeout>");
  base::Cancellation owner;
  owner.request();
  shard.run_until_done(refuse_to_begin(shard, {base::Steady::max(), &owner}, outcome));
  EXPECT_EQ(outcome, "<cancelled>");
}

Task<void> write_to_the_deaf(Shard& shard, base::Deadline deadline, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  co_await write_and_finish(*pair.client, std::string(50'000'000, 'x'), deadline, outcome);
}

TEST(Socket, EndsAWriteAtItsDeadlineWhenThePeerDoesNotRead) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(write_to_the_deaf(shard, {shard.now() + 30ms}, outcome));
  EXPECT_EQ(outcome, "timeout");
}

Task<void> write_to_the_dead(Shard& shard, std::string& outcome, std::string& text) {
  Pair pair = co_await make_pair(shard, kLoopback);
  (void)co_await pair.client->write("never read", {});
  (void)co_await pair.server->wait_readable({});
  const Endpoint at = pair.client->peer();
  pair.server.reset();  // unread bytes make this a reset
  (void)co_await pair.client->wait_readable({});
  for (int i = 0; i < 3; ++i) {
    const auto written = co_await pair.client->write("more", {});
    if (written) continue;
    outcome = written.error().code;
    text = written.error().text;
  }
  EXPECT_NE(text.find(at.to_string()), std::string::npos) << text;
}

TEST(Socket, ReportsAWriteToAClosedPeerInsteadOfDyingFromSigpipe) {
  Shard shard;
  std::string outcome, text;
  shard.run_until_done(write_to_the_dead(shard, outcome, text));
  EXPECT_EQ(outcome, "connection-lost");
}

Task<void> note_read(Stream& stream, std::string& outcome) {
  outcome = co_await read_all(stream, 10, {});
}

Task<void> close_while_reading(Shard& shard, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  TaskGroup group(shard);
  group.start(note_read(*pair.server, outcome));
  pair.server->close();
  co_await group.join();
  EXPECT_EQ(pair.server->descriptor(), -1);
  const auto written = co_await pair.server->write("x", {});
  EXPECT_EQ(written.error().code, "cancelled");
}

TEST(Socket, ClosedHereEndsItsWaitingRead) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(close_while_reading(shard, outcome));
  EXPECT_EQ(outcome, "<cancelled>");
}

// TLS reads the descriptor itself: what it left there must still count as readable.
Task<void> wait_for_what_is_there(Shard& shard, std::vector<bool>& readable) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  (void)co_await pair.client->write("abc", {});
  for (int i = 0; i < 3; ++i) {
    const auto waited = co_await pair.server->wait_readable({shard.now() + 5s});
    readable.push_back(waited.has_value());
    char one = 0;
    EXPECT_EQ(::recv(pair.server->descriptor(), &one, 1, 0), 1);
  }
  const auto empty = co_await pair.server->wait_readable({shard.now() + 5ms});
  readable.push_back(empty.has_value());
  const auto writable = co_await pair.server->wait_writable({shard.now() + 5s});
  readable.push_back(writable.has_value());
}

TEST(Socket, IsReadableAsLongAsAnythingIsLeft) {
  Shard shard;
  std::vector<bool> readable;
  shard.run_until_done(wait_for_what_is_there(shard, readable));
  EXPECT_EQ(readable, (std::vector<bool>{true, true, true, false, true}));
}

// A peer that always has bytes ready must not keep the shard to itself.
Task<void> read_forever(Stream& stream, base::Deadline deadline, std::string& outcome) {
  std::string buffer(1, '\0');
  for (;;) {
    const auto count = co_await stream.read_some(buffer, deadline);
    if (count && *count > 0) continue;
    outcome = count ? "end" : count.error().code;
    co_return;
  }
}

Task<void> starve(Shard& shard, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  std::string written;
  TaskGroup writing(shard), reading(shard);
  writing.start(write_and_finish(*pair.client, std::string(4'000'000, 'x'), {}, written));
  reading.start(read_forever(*pair.server, reading.within(1h), outcome));
  (void)co_await shard.sleep({shard.now() + 1ms});
  reading.cancel();
  co_await reading.join();
  pair.server->close();
  co_await writing.join();
}

TEST(Socket, YieldsToOthersWhenItsPeerIsAlwaysReady) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(starve(shard, outcome));
  EXPECT_EQ(outcome, "cancelled");
}

Task<void> connect_and_note(Shard& shard, Endpoint to, IpAddress from, base::Deadline deadline,
                            std::string& code) {
  const auto socket = co_await connect(shard, to, from, deadline);
  code = socket ? "connected" : socket.error().code;
}

TEST(Connect, NamesTheReasonWhenItFails) {
  Shard shard;
  Endpoint closed;
  {
    const auto listener = listen(shard, {kLoopback, 0}, Sharing::exclusive);
    ASSERT_TRUE(listener);
    closed = (*listener)->local();
  }
  std::string code;
  shard.run_until_done(connect_and_note(shard, closed, kNowhere, {}, code));
  EXPECT_EQ(code, "connection-refused");
  shard.run_until_done(connect_and_note(shard, closed, *IpAddress::parse("::1"), {}, code));
  EXPECT_EQ(code, "connection-failed");
  shard.run_until_done(connect_and_note(shard, closed, kNowhere, {shard.now() - 1s}, code));
  EXPECT_EQ(code, "timeout");
  base::Cancellation owner;
  owner.request();
  shard.run_until_done(
      connect_and_note(shard, closed, kNowhere, {base::Steady::max(), &owner}, code));
  EXPECT_EQ(code, "cancelled");
}

// A listener whose backlog is full drops further SYNs: a connection that hangs, on loopback.
Task<void> connect_to_a_full_backlog(Shard& shard, std::string& by_time, std::string& by_owner) {
  Descriptor full(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage any{};
  any.ss_family = AF_INET;
  socklen_t size = sizeof any;
  EXPECT_EQ(::bind(full.get(), reinterpret_cast<sockaddr*>(&any), 16), 0);
  EXPECT_EQ(::listen(full.get(), 0), 0);
  EXPECT_EQ(::getsockname(full.get(), reinterpret_cast<sockaddr*>(&any), &size), 0);
  const auto* bytes = reinterpret_cast<const unsigned char*>(&any);
  const Endpoint at{kLoopback, static_cast<std::uint16_t>(bytes[2] << 8 | bytes[3])};
  std::vector<std::unique_ptr<Socket>> filling;
  for (int i = 0; i < 3; ++i) {
    auto socket = co_await connect(shard, at, kNowhere, {shard.now() + 20ms});
    if (socket) filling.push_back(std::move(*socket));
  }
  co_await connect_and_note(shard, at, kNowhere, {shard.now() + 20ms}, by_time);
  base::Cancellation owner;
  shard.post([&owner] { owner.request(); });
  const base::Deadline cancelled{base::Steady::max(), &owner};
  co_await connect_and_note(shard, at, kNowhere, cancelled, by_owner);
}

TEST(Connect, GivesUpWhenThePeerStaysSilent) {
  Shard shard;
  std::string by_time, by_owner;
  shard.run_until_done(connect_to_a_full_backlog(shard, by_time, by_owner));
  EXPECT_EQ(by_time, "timeout");
  EXPECT_EQ(by_owner, "cancelled");
}

Task<void> connect_from(Shard& shard, IpAddress from, IpAddress& seen) {
  auto listener = listen(shard, {kLoopback, 0}, Sharing::exclusive);
  const auto client = co_await connect(shard, (*listener)->local(), from, {});
  const auto server = co_await (*listener)->accept({});
  if (client && server) seen = (*server)->peer().address;
}

TEST(Connect, UsesTheSourceAddressItIsGiven) {
  Shard shard;
  IpAddress seen;
  const IpAddress from = *IpAddress::parse("127.0.0.77");
  shard.run_until_done(connect_from(shard, from, seen));
  EXPECT_EQ(seen, from);
}

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
    auto socket = co_await connect(shard, at, kNowhere, {shard.now() + 10s});
    if (!socket) continue;
    answered += (co_await read_all(**socket, 10, {shard.now() + 10s})) == "x" ? 1 : 0;
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
  auto client = co_await connect(shard, (*listener)->local(), kNowhere, {});
  rlimit before{};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  Descriptor highest(::dup(0));
  const rlimit none{static_cast<rlim_t>(highest.get()), before.rlim_max};
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto failed = co_await (*listener)->accept({shard.now() + 30ms});
  starved = failed ? "accepted" : failed.error().code;
  shard.post([before] { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0); });
  const auto accepted = co_await (*listener)->accept({shard.now() + 10s});
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
  const auto socket = co_await listener.accept({});
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
  const auto client = co_await connect(shard, at, kNowhere, {});
  const auto server = co_await (*listener)->accept({shard.now() + 5s});
  (void)co_await (*server)->write("hello", {});
  (*server)->finish();
  got = co_await read_all(**client, 3, {shard.now() + 5s});
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
  const auto client = co_await connect_unix(shard, path, {});
  const auto server = co_await (*listener)->accept({shard.now() + 5s});
  EXPECT_EQ((*server)->peer(), Endpoint{});
  (void)co_await (*server)->write("hello", {});
  (*server)->finish();
  got = co_await read_all(**client, 3, {shard.now() + 5s});
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
  const auto socket = co_await connect_unix(shard, path, {});
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
