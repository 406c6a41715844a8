// An account at a glance: its four hops in the last day, the numbers, what wants looking at. Made
// from sums that are kept as evidence is recorded (io/records/evidence_sums.h), so it costs the
// same whatever was recorded; only the queue is looked through, at most once in some seconds.
#pragma once

#include <map>

#include "service/api/attention.h"
#include "service/api/desk.h"
#include "service/api/operations.h"
#include "service/receipt/settings.h"

namespace postern::api {

class OverviewHandlers {
 public:
  struct Needs {
    net::Shard& shard;
    Desk& reads;
    spool::Spool& spool;
    const receipt::ContextSource& certificates;
  };
  explicit OverviewHandlers(Needs needs) : needs_(needs) {}

  [[nodiscard]] Handled<Overview> get(Call call);

 private:
  using Waits = std::vector<spool::Waiting>;
  [[nodiscard]] net::Task<base::Result<Waits>> waiting(base::AccountId account);

  struct Remembered {
    base::Steady until;
    Waits waits;
  };
  Needs needs_;
  std::map<base::AccountId, Remembered> waiting_;
};

void declare_overview(Operations& operations, OverviewHandlers* handlers);

// The four hops, in the order of the picture.
[[nodiscard]] std::vector<HopNumbers> hop_numbers(const std::vector<records::HopSum>& sums);

}  // namespace postern::api
