// The state is what was asked and what was answered; the plan is computed from it at the end. So
// the order of the answers cannot matter, and a test gives them in any.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/dane/demands.h"
#include "core/policy/demands.h"
#include "core/route/addresses.h"
#include "core/route/mx_hosts.h"
#include "core/route/published_lookup.h"
#include "core/route/route_plan.h"
#include "core/route/sources.h"

namespace postern::route {
namespace {

// An answer of another type than was asked for tells nothing.
template <class Wanted>
Wanted take(AnyAnswer& answer) {
  if (auto* wanted = std::get_if<Wanted>(&answer)) return std::move(*wanted);
  Wanted unreadable;
  unreadable.code = "dns-malformed";
  unreadable.why = "the answer was of another type than the question.";
  return unreadable;
}

}  // namespace

struct RouteLookup::State {
  State(const policy::PolicyBook& the_book, base::AccountId envelope_account, dns::Domain name,
        RouteSettings given, base::Instant at)
      : book(the_book),
        account(envelope_account),
        domain(std::move(name)),
        settings(std::move(given)),
        now(at) {
    internal = book.internal_domain(domain);
    if (internal != nullptr) {
      kind = HopKind::internal_route;
      internal_routes = book.internal_routes(internal->account, domain);
      for (const auto* route : internal_routes) ask_host(route->host);
      return;
    }
    external_routes = book.external_routes(account, domain);
    if (!external_routes.empty()) {
      kind = HopKind::external_route;
      for (const auto* route : external_routes) ask_route(*route);
      return;
    }
    ask({RecordType::mx, domain});
    if (settings.mta_sts) ask({RecordType::sts_policy, domain});
  }

  struct Asked {
    Question question;
    bool answered = false;
  };

  // --- asking ---
  void ask(Question question) {
    if (std::ranges::find(asked, question, &Asked::question) != asked.end()) return;
    asked.push_back({question, false});
    open.push_back(std::move(question));
    ++waiting;
  }
  void ask_addresses(const dns::Domain& host) {
    if (settings.ipv6) ask({RecordType::aaaa, host});
    if (settings.ipv4) ask({RecordType::a, host});
  }
  void ask_host(const std::string& host) {
    if (base::IpAddress::parse(host)) return;
    if (const auto name = dns::Domain::parse(host)) ask_addresses(*name);
  }

  // A smarthost's name is the administrator's word; what its owner publishes counts if asked for.
  // Its policy domain is itself (RFC 8461 3.4).
  void ask_route(const policy::ExternalRoute& route) {
    ask_host(route.host);
    const auto name = dns::Domain::parse(route.host);
    if (!route.consult_published || !name) return;
    if (settings.dane) published.watch(*name, route.port);
    if (settings.mta_sts) ask({RecordType::sts_policy, *name});
  }

