// Sends messages over many SMTP connections at once and measures the time from the end of data to
// the arrival of the 250, and from MAIL to it. Prints one JSON line. Times are of the wall clock,
// as the kernel's stamps are: a step of that clock spoils the run that it falls into.
//
//   bench_load --to 127.0.0.1:2525 --messages 5000 --connections 50 --per-connection 20
//              --size 4096 --domains 10 --recipients 1 --tls
//
// With --mixed the sizes are those of real mail, from 1 KB to 25 MB, in shares that are written
// below; a message's size follows from its number.
//
// With --rate a message begins only when its turn has come, by its number, however fast the server
// is.
//
// Every message carries a number of its own, which the sink counts: loss and duplicates show there.
//
// The connections are shared by a thread for each processor. One alone was busy all the time with
// its own handshakes when each message had a new connection: then its speed is measured.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "bench/client.h"
#include "io/net/waiter.h"

namespace postern::bench {
namespace {

constexpr std::size_t kLine = 78;
constexpr std::size_t kAtOnce = 64 << 10;

struct Job {
  std::string to;
  std::string sender = "load@bench.example";
  int messages = 1000;
  int connections = 10;
  int per_connection = 20;
  int size = 4096;
  int domains = 1;
  int recipients = 1;
  double rate = 0;  // messages a second; 0: as fast as the server takes them
  bool mixed = false;
  bool tls = false;
};

struct Share {
  int of_a_thousand;
  int largest;  // bytes; the smallest is the largest of the share before
};
constexpr int kSmallest = 1024;
constexpr Share kShares[] = {{350, 10 << 10}, {350, 50 << 10}, {200, 200 << 10},
                             {70, 1 << 20},   {25, 5 << 20},   {5, 25 << 20}};
constexpr int kLargest = 25 << 20;

// The same for the same number in every run.
int mixed_size(int number) {
  std::minstd_rand chance(static_cast<unsigned>(number) * 2654435761U + 1U);
  chance.discard(3);
  int place = static_cast<int>(chance() % 1000);
  int smallest = kSmallest;
  for (const Share& share : kShares) {
    if (place < share.of_a_thousand) {
      return smallest +
             static_cast<int>(chance() % static_cast<unsigned>(share.largest - smallest));
    }
    place -= share.of_a_thousand;
    smallest = share.largest;
  }
  return kSmallest;
}

struct Tally {
  int accepted = 0;
  int refused = 0;
  int broken_connections = 0;
  std::vector<double> waits;   // seconds from the end of data to the reply's arrival
  std::vector<double> wholes;  // seconds from MAIL to that arrival
};

// What the threads share.
struct Load {
  const Job& job;
  std::string filler;
  std::atomic<int> next = 0;
  base::Steady began = std::chrono::steady_clock::now();

  [[nodiscard]] bool is_over() const { return next >= job.messages; }
  // The number of the next message.
  [[nodiscard]] std::optional<int> claim() {
    const int number = next++;
    return number < job.messages ? std::optional(number) : std::nullopt;
  }
};

// One thread's part.
struct Loader {
  Load& load;
  Client client;
  int connections;
  Tally tally;
  const Job& job = load.job;

