#include "app/cli/explain.h"

#include <fmt/format.h>

#include <ostream>

#include "app/cli/lookaround.h"
#include "app/wiring.h"
#include "core/base/json_writer.h"
#include "core/tls/describe.h"
#include "service/delivery/find_route.h"

namespace postern::cli {

namespace {

net::Task<void> find(Lookaround& around, dns::Domain domain, route::RoutePlan& plan) {
  delivery::RouteWanted wanted{around.book, around.account, domain,
                               app::route_settings(around.settings)};
  base::Deadline deadline{.at = around.shard->now() + std::chrono::seconds(30)};
  plan = co_await delivery::find_route(*around.shard, *around.lookups, std::move(wanted), deadline);
}

std::string_view kind_text(route::HopKind kind) {
  switch (kind) {
    case route::HopKind::internal_route:
      return "internal server route";
    case route::HopKind::external_route:
      return "external route";
    case route::HopKind::mx:
      return "MX";
  }
  return "";
}

void write_host(base::JsonWriter& json, const route::HostPlan& host) {
  json.begin_object().field("host", host.label).field("preference", host.preference);
  json.field("mode", tls::api_value(host.requirement.mode()));
  json.field("monitored_mode", tls::api_value(host.requirement.monitored_mode()));
  json.field("exception", host.requirement.used_exception()).field("secure", host.secure);
  json.field("unusable", host.unusable ? host.unusable->code : "");
  json.key("sources").begin_array();
  for (const tls::Considered& line : host.requirement.considered()) {
    json.begin_object().field("source", tls::source_text(line.source.kind));
    json.field("name", line.source.name).field("mode", tls::api_value(line.mode));
    json.field("fate", tls::fate_text(line.fate)).field("rule", line.rule).end_object();
  }
  json.end_array().key("demands").begin_array();
  for (const tls::Demand& demand : host.requirement.demands()) json.value(tls::describe(demand));
  json.end_array().end_object();
}

void write_plan(base::JsonWriter& json, const route::RoutePlan& plan) {
  json.begin_object().field("domain", plan.domain.text()).field("by", kind_text(plan.kind));
  json.field("failure", plan.failure ? plan.failure->code : "");
  json.field("explanation", plan.failure ? plan.failure->text : "");
  json.key("hosts").begin_array();
  for (const route::HostPlan& host : plan.hosts) write_host(json, host);
  json.end_array().end_object();
}

std::string host_text(const route::HostPlan& host) {
  std::string out =
      fmt::format("\n{} (preference {}{}): {}\n", host.label, host.preference,
                  host.secure ? ", secured by DNSSEC" : "", tls::shown_as(host.requirement.mode()));
  if (host.unusable) out += fmt::format("  cannot be used: {}\n", host.unusable->text);
  out += "  Sources:\n";
  if (host.requirement.considered().empty()) out += "    none: nothing asks for more\n";
  for (const tls::Considered& line : host.requirement.considered()) {
    out += fmt::format("    {}\n", tls::describe(line));
  }
  if (host.requirement.demands().empty()) return out;
  out += "  So the connection must satisfy:\n";
  for (const tls::Demand& demand : host.requirement.demands()) {
    out += fmt::format("    {}\n", tls::describe(demand));
  }
  return out;
}

std::string plan_text(const route::RoutePlan& plan) {
  std::string out =
      fmt::format("Mail to {} goes by {}.\n", plan.domain.unicode(), kind_text(plan.kind));
  if (plan.failure) out += fmt::format("It cannot go anywhere now: {}\n", plan.failure->text);
  for (const route::HostPlan& host : plan.hosts) out += host_text(host);
  return out;
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
  if (context.json) {
    base::JsonWriter json;
    write_plan(json, plan);
    context.out << std::move(json).take() << "\n";
  } else {
    context.out << plan_text(plan);
  }
  return exit_ok;
}

}  // namespace postern::cli
