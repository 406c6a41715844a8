// Where the gateway keeps TLS reports: in the records, by a desk of its own, so that no shard waits
// for a disk. Shared by all shards.
#pragma once

#include "app/settings.h"
#include "service/api/desk.h"
#include "service/tlsrpt/shelf.h"

namespace postern::app {

class TlsReportShelf final : public tlsrpt::Shelf {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<TlsReportShelf>> open(const Settings& settings);

  net::Task<base::Result<>> add(net::Shard& shard, tlsrpt::Tally tally) override;
  net::Task<base::Result<tlsrpt::Tally>> tally(net::Shard& shard, std::chrono::sys_days day,
                                               dns::Domain domain) override;
  net::Task<base::Result<Unplanned>> unplanned(net::Shard& shard,
                                               std::chrono::sys_days before) override;
  net::Task<base::Result<>> save(net::Shard& shard,
                                 std::vector<records::Sending> sendings) override;
  net::Task<base::Result<Sendings>> waiting(net::Shard& shard, base::Instant until) override;
  net::Task<base::Result<>> forget(net::Shard& shard, std::chrono::sys_days day,
                                   base::Instant received) override;
  net::Task<base::Result<Taken>> take(net::Shard& shard, records::ReceivedReport report,
                                      base::Instant known_since) override;

 private:
  explicit TlsReportShelf(std::unique_ptr<records::Records> records) : desk_(std::move(records)) {}
  api::Desk desk_;
};

}  // namespace postern::app
