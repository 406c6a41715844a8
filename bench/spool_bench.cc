// What the message queue costs by itself: the life of a message (store with evidence, read its
// body, settle with evidence), and how it bears a backlog. Numbers go to standard output only.
//
//   spool_bench DIRECTORY [BACKLOG]      BACKLOG: messages to pile up and drain; 100000
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "io/net/shard.h"
#include "io/spool/spool.h"

namespace postern::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

std::int64_t resident_megabytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) >> 20;
}

// As long as real evidence is.
queue::Attempt evidence(base::Instant now) {
  queue::Attempt attempt;
  attempt.time = now;
  attempt.node = "gw1";
  attempt.account = {1};
  attempt.domain = "partner.example.com";
  attempt.peer_host = "mx1.partner.example.com";
  attempt.peer_address = "192.0.2.25:25";
  attempt.required = tls::Mode::strict;
  attempt.sources = {{.source = {tls::SourceKind::policy, 7, "policy partner.example.com"},
                      .mode = tls::Mode::strict,
                      .fate = tls::Considered::Fate::joined,
                      .rule = "The most specific policy of the account for this domain."}};
  attempt.version = tls::Version::tls1_3;
  attempt.cipher = "TLS_AES_256_GCM_SHA384";
  attempt.group = "X25519";
  attempt.certificate_sha256 = std::string(64, 'a');
  attempt.issuer = "CN=R11,O=Let's Encrypt,C=US";
  attempt.expiry = "2027-02-01T00:00:00Z";
  attempt.matched_name = "mx1.partner.example.com";
  attempt.method = tls::AuthMethod::pkix;
  attempt.outcome = queue::AttemptOutcome::delivered;
  return attempt;
}

class Bench {
 public:
  explicit Bench(std::string directory) { settings_.directory = std::move(directory) + "/queue"; }

  bool open() {
    auto opened = spool::Spool::open(settings_, 1);
    if (!opened) fmt::print(stderr, "{}\n", opened.error().text);
    if (opened) spool_ = std::move(*opened);
    return spool_ != nullptr;
  }

  // `count` whole lives, `at_once` of them under way.
  void lives(std::size_t size, int count, int at_once) {
    body_.assign(size, 'x');
    to_do_ = count;
    measure(fmt::format("life of {} bytes, {} at once", size, at_once), count,
            [&] { in_parallel(at_once, [this] { return live(); }); });
  }

