#include "io/spool/disk_spool.h"

#include <filesystem>

#include "io/spool/body_reader.h"
#include "io/spool/failures.h"
#include "io/spool/json_text.h"
#include "io/spool/upload.h"

namespace postern::spool {
namespace {

constexpr std::size_t kListAtOnce = 1000;

NewMessage new_message(base::MessageId id, queue::Envelope envelope,
                       std::vector<queue::Delivery> deliveries) {
  NewMessage message;
  message.id = id;
  message.envelope = std::move(envelope);
  message.deliveries = std::move(deliveries);
  for (const queue::Delivery& delivery : message.deliveries) {
    message.recipients_json.push_back(recipients_json(delivery.destination.recipients));
  }
  return message;
}

base::Failure without_destination() {
  return {"invalid-message", "A message must have at least one destination to be queued.", {}};
}

}  // namespace

DiskSpool::DiskSpool(Parts parts) : parts_(std::move(parts)) {}

// The keeper hands work to the writer and the writer hands work to the keeper: the keeper's thread
// ends first, while the writer still answers it; the files that the last commits emptied go last.
DiskSpool::~DiskSpool() {
  parts_.keeper->stop();
  parts_.writer.reset();
  parts_.reader.reset();
  parts_.outbox.reset();
  parts_.keeper.reset();
}

void DiskSpool::give(std::unique_ptr<Work> work) {
  if (!parts_.writer->put(work)) work->answer(std::unexpected(spool_closed()));
}

std::unique_ptr<Upload> DiskSpool::begin(net::Shard& shard) {
  const base::MessageId id{parts_.ids->take(1, shard.wall_now())};
  return std::make_unique<DiskUpload>(shard, *parts_.writer, id);
}

std::vector<queue::Delivery> DiskSpool::make_deliveries(
    base::MessageId id, const queue::Envelope& envelope,
    std::vector<queue::Destination> destinations, base::Instant now) {
  std::vector<queue::Delivery> deliveries;
  deliveries.reserve(destinations.size());
  std::int64_t next = parts_.ids->take(static_cast<std::int64_t>(destinations.size()), now);
  for (queue::Destination& destination : destinations) {
    queue::Delivery delivery;
    delivery.id = {next};
    delivery.message = id;
    delivery.account = envelope.account;
    delivery.destination = std::move(destination);
    delivery.accepted = envelope.accepted;
    delivery.due = envelope.accepted;
    deliveries.push_back(std::move(delivery));
    next += IdSource::kStep;
  }
  return deliveries;
}

net::Task<base::Result<Accepted>> DiskSpool::commit(net::Shard& shard,
                                                    std::unique_ptr<Upload> upload,
                                                    queue::Envelope envelope,
                                                    std::vector<queue::Destination> destinations,
                                                    std::vector<queue::Attempt> evidence) {
  if (destinations.empty()) co_return std::unexpected(without_destination());
  auto& uploaded = static_cast<DiskUpload&>(*upload);  // made by begin()
  auto settled = co_await uploaded.settle_chunks();
  if (!settled) co_return std::unexpected(std::move(settled.error()));

  const base::MessageId id = uploaded.id();
  envelope.size = uploaded.size();
  for (queue::Attempt& attempt : evidence) attempt.message = id;
  auto deliveries = make_deliveries(id, envelope, std::move(destinations), shard.wall_now());
  StoreWork store(new_message(id, std::move(envelope), std::move(deliveries)), uploaded.take_body(),
                  uploaded.take_rest());
  auto [receiver, sender] = net::handoff<base::Result<Accepted>>(shard);
  give(std::make_unique<CommitWork>(std::move(store), Evidence(std::move(evidence)),
                                    std::move(sender)));
  co_return co_await receiver;
}

net::Task<base::Result<std::vector<queue::Delivery>>> DiskSpool::settle(net::Shard& shard,
                                                                        Settlement settlement) {
  std::vector<StoreWork> notices;
  for (Settlement::Notice& notice : settlement.notices) {
    if (notice.destinations.empty()) co_return std::unexpected(without_destination());
    notice.envelope.size = static_cast<std::int64_t>(notice.body.size());
    const base::Instant now = shard.wall_now();
    const base::MessageId id{parts_.ids->take(1, now)};
    auto deliveries = make_deliveries(id, notice.envelope, std::move(notice.destinations), now);
    notices.emplace_back(new_message(id, std::move(notice.envelope), std::move(deliveries)),
                         nullptr, std::make_shared<const std::string>(std::move(notice.body)));
  }
  settlement.notices.clear();
  auto recipients = recipients_json(settlement.remaining);
  Evidence evidence(std::exchange(settlement.evidence, {}));
  auto [receiver, sender] = net::handoff<SettleWork::Answer>(shard);
  give(std::make_unique<SettleWork>(std::move(settlement), std::move(recipients),
                                    std::move(evidence), std::move(notices), std::move(sender)));
  co_return co_await receiver;
}

net::Task<base::Result<std::vector<queue::Delivery>>> DiskSpool::due(net::Shard& shard,
                                                                     Cursor after,
                                                                     base::Instant until,
                                                                     std::size_t limit) {
  auto answer =
      parts_.reader->ask(shard, [=](ReadRows& rows) { return rows.due(after, until, limit); });
  co_return co_await answer;
}

net::Task<base::Result<std::optional<base::Instant>>> DiskSpool::next_due(net::Shard& shard,
                                                                          base::Instant after) {
  auto answer = parts_.reader->ask(shard, [=](ReadRows& rows) { return rows.next_due(after); });
  co_return co_await answer;
}

net::Task<base::Result<MessageInfo>> DiskSpool::message(net::Shard& shard, base::MessageId id) {
  auto answer = parts_.reader->ask(shard, [=](ReadRows& rows) { return rows.message(id); });
  co_return co_await answer;
}

net::Task<base::Result<queue::Envelope>> DiskSpool::envelope(net::Shard& shard,
                                                             base::MessageId id) {
  if (const auto stored = parts_.cache->find(id)) co_return stored->envelope;
  auto answer = parts_.reader->ask(shard, [=](ReadRows& rows) { return rows.stored(id); });
  auto stored = co_await answer;
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  co_return std::move(stored->envelope);
}

net::Task<base::Result<std::unique_ptr<BodyReader>>> DiskSpool::body(net::Shard& shard,
                                                                     base::MessageId id) {
  if (const auto stored = parts_.cache->find(id)) {
    auto opened = SegmentBodyReader::open(*parts_.segments, id, *stored);
    if (opened) co_return opened;
  }
  // Compaction may remove a segment between the moment its place was read and the moment it is
  // opened; the rows then know the new place.
  static constexpr int kTries = 3;
  for (int attempt = 1;; ++attempt) {
    auto answer = parts_.reader->ask(shard, [=](ReadRows& rows) { return rows.stored(id); });
    const auto stored = co_await answer;
    if (!stored) co_return std::unexpected(stored.error());
    auto opened = SegmentBodyReader::open(*parts_.segments, id, *stored);
    if (opened || attempt == kTries) co_return opened;
  }
}

net::Task<base::Result<std::vector<MessageInfo>>> DiskSpool::list(net::Shard& shard,
                                                                  ListFilter filter) {
  std::vector<MessageInfo> listed;
  base::MessageId after = filter.after;
  while (listed.size() < filter.limit) {
    const std::size_t wanted = filter.limit - listed.size();
    auto answer =
        parts_.reader->ask(shard, [=](ReadRows& rows) { return rows.list(filter, after, wanted); });
    auto slice = co_await answer;
    if (!slice) co_return std::unexpected(std::move(slice.error()));
    for (MessageInfo& info : slice->messages) listed.push_back(std::move(info));
    if (slice->is_last) break;
    after = slice->next;
  }
  co_return listed;
}

net::Task<base::Result<QueueCounts>> DiskSpool::counts(net::Shard& shard) {
  auto answer = parts_.reader->ask(shard, [](ReadRows& rows) { return rows.oldest(); });
  const auto oldest = co_await answer;
  if (!oldest) co_return std::unexpected(oldest.error());
  const Ledger::Totals totals = parts_.ledger->totals();
  QueueCounts counts;
  counts.messages = totals.messages;
  counts.deliveries = totals.deliveries;
  counts.held = totals.held;
  counts.bytes = totals.bytes;
  counts.disk_bytes = totals.segment_bytes + database_bytes();
  counts.oldest = *oldest;
  co_return counts;
}

net::Task<base::Result<std::vector<Waiting>>> DiskSpool::waiting(
    net::Shard& shard, std::optional<base::AccountId> account) {
  ReadRows::WaitingSlice sums;
  while (!sums.is_last) {
    auto answer =
        parts_.reader->ask(shard, [account, sums = std::move(sums)](ReadRows& rows) mutable {
          return rows.add_waiting(account, std::move(sums));
        });
    auto further = co_await answer;
    if (!further) co_return std::unexpected(std::move(further.error()));
    sums = std::move(*further);
  }
  std::vector<Waiting> all;
  for (auto& [key, deliveries] : sums.deliveries) {
    const auto& [owner, domain, leg, code] = key;
    all.push_back({domain, leg, code, deliveries, owner});
  }
  co_return all;
}

std::int64_t DiskSpool::database_bytes() const {
  std::int64_t sum = 0;
  for (const char* name : {"/queue.db", "/queue.db-wal", "/queue.db-shm"}) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(parts_.settings.directory + name, error);
    if (!error) sum += static_cast<std::int64_t>(bytes);
  }
  return sum;
}

