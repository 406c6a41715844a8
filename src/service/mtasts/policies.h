// Where a delivery, a probe and an explanation get a domain's MTA-STS policy from (RFC 8461).
//
// One Policies a shard: it remembers what it learnt for as long as the DNS says, asks for a domain
// once however many wait, and keeps policies on a Shelf that outlives restarts and is shared by
// all. Steps of a question: memory -> shelf -> the TXT record -> decide() -> perhaps a fetch.
//
// A shelf that cannot be read leaves the answer "unresolved": what might be kept there must not be
// forgotten over an error of the disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/mtasts/cache.h"
#include "io/net/event.h"
#include "io/net/task.h"
#include "io/observe/event.h"
#include "service/book/book_source.h"
#include "service/mtasts/fetch.h"

namespace postern::mtasts {

class PolicySource {
 public:
  virtual ~PolicySource() = default;
  [[nodiscard]] virtual net::Task<Found> find(dns::Domain policy_domain,
                                              base::Deadline deadline) = 0;
};

// Kept policies on disk. Awaited on the shard that is given; shared by all.
class Shelf {
 public:
  virtual ~Shelf() = default;
  [[nodiscard]] virtual net::Task<base::Result<std::optional<Kept>>> find(net::Shard& shard,
                                                                          dns::Domain domain) = 0;
  // Puts what `change` makes of what is kept now in its place, undisturbed by others who do so at
  // the same time; answers what was kept before.
  using Change = std::function<Kept(const std::optional<Kept>&)>;
  [[nodiscard]] virtual net::Task<base::Result<std::optional<Kept>>> change(net::Shard& shard,
                                                                            dns::Domain domain,
                                                                            Change change) = 0;
  [[nodiscard]] virtual net::Task<base::Result<std::vector<std::pair<dns::Domain, Kept>>>> all(
      net::Shard& shard) = 0;
};

class Policies final : public PolicySource {
 public:
  struct Needs {
    FetchNeeds fetch;
    Shelf* shelf = nullptr;                     // null: memory alone
    const service::BookSource* book = nullptr;  // its revision moves when a person forgets a policy
    observe::EventSink* events = nullptr;
    std::size_t remembered = 100'000;  // domains
  };
  explicit Policies(Needs needs);
  ~Policies() override;  // after stop()

  net::Task<Found> find(dns::Domain policy_domain, base::Deadline deadline) override;
  // Looks the record up and fetches the policy now, whatever is remembered and kept.
  [[nodiscard]] net::Task<Found> refetch(dns::Domain policy_domain);
  // Fetches again, before their end, policies that nobody asks for just now (RFC 8461 10.2). On one
  // shard of the gateway.
  void keep_fresh();
  // Ends what is under way; askers get "unresolved".
  [[nodiscard]] net::Task<void> stop();

 private:
  struct Asked;
  struct Remembered {
    Found found;
    base::Steady until;
  };
  net::Task<void> answer(dns::Domain domain, std::shared_ptr<Asked> asked);
  net::Task<Found> learn(dns::Domain domain);
  net::Task<Found> fetch(dns::Domain domain, std::string id, std::optional<Kept> kept);
  net::Task<void> refresh(dns::Domain domain, std::string id, std::optional<Kept> kept);
  net::Task<void> sweep();
  net::Task<void> refresh_if_due(dns::Domain domain, Kept kept);
  void remember(const dns::Domain& domain, Found found, std::chrono::seconds life);
  [[nodiscard]] std::optional<Found> remembered(const dns::Domain& domain);

  Needs needs_;
  net::TaskGroup group_;
  std::map<dns::Domain, Remembered> memory_;
  std::map<dns::Domain, std::shared_ptr<Asked>> asked_;
  std::set<dns::Domain> refreshing_;
  std::int64_t revision_ = 0;
};

}  // namespace postern::mtasts
