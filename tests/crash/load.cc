#include "load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "io/net/shard.h"
#include "io/spool/testing/spool_world.h"

namespace postern::crash {
namespace {

using spool::testing::attempt_with;
using spool::testing::body_of;
using spool::testing::Mail;
using spool::testing::to;

constexpr int kWorkers = 8;
constexpr std::uint64_t kNumbersARound = 1'000'000;

class Load {
 public:
  Load(const LoadPlan& plan, spool::Spool& spool, net::Shard& shard)
      : plan_(plan), spool_(spool), shard_(shard), random_(plan.seed) {
    next_number_ = plan.seed * kNumbersARound;
  }

  net::Task<void> work(int& failures) {
    auto due = co_await spool_.due(shard_, {}, base::Instant::max(), 1'000'000);
    if (!due) {
      ++failures;
      co_return;
    }
    for (const auto& delivery : *due) waiting_.push_back(delivery.id);
    net::TaskGroup group(shard_);
    for (int i = 0; i < kWorkers; ++i) group.start(worker(failures));
    co_await group.join();
  }

 private:
  net::Task<void> worker(int& failures) {
    while (actions_ < plan_.actions) {
      ++actions_;
      const bool settles = !waiting_.empty() && random_() % 100 < 60;
      if (settles) {
        auto settled = co_await settle_one();
        if (!settled) ++failures;
      } else {
        auto stored = co_await store_one();
        if (!stored) ++failures;
      }
      if (random_() % 16 == 0 && !move_evidence()) ++failures;
    }
  }

  net::Task<base::Result<>> store_one() {
    const std::uint64_t seed = ++next_number_;
    const std::size_t size = random_size();
    Mail mail;
    mail.body = body_of(size, seed);
    mail.envelope.sender = sender_for(seed, size);
    mail.destinations = {to("a.example")};
    if (random_() % 3 == 0) mail.destinations.push_back(to("b.example", {"one", "two"}));
    mail.evidence = {attempt_with(fmt::format("receipt {}", seed))};
    report(fmt::format("storing {}", seed));
    auto accepted = co_await spool::testing::store(spool_, shard_, std::move(mail));
    if (!accepted) co_return std::unexpected(std::move(accepted.error()));
    std::string line = fmt::format("stored {} {}", seed, accepted->message.value);
    for (const auto& delivery : accepted->deliveries) {
      line += fmt::format(" {}", delivery.id.value);
      waiting_.push_back(delivery.id);
    }
    report(line);
    co_return base::Result<>();
  }

  net::Task<base::Result<>> settle_one() {
    const std::size_t picked = random_() % waiting_.size();
    const base::DeliveryId id = waiting_[picked];
    waiting_[picked] = waiting_.back();
    waiting_.pop_back();

    static constexpr const char* kHows[] = {"finish", "finish", "finish", "postpone", "bounce"};
    const std::string how = kHows[random_() % std::size(kHows)];
    const std::uint64_t number = ++next_number_;
    spool::Settlement settlement;
    settlement.delivery = id;
    settlement.evidence = {attempt_with(fmt::format("settlement {}", number))};
    if (how == "postpone") settlement.remaining = to("a.example").recipients;
    if (how == "bounce") {
      const std::size_t size = 500 + random_() % 3000;
      spool::Settlement::Notice notice;
      notice.envelope.sender = sender_for(number, size);
      notice.destinations = {to("corp.example")};
      notice.body = body_of(size, number);
      settlement.notices.push_back(std::move(notice));
    }
    report(fmt::format("settling {} {} {}", id.value, how, number));
    auto added = co_await spool_.settle(shard_, std::move(settlement));
    if (!added) co_return std::unexpected(std::move(added.error()));
    std::string line = fmt::format("settled {} {} {}", id.value, how, number);
    if (how == "postpone") waiting_.push_back(id);
    for (const auto& delivery : *added) {
      line += fmt::format(" {}", delivery.id.value);
      waiting_.push_back(delivery.id);
    }
    report(line);
    co_return base::Result<>();
  }

  bool move_evidence() {
    const auto entries = spool_.outbox(20);
    if (!entries) return false;
    if (entries->empty()) return true;
    for (const auto& entry : *entries) {
      report(fmt::format("moved {} {}", entry.sequence, entry.attempt.detail));
    }
    return spool_.outbox_done(entries->back().sequence).has_value();
  }

  std::size_t random_size() {
    const std::uint64_t kind = random_() % 10;
    if (kind < 7) return random_() % 8'000;
    if (kind < 9) return 20'000 + random_() % 180'000;
    return 300'000 + random_() % 600'000;
  }

  void report(std::string line) {
    line += '\n';
    // One write, far below PIPE_BUF: whole or not at all.
    if (::write(plan_.report, line.data(), line.size()) < 0) std::abort();
  }

  const LoadPlan& plan_;
  spool::Spool& spool_;
  net::Shard& shard_;
  std::mt19937_64 random_;
  std::uint64_t next_number_;
  int actions_ = 0;
  std::vector<base::DeliveryId> waiting_;
};

}  // namespace

spool::SpoolSettings settings_for(const std::string& directory) {
  spool::SpoolSettings settings;
  settings.directory = directory;
  settings.segment_bytes = 1 << 20;
  settings.reserve_bytes = 0;
  settings.log_bytes = 512 << 10;  // so that the log is moved often
  return settings;
}

std::string sender_for(std::uint64_t seed, std::size_t size) {
  return fmt::format("{}.{}@load.example", seed, size);
}

int run_load(const LoadPlan& plan, std::unique_ptr<spool::FileOps> files) {
  auto opened = spool::Spool::open(settings_for(plan.directory), 1, std::move(files));
  if (!opened) {
    fmt::print(stderr, "The load cannot open the spool: {}\n", opened.error().text);
    return 1;
  }
  int failures = 0;
  net::Shard shard;
  Load load(plan, **opened, shard);
  shard.run_until_done(load.work(failures));
  if (failures > 0) fmt::print(stderr, "{} operations of the load failed.\n", failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace postern::crash
