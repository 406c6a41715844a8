// Why this requirement? The explanation of core/route/explain.h for one domain, as of now.
//
// Of a domain that belongs to another account of this gateway it says what one's own policies make
// of it, and nothing of that account's routes, exceptions and rules.
#pragma once

#include "core/route/explain.h"
#include "io/resolver/resolver.h"
#include "service/api/operations.h"
#include "service/api/policy_types.h"
#include "service/mtasts/policies.h"

namespace postern::api {

class ExplainHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    resolver::Lookups& lookups;
    mtasts::PolicySource* sts = nullptr;  // null: MTA-STS is not asked for
    route::RouteSettings route;
  };
  explicit ExplainHandlers(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Handled<Explanation> explain(Call call, ExplainQuery query);

 private:
  Needs needs_;
};

void declare_explain(Operations& operations, ExplainHandlers* handlers);

// What the handler answers, for other pages; asks the DNS no longer than this.
[[nodiscard]] net::Task<Explanation> explain_domain(ExplainHandlers::Needs needs,
                                                    std::shared_ptr<const policy::PolicyBook> book,
                                                    base::AccountId account, dns::Domain domain,
                                                    std::chrono::milliseconds patience);

[[nodiscard]] Explanation shown(const route::Explanation& explanation);
[[nodiscard]] Explanation explain_other_account(const policy::PolicyBook& book,
                                                base::AccountId account, const dns::Domain& domain,
                                                base::Instant now);

}  // namespace postern::api
