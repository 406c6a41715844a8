// Accepts every message at once, keeps nothing, and counts by number: loss and duplicates. Prints
// its port when it listens, one JSON line when the expected number of messages has arrived, and one
// more at the end of its standard input, which counts what came after that.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <thread>
#include <unordered_map>

#include "bench/conversation.h"
#include "io/crypto/tls.h"

namespace postern::bench {
namespace {

struct Sink {
  net::Shard& shard;
  net::TaskGroup& sessions;
  std::shared_ptr<const crypto::ServerContext> tls;
  std::size_t expected;
  std::unordered_map<long, int> seen;
  std::vector<double> ways = {};  // milliseconds from the end of data at the server until here
  std::size_t messages = 0;
  std::size_t connections = 0;
  std::size_t under_tls = 0;
  bool reported = false;

  void count(std::string_view body, bool secured);
  void report();
  net::Task<bool> data(Conversation& talk, bool secured);
  net::Task<bool> command(Conversation& talk, const std::string& line, bool& secured);
  net::Task<bool> start_tls(Conversation& talk);
  net::Task<void> session(std::unique_ptr<net::Socket> socket);
  net::Task<void> accept_all(net::Listener& listener, base::Deadline deadline);
};

std::int64_t number_after(std::string_view body, std::string_view name) {
  std::int64_t number = -1;
  const std::size_t at = body.find(name);
  if (at != std::string_view::npos) {
    std::from_chars(body.data() + at + name.size(), body.data() + body.size(), number);
  }
  return number;
}

void Sink::count(std::string_view body, bool secured) {
  ++seen[number_after(body, "X-Bench-Id: ")];
  const std::int64_t sent = number_after(body, "X-Bench-Sent: ");
  if (sent > 0) ways.push_back(static_cast<double>(microseconds_now() - sent) / 1000);
  ++messages;
  under_tls += secured ? 1 : 0;
  if (expected != 0 && seen.size() >= expected && !reported) report();
}

void Sink::report() {
  reported = true;
  std::size_t duplicates = messages - seen.size();
  std::ranges::sort(ways);
  fmt::print(
      "{{\"messages\":{},\"distinct\":{},\"duplicates\":{},\"connections\":{},\"tls\":{},"
      "\"way_p50_ms\":{:.3f},\"way_p99_ms\":{:.3f},\"way_p999_ms\":{:.3f}}}\n",
      messages, seen.size(), duplicates, connections, under_tls, percentile(ways, 0.5),
      percentile(ways, 0.99), percentile(ways, 0.999));
  std::fflush(stdout);
}

// Only the first part of a message is kept for its number: large messages cost no memory.
net::Task<bool> Sink::data(Conversation& talk, bool secured) {
  talk.output += "354 go\r\n";
  std::string head;
  bool alive = co_await talk.flush();
  while (alive) {
    std::size_t end = talk.input.find("\r\n.\r\n");
    std::size_t keep = end == std::string::npos ? talk.input.size() : end;
    if (head.size() < 8192) head.append(talk.input, 0, std::min<std::size_t>(keep, 8192));
    if (end != std::string::npos) {
      talk.input.erase(0, end + 5);
      count(head, secured);
      talk.output += "250 2.0.0 taken\r\n";
      co_return true;
    }
    if (talk.input.size() > 4) talk.input.erase(0, talk.input.size() - 4);
    alive = co_await talk.fill();
  }
  co_return false;
}

net::Task<bool> Sink::start_tls(Conversation& talk) {
  talk.output += "220 go\r\n";
  bool flushed = co_await talk.flush();
  if (!flushed) co_return false;
  std::unique_ptr<net::Socket> bare(static_cast<net::Socket*>(talk.stream.release()));
  base::Deadline deadline = talk.soon();
  auto secured = co_await tls->accept_tls(std::move(bare), crypto::Fallback::plaintext, deadline);
  if (!secured) co_return false;
  talk.stream = std::move(secured->stream);
  talk.input.clear();
  co_return true;
}

net::Task<bool> Sink::command(Conversation& talk, const std::string& line, bool& secured) {
  std::string verb = line.substr(0, 4);
  for (char& c : verb) c = static_cast<char>(c & ~0x20);
  if (verb == "EHLO") {
    talk.output += "250-sink.bench.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 0\r\n";
    if (tls && !secured) talk.output += "250-STARTTLS\r\n";
    talk.output += "250 ENHANCEDSTATUSCODES\r\n";
  } else if (verb == "STAR" && tls && !secured) {
    secured = co_await start_tls(talk);
    co_return secured;
  } else if (verb == "DATA") {
    bool alive = co_await data(talk, secured);
    co_return alive;
  } else if (verb == "QUIT") {
    talk.output += "221 bye\r\n";
    co_await talk.flush();
    co_return false;
  } else {
    talk.output += "250 2.0.0 ok\r\n";
  }
  co_return true;
}

net::Task<void> Sink::session(std::unique_ptr<net::Socket> socket) {
  ++connections;
  Conversation talk{shard, std::move(socket), {}, "220 sink.bench.example ESMTP\r\n"};
  bool secured = false;
  bool alive = true;
  std::string line;
  while (alive) {
    alive = co_await talk.line(line);
    if (alive) alive = co_await command(talk, line, secured);
  }
  if (talk.stream) talk.stream->finish();
}

net::Task<void> Sink::accept_all(net::Listener& listener, base::Deadline deadline) {
  for (;;) {
    auto socket = co_await listener.accept(deadline);
    if (!socket) co_return;
    sessions.start(session(std::move(*socket)));
  }
}

struct Options {
  std::string listen = "127.0.0.1:0";
  std::string certificate;
  std::string key;
  std::size_t expected = 0;
};

int run(const Options& options) {
  net::Shard shard;
  net::TaskGroup sessions(shard);
  Sink sink{shard, sessions, nullptr, options.expected, {}};
  if (!options.certificate.empty()) {
    crypto::ServerContext::Settings settings;
    settings.identities.push_back({options.certificate, options.key});
    settings.ask_client_certificate = false;
    auto made = crypto::ServerContext::make(settings);
    if (!made) {
      fmt::print(stderr, "bench_sink: {}\n", made.error().text);
      return 1;
    }
    sink.tls = *made;
  }
  auto listener =
      net::listen(shard, base::Endpoint::parse(options.listen).value_or(base::Endpoint{}),
                  net::Sharing::exclusive);
  if (!listener) {
    fmt::print(stderr, "bench_sink: {}\n", listener.error().text);
    return 1;
  }
  fmt::print("{}\n", (*listener)->local().port);
  std::fflush(stdout);
  net::TaskGroup acceptors(shard);
  base::Deadline forever{.at = base::Steady::max(), .cancellation = &acceptors.cancellation()};
  acceptors.start(sink.accept_all(**listener, forever));
  std::thread watcher([&shard] {
    while (std::getchar() != EOF) {
    }
    shard.stop();
  });
  shard.run();
  watcher.join();
  sink.report();
  std::fflush(stdout);
  std::_Exit(0);  // sessions of peers that never close are not waited for
}

}  // namespace
}  // namespace postern::bench

int main(int argc, char** argv) {
  postern::bench::Options options;
  CLI::App app("Accepts messages, keeps nothing, counts loss and duplicates");
  app.add_option("--listen", options.listen, "ADDRESS:PORT");
  app.add_option("--certificate", options.certificate, "PEM; offers STARTTLS");
  app.add_option("--key", options.key, "PEM");
  app.add_option("--expect", options.expected, "Report when so many distinct messages are here");
  CLI11_PARSE(app, argc, argv);
  return postern::bench::run(options);
}
