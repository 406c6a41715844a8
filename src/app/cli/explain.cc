#include "app/cli/explain.h"

#include <ostream>

#include "app/cli/lookaround.h"
#include "app/wiring.h"
#include "core/base/json_writer.h"
#include "core/route/explain.h"
#include "service/delivery/find_route.h"

namespace postern::cli {

namespace {

net::Task<void> find(Lookaround& around, dns::Domain domain, route::RoutePlan& plan) {
  delivery::Answerers answerers{*around.lookups, around.sts.get()};
  delivery::RouteWanted wanted{around.book, around.account, domain,
                               app::route_settings(around.settings)};
  base::Deadline deadline{.at = around.shard->now() + std::chrono::seconds(30)};
  plan = co_await delivery::find_route(*around.shard, answerers, std::move(wanted), deadline);
}

}  // namespace

int explain(Context& context, const std::string& address) {
  std::size_t at = address.rfind('@');
  auto domain = dns::Domain::parse(at == std::string::npos ? address : address.substr(at + 1));
  if (!domain) return context.fail(domain.error());
  auto around = look_around(context);
  if (!around) return context.fail(around.error());
  route::RoutePlan plan;
  around->shard->run_until_done(find(*around, *domain, plan));
  const route::Explanation why =
      route::explain(*around->book, around->account, plan, around->shard->wall_now());
  if (context.json) {
    base::JsonWriter json;
    route::write_json(json, why);
    context.out << std::move(json).take() << "\n";
  } else {
    context.out << route::text(why);
  }
  return exit_ok;
}

}  // namespace postern::cli