net::Task<base::Result<std::int64_t>> DiskSpool::act(net::Shard& shard, Action action,
                                                     ListFilter which,
                                                     std::optional<base::MessageId> one,
                                                     base::Instant now) {
  if (one) {
    auto info = co_await message(shard, *one);
    if (!info) co_return std::unexpected(std::move(info.error()));
    std::vector<base::DeliveryId> ids;
    for (const auto& delivery : info->deliveries) {
      if (which.matches(delivery)) ids.push_back(delivery.id);
    }
    co_return co_await act_on(shard, action, std::move(ids), now);
  }
  std::int64_t changed = 0;
  base::MessageId after = which.after;
  for (;;) {
    auto answer = parts_.reader->ask(
        shard, [=](ReadRows& rows) { return rows.list(which, after, kListAtOnce); });
    auto slice = co_await answer;
    if (!slice) co_return std::unexpected(std::move(slice.error()));
    std::vector<base::DeliveryId> ids;
    for (const MessageInfo& info : slice->messages) {
      for (const auto& delivery : info.deliveries) ids.push_back(delivery.id);
    }
    auto acted = co_await act_on(shard, action, std::move(ids), now);
    if (!acted) co_return acted;
    changed += *acted;
    if (slice->is_last) co_return changed;
    after = slice->next;
  }
}

net::Task<base::Result<std::int64_t>> DiskSpool::act_on(net::Shard& shard, Action action,
                                                        std::vector<base::DeliveryId> ids,
                                                        base::Instant now) {
  if (ids.empty()) co_return 0;
  auto [receiver, sender] = net::handoff<base::Result<std::int64_t>>(shard);
  give(std::make_unique<ActWork>(action, std::move(ids), now, std::move(sender)));
  co_return co_await receiver;
}

base::Result<std::vector<Spool::OutboxEntry>> DiskSpool::outbox(std::size_t limit) {
  return parts_.outbox->read(limit);
}

base::Result<> DiskSpool::outbox_done(std::int64_t up_to) {
  auto work = std::make_unique<OutboxDoneWork>(up_to);
  auto done = work->done();
  give(std::move(work));
  return done.get();
}

}  // namespace postern::spool
