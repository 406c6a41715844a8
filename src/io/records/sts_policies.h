// MTA-STS policies as they were fetched, by policy domain (RFC 8461 5.1), on disk. What the world
// publishes is no account's data: a change here is no change of the configuration, and only
// forgetting, which a person does, is audited.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/mtasts/cache.h"
#include "io/records/database.h"
#include "io/records/records.h"

namespace postern::records {

class StsPolicies {
 public:
  virtual ~StsPolicies() = default;
  [[nodiscard]] virtual base::Result<std::optional<mtasts::Kept>> find(
      const dns::Domain& domain) = 0;
  [[nodiscard]] virtual base::Result<> keep(const dns::Domain& domain,
                                            const mtasts::Kept& kept) = 0;
  // In one transaction: what `change` makes of what is kept goes in its place. Answers what was
  // kept before.
  using Change = std::function<mtasts::Kept(const std::optional<mtasts::Kept>&)>;
  [[nodiscard]] virtual base::Result<std::optional<mtasts::Kept>> change(const dns::Domain& domain,
                                                                         const Change& change) = 0;
  // By domain.
  [[nodiscard]] virtual base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>> all() = 0;
  // Raises the revision: a running gateway reads anew within a second.
  [[nodiscard]] virtual base::Result<> announce() = 0;
  // Announces itself. "not-found".
  [[nodiscard]] virtual base::Result<> forget(Actor actor, base::Instant now,
                                              const dns::Domain& domain) = 0;
};

class SqliteStsPolicies final : public StsPolicies {
 public:
  explicit SqliteStsPolicies(Database& database) : database_(database) {}
  base::Result<std::optional<mtasts::Kept>> find(const dns::Domain& domain) override;
  base::Result<> keep(const dns::Domain& domain, const mtasts::Kept& kept) override;
  base::Result<std::optional<mtasts::Kept>> change(const dns::Domain& domain,
                                                   const Change& change) override;
  base::Result<std::vector<std::pair<dns::Domain, mtasts::Kept>>> all() override;
  base::Result<> announce() override;
  base::Result<> forget(Actor actor, base::Instant now, const dns::Domain& domain) override;

 private:
  Database& database_;
};

}  // namespace postern::records
