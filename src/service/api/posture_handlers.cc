#include "service/api/posture_handlers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"
#include "service/posture/dnssec.h"

namespace postern::api {

namespace {

constexpr std::chrono::seconds patience{25};

Posture shown(const posture::Posture& posture) {
  Posture out;
  out.domain = posture.domain.text();
  out.good = posture.good();
  for (const posture::Item& item : posture.items) {
    out.items.push_back({item.kind, std::string(posture::kind_title(item.kind)), item.name,
                         item.type, item.value, item.state, item.found, item.why});
  }
  return out;
}

}  // namespace

Handled<Posture> PostureHandlers::get(Call call) {
  const std::string& text = call.at("domain");
  const auto domain = dns::Domain::parse(text);
  const auto& all = call.book->configuration().domains;
  const auto found = std::ranges::find_if(all, [&](const policy::InternalDomain& one) {
    return domain && one.domain == *domain && one.account == call.account->id;
  });
  if (found == all.end()) {
    co_return refuse(
        404, "not-found",
        fmt::format("{} is not an internal domain of this account.", base::printable(text, 260)));
  }
  const auto lookups = needs_.fresh_lookups();
  if (!lookups) co_return refuse(lookups.error());
  const base::Deadline deadline{.at = needs_.shard.now() + patience};
  std::string dnssec = co_await posture::dnssec_problem(**lookups, deadline);
  mtasts::FetchSettings settings = needs_.fetch;
  settings.limit = std::min<std::chrono::milliseconds>(settings.limit, patience);
  mtasts::FetchNeeds fetch{needs_.shard, **lookups, needs_.tls, needs_.public_cas, settings};
  posture::Subject subject{*found, needs_.gateway()};
  const posture::Posture looked =
      co_await posture::look(std::move(fetch), std::move(subject), deadline);
  Posture out = shown(looked);
  out.dnssec = std::move(dnssec);
  co_return out;
}

void declare_posture(Operations& operations, PostureHandlers* handlers) {
  operations.add<Nothing, Nothing, Posture>(
      {Method::get, "/accounts/{account}/domains/{domain}/posture", "getPosture",
       "Looks up what the domain publishes about TLS, beside what it should"},
      [handlers](Call call, Nothing, Nothing) { return handlers->get(std::move(call)); });
}

}  // namespace postern::api
