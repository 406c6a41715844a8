// Our client against our server, over loopback TCP on event loops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "io/crypto/testing/forge.h"
#include "io/crypto/testing/heap.h"
#include "io/crypto/tls.h"
#include "io/net/shard.h"
#include "io/net/stream.h"

namespace postern::crypto {
namespace {

using namespace std::chrono_literals;
using net::Shard;
using net::Socket;
using net::Stream;
using net::Task;
using net::TaskGroup;
using testing::authority;
using testing::Directory;
using testing::issue;
using testing::Issued;
using testing::trust_in;

struct Sockets {
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> server;
};

Task<Sockets> make_sockets(Shard& shard) {
  const base::Endpoint anywhere = *base::Endpoint::parse("127.0.0.1:0");
  auto listener = net::listen(shard, anywhere, net::Sharing::exclusive);
  const base::IpAddress any;
  const base::Deadline never;
  auto client = co_await net::connect(shard, (*listener)->local(), any, never);
  auto server = co_await (*listener)->accept(never);
  co_return Sockets{std::move(*client), std::move(*server)};
}

struct Ends {
  base::Result<SecuredClient> client = base::fail("unset", "");
  base::Result<SecuredServer> server = base::fail("unset", "");
};

Task<void> accept_into(std::shared_ptr<const ServerContext> context, std::unique_ptr<Socket> socket,
                       base::Deadline deadline, Ends& ends) {
  ends.server = co_await context->accept_tls(std::move(socket), Fallback::plaintext, deadline);
}

class Loopback : public ::testing::Test {
 protected:
  Task<void> shake(Shard& shard, ClientContext& client, Ends& ends) {
    Sockets sockets = co_await make_sockets(shard);
    TaskGroup group(shard);
    const base::Deadline deadline = group.within(30s);
    group.start(accept_into(server_, std::move(sockets.server), deadline, ends));
    ends.client = co_await client.connect_tls(std::move(sockets.client), hello(), deadline);
    co_await group.join();
  }
  Ends connected(Shard& shard, ClientContext& client) {
    Ends ends;
    shard.run_until_done(shake(shard, client, ends));
    return ends;
  }
  ClientHello hello() const {
    ClientHello made;
    made.server_name = dns::Domain::from_ascii("mx.example.com").value();
    made.profile = {tls::Version::tls1_2, false};
    made.trust = trust_;
    made.resumption_key = "mx.example.com";
    return made;
  }

