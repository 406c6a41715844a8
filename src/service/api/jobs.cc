#include "service/api/jobs.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/policy/demands.h"
#include "io/crypto/tls.h"
#include "service/api/findings.h"

namespace postern::api {

namespace {

constexpr std::size_t looks_at_once = 32;      // of all jobs
constexpr std::size_t looks_of_a_job = 8;      // so that a long job leaves room for others
constexpr std::size_t jobs_of_an_account = 4;  // running
constexpr std::size_t kept_of_an_account = 8;  // ended
constexpr std::chrono::hours keep{1};

std::string new_id() {
  const std::string bytes = crypto::random_bytes(16);
  return base::hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

JobItem item_named(std::string name) {
  JobItem item;
  item.name = std::move(name);
  return item;
}

// Its servers are that account's business: what a look would show, hosts, addresses, certificates,
// is not ours to show.
Reason held_elsewhere() {
  return {"internal-elsewhere",
          "The domain belongs to another account of this gateway. Mail to it stays inside the "
          "gateway, and that account's rules hold besides yours.",
          ""};
}

Reason not_tested() {
  return {"unknown", "The route was not tested: it is one of too many, or was just changed.",
          "Test again."};
}

}  // namespace

Job progress_of(const Job& job) {
  Job progress{.id = job.id,
               .kind = job.kind,
               .state = job.state,
               .done = job.done,
               .total = job.total,
               .started = job.started};
  for (const JobItem& item : job.items) {
    JobItem& one = progress.items.emplace_back(
        JobItem{.name = item.name, .done = item.done, .step = item.step, .failure = item.failure});
    if (item.domain) {
      const DomainFinding& found = *item.domain;
      one.domain = DomainFinding{.domain = found.domain,
                                 .readiness = found.readiness,
                                 .shown_as = found.shown_as,
                                 .why = found.why,
                                 .remark = found.remark,
                                 .mx_secure = found.mx_secure,
                                 .warnings = found.warnings,
                                 .pins = found.pins,
                                 .effective = found.effective};
    }
    if (item.route) {
      one.route = item.route;
      one.route->finding.addresses.clear();
    }
  }
  return progress;
}

struct Jobs::Entry {
  Job shown;
  base::AccountId account;
  base::Cancellation cancellation;
  base::Steady end = base::Steady::max();  // not yet

  [[nodiscard]] bool is_running() const { return shown.state == JobState::running; }
};

// Writes what goes on into the domain's item.
class Jobs::DomainObserver : public prober::Observer {
 public:
  DomainObserver(Jobs& jobs, Entry& job, JobItem& item) : jobs_(jobs), job_(job), item_(item) {}
  void doing(base::RouteId, std::string what) override {
    item_.step = std::move(what);
    jobs_.changed(job_);
  }
  void tested(const prober::RouteTest&) override {}

 private:
  Jobs& jobs_;
  Entry& job_;
  JobItem& item_;
};

// Writes what goes on into the items of the routes; what is said of none concerns all.
class Jobs::RouteObserver : public prober::Observer {
 public:
  RouteObserver(Jobs& jobs, Entry& job, std::vector<policy::InternalRoute> routes)
      : jobs_(jobs), job_(job), routes_(std::move(routes)) {}

  void doing(base::RouteId route, std::string what) override {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
      if (!route || routes_[i].id == route) job_.shown.items[i].step = what;
    }
    jobs_.changed(job_);
  }
  void tested(const prober::RouteTest& test) override {
    if (job_.cancellation.requested()) return;  // half a test says nothing
    for (std::size_t i = 0; i < routes_.size(); ++i) {
      if (routes_[i].id != test.route) continue;
      JobItem& item = job_.shown.items[i];
      const base::Instant now = jobs_.needs_.shard.wall_now();
      item.route = shown(proof_of(test, routes_[i], now));
      jobs_.item_done(job_, item);
    }
  }

