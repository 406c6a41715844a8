// What the tests of sockets and listeners share.
#pragma once

#include <memory>
#include <string>

#include "io/net/shard.h"
#include "io/net/stream.h"
#include "io/net/testing/deadlines.h"

namespace postern::net::testing {

using base::Endpoint;
using base::IpAddress;

inline const IpAddress kLoopback = *IpAddress::parse("127.0.0.1");
inline const IpAddress kNowhere;

struct Pair {
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> server;
};

inline Task<Pair> make_pair(Shard& shard, IpAddress at) {
  auto listener = listen(shard, {at, 0}, Sharing::exclusive);
  Pair pair;
  if (!listener) co_return pair;
  auto client = co_await connect(shard, (*listener)->local(), kNowhere, never());
  auto server = co_await (*listener)->accept(never());
  if (client && server) pair = {std::move(*client), std::move(*server)};
  co_return pair;
}

// All bytes up to the peer's end; a failure's code follows in angle brackets.
inline Task<std::string> read_all(Stream& stream, std::size_t chunk, base::Deadline deadline) {
  std::string all;
  std::string buffer(chunk, '\0');
  for (;;) {
    const auto count = co_await stream.read_some(buffer, deadline);
    if (!count) co_return all + "<" + count.error().code + ">";
    if (*count == 0) co_return all;
    all.append(buffer, 0, *count);
  }
}

}  // namespace postern::net::testing