  Directory directory_;
  Issued root_ = authority("Root");
  Issued leaf_ = issue({}, &root_);
  std::shared_ptr<const TrustStore> trust_ = trust_in(root_);
  std::shared_ptr<const ServerContext> server_ =
      ServerContext::make({.identities = {directory_.identity("mx", leaf_)}}).value();
  std::unique_ptr<ClientContext> client_ = ClientContext::make({}).value();
};

std::string pattern(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>((i + seed) * 2654435761U >> 24);
  return bytes;
}

Task<void> send_all(Stream& stream, std::string bytes, base::Deadline deadline) {
  const auto written = co_await stream.write(bytes, deadline);
  EXPECT_TRUE(written) << written.error().text;
  stream.finish();
}

Task<void> receive_all(Stream& stream, base::Deadline deadline, std::string& all) {
  std::string buffer(20000, '\0');
  for (;;) {
    const auto got = co_await stream.read_some(buffer, deadline);
    EXPECT_TRUE(got) << got.error().text;
    if (!got || *got == 0) co_return;
    all.append(buffer, 0, *got);
  }
}

Task<void> carry_both_ways(Shard& shard, Ends& ends) {
  const std::string up = pattern(16U << 20, 1);
  const std::string down = pattern(16U << 20, 2);
  std::string seen_up;
  std::string seen_down;
  TaskGroup group(shard);
  const base::Deadline deadline = group.within(60s);
  Stream& client = *ends.client->stream;
  Stream& server = *ends.server->stream;
  group.start(send_all(client, up, deadline));
  group.start(send_all(server, down, deadline));
  group.start(receive_all(server, deadline, seen_up));
  group.start(receive_all(client, deadline, seen_down));
  co_await group.join();
  EXPECT_TRUE(seen_up == up);
  EXPECT_TRUE(seen_down == down);
}

TEST_F(Loopback, Carries16MebibytesBothWaysAtOnce) {
  Shard shard;
  Ends ends = connected(shard, *client_);
  ASSERT_TRUE(ends.client && ends.client->stream && ends.server);
  EXPECT_EQ(ends.client->observation.chain, tls::Chain::trusted);
  EXPECT_EQ(ends.server->facts.server_name, "mx.example.com");
  shard.run_until_done(carry_both_ways(shard, ends));
}

Task<void> greet(Shard& shard, Ends& ends) {
  TaskGroup group(shard);
  const base::Deadline deadline = group.within(30s);
  std::string seen;
  group.start(send_all(*ends.server->stream, "220 ready\r\n", deadline));
  group.start(receive_all(*ends.client->stream, deadline, seen));
  co_await group.join();
  EXPECT_EQ(seen, "220 ready\r\n");
}

TEST_F(Loopback, ResumesBetweenOurOwnEnds) {
  Shard shard;
  Ends first = connected(shard, *client_);
  shard.run_until_done(greet(shard, first));
  EXPECT_FALSE(first.client->observation.resumed);
  Ends second = connected(shard, *client_);
  EXPECT_TRUE(second.client->observation.resumed);
  EXPECT_TRUE(second.server->facts.resumed);
  EXPECT_EQ(second.client->observation.certificate, first.client->observation.certificate);
}

// The peer accepts the connection and says nothing.
Task<void> connect_to_silence(Shard& shard, ClientContext& client, ClientHello hello,
                              base::Deadline deadline, std::string& outcome) {
  Sockets sockets = co_await make_sockets(shard);
  const auto secured =
      co_await client.connect_tls(std::move(sockets.client), std::move(hello), deadline);
  outcome = secured ? "connected" : secured.error().code;
}

TEST_F(Loopback, EndsAHandshakeAtItsDeadline) {
  Shard shard;
  std::string outcome;
  const base::Deadline soon{shard.now() + 20ms, nullptr};
  shard.run_until_done(connect_to_silence(shard, *client_, hello(), soon, outcome));
  EXPECT_EQ(outcome, "timeout");
}

Task<void> cancel_in_the_middle(Shard& shard, ClientContext& client, ClientHello hello,
                                std::string& outcome) {
  TaskGroup group(shard);
  group.start(connect_to_silence(shard, client, std::move(hello), group.within(1h), outcome));
  shard.post([&group] { group.cancel(); });
  co_await group.join();
}

TEST_F(Loopback, EndsAHandshakeWhenItsOwnerCancels) {
  Shard shard;
  std::string outcome;
  shard.run_until_done(cancel_in_the_middle(shard, *client_, hello(), outcome));
  EXPECT_EQ(outcome, "cancelled");
}

Task<void> read_until_cancelled(Shard& shard, Stream& stream, std::string& outcome) {
  TaskGroup group(shard);
  const base::Deadline deadline = group.within(1h);
  shard.post([&group] { group.cancel(); });
  char buffer[16];
  const auto got = co_await stream.read_some(buffer, deadline);
  outcome = got ? "read" : got.error().code;
}

TEST_F(Loopback, EndsAReadWhenItsOwnerCancels) {
  Shard shard;
  Ends ends = connected(shard, *client_);
  std::string outcome;
  shard.run_until_done(read_until_cancelled(shard, *ends.server->stream, outcome));
  EXPECT_EQ(outcome, "cancelled");
}

TEST_F(Loopback, SharesOneServerContextAmongShards) {
  std::vector<std::thread> threads;
  std::array<int, 3> done{};
  for (int& count : done) {
    threads.emplace_back([this, &count] {
      Shard shard;
      const auto client = ClientContext::make({}).value();
      for (int i = 0; i < 20; ++i) {
        Ends ends = connected(shard, *client);
        if (ends.client && ends.client->stream && ends.server) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(done, ::testing::Each(20));
}

// The goal of issue 6: an idle TLS session in 50 KB, all included.
TEST_F(Loopback, HoldsAnIdleServerSessionInLessThan50Kilobytes) {
  constexpr std::size_t count = 50;
  Shard shard;
  (void)connected(shard, *client_);  // what is made once is not counted
  std::vector<std::unique_ptr<Stream>> servers;
  std::vector<std::unique_ptr<Stream>> clients;
  servers.reserve(count);
  clients.reserve(count);
  const std::size_t before = testing::heap_in_use();
  for (std::size_t i = 0; i < count; ++i) {
    Ends ends = connected(shard, *client_);
    ASSERT_TRUE(ends.server && ends.client);
    servers.push_back(std::move(ends.server->stream));
    clients.push_back(std::move(ends.client->stream));
  }
  clients.clear();
  const std::size_t each = (testing::heap_in_use() - before) / count;
  RecordProperty("bytes_each", static_cast<int>(each));
  EXPECT_GT(each, 1000U) << "the measurement does not work";
  EXPECT_LT(each, 50'000U);
}

}  // namespace
}  // namespace postern::crypto
