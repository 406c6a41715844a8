#include "app/gateway/sts_shelf.h"

#include <utility>

#include "io/records/sts_policies.h"

namespace postern::app {

base::Result<std::unique_ptr<StsShelf>> StsShelf::open(const Settings& settings) {
  auto records = records::Records::open(settings.records_path());
  if (!records) return std::unexpected(records.error());
  return std::unique_ptr<StsShelf>(new StsShelf(*std::move(records)));
}

net::Task<base::Result<std::optional<mtasts::Kept>>> StsShelf::find(net::Shard& shard,
                                                                    dns::Domain domain) {
  std::function<base::Result<std::optional<mtasts::Kept>>(records::Records&)> work =
      [domain](records::Records& records) { return records.sts_policies().find(domain); };
  return desk_.run<base::Result<std::optional<mtasts::Kept>>>(shard, std::move(work));
}

net::Task<base::Result<std::optional<mtasts::Kept>>> StsShelf::change(net::Shard& shard,
                                                                      dns::Domain domain,
                                                                      Change change) {
  std::function<base::Result<std::optional<mtasts::Kept>>(records::Records&)> work =
      [domain, change = std::move(change)](records::Records& records) {
        return records.sts_policies().change(domain, change);
      };
  return desk_.run<base::Result<std::optional<mtasts::Kept>>>(shard, std::move(work));
}

net::Task<base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>>> StsShelf::all(
    net::Shard& shard) {
  using All = base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>>;
  std::function<All(records::Records&)> work = [](records::Records& records) {
    return records.sts_policies().all();
  };
  return desk_.run<All>(shard, std::move(work));
}

}  // namespace postern::app
