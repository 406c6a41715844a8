// Where the gateway keeps MTA-STS policies: in the records, by a desk of its own, so that no shard
// waits for a disk. Shared by all shards.
#pragma once

#include "app/settings.h"
#include "service/api/desk.h"
#include "service/mtasts/policies.h"

namespace postern::app {

class StsShelf final : public mtasts::Shelf {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<StsShelf>> open(const Settings& settings);

  net::Task<base::Result<std::optional<mtasts::Kept>>> find(net::Shard& shard,
                                                            dns::Domain domain) override;
  net::Task<base::Result<std::optional<mtasts::Kept>>> change(net::Shard& shard, dns::Domain domain,
                                                              Change change) override;
  net::Task<base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>>> all(
      net::Shard& shard) override;

 private:
  explicit StsShelf(std::unique_ptr<records::Records> records) : desk_(std::move(records)) {}
  api::Desk desk_;
};

}  // namespace postern::app