  // Whole lines.
  [[nodiscard]] std::string_view text_of(int number) const {
    if (!job.mixed) return load.filler;
    const auto size = static_cast<std::size_t>(mixed_size(number)) / kLine * kLine;
    return std::string_view(load.filler).substr(0, size);
  }
  net::Task<void> await_turn(int number);
  net::Task<bool> send_text(Conversation& talk, std::string_view text, Arrival& last_begun);
  net::Task<bool> send_one(Conversation& talk, int number);
  net::Task<void> connection();
};

net::Task<void> Loader::await_turn(int number) {
  if (job.rate <= 0) co_return;
  const std::chrono::duration<double> after_start(number / job.rate);
  base::Deadline turn{.at = load.began +
                            std::chrono::duration_cast<base::Steady::duration>(after_start)};
  (void)co_await client.shard.sleep(turn);
}

// Clients of their own would send at the same time, not one after the other. `last_begun`: when the
// last piece was about to be written; after that a reply may come before this thread runs again.
net::Task<bool> Loader::send_text(Conversation& talk, std::string_view text, Arrival& last_begun) {
  while (text.size() > kAtOnce) {
    talk.output += text.substr(0, kAtOnce);
    text.remove_prefix(kAtOnce);
    bool flushed = co_await talk.flush();
    if (!flushed) co_return false;
    net::Yield others_first(client.shard);
    (void)co_await others_first;
  }
  talk.output += text;
  talk.output += ".\r\n";
  last_begun = std::chrono::system_clock::now();
  co_return co_await talk.flush();
}

net::Task<bool> Loader::send_one(Conversation& talk, int number) {
  talk.output = fmt::format("MAIL FROM:<{}>\r\n", job.sender);
  for (int r = 0; r < job.recipients; ++r) {
    talk.output += fmt::format("RCPT TO:<r{}@d{}.bench.example>\r\n", r, number % job.domains);
  }
  talk.output += "DATA\r\n";
  const Arrival begun = std::chrono::system_clock::now();
  bool good = co_await client.expect(talk, 250);
  for (int r = 0; r < job.recipients; ++r) {
    bool taken = co_await client.expect(talk, 250);
    good = good && taken;
  }
  bool go = co_await client.expect(talk, 354);
  if (!good || !go) co_return false;
  talk.output = fmt::format(
      "Subject: bench\r\nFrom: <{}>\r\nDate: Mon, 23 Nov 2026 00:00:00 +0000\r\n"
      "Message-ID: <{}@bench.example>\r\nX-Bench-Id: {}\r\nX-Bench-Sent: {}\r\n\r\n",
      job.sender, number, number, microseconds_now());
  Arrival start;
  bool flushed = co_await send_text(talk, text_of(number), start);
  if (!flushed) co_return false;
  std::string text;
  int code = co_await talk.reply(text);
  const Arrival end = talk.stamps->last_arrival();
  if (code != 250) {
    ++tally.refused;
    if (client.first_refusal.empty()) client.first_refusal = text;
    co_return code != 0;
  }
  tally.waits.push_back(std::chrono::duration<double>(end - start).count());
  tally.wholes.push_back(std::chrono::duration<double>(end - begun).count());
  ++tally.accepted;
  co_return true;
}

net::Task<void> Loader::connection() {
  while (!load.is_over() && tally.broken_connections < 100) {
    Conversation talk{client.shard, nullptr, {}, {}};
    bool open_now = co_await client.open(talk);
    for (int i = 0; open_now && i < job.per_connection; ++i) {
      const auto number = load.claim();
      if (!number) break;
      co_await await_turn(*number);
      bool alive = co_await send_one(talk, *number);
      if (!alive) open_now = false, ++tally.broken_connections;
    }
    if (!talk.stream) {
      ++tally.broken_connections;
      continue;
    }
    if (!open_now) continue;
    talk.output = "QUIT\r\n";
    std::string text;
    co_await talk.reply(text);
    talk.stream->finish();
  }
}

net::Task<void> run_all(Loader& loader) {
  net::TaskGroup group(loader.client.shard);
  for (int i = 0; i < loader.connections; ++i) group.start(loader.connection());
  co_await group.join();
}

std::string lines_of(int size) {
  std::string out;
  while (out.size() < static_cast<std::size_t>(size)) out += std::string(kLine - 2, 'x') + "\r\n";
  return out;
}

// Its connections and their times are added to those of the others.
void add(Tally& sum, Tally part) {
  sum.accepted += part.accepted;
  sum.refused += part.refused;
  sum.broken_connections += part.broken_connections;
  sum.waits.insert(sum.waits.end(), part.waits.begin(), part.waits.end());
  sum.wholes.insert(sum.wholes.end(), part.wholes.begin(), part.wholes.end());
}

int run(const Job& job) {
  const auto target = base::Endpoint::parse(job.to);
  if (!target) {
    fmt::print(stderr, "bench_load: --to must be ADDRESS:PORT\n");
    return 2;
  }
  Load load{job, lines_of(job.mixed ? kLargest : job.size)};
  const int threads =
      std::clamp<int>(static_cast<int>(std::thread::hardware_concurrency()), 1, job.connections);
  std::vector<std::unique_ptr<net::Shard>> shards;
  std::vector<Loader> loaders;
  for (int i = 0; i < threads; ++i) {
    shards.push_back(std::make_unique<net::Shard>());
    const int connections = job.connections / threads + (i < job.connections % threads ? 1 : 0);
    loaders.push_back({load, Client(*shards.back(), *target, job.tls), connections, {}});
  }
  auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> running;
    for (Loader& loader : loaders) {
      running.emplace_back([&loader] { loader.client.shard.run_until_done(run_all(loader)); });
    }
  }
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  Tally tally;
  std::string first_refusal;
  for (Loader& loader : loaders) {
    add(tally, std::move(loader.tally));
    if (first_refusal.empty()) first_refusal = loader.client.first_refusal;
  }
  std::ranges::sort(tally.waits);
  std::ranges::sort(tally.wholes);
  std::ranges::replace(first_refusal, '"', '\'');
  fmt::print(
      "{{\"accepted\":{},\"refused\":{},\"broken\":{},\"seconds\":{:.3f},\"p50_ms\":{:.3f},"
      "\"p99_ms\":{:.3f},\"p999_ms\":{:.3f},\"whole_p50_ms\":{:.3f},\"whole_p99_ms\":{:.3f},"
      "\"first_refusal\":\"{}\"}}\n",
      tally.accepted, tally.refused, tally.broken_connections, took.count(),
      1000 * percentile(tally.waits, 0.5), 1000 * percentile(tally.waits, 0.99),
      1000 * percentile(tally.waits, 0.999), 1000 * percentile(tally.wholes, 0.5),
      1000 * percentile(tally.wholes, 0.99), first_refusal);
  return tally.accepted == job.messages ? 0 : 1;
}

}  // namespace
}  // namespace postern::bench

int main(int argc, char** argv) {
  postern::bench::Job job;
  CLI::App app("Sends messages over many SMTP connections and measures");
  app.add_option("--to", job.to, "ADDRESS:PORT")->required();
  app.add_option("--sender", job.sender, "Envelope sender");
  app.add_option("--messages", job.messages, "Messages in all");
  app.add_option("--connections", job.connections, "Connections at once");
  app.add_option("--per-connection", job.per_connection, "Messages on each connection");
  app.add_option("--size", job.size, "Bytes of a message's text");
  app.add_flag("--mixed", job.mixed, "Sizes of real mail instead");
  app.add_option("--domains", job.domains, "Destination domains d0.bench.example, d1 ...");
  app.add_option("--recipients", job.recipients, "Recipients of each message");
  app.add_option("--rate", job.rate, "Messages a second (0: as fast as they are taken)");
  app.add_flag("--tls", job.tls, "STARTTLS");
  CLI11_PARSE(app, argc, argv);
  return postern::bench::run(job);
}
