#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
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
using testing::make_pair;
using testing::Pair;
using testing::read_all;

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

Task<void> say_farewell(Shard& shard, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  pair.client->more_follows();
  (void)co_await pair.client->write("221 ", never());
  (void)co_await pair.client->write("bye", never());
  pair.client->more_follows();
  (void)co_await pair.client->write("\r\n", never());
  pair.client->finish();
  outcome = co_await read_all(*pair.server, 100, never());
}

TEST(Socket, WhatMoreFollowsLeavesWithItOrWithTheEnd) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(say_farewell(shard, outcome));
  EXPECT_EQ(outcome, "221 bye\r\n");
}

Task<void> refuse_to_begin(Shard& shard, base::Deadline deadline, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  (void)co_await pair.client->write("there", never());
  (void)co_await pair.server->wait_readable(never());
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
  (void)co_await pair.client->write("never read", never());
  (void)co_await pair.server->wait_readable(never());
  const Endpoint at = pair.client->peer();
  pair.server.reset();  // unread bytes make this a reset
  (void)co_await pair.client->wait_readable(never());
  for (int i = 0; i < 3; ++i) {
    const auto written = co_await pair.client->write("more", never());
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
  outcome = co_await read_all(stream, 10, never());
}

Task<void> close_while_reading(Shard& shard, std::string& outcome) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  TaskGroup group(shard);
  group.start(note_read(*pair.server, outcome));
  pair.server->close();
  co_await group.join();
  EXPECT_EQ(pair.server->descriptor(), -1);
  const auto written = co_await pair.server->write("x", never());
  EXPECT_EQ(written.error().code, "cancelled");
}

TEST(Socket, ClosedHereEndsItsWaitingRead) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(close_while_reading(shard, outcome));
  EXPECT_EQ(outcome, "<cancelled>");
}

// TLS receives by itself: what it left must still count as readable.
Task<void> wait_for_what_is_there(Shard& shard, std::vector<bool>& readable) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  (void)co_await pair.client->write("abc", never());
  char one = 0;
  for (int i = 0; i < 3; ++i) {
    const auto waited = co_await pair.server->wait_readable(after(shard, 5s));
    readable.push_back(waited.has_value());
    EXPECT_EQ(pair.server->receive(std::span(&one, 1)), 1);
  }
  EXPECT_EQ(pair.server->receive(std::span(&one, 1)), -EAGAIN);
  const auto empty = co_await pair.server->wait_readable(after(shard, 5ms));
  readable.push_back(empty.has_value());
  const auto writable = co_await pair.server->wait_writable(after(shard, 5s));
  readable.push_back(writable.has_value());
}

TEST(Socket, IsReadableAsLongAsAnythingIsLeft) {
  Shard shard;
  std::vector<bool> readable;
  shard.run_until_done(wait_for_what_is_there(shard, readable));
  EXPECT_EQ(readable, (std::vector<bool>{true, true, true, false, true}));
}

// Until the kernel has it; then the loop has its turn, and is told when nobody waits for it.
Task<void> until_announced(Shard& shard, Socket& socket, short events) {
  pollfd arrived{socket.descriptor(), events, 0};
  EXPECT_EQ(::poll(&arrived, 1, 5000), 1);
  base::Deadline soon = after(shard, 1ms);
  (void)co_await shard.sleep(soon);
}

Task<void> empty_and_fill_again(Shard& shard, std::vector<std::int64_t>& counts) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  char buffer[16];
  const auto receive = [&] { counts.push_back(pair.server->receive(std::span(buffer))); };
  (void)co_await pair.client->write("abc", never());
  co_await until_announced(shard, *pair.server, POLLIN);
  receive();
  receive();
  (void)co_await pair.client->write("defg", never());
  co_await until_announced(shard, *pair.server, POLLIN);
  receive();
  receive();
}

TEST(Socket, ReceivesWhatCameAfterItWasEmptiedWhileNobodyWaited) {
  Shard shard;
  std::vector<std::int64_t> counts;
  shard.run_until_done(empty_and_fill_again(shard, counts));
  EXPECT_EQ(counts, (std::vector<std::int64_t>{3, -EAGAIN, 4, -EAGAIN}));
}

Task<void> receive_last_words(Shard& shard, std::vector<std::int64_t>& counts) {
  const Pair pair = co_await make_pair(shard, kLoopback);
  (void)co_await pair.client->write("abc", never());
  pair.client->finish();
  co_await until_announced(shard, *pair.server, POLLRDHUP);
  char buffer[16];
  counts.push_back(pair.server->receive(std::span(buffer)));
  const auto waited = co_await pair.server->wait_readable(after(shard, 5s));
  EXPECT_TRUE(waited);
  counts.push_back(pair.server->receive(std::span(buffer)));
}

TEST(Socket, SeesThePeersEndThatWasAnnouncedBeforeItsLastWordsWereRead) {
  Shard shard;
  std::vector<std::int64_t> counts;
  shard.run_until_done(receive_last_words(shard, counts));
  EXPECT_EQ(counts, (std::vector<std::int64_t>{3, 0}));
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
  (void)co_await shard.sleep(after(shard, 1ms));
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
  for (bool room = true; room;) {
    auto socket = co_await connect(shard, at, kNowhere, after(shard, 50ms));
    room = socket.has_value();
    if (room) filling.push_back(std::move(*socket));
  }
  co_await connect_and_note(shard, at, kNowhere, after(shard, 20ms), by_time);
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
  const auto client = co_await connect(shard, (*listener)->local(), from, never());
  const auto server = co_await (*listener)->accept(never());
  if (client && server) seen = (*server)->peer().address;
}

TEST(Connect, UsesTheSourceAddressItIsGiven) {
  Shard shard;
  IpAddress seen;
  const IpAddress from = *IpAddress::parse("127.0.0.77");
  shard.run_until_done(connect_from(shard, from, seen));
  EXPECT_EQ(seen, from);
}

}  // namespace
}  // namespace postern::net
