#include "app/cli/capture_pins.h"

#include <fmt/format.h>

#include "app/cli/lookaround.h"

namespace postern::cli {

namespace {

net::Task<void> look(prober::Prober& prober, Lookaround& around, dns::Domain domain,
                     probe::DomainFinding& finding) {
  finding = co_await prober.probe(around.book, around.account, domain);
}

}  // namespace

base::Result<std::vector<tls::HostPattern>> capture_pins(const Context& context,
                                                         const dns::Domain& domain) {
  auto around = look_around(context);
  if (!around) return std::unexpected(around.error());
  prober::Prober prober(around->prober_needs(std::chrono::seconds(15)));
  probe::DomainFinding finding;
  around->shard->run_until_done(look(prober, *around, domain, finding));
  if (finding.readiness == probe::Readiness::strict) return finding.pins;
  return base::fail(
      "not-ready", fmt::format("{} is not ready for strict ({}): {}", domain.text(),
                               probe::readiness_text(finding.readiness),
                               finding.why ? finding.why->sentence : "the probe found no reason."));
}

}  // namespace postern::cli