 private:
  Jobs& jobs_;
  Entry& job_;
  std::vector<policy::InternalRoute> routes_;
};

Jobs::Jobs(Needs needs)
    : needs_(std::move(needs)), looks_(needs_.shard, looks_at_once), running_(needs_.shard) {}

Jobs::~Jobs() = default;

// --- beginning and ending ------------------------------------------------------------------------

Outcome<Jobs::Entry*> Jobs::begin(base::AccountId account, std::string kind) {
  forget_old();
  const auto runs = std::ranges::count_if(jobs_, [&](const auto& one) {
    return one.second->account == account && one.second->is_running();
  });
  if (static_cast<std::size_t>(runs) >= jobs_of_an_account) {
    Problem problem{.status = 429,
                    .code = "too-many-jobs",
                    .detail =
                        "This account runs as many tests and probes at once as it may: wait "
                        "for one to end, or cancel one.",
                    .retry_after = 5};
    return std::unexpected(std::move(problem));
  }
  auto entry = std::make_unique<Entry>();
  entry->account = account;
  entry->shown.id = new_id();
  entry->shown.kind = std::move(kind);
  entry->shown.started = needs_.shard.wall_now();
  Entry* job = entry.get();
  jobs_.emplace(job->shown.id, std::move(entry));
  return job;
}

// An hour after its end a job goes; findings take memory, so of many ended ones the oldest go.
void Jobs::forget_old() {
  const base::Steady now = needs_.shard.now();
  std::erase_if(jobs_, [&](const auto& one) {
    return !one.second->is_running() && now - one.second->end > keep;
  });
  std::map<base::AccountId, std::vector<const Entry*>> ended;
  for (const auto& [id, job] : jobs_) {
    if (!job->is_running()) ended[job->account].push_back(job.get());
  }
  for (auto& [account, old] : ended) {
    std::ranges::sort(old, std::greater{}, &Entry::end);
    for (std::size_t i = kept_of_an_account; i < old.size(); ++i) {
      jobs_.erase(std::string(old[i]->shown.id));
    }
  }
}

void Jobs::changed(const Entry& job) { progress_.tell(job.account, job.shown); }

void Jobs::item_done(Entry& job, JobItem& item) {
  item.done = true;
  item.step.clear();
  ++job.shown.done;
  changed(job);
}

void Jobs::ended(Entry& job) {
  job.shown.state = job.cancellation.requested() ? JobState::cancelled : JobState::done;
  for (JobItem& item : job.shown.items) item.step.clear();
  job.end = needs_.shard.now();
  changed(job);
}

const Job* Jobs::find(base::AccountId account, const std::string& id) {
  forget_old();
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second->account != account) return nullptr;
  return &found->second->shown;
}

bool Jobs::cancel(base::AccountId account, const std::string& id) {
  if (find(account, id) == nullptr) return false;
  Entry& job = *jobs_.at(id);
  if (job.is_running()) job.cancellation.request();
  return true;
}

net::Task<void> Jobs::stop() {
  for (const auto& [id, job] : jobs_) {
    if (job->is_running()) job->cancellation.request();
  }
  return running_.join();
}

prober::ProberNeeds Jobs::prober_for(Entry& job, prober::Observer& observer) {
  prober::ProberNeeds needs = needs_.prober;
  needs.observer = &observer;
  needs.cancellation = &job.cancellation;
  return needs;
}

// --- looks at domains ----------------------------------------------------------------------------

Outcome<Job> Jobs::probe(Book book, base::AccountId account,
                         const std::vector<dns::Domain>& domains) {
  auto job = begin(account, "probe");
  if (!job) return std::unexpected(job.error());
  for (const dns::Domain& domain : domains) {
    (*job)->shown.items.push_back(item_named(domain.text()));
  }
  (*job)->shown.total = static_cast<std::int64_t>(domains.size());
  running_.start(run_probe(**job, std::move(book), domains));
  return (*job)->shown;
}