  void backlog(int count) {
    body_.assign(2000, 'x');
    lives(8000, 20'000, 32);
    body_.assign(2000, 'x');
    to_do_ = count;
    measure(fmt::format("store {} of 2000 bytes", count), count,
            [&] { in_parallel(128, [this] { return pile_up(); }); });
    spool_.reset();
    const auto start = Clock::now();
    if (!open()) return;
    fmt::print("  open with {} queued: {:.3f} s, {} MB resident\n", count, seconds_since(start),
               resident_megabytes());
    shard_.run_until_done(first_page());
    std::ranges::shuffle(piled_, std::mt19937(1));
    measure("settle them in random order", count,
            [&] { in_parallel(128, [this] { return drain(); }); });
    fmt::print("  {} MB on disk after that\n", disk_megabytes());
    lives(8000, 20'000, 32);
  }

 private:
  template <class Work>
  void measure(std::string name, int count, Work work) {
    const auto start = Clock::now();
    const double processor = processor_seconds();
    work();
    const double took = seconds_since(start);
    fmt::print("{:<42} {:>9.0f} /s {:>8.1f} us CPU each\n", name, count / took,
               (processor_seconds() - processor) / count * 1e6);
    std::fflush(stdout);
  }

  template <class Make>
  void in_parallel(int at_once, Make make) {
    net::TaskGroup group(shard_);
    for (int i = 0; i < at_once; ++i) group.start(make());
    shard_.run_until_done(group.join());
  }

  net::Task<base::Result<spool::Accepted>> store() {
    auto upload = spool_->begin(shard_);
    auto appended = co_await upload->append(body_);
    if (!appended) co_return std::unexpected(std::move(appended.error()));
    queue::Envelope envelope;
    envelope.account = {1};
    envelope.sender = "someone@corp.example";
    envelope.accepted = shard_.wall_now();
    envelope.from_host = "mail.corp.example [192.0.2.1]";
    queue::Recipient recipient;
    recipient.address = "somebody@partner.example.com";
    queue::Destination destination;
    destination.domain = *dns::Domain::from_ascii("partner.example.com");
    destination.recipients = {recipient};
    std::vector<queue::Destination> destinations{destination};
    std::vector<queue::Attempt> receipt{evidence(envelope.accepted)};
    co_return co_await spool_->commit(shard_, std::move(upload), std::move(envelope),
                                      std::move(destinations), std::move(receipt));
  }

  net::Task<void> live() {
    std::string buffer(64 << 10, '\0');
    while (to_do_-- > 0) {
      auto accepted = co_await store();
      if (!accepted) std::abort();
      auto reader = co_await spool_->body(shard_, accepted->message);
      if (!reader) std::abort();
      while (*(*reader)->read(buffer) > 0) {
      }
      co_await finish(accepted->deliveries[0].id);
      if (to_do_ % 500 == 0) move_evidence();
    }
  }

  net::Task<void> pile_up() {
    while (to_do_-- > 0) {
      auto accepted = co_await store();
      if (!accepted) std::abort();
      piled_.push_back(accepted->deliveries[0].id);
      if (to_do_ % 500 == 0) move_evidence();
    }
  }

  net::Task<void> drain() {
    while (!piled_.empty()) {
      const base::DeliveryId id = piled_.back();
      piled_.pop_back();
      co_await finish(id);
      if (piled_.size() % 500 == 0) move_evidence();
    }
  }

  net::Task<void> finish(base::DeliveryId id) {
    spool::Settlement settlement;
    settlement.delivery = id;
    settlement.evidence = {evidence(shard_.wall_now())};
    auto settled = co_await spool_->settle(shard_, std::move(settlement));
    if (!settled) std::abort();
  }

  net::Task<void> first_page() {
    const auto start = Clock::now();
    auto due = co_await spool_->due(shard_, {}, base::Instant::max(), 1000);
    if (!due) std::abort();
    fmt::print("  first {} due: {:.3f} s\n", due->size(), seconds_since(start));
  }

  // Without the records behind it: the cost of the outbox alone.
  void move_evidence() {
    const auto entries = spool_->outbox(1000);
    if (!entries) std::abort();
    if (!entries->empty() && !spool_->outbox_done(entries->back().sequence)) std::abort();
  }

  [[nodiscard]] std::int64_t disk_megabytes() const {
    std::int64_t sum = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings_.directory)) {
      if (entry.is_regular_file()) sum += static_cast<std::int64_t>(entry.file_size());
    }
    return sum >> 20;
  }

  spool::SpoolSettings settings_;
  net::Shard shard_;
  std::unique_ptr<spool::Spool> spool_;
  std::string body_;
  int to_do_ = 0;
  std::vector<base::DeliveryId> piled_;
};

int run(const std::string& directory, int backlog) {
  Bench bench(directory);
  if (!bench.open()) return 1;
  bench.lives(4096, 60'000, 128);
  bench.lives(4096, 10'000, 8);
  bench.lives(50'000, 20'000, 32);
  bench.lives(1'000'000, 1000, 16);
  bench.backlog(backlog);
  return 0;
}

}  // namespace
}  // namespace postern::bench

int main(int count, char** words) {
  if (count < 2 || count > 3) {
    fmt::print(stderr, "spool_bench DIRECTORY [BACKLOG]\n");
    return 2;
  }
  int backlog = 100'000;
  if (count == 3) {
    const std::string_view text = words[2];
    if (std::from_chars(text.data(), text.data() + text.size(), backlog).ec != std::errc{})
      return 2;
  }
  return postern::bench::run(words[1], backlog);
}
