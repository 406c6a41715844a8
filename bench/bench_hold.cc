// Opens many SMTP sessions, says EHLO on each and then nothing more: what an idle session costs the
// server is measured meanwhile. Prints one JSON line when all are open, and one more at the end of
// its standard input, which counts the sessions that still answer NOOP.
//
//   bench_hold --to 127.0.0.1:2525 --sessions 10000 --tls
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>
#include <vector>

#include "bench/client.h"

namespace postern::bench {
namespace {

struct Options {
  std::string to;
  int sessions = 1000;
  int at_once = 50;  // while they are opened
  bool tls = false;
};

struct Holder {
  Client& client;
  int wanted;
  int started = 0;
  std::vector<Conversation> held = {};

  net::Task<void> open_some();
  net::Task<void> ask(Conversation& talk, int& alive);
};

net::Task<void> Holder::open_some() {
  while (started < wanted) {
    ++started;
    Conversation talk{client.shard, nullptr, {}, {}};
    bool open = co_await client.open(talk);
    if (!open) continue;
    talk.input.shrink_to_fit();
    held.push_back(std::move(talk));
  }
}

net::Task<void> Holder::ask(Conversation& talk, int& alive) {
  talk.output = "NOOP\r\n";
  std::string text;
  int code = co_await talk.reply(text);
  alive += code == 250 ? 1 : 0;
}

net::Task<void> open_all(Holder& holder, int at_once) {
  net::TaskGroup group(holder.client.shard);
  for (int i = 0; i < at_once; ++i) group.start(holder.open_some());
  co_await group.join();
}

net::Task<void> ask_all(Holder& holder, int& alive) {
  for (Conversation& talk : holder.held) co_await holder.ask(talk, alive);
}

int run(const Options& options) {
  const auto target = base::Endpoint::parse(options.to);
  if (!target) {
    fmt::print(stderr, "bench_hold: --to must be ADDRESS:PORT\n");
    return 2;
  }
  net::Shard shard;
  Client client(shard, *target, options.tls);
  Holder holder{client, options.sessions};
  shard.run_until_done(open_all(holder, options.at_once));
  fmt::print("{{\"held\":{}}}\n", holder.held.size());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  int alive = 0;
  shard.run_until_done(ask_all(holder, alive));
  fmt::print("{{\"alive\":{}}}\n", alive);
  std::fflush(stdout);
  std::_Exit(0);  // ten thousand farewells are not what is measured
}

}  // namespace
}  // namespace postern::bench

int main(int argc, char** argv) {
  postern::bench::Options options;
  CLI::App app("Holds many idle SMTP sessions open");
  app.add_option("--to", options.to, "ADDRESS:PORT")->required();
  app.add_option("--sessions", options.sessions, "Sessions to hold");
  app.add_option("--at-once", options.at_once, "Sessions being opened at once");
  app.add_flag("--tls", options.tls, "STARTTLS");
  CLI11_PARSE(app, argc, argv);
  return postern::bench::run(options);
}