  // --- learning ---
  void learn(const Question& question, AnyAnswer answer) {
    if (question.type == RecordType::mx) {
      mx = mx_hosts(domain, take<dns::MxAnswer>(answer), settings.hosts_limit);
      for (const dns::Mx& host : mx.hosts) {
        ask_addresses(host.host);
        // RFC 7672 2.2.1: whom plain DNS names, DANE cannot authenticate.
        if (settings.dane && mx.secure) published.watch(host.host, settings.smtp_port);
      }
    } else if (question.type == RecordType::a || question.type == RecordType::aaaa) {
      addresses.emplace(question, take<dns::AddressAnswer>(answer));
    } else {
      published.learn(question, std::move(answer));
    }
    for (Question& wanted : published.wanted()) ask(std::move(wanted));
  }
  [[nodiscard]] const dns::AddressAnswer* answer(RecordType type, const dns::Domain& name) const {
    const auto found = addresses.find({type, name});
    return found == addresses.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Addresses addresses_for(const dns::Domain& host, Whose whose) const {
    return addresses_of(host, {answer(RecordType::a, host), answer(RecordType::aaaa, host)},
                        settings, whose);
  }

  // --- planning ---
  [[nodiscard]] DomainSources sources() const {
    const base::AccountId owner = internal != nullptr ? internal->account : account;
    return {book.delivery_policy(account, domain, now), book.exception(owner, domain, now),
            settings.floor};
  }

  [[nodiscard]] bool is_this_gateway(const HostPlan& host) const {
    if (!host.host.empty() &&
        std::ranges::find(settings.own_names, host.host) != settings.own_names.end()) {
      return true;
    }
    return std::ranges::any_of(host.addresses, [&](const base::IpAddress& address) {
      const base::Endpoint endpoint{address, host.port};
      return std::ranges::find(settings.own_endpoints, endpoint) != settings.own_endpoints.end();
    });
  }

  [[nodiscard]] Published learnt(HostPlan& host, const dns::Domain& policy_domain,
                                 std::vector<dns::Domain> next_hops) const;
  void plan_mx(RoutePlan& plan, const DomainSources& from) const;
  template <class Route>
  HostPlan plan_route(const Route& route, HopKind hop) const;
  void plan_routes(RoutePlan& plan, const DomainSources& from) const;
  [[nodiscard]] RoutePlan plan() const;

  const policy::PolicyBook& book;
  base::AccountId account;
  dns::Domain domain;
  RouteSettings settings;
  base::Instant now;

  HopKind kind = HopKind::mx;
  const policy::InternalDomain* internal = nullptr;
  std::vector<const policy::InternalRoute*> internal_routes;
  std::vector<const policy::ExternalRoute*> external_routes;

  std::vector<Asked> asked;
  std::vector<Question> open;  // asked, and not yet handed out
  std::size_t waiting = 0;     // asked, and not yet answered
  MxHosts mx;
  AddressBook addresses;
  PublishedLookup published{settings, addresses};
};

// What the world publishes about the host, and what follows from it for the handshake.
Published RouteLookup::State::learnt(HostPlan& host, const dns::Domain& policy_domain,
                                     std::vector<dns::Domain> next_hops) const {
  host.server_name = host.host;
  Published learnt{
      .dane_of = host.host, .sts = published.sts_of(policy_domain), .policy_domain = policy_domain};
  if (auto facts = published.dane_of(host.host)) {
    host.dane = *std::move(facts);
    learnt.dane = &host.dane;
  } else if (kind == HopKind::mx && settings.dane) {
    host.dane.why = fmt::format(
        "the MX records of {} are not DNSSEC-signed, so TLSA records would prove nothing",
        domain.text());
    learnt.dane = &host.dane;
    learnt.dane_of = domain;
  }
  if (host.dane.state == dane::Facts::State::usable) {
    host.server_name = host.dane.base;
    host.dane_names = dane::names(host.dane.base, std::move(next_hops));
  }
  return learnt;
}

void RouteLookup::State::plan_mx(RoutePlan& plan, const DomainSources& from) const {
  plan.implicit_mx = mx.implicit;
  plan.mx_secure = mx.secure;
  if (const mtasts::Found* found = published.sts_of(domain)) plan.sts = *found;
  if (mx.failure) {
    plan.failure = mx.failure;
    plan.permanent = mx.permanent;
    return;
  }
  bool all_permanent = true;
  for (const dns::Mx& record : mx.hosts) {
    HostPlan host;
    host.kind = HopKind::mx;
    host.label = record.host.text();
    host.host = record.host;
    host.preference = record.preference;
    host.port = settings.smtp_port;
    host.secure = mx.secure;
    Addresses found = addresses_for(record.host, Whose::world);
    host.addresses = std::move(found.list);
    host.unusable = std::move(found.unusable);
    all_permanent = all_permanent && found.permanent;
    const Published said = learnt(host, domain, {domain, mx.canonical});
    const bool listed =
        said.sts != nullptr && said.sts->enforced() && mtasts::lists(said.sts->policy, record.host);
    policy::HostFacts facts{domain, record.host, mx.secure, listed, host.dane_names};
    host.requirement = mx_requirement(from, facts, said);
    host.reference_names = policy::reference_names(from.choice.policy, facts);
    plan.hosts.push_back(std::move(host));
  }

  // RFC 5321 5.1: where the list names this gateway, only better hosts may be used, else the
  // message would run in a circle.
  int ourselves = -1;
  for (const HostPlan& host : plan.hosts) {
    if (is_this_gateway(host) && ourselves < 0) ourselves = host.preference;
  }
  if (ourselves >= 0) {
    std::erase_if(plan.hosts, [&](const HostPlan& host) { return host.preference >= ourselves; });
    if (plan.hosts.empty()) {
      plan.failure = base::Failure{
          "mail-loops-back",
          fmt::format("The best MX of {} is this gateway itself, for which the domain is not "
                      "internal. Validate the domain, or correct its MX records.",
                      domain.text()),
          {}};
      plan.permanent = true;
      return;
    }
    all_permanent = false;  // this gateway itself is a host that exists
  }

  const auto usable = [](const HostPlan& host) { return !host.unusable; };
  if (std::ranges::any_of(plan.hosts, usable)) return;
  plan.failure = plan.hosts.front().unusable;
  plan.permanent = all_permanent;
  if (mx.implicit && all_permanent) {
    plan.failure = base::Failure{
        "no-mx",
        fmt::format("The domain {} has neither an MX record nor an address.", domain.text()),
        {}};
  }
}

template <class Route>
HostPlan RouteLookup::State::plan_route(const Route& route, HopKind hop) const {
  HostPlan host;
  host.kind = hop;
  host.route = route.id;
  host.label = policy::host_and_port(route.host, route.port);
  host.preference = route.priority;
  host.port = route.port;
  host.start = route.start;
  host.login = route.login;
  if (const auto literal = base::IpAddress::parse(route.host)) {
    host.addresses = {*literal};
  } else if (const auto name = dns::Domain::parse(route.host)) {
    host.host = *name;
    host.server_name = *name;
    Addresses found = addresses_for(*name, Whose::configured);
    host.addresses = std::move(found.list);
    host.unusable = std::move(found.unusable);
  } else {
    host.unusable =
        base::Failure{"route-invalid",
                      fmt::format("The route's host \"{}\" is neither a name nor an address. "
                                  "Correct the route.",
                                  route.host),
                      {}};
  }
  if (!host.unusable && is_this_gateway(host)) {
    host.unusable = base::Failure{
        "mail-loops-back",
        fmt::format("The route {} leads to this gateway itself. Correct the route.", host.label),
        {}};
  }
  return host;
}

void RouteLookup::State::plan_routes(RoutePlan& plan, const DomainSources& from) const {
  for (const policy::InternalRoute* route : internal_routes) {
    HostPlan host = plan_route(*route, HopKind::internal_route);
    host.requirement = route_requirement(from, *route);
    if (!host.host.empty()) host.reference_names = {host.host};
    host.reference_names.insert(host.reference_names.end(), route->names.begin(),
                                route->names.end());
    plan.hosts.push_back(std::move(host));
  }
  for (const policy::ExternalRoute* route : external_routes) {
    HostPlan host = plan_route(*route, HopKind::external_route);
    const Published said = learnt(host, host.host, {route->verify_name});
    host.requirement = route_requirement(from, *route, host.host, host.dane_names, said);
    if (!route->verify_name.empty()) {
      host.reference_names = {route->verify_name};
    } else if (!host.host.empty()) {
      host.reference_names = {host.host};
    }
    plan.hosts.push_back(std::move(host));
  }
  if (plan.hosts.empty()) {
    plan.failure = base::Failure{
        "no-internal-route",
        fmt::format("The internal domain {} has no route to a server. Add one.", domain.text()),
        {}};
    return;
  }
  const auto usable = [](const HostPlan& host) { return !host.unusable; };
  if (std::ranges::none_of(plan.hosts, usable)) plan.failure = plan.hosts.front().unusable;
}

RoutePlan RouteLookup::State::plan() const {
  RoutePlan plan;
  plan.kind = kind;
  plan.domain = domain;
  const DomainSources from = sources();
  if (kind != HopKind::internal_route && from.choice.policy != nullptr) {
    plan.on_failure = from.choice.policy->on_failure;
    plan.time_limit = from.choice.policy->time_limit;
  }
  if (kind == HopKind::mx) {
    plan_mx(plan, from);
  } else {
    plan_routes(plan, from);
  }
  return plan;
}

RouteLookup::RouteLookup(const policy::PolicyBook& book, base::AccountId account,
                         dns::Domain domain, RouteSettings settings, base::Instant now)
    : state_(std::make_unique<State>(book, account, std::move(domain), std::move(settings), now)) {}
RouteLookup::~RouteLookup() = default;

bool RouteLookup::done() const { return state_->waiting == 0; }

std::vector<Question> RouteLookup::open_questions() { return std::exchange(state_->open, {}); }

void RouteLookup::learn(const Question& question, AnyAnswer answer) {
  // What was not asked, or is answered already, changes nothing.
  const auto asked = std::ranges::find(state_->asked, question, &State::Asked::question);
  if (asked == state_->asked.end() || asked->answered) return;
  asked->answered = true;
  --state_->waiting;
  state_->learn(question, std::move(answer));
}

RoutePlan RouteLookup::plan() const { return state_->plan(); }

}  // namespace postern::route