net::Task<void> Jobs::run_probe(Entry& job, Book book, std::vector<dns::Domain> domains) {
  net::TaskGroup workers(needs_.shard);
  std::size_t next = 0;
  for (std::size_t i = 0; i < std::min(domains.size(), looks_of_a_job); ++i) {
    workers.start(probe_in_turn(job, book, domains, next));
  }
  co_await workers.join();
  ended(job);
}

net::Task<void> Jobs::probe_in_turn(Entry& job, Book book, const std::vector<dns::Domain>& domains,
                                    std::size_t& next) {
  base::Deadline forever{.cancellation = &job.cancellation};
  while (next < domains.size()) {
    const std::size_t mine = next++;
    auto permit = co_await looks_.acquire(forever);
    if (!permit) co_return;
    co_await probe_one(job, book, domains[mine], job.shown.items[mine]);
  }
}

net::Task<void> Jobs::probe_one(Entry& job, Book book, dns::Domain domain, JobItem& item) {
  const policy::InternalDomain* internal = book->internal_domain(domain);
  if (internal != nullptr && internal->account != job.account) {
    item.failure = held_elsewhere();
    item_done(job, item);
    co_return;
  }
  DomainObserver observer(*this, job, item);
  prober::Prober prober(prober_for(job, observer));
  probe::DomainFinding finding = co_await prober.probe(book, job.account, domain);
  if (job.cancellation.requested()) co_return;  // half a look says nothing
  item.domain = shown(finding);
  item_done(job, item);
}

// --- tests of routes -----------------------------------------------------------------------------

Outcome<Job> Jobs::test_routes(Book book, base::AccountId account, smtp::Mailbox address,
                               Message message) {
  auto job = begin(account, "route-test");
  if (!job) return std::unexpected(job.error());
  Job& shown = (*job)->shown;
  for (const auto* route : book->internal_routes(account, address.domain)) {
    shown.items.push_back(item_named(policy::host_and_port(route->host, route->port)));
  }
  if (message == Message::send) shown.items.push_back(item_named("Test message"));
  shown.total = static_cast<std::int64_t>(shown.items.size());
  running_.start(run_route_test(**job, std::move(book), std::move(address), message));
  return (*job)->shown;
}

net::Task<void> Jobs::run_route_test(Entry& job, Book book, smtp::Mailbox address,
                                     Message message) {
  std::vector<policy::InternalRoute> routes;
  for (const auto* route : book->internal_routes(job.account, address.domain)) {
    routes.push_back(*route);
  }
  RouteObserver observer(*this, job, routes);
  prober::Prober prober(prober_for(job, observer));
  auto tests = co_await prober.test_routes(book, job.account, address);
  bool all_pass = true;
  for (std::size_t i = 0; i < routes.size() && !job.cancellation.requested(); ++i) {
    JobItem& item = job.shown.items[i];
    if (!item.done) item.failure = not_tested();
    if (!item.done) item_done(job, item);
    all_pass = all_pass && item.route && item.route->passes;
  }
  const bool sends = message == Message::send && !job.cancellation.requested();
  if (sends && all_pass) co_await send_message(job, address, job.shown.items.back());
  if (sends && !all_pass) {
    job.shown.items.back().failure =
        Reason{"route-not-proved", "No message was sent, because a route did not pass its test.",
               "Repair the route first."};
    item_done(job, job.shown.items.back());
  }
  ended(job);
}

net::Task<void> Jobs::send_message(Entry& job, smtp::Mailbox address, JobItem& item) {
  item.step = "putting the message into the queue";
  changed(job);
  auto sent = co_await needs_.messages.send(job.account, address);
  if (sent) {
    item.name = "Test message " + base::queue_id(*sent);
  } else {
    item.failure = Reason{sent.error().code, sent.error().text, ""};
  }
  item_done(job, item);
}

}  // namespace postern::api
