// The MTA-STS policy file.
#include <fmt/core.h>

#include "core/base/time.h"
#include "core/lint/lint.h"
#include "core/mtasts/policy.h"

namespace postern::lint {
namespace {

using mtasts::Policy;
using mtasts::PolicyMode;

constexpr std::size_t kMostHosts = 50;

std::string_view mode_meaning(PolicyMode mode) {
  switch (mode) {
    case PolicyMode::none:
      return "Mode none: the domain has no policy any more; senders forget what they had kept.";
    case PolicyMode::testing:
      return "Mode testing: senders check as below, report what fails, and deliver all the same.";
    case PolicyMode::enforce:
      return "Mode enforce: senders deliver to these hosts only, over TLS, with a certificate of a "
             "public authority for the host's own name; otherwise they do not deliver.";
  }
  return "";
}

std::vector<std::string> explain(const Policy& policy) {
  std::vector<std::string> lines{std::string(mode_meaning(policy.mode))};
  for (const tls::HostPattern& pattern : policy.mx) {
    if (lines.size() > kMostHosts) {
      lines.push_back(fmt::format("and {} more.", policy.mx.size() - kMostHosts));
      break;
    }
    const std::string name = pattern.text();
    lines.push_back(
        name.starts_with("*.")
            ? fmt::format("{}: every host exactly one label below {}", name, name.substr(2))
            : name);
  }
  lines.push_back(fmt::format("Senders keep the policy for {} after they last fetched it.",
                              base::duration_text(policy.max_age)));
  return lines;
}

std::string json_of(const Policy& policy) {
  base::JsonWriter json;
  json.begin_object().field("mode", mtasts::mode_text(policy.mode)).key("mx").begin_array();
  for (const tls::HostPattern& pattern : policy.mx) json.value(pattern.text());
  json.end_array().field("max_age", policy.max_age.count()).end_object();
  return std::move(json).take();
}

}  // namespace

Page sts_policy(std::string_view input) {
  Page page{.kind = "sts-policy", .title = "MTA-STS policy"};
  auto examined = mtasts::examine_policy(input);
  page.findings = std::move(examined.findings);
  page.valid = examined.value.has_value();
  if (!page.valid) return page;
  page.meaning = explain(*examined.value);
  page.value = json_of(*examined.value);
  return page;
}

}  // namespace postern::lint
