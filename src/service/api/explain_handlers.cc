#include "service/api/explain_handlers.h"

#include <fmt/core.h>

#include "core/policy/receipt.h"
#include "core/tls/describe.h"
#include "service/api/convert.h"
#include "service/delivery/find_route.h"

namespace postern::api {

namespace {

constexpr std::chrono::seconds usual_patience{30};

HopExplanation shown(const route::HopExplanation& hop) {
  return {hop.mode, hop.monitored_mode, hop.used_exception, api::shown(hop.considered)};
}

ExplainedHost shown(const route::HostExplanation& host) {
  ExplainedHost out;
  out.host = host.label;
  out.preference = host.preference;
  out.name_secure = host.name_secure;
  out.mode = host.mode;
  for (const tls::Demand& demand : host.demands) out.demands.push_back(tls::describe(demand));
  out.names = texts(host.names);
  if (host.out) out.out = host.out->text;
  return out;
}

// Delivery for which one's own policies alone speak.
HopExplanation by_policy(const policy::PolicyBook::Choice& choice) {
  HopExplanation out;
  if (choice.policy != nullptr) out.mode = choice.policy->mode;
  out.monitored_mode = out.mode;
  if (choice.monitored != nullptr) {
    out.monitored_mode = std::max(out.mode, choice.monitored->mode);
  }
  out.sources = api::shown(choice.considered);
  return out;
}

// "anna@example.com", "example.com".
base::Result<dns::Domain> domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return dns::Domain::parse(at == std::string_view::npos ? address : address.substr(at + 1));
}

std::unexpected<Problem> wrong_address(std::string detail) {
  Problem problem{.status = 400, .code = "invalid-parameter", .detail = detail};
  problem.errors.push_back({"?address", std::move(detail)});
  return std::unexpected(std::move(problem));
}

}  // namespace

Explanation shown(const route::Explanation& explanation) {
  Explanation out;
  out.domain = explanation.domain.text();
  out.way = route::way_value(explanation.way);
  out.delivery = shown(explanation.delivery);
  out.receipt = shown(explanation.receipt);
  for (const route::HostExplanation& host : explanation.hosts) out.hosts.push_back(shown(host));
  if (explanation.failure) out.failure = explanation.failure->text;
  out.text = route::text(explanation);
  return out;
}

Explanation explain_other_account(const policy::PolicyBook& book, base::AccountId account,
                                  const dns::Domain& domain, base::Instant now) {
  Explanation out;
  out.domain = domain.text();
  out.way = route::way_value(route::HopKind::internal_route);
  out.delivery = by_policy(book.delivery_policy(account, domain, now));
  const tls::Requirement receipt = policy::receipt_requirement(
      book, account, nullptr, policy::Party{.null = false, .domain = domain}, now);
  out.receipt = {receipt.mode(), receipt.monitored_mode(), receipt.used_exception(),
                 api::shown(receipt.considered())};
  out.text = fmt::format(
      "Mail to {} stays inside this gateway: the domain belongs to another account of it, whose "
      "own rules hold besides yours ({}).\n",
      domain.unicode(), tls::shown_as(out.delivery.mode));
  return out;
}

net::Task<Explanation> explain_domain(ExplainHandlers::Needs needs,
                                      std::shared_ptr<const policy::PolicyBook> book,
                                      base::AccountId account, dns::Domain domain,
                                      std::chrono::milliseconds patience) {
  const policy::InternalDomain* internal = book->internal_domain(domain);
  if (internal != nullptr && internal->account != account) {
    co_return explain_other_account(*book, account, domain, needs.shard.wall_now());
  }
  delivery::Answerers answerers{needs.lookups, needs.sts};
  delivery::RouteWanted wanted{book, account, domain, needs.route};
  base::Deadline deadline{.at = needs.shard.now() + patience};
  const route::RoutePlan plan =
      co_await delivery::find_route(needs.shard, answerers, std::move(wanted), deadline);
  co_return api::shown(route::explain(*book, account, plan, needs.shard.wall_now()));
}

Handled<Explanation> ExplainHandlers::explain(Call call, ExplainQuery query) {
  if (!query.address) co_return wrong_address("Name a mailbox or a domain: ?address=example.com");
  const auto domain = domain_of(*query.address);
  if (!domain) co_return wrong_address(domain.error().text);
  auto explanation =
      co_await explain_domain(needs_, call.book, call.account->id, *domain, usual_patience);
  co_return explanation;
}

void declare_explain(Operations& operations, ExplainHandlers* handlers) {
  operations.add<ExplainQuery, Nothing, Explanation>(
      {Method::get, "/accounts/{account}/explain", "explain",
       "Why mail to and from a domain has its requirement"},
      [handlers](Call call, ExplainQuery query, Nothing) {
        return handlers->explain(std::move(call), std::move(query));
      });
}

}  // namespace postern::api
