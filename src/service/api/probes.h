// Looks at domains and tests of internal routes, as jobs: starting them, asking for them,
// cancelling them.
#pragma once

#include "service/api/jobs.h"
#include "service/api/operations.h"

namespace postern::api {

class Probes {
 public:
  explicit Probes(Jobs& jobs) : jobs_(jobs) {}

  [[nodiscard]] Handled<Job> probe(Call call, ProbeInput input);
  [[nodiscard]] Handled<Job> test_routes(Call call, RouteTestInput input);
  [[nodiscard]] Handled<Job> get(Call call);
  [[nodiscard]] Handled<Job> cancel(Call call);

 private:
  Jobs& jobs_;
};

// An address that has internal routes in the account of the call; else a Problem that points at
// "address".
[[nodiscard]] Outcome<smtp::Mailbox> routed_address(const Call& call, const std::string& text);

void declare_probes(Operations& operations, Probes* probes);

}  // namespace postern::api
