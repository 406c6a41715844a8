#include "app/cli/sts_shelf.h"

#include "io/records/sts_policies.h"

namespace postern::cli {

namespace {

class RecordsShelf final : public mtasts::Shelf {
 public:
  explicit RecordsShelf(records::Records& records) : policies_(records.sts_policies()) {}

  net::Task<base::Result<std::optional<mtasts::Kept>>> find(net::Shard&,
                                                            dns::Domain domain) override {
    co_return policies_.find(domain);
  }
  net::Task<base::Result<std::optional<mtasts::Kept>>> change(net::Shard&, dns::Domain domain,
                                                              Change change) override {
    co_return policies_.change(domain, change);
  }
  net::Task<base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>>> all(
      net::Shard&) override {
    co_return policies_.all();
  }

 private:
  records::StsPolicies& policies_;
};

}  // namespace

std::unique_ptr<mtasts::Shelf> shelf_on(records::Records& records) {
  return std::make_unique<RecordsShelf>(records);
}

}  // namespace postern::cli
