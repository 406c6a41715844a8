#include "app/cli/probe_many.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace postern::cli {

namespace {

// Fewer are probed sooner than another worker has started.
constexpr std::size_t kDomainsAWorker = 100;

// What the workers share. A finding is written by the worker that took its domain, by nobody else.
struct Work {
  const std::vector<dns::Domain>& domains;
  const ProbeMany& how;
  std::vector<probe::DomainFinding> findings;
  std::atomic<std::size_t> next = 0;
  std::mutex telling{};

  void done() {
    if (!how.one_more) return;
    const std::scoped_lock lock(telling);
    how.one_more();
  }
};

net::Task<void> probe_next(Work& work, Lookaround& around, prober::Prober& prober) {
  for (std::size_t i = work.next++; i < work.domains.size(); i = work.next++) {
    work.findings[i] = co_await prober.probe(around.book, around.account, work.domains[i]);
    work.done();
  }
}

net::Task<void> probe_at_once(Work& work, Lookaround& around, std::size_t parallel) {
  prober::Prober prober(around.prober_needs(work.how.patience));
  net::TaskGroup group(*around.shard);
  for (std::size_t i = 0; i < parallel; ++i) group.start(probe_next(work, around, prober));
  co_await group.join();
}

void run_worker(Work& work, Lookaround& around, std::size_t parallel) {
  around.shard->run_until_done(probe_at_once(work, around, parallel));
}

std::size_t workers_for(std::size_t at_once, std::size_t domains) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(domains / kDomainsAWorker, 1, std::min(cores, at_once));
}

}  // namespace

base::Result<std::vector<probe::DomainFinding>> probe_many(const Context& context,
                                                           const std::vector<dns::Domain>& domains,
                                                           const ProbeMany& how) {
  Work work{.domains = domains,
            .how = how,
            .findings = std::vector<probe::DomainFinding>(domains.size())};
  const std::size_t at_once =
      std::clamp<std::size_t>(how.parallel, 1, std::max<std::size_t>(1, domains.size()));
  const std::size_t workers = workers_for(at_once, domains.size());
  // Made and taken down on this thread: libunbound sets up what its contexts share without a lock.
  std::vector<Lookaround> arounds;
  while (arounds.size() < workers) {
    auto around = look_around(context);
    if (!around) return std::unexpected(around.error());
    arounds.push_back(std::move(*around));
  }
  std::vector<std::future<void>> others;
  for (std::size_t worker = 1; worker < workers; ++worker) {
    const std::size_t share = (at_once + worker) / workers;  // the shares add up to at_once
    others.push_back(std::async(std::launch::async, run_worker, std::ref(work),
                                std::ref(arounds[worker]), share));
  }
  run_worker(work, arounds.front(), at_once / workers);
  for (auto& other : others) other.get();
  return std::move(work.findings);
}

}  // namespace postern::cli
