// A Shelf for tests: in memory, and it can refuse.
#pragma once

#include <map>
#include <vector>

#include "service/tlsrpt/shelf.h"

namespace postern::tlsrpt::testing {

class MemoryShelf final : public Shelf {
 public:
  net::Task<base::Result<>> add(net::Shard&, Tally tally) override {
    if (broken) co_return base::fail("records-error", "The disk is gone.");
    tallies.try_emplace(tally.day(), tally.day()).first->second.add(tally);
    co_return base::Result<>();
  }
  net::Task<base::Result<Tally>> tally(net::Shard&, std::chrono::sys_days day,
                                       dns::Domain) override {
    const auto found = tallies.find(day);
    co_return found == tallies.end() ? Tally(day) : found->second;
  }
  net::Task<base::Result<Unplanned>> unplanned(net::Shard&, std::chrono::sys_days) override {
    co_return Unplanned();
  }
  net::Task<base::Result<>> save(net::Shard&, std::vector<records::Sending>) override {
    co_return base::Result<>();
  }
  net::Task<base::Result<Sendings>> waiting(net::Shard&, base::Instant) override {
    co_return Sendings();
  }
  net::Task<base::Result<>> forget(net::Shard&, std::chrono::sys_days, base::Instant) override {
    co_return base::Result<>();
  }
  net::Task<base::Result<Taken>> take(net::Shard&, records::ReceivedReport report,
                                      base::Instant) override {
    if (broken) co_return base::fail("records-error", "The disk is gone.");
    Taken taken;
    taken.too_many = full;
    if (full) co_return taken;
    taken.is_new = true;
    for (const PolicyResult& result : report.report.policies) {
      taken.news.insert(taken.news.end(), result.failures.begin(), result.failures.end());
    }
    received.push_back(std::move(report));
    co_return taken;
  }

  std::map<std::chrono::sys_days, Tally> tallies;
  std::vector<records::ReceivedReport> received;
  bool broken = false;
  bool full = false;  // too many reports today
};

}  // namespace postern::tlsrpt::testing
