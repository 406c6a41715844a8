#include "core/route/explain.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/policy/receipt.h"
#include "core/route/sources.h"
#include "core/tls/describe.h"
#include "core/tls/judge.h"
#include "core/tls/source_value.h"

namespace postern::route {
namespace {

using tls::Considered;

HopExplanation hop_of(const tls::Requirement& requirement) {
  return {requirement.mode(), requirement.monitored_mode(), requirement.used_exception(),
          requirement.considered()};
}

// The strongest of the hosts' requirements; where no host is known, that of one without a name.
HopExplanation delivery_hop(const policy::PolicyBook& book, base::AccountId account,
                            const RoutePlan& plan, base::Instant now) {
  if (plan.hosts.empty()) {
    if (plan.kind == HopKind::internal_route) return {};
    DomainSources sources{book.delivery_policy(account, plan.domain, now),
                          book.exception(account, plan.domain, now), tls::Mode::opportunistic};
    return hop_of(
        mx_requirement(sources, {plan.domain, {}, plan.mx_secure, false, {}},
                       {.sts = plan.sts ? &*plan.sts : nullptr, .policy_domain = plan.domain}));
  }
  HopExplanation hop;
  for (const HostPlan& host : plan.hosts) {
    const HopExplanation one = hop_of(host.requirement);
    hop.mode = std::max(hop.mode, one.mode);
    hop.monitored_mode = std::max(hop.monitored_mode, one.monitored_mode);
    hop.used_exception = hop.used_exception || one.used_exception;
    for (const Considered& line : one.considered) {
      if (std::ranges::find(hop.considered, line) == hop.considered.end()) {
        hop.considered.push_back(line);
      }
    }
  }
  return hop;
}

HopExplanation receipt_hop(const policy::PolicyBook& book, base::AccountId account,
                           const dns::Domain& domain, base::Instant now) {
  const policy::InternalDomain* internal = book.internal_domain(domain);
  if (internal == nullptr) {
    return hop_of(policy::receipt_requirement(book, account, nullptr,
                                              policy::Party{.null = false, .domain = domain}, now));
  }
  HopExplanation hop;
  if (internal->enforce_receipt) {
    hop.mode = hop.monitored_mode = tls::Mode::relaxed;
    hop.considered.push_back({{tls::SourceKind::policy, internal->id.value,
                               "internal domain " + internal->domain.text()},
                              tls::Mode::relaxed,
                              Considered::Fate::joined,
                              "senders of the internal domain must use TLS"});
  }
  return hop;
}

HostExplanation host_of(const HostPlan& plan) {
  HostExplanation host;
  host.label = plan.label;
  host.preference = plan.preference;
  host.name_secure = plan.secure;
  host.mode = plan.requirement.mode();
  host.demands = plan.requirement.demands();
  host.names = plan.reference_names;
  host.out = plan.unusable;
  if (!host.out) {
    if (const auto unmet = tls::judge_host(plan.requirement, plan.host)) {
      host.out = base::Failure{unmet->reason.code, unmet->reason.sentence, {}};
    }
  }
  return host;
}

std::string_view way_text(HopKind way) {
  switch (way) {
    case HopKind::internal_route:
      return "by its internal server routes";
    case HopKind::external_route:
      return "by the account's external route";
    case HopKind::mx:
      break;
  }
  return "by its MX";
}

void add_hop(std::string& out, const HopExplanation& hop) {
  for (const Considered& line : hop.considered) {
    out += "  " + tls::describe(line) + ".\n";
  }
  const auto asks = [](const Considered& line) { return line.fate != Considered::Fate::absent; };
  if (std::ranges::none_of(hop.considered, asks)) {
    out += "  No policy, route or exception asks for anything.\n";
  }
  if (hop.monitored_mode > hop.mode) {
    out += fmt::format("  In stage monitor: {} is evaluated and recorded, and blocks nothing.\n",
                       tls::shown_as(hop.monitored_mode));
  }
}

void write_hop(base::JsonWriter& json, const HopExplanation& hop) {
  json.field("mode", tls::api_value(hop.mode))
      .field("monitored_mode", tls::api_value(hop.monitored_mode))
      .field("used_exception", hop.used_exception);
  json.key("sources").begin_array();
  for (const Considered& line : hop.considered) {
    json.begin_object()
        .field("source", tls::source_value(line.source.kind))
        .field("name", line.source.name)
        .field("id", line.source.id)
        .field("mode", tls::api_value(line.mode))
        .field("fate", tls::fate_text(line.fate))
        .field("rule", line.rule)
        .end_object();
  }
  json.end_array();
}

std::string_view standing_text(tls::Standing standing) {
  switch (standing) {
    case tls::Standing::in_force:
      return "in-force";
    case tls::Standing::monitored:
      return "monitored";
    case tls::Standing::waived:
      return "waived";
    case tls::Standing::set_aside:
      return "set-aside";
  }
  return "in-force";
}

void write_failure(base::JsonWriter& json, std::string_view key,
                   const std::optional<base::Failure>& failure) {
  json.key(key);
  if (!failure) {
    json.null();
    return;
  }
  json.begin_object().field("code", failure->code).field("text", failure->text).end_object();
}

void write_host(base::JsonWriter& json, const HostExplanation& host) {
  json.begin_object()
      .field("host", host.label)
      .field("preference", host.preference)
      .field("name_secure", host.name_secure)
      .field("mode", tls::api_value(host.mode));
  json.key("names").begin_array();
  for (const dns::Domain& name : host.names) json.value(name.text());
  json.end_array();
  json.key("demands").begin_array();
  for (const tls::Demand& demand : host.demands) {
    json.begin_object()
        .field("source", demand.source.name)
        .field("standing", standing_text(demand.standing))
        .field("text", tls::describe(demand.wish))
        .end_object();
  }
  json.end_array();
  write_failure(json, "not_used", host.out);
  json.end_object();
}

}  // namespace

Explanation explain(const policy::PolicyBook& book, base::AccountId account, const RoutePlan& plan,
                    base::Instant now) {
  Explanation result;
  result.domain = plan.domain;
  if (const policy::Account* known = book.account(account)) result.account = known->name;
  result.way = plan.kind;
  result.delivery = delivery_hop(book, account, plan, now);
  for (const HostPlan& host : plan.hosts) result.hosts.push_back(host_of(host));
  result.failure = plan.failure;
  result.on_failure = plan.on_failure;
  result.time_limit = plan.time_limit;
  result.receipt = receipt_hop(book, account, plan.domain, now);
  return result;
}

std::string_view way_value(HopKind way) {
  switch (way) {
    case HopKind::internal_route:
      return "internal-route";
    case HopKind::external_route:
      return "external-route";
    case HopKind::mx:
      break;
  }
  return "mx";
}

std::string text(const Explanation& explanation) {
  const std::string name = explanation.domain.unicode();
  std::string out = fmt::format("Mail to {} goes {}: {}\n", name, way_text(explanation.way),
                                tls::shown_as(explanation.delivery.mode));
  add_hop(out, explanation.delivery);
  if (explanation.delivery.mode != tls::Mode::opportunistic) {
    if (explanation.on_failure == policy::OnFailure::bounce) {
      out += "  When it cannot be met, the message bounces at once.\n";
    } else if (explanation.time_limit) {
      out += fmt::format("  When it cannot be met, the message waits for {}, then bounces.\n",
                         base::duration_text(*explanation.time_limit));
    }
  }
  if (explanation.failure) out += "  " + explanation.failure->text + "\n";
  for (const HostExplanation& host : explanation.hosts) {
    out += fmt::format("\n  {} {}{}\n", host.preference, host.label,
                       host.name_secure ? " (name proved by DNSSEC)" : "");
    if (host.out) out += "    Not used: " + host.out->text + "\n";
    for (const tls::Demand& demand : host.demands) out += "    " + tls::describe(demand) + "\n";
  }
  out += fmt::format("\nMail from {}: {}\n", name, tls::shown_as(explanation.receipt.mode));
  add_hop(out, explanation.receipt);
  return out;
}

void write_json(base::JsonWriter& json, const Explanation& explanation) {
  json.begin_object()
      .field("domain", explanation.domain.text())
      .field("account", explanation.account);
  json.key("delivery").begin_object().field("way", way_value(explanation.way));
  write_hop(json, explanation.delivery);
  json.field("on_failure",
             explanation.on_failure == policy::OnFailure::bounce ? "bounce" : "defer");
  json.key("time_limit");
  if (explanation.time_limit) {
    json.value(base::duration_text(*explanation.time_limit));
  } else {
    json.null();
  }
  write_failure(json, "failure", explanation.failure);
  json.key("hosts").begin_array();
  for (const HostExplanation& host : explanation.hosts) write_host(json, host);
  json.end_array().end_object();
  json.key("receipt").begin_object();
  write_hop(json, explanation.receipt);
  json.end_object().end_object();
}

}  // namespace postern::route
