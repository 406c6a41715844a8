#include "io/net/asio.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "io/net/event.h"
#include "io/net/stream.h"

namespace postern::net {
namespace {

using namespace std::chrono_literals;
using Log = std::vector<std::string>;
namespace asio = boost::asio;

Task<void> sleep_beside_asio(Shard& shard, Log& log) {
  asio::steady_timer timer(io_context(shard));
  Event rang(shard);
  timer.expires_after(2ms);
  timer.async_wait([&](const boost::system::error_code&) { rang.notify(); });
  (void)co_await rang.wait({shard.now() + 10s});
  log.push_back("asio timer");
  (void)co_await shard.sleep({shard.now() + 2ms});
  log.push_back("our timer");
  Event posted(shard);
  std::thread other([&] { shard.post([&] { posted.notify(); }); });
  (void)co_await posted.wait({shard.now() + 10s});
  other.join();
  log.push_back("posted");
}

TEST(Asio, RunsOnTheShardBesideItsOwnLoop) {
  Shard shard;
  Log log;
  shard.run_until_done(sleep_beside_asio(shard, log));
  EXPECT_EQ(log, (Log{"asio timer", "our timer", "posted"}));
}

// An Asio server answers a stream of ours: both reactors see events on one thread.
Task<void> talk_to_asio(Shard& shard, std::string& got) {
  auto& context = io_context(shard);
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  asio::ip::tcp::socket peer(context);
  acceptor.async_accept(peer, [&](const boost::system::error_code&) {
    asio::async_write(peer, asio::buffer("hello", 5),
                      [&](const boost::system::error_code&, std::size_t) { peer.close(); });
  });
  const base::Endpoint at{*base::IpAddress::parse("127.0.0.1"), acceptor.local_endpoint().port()};
  const auto client = co_await connect(shard, at, {}, {shard.now() + 10s});
  char buffer[16];
  for (;;) {
    const auto count = co_await (*client)->read_some(buffer, {shard.now() + 10s});
    if (!count || *count == 0) co_return;
    got.append(buffer, *count);
  }
}

TEST(Asio, ExchangesBytesWithOurStreams) {
  Shard shard;
  std::string got;
  shard.run_until_done(talk_to_asio(shard, got));
  EXPECT_EQ(got, "hello");
}

}  // namespace
}  // namespace postern::net
