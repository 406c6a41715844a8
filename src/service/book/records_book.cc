#include "service/book/records_book.h"

#include <utility>

#include "io/records/evidence_sums.h"
#include "service/book/evidence_owner.h"

namespace postern::service {

namespace {

constexpr std::chrono::milliseconds poll_interval{200};
constexpr std::size_t evidence_batch = 2000;
constexpr std::int64_t sums_batch = 5000;  // some 100 ms, after which others may write
constexpr std::chrono::hours forget_interval{1};

}  // namespace

RecordsBook::RecordsBook(Needs needs)
    : needs_(std::move(needs)), next_forget_(std::chrono::steady_clock::now()) {}

base::Result<std::unique_ptr<RecordsBook>> RecordsBook::start(Needs needs) {
  std::unique_ptr<RecordsBook> book(new RecordsBook(std::move(needs)));
  if (auto loaded = book->load(); !loaded) return std::unexpected(loaded.error());
  book->thread_ = std::thread([raw = book.get()] { raw->run(); });
  return book;
}

RecordsBook::~RecordsBook() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const policy::PolicyBook> RecordsBook::current() const {
  std::lock_guard lock(book_mutex_);
  return book_;
}

void RecordsBook::on_change(
    std::function<void(std::shared_ptr<const policy::PolicyBook>)> listener) {
  std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void RecordsBook::refresh() {
  {
    std::lock_guard lock(mutex_);
    refresh_ = true;
  }
  wake_.notify_all();
}

base::Result<> RecordsBook::load() {
  auto configuration = needs_.records.load();
  if (!configuration) return std::unexpected(configuration.error());
  auto policies = static_cast<std::int64_t>(configuration->policies.size());
  auto book = std::make_shared<const policy::PolicyBook>(std::move(*configuration));
  {
    // Destroying the old book takes time with many policies: outside of the lock.
    std::lock_guard lock(book_mutex_);
    book_.swap(book);
  }
  needs_.metrics.set(observe::Metric::policies, policies);
  return {};
}

void RecordsBook::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look_for_change();
    move_evidence();
    forget_old_evidence();
    sum_older_evidence();
    lock.lock();
    wake_.wait_for(lock, poll_interval, [this] { return stopping_ || refresh_; });
    refresh_ = false;
  }
  lock.unlock();
  move_evidence();
}

void RecordsBook::look_for_change() {
  auto revision = needs_.records.revision();
  if (revision && *revision == current()->revision()) return;
  base::Result<> loaded = revision ? load() : std::unexpected(revision.error());
  if (!loaded) {
    if (!std::exchange(records_failing_, true)) {
      needs_.events.emit(observe::Event::policies_unreadable, {{"reason", loaded.error().text}});
    }
    return;
  }
  records_failing_ = false;
  auto book = current();
  needs_.events.emit(observe::Event::policies_changed,
                     {{"revision", std::to_string(book->revision())}});
  std::vector<std::function<void(std::shared_ptr<const policy::PolicyBook>)>> listeners;
  {
    std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener(book);
}

// Sequence numbers make this safe to repeat: a crash between the two steps records nothing twice.
void RecordsBook::move_evidence() {
  while (needs_.spool) {
    auto waiting = needs_.spool->outbox(evidence_batch);
    if (!waiting || waiting->empty()) return;
    std::vector<std::pair<std::int64_t, queue::Attempt>> attempts;
    attempts.reserve(waiting->size());
    const auto book = current();
    for (auto& entry : *waiting) {
      entry.attempt.account = evidence_owner(*book, entry.attempt);
      attempts.emplace_back(entry.sequence, std::move(entry.attempt));
    }
    auto recorded = needs_.records.record(needs_.node, attempts);
    if (!recorded) {
      if (!std::exchange(evidence_failing_, true)) {
        needs_.events.emit(observe::Event::evidence_not_recorded,
                           {{"reason", recorded.error().text}});
      }
      return;
    }
    evidence_failing_ = false;
    if (!needs_.spool->outbox_done(attempts.back().first)) return;
    needs_.metrics.add(observe::Metric::evidence_recorded_total,
                       static_cast<std::int64_t>(attempts.size()));
    if (attempts.size() < evidence_batch) return;
  }
}

// Whose failure is told by move_evidence(), which needs the same tables.
void RecordsBook::sum_older_evidence() {
  auto left = needs_.records.sums().catch_up(sums_batch);
  if (left && *left > 0) refresh();
}

void RecordsBook::forget_old_evidence() {
  auto now = std::chrono::steady_clock::now();
  if (now < next_forget_) return;
  next_forget_ = now + forget_interval;
  auto wall = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  auto forgotten = needs_.records.forget_evidence_before(wall - needs_.keep_evidence);
  if (!forgotten) {
    needs_.events.emit(observe::Event::evidence_not_recorded, {{"reason", forgotten.error().text}});
  }
}

}  // namespace postern::service
