// Tells the operator how an attempt ended: events and metrics.
#pragma once

#include "io/observe/event.h"
#include "io/observe/metrics.h"
#include "service/delivery/conclusion.h"

namespace postern::delivery {

// `moved_mx` and the unmet demand are those of the attempt that `conclusion` was made from.
struct ReportFacts {
  std::vector<std::string> moved_mx;
  std::optional<tls::Unmet> unmet;
  base::Instant now;
};
void report(observe::EventSink& events, observe::Metrics& metrics, const Job& job,
            const Conclusion& conclusion, const ReportFacts& facts);

}  // namespace postern::delivery
