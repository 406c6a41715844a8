// The side of the load tools that opens sessions: connect, greeting, EHLO, and STARTTLS when asked.
#pragma once

#include <memory>
#include <string>

#include "bench/bare_tls.h"
#include "bench/conversation.h"
#include "bench/stamped_socket.h"
#include "core/base/ip_address.h"

namespace postern::bench {

struct Client {
  net::Shard& shard;
  base::Endpoint target;
  std::unique_ptr<BareTls> tls;  // null: in clear
  std::string first_refusal;     // what the server said when it was not what we wanted

  Client(net::Shard& on, base::Endpoint to, bool with_tls)
      : shard(on), target(to), tls(with_tls ? std::make_unique<BareTls>() : nullptr) {}

  net::Task<bool> expect(Conversation& talk, int code) {
    std::string text;
    int got = co_await talk.reply(text);
    if (got != code && first_refusal.empty()) first_refusal = text;
    co_return got == code;
  }

  // A session that is ready for MAIL FROM.
  net::Task<bool> open(Conversation& talk) {
    base::Deadline deadline = talk.soon();
    base::IpAddress anywhere;
    auto socket = co_await net::connect(shard, target, anywhere, deadline);
    if (!socket) co_return false;
    auto stamped = std::make_unique<StampedSocket>(std::move(*socket));
    talk.stamps = stamped.get();
    Conversation plain{shard, std::move(stamped), {}, {}};
    bool greeted = co_await expect(plain, 220);
    plain.output = "EHLO load.bench.example\r\n";
    bool known = co_await expect(plain, 250);
    if (!greeted || !known) co_return false;
    if (!tls) {
      talk.stream = std::move(plain.stream);
      co_return true;
    }
    plain.output = "STARTTLS\r\n";
    bool go = co_await expect(plain, 220);
    if (!go) co_return false;
    std::unique_ptr<net::Socket> bare(static_cast<net::Socket*>(plain.stream.release()));
    talk.stream = co_await tls->connect(std::move(bare), deadline);
    if (!talk.stream) co_return false;
    talk.output = "EHLO load.bench.example\r\n";
    bool again = co_await expect(talk, 250);
    co_return again;
  }
};

}  // namespace postern::bench
