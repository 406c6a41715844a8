#include "io/spool/works.h"

#include "io/spool/crc32c.h"
#include "io/spool/id_source.h"
#include "io/spool/json_text.h"
#include "io/spool/outbox.h"

namespace postern::spool {
// Checksums are made here and in StoreWork, on the caller's thread: the writer has enough to do.
ChunkWork::ChunkWork(Body& body, std::string bytes, net::Sender<base::Result<>> sender)
    : body_(body),
      bytes_(std::move(bytes)),
      checksum_(crc32c(bytes_)),
      sender_(std::move(sender)) {}

std::int64_t ChunkWork::bytes() const {
  return end_of_extent(0, static_cast<std::int64_t>(bytes_.size()));
}

base::Result<> ChunkWork::append(Appender& appender, Ledger& ledger) {
  auto extent = appender.append({.message = body_.message,
                                 .position = static_cast<std::uint32_t>(body_.extents.size()),
                                 .checksum = checksum_,
                                 .bytes = bytes_});
  if (!extent) return std::unexpected(std::move(extent.error()));
  body_.extents.push_back(*extent);
  ledger.opened(body_, *extent);
  return {};
}

base::Result<> AbandonWork::append(Appender&, Ledger& ledger) {
  ledger.closed(*body_);
  return {};
}

StoreWork::StoreWork(NewMessage message, std::unique_ptr<Body> body,
                     std::shared_ptr<const std::string> rest)
    : message_(std::move(message)),
      body_(std::move(body)),
      rest_(std::move(rest)),
      rest_size_(static_cast<std::int64_t>(rest_->size())),
      checksum_(crc32c(*rest_)) {}

base::Result<> StoreWork::append(Appender& appender) {
  if (body_) {
    if (body_->lost) return std::unexpected(*body_->lost);
    message_.extents = body_->extents;
  }
  // An empty body has an extent too, so that every message has one.
  if (rest_->empty() && !message_.extents.empty()) return {};
  auto extent = appender.append({.message = message_.id,
                                 .position = static_cast<std::uint32_t>(message_.extents.size()),
                                 .checksum = checksum_,
                                 .bytes = *rest_});
  if (!extent) return std::unexpected(std::move(extent.error()));
  message_.extents.push_back(*extent);
  return {};
}

void StoreWork::close(Ledger& ledger) {
  if (body_) ledger.closed(*body_);
}

void StoreWork::committed(Cache& cache) {
  StoredMessage stored{.envelope = std::move(message_.envelope),
                       .extents = std::move(message_.extents)};
  cache.put(message_.id, std::make_shared<const StoredMessage>(std::move(stored)));
}

Evidence::Evidence(std::vector<queue::Attempt> attempts) {
  for (queue::Attempt& attempt : attempts) {
    texts_.push_back(attempt_json(attempt));
    entries_.push_back({.sequence = 0, .attempt = std::move(attempt)});
  }
}

base::Result<> Evidence::record(Work::Rows r) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    // Made here, on the one thread that commits: the sequence rises with the order of commits, so
    // whoever reads the outbox up to a number has seen all below it.
    entries_[i].sequence = r.ids.take(1, r.now);
    if (auto done = r.rows.insert_attempt(entries_[i].sequence, texts_[i]); !done) return done;
  }
  return {};
}

void Evidence::committed(Outbox& outbox) { outbox.added(std::move(entries_)); }

base::Result<> CommitWork::record(Rows r) {
  auto done = store_.record(r);
  return done ? evidence_.record(r) : done;
}

void CommitWork::answer(base::Result<> outcome) {
  if (!outcome) {
    sender_.set(std::unexpected(std::move(outcome.error())));
    return;
  }
  sender_.set(Accepted{.message = store_.id(),
                       .deliveries = store_.take_deliveries(),
                       .body = store_.take_body_if_held()});
}

SettleWork::SettleWork(Settlement settlement, std::string recipients, Evidence evidence,
                       std::vector<StoreWork> notices, net::Sender<Answer> sender)
    : settlement_(std::move(settlement)),
      recipients_(std::move(recipients)),
      evidence_(std::move(evidence)),
      notices_(std::move(notices)),
      sender_(std::move(sender)) {}

std::int64_t SettleWork::bytes() const {
  std::int64_t sum = 0;
  for (const StoreWork& notice : notices_) sum += notice.bytes();
  return sum;
}

base::Result<> SettleWork::append(Appender& appender, Ledger&) {
  for (StoreWork& notice : notices_) {
    if (auto done = notice.append(appender); !done) return done;
  }
  return {};
}

base::Result<> SettleWork::record(Rows r) {
  // The attempt was made, whatever became of the delivery meanwhile.
  if (auto done = evidence_.record(r); !done) return done;
  const auto found = r.rows.find(settlement_.delivery);
  if (!found) return std::unexpected(found.error());
  gone_ = !found->has_value();
  if (gone_) return {};
  for (const StoreWork& notice : notices_) {
    if (auto done = notice.record(r); !done) return done;
  }
  if (settlement_.remaining.empty()) {
    return r.rows.remove(settlement_.delivery, **found, r.effects);
  }
  return r.rows.postpone(settlement_, **found, recipients_, r.effects);
}

void SettleWork::committed(Committed c) {
  evidence_.committed(c.outbox);
  if (gone_) return;
  for (StoreWork& notice : notices_) notice.committed(c.cache);
}

void SettleWork::answer(base::Result<> outcome) {
  if (!outcome) {
    sender_.set(std::unexpected(std::move(outcome.error())));
    return;
  }
  std::vector<queue::Delivery> deliveries;
  for (StoreWork& notice : notices_) {
    if (gone_) break;
    for (auto& delivery : notice.take_deliveries()) deliveries.push_back(std::move(delivery));
  }
  sender_.set(std::move(deliveries));
}

base::Result<> ActWork::record(Rows r) {
  changed_ = 0;
  for (const base::DeliveryId id : deliveries_) {
    const auto found = r.rows.find(id);
    if (!found) return std::unexpected(found.error());
    if (!*found) continue;  // settled meanwhile
    const bool held = (*found)->held;
    base::Result<> done;
    switch (action_) {
      case Spool::Action::retry:
        if (held) continue;
        done = r.rows.make_due(id, **found, now_, r.effects);
        break;
      case Spool::Action::hold:
        if (held) continue;
        done = r.rows.hold(id, **found, r.effects);
        break;
      case Spool::Action::release:
        if (!held) continue;
        done = r.rows.release(id, **found, now_, r.effects);
        break;
      case Spool::Action::remove:
        done = r.rows.remove(id, **found, r.effects);
        break;
    }
    if (!done) return done;
    ++changed_;
  }
  return {};
}

void ActWork::answer(base::Result<> outcome) {
  if (!outcome) {
    sender_.set(std::unexpected(std::move(outcome.error())));
    return;
  }
  sender_.set(changed_);
}

}  // namespace postern::spool
