// Spool on one node's disk: the parts put together.
#pragma once

#include <memory>

#include "io/spool/keeper.h"
#include "io/spool/outbox.h"
#include "io/spool/reader.h"
#include "io/spool/recovery.h"
#include "io/spool/spool.h"
#include "io/spool/works.h"
#include "io/spool/writer.h"

namespace postern::spool {

class DiskSpool : public Spool {
 public:
  struct Parts {
    SpoolSettings settings;
    std::unique_ptr<FileOps> files;
    std::unique_ptr<FolderLock> lock;
    std::unique_ptr<Segments> segments;
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<Cache> cache;
    std::unique_ptr<IdSource> ids;
    std::unique_ptr<Keeper> keeper;
    std::unique_ptr<Outbox> outbox;
    std::unique_ptr<Reader> reader;
    std::unique_ptr<Writer> writer;
  };
  explicit DiskSpool(Parts parts);
  ~DiskSpool() override;

  [[nodiscard]] std::unique_ptr<Upload> begin(net::Shard& shard) override;
  [[nodiscard]] net::Task<base::Result<Accepted>> commit(
      net::Shard& shard, std::unique_ptr<Upload> upload, queue::Envelope envelope,
      std::vector<queue::Destination> destinations, std::vector<queue::Attempt> evidence) override;
  [[nodiscard]] net::Task<base::Result<std::vector<queue::Delivery>>> settle(
      net::Shard& shard, Settlement settlement) override;
  [[nodiscard]] net::Task<base::Result<std::vector<queue::Delivery>>> due(
      net::Shard& shard, Cursor after, base::Instant until, std::size_t limit) override;
  [[nodiscard]] net::Task<base::Result<std::optional<base::Instant>>> next_due(
      net::Shard& shard, base::Instant after) override;
  [[nodiscard]] net::Task<base::Result<MessageInfo>> message(net::Shard& shard,
                                                             base::MessageId id) override;
  [[nodiscard]] net::Task<base::Result<queue::Envelope>> envelope(net::Shard& shard,
                                                                  base::MessageId id) override;
  [[nodiscard]] net::Task<base::Result<std::unique_ptr<BodyReader>>> body(
      net::Shard& shard, base::MessageId id) override;
  [[nodiscard]] net::Task<base::Result<std::vector<MessageInfo>>> list(net::Shard& shard,
                                                                       ListFilter filter) override;
  [[nodiscard]] net::Task<base::Result<QueueCounts>> counts(net::Shard& shard) override;
  [[nodiscard]] AccountCounts counts_of(base::AccountId account) const override {
    return parts_.ledger->counts_of(account);
  }
  [[nodiscard]] std::chrono::nanoseconds sync_time() const override {
    return parts_.writer->sync_time();
  }
  [[nodiscard]] net::Task<base::Result<std::vector<Waiting>>> waiting(
      net::Shard& shard, std::optional<base::AccountId> account) override;
  [[nodiscard]] net::Task<base::Result<std::int64_t>> act(net::Shard& shard, Action action,
                                                          ListFilter which,
                                                          std::optional<base::MessageId> one,
                                                          base::Instant now) override;
  [[nodiscard]] base::Result<std::vector<OutboxEntry>> outbox(std::size_t limit) override;
  base::Result<> outbox_done(std::int64_t up_to) override;

 private:
  [[nodiscard]] std::vector<queue::Delivery> make_deliveries(
      base::MessageId id, const queue::Envelope& envelope,
      std::vector<queue::Destination> destinations, base::Instant now);
  [[nodiscard]] net::Task<base::Result<std::int64_t>> act_on(net::Shard& shard, Action action,
                                                             std::vector<base::DeliveryId> ids,
                                                             base::Instant now);
  // Answers `spool-closed` itself when the writer takes no more work.
  void give(std::unique_ptr<Work> work);
  [[nodiscard]] std::int64_t database_bytes() const;

  Parts parts_;
};

}  // namespace postern::spool
