#include "service/api/probes.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/text.h"

namespace postern::api {

namespace {

constexpr std::size_t domains_at_once = 500;

std::unexpected<Problem> wrong_field(std::string code, std::string text, std::string pointer) {
  return refuse_field({std::move(code), std::move(text), {}}, std::move(pointer));
}

Outcome<std::vector<dns::Domain>> domains_of(const ProbeInput& input) {
  if (input.domains.empty() || input.domains.size() > domains_at_once) {
    return wrong_field(
        "invalid-request",
        fmt::format("Name 1 to {} domains; these are {}.", domains_at_once, input.domains.size()),
        "#/domains");
  }
  std::vector<dns::Domain> domains;
  Problem problem{
      .status = 422, .code = "invalid-request", .detail = "Some fields are wrong: see errors."};
  for (std::size_t i = 0; i < input.domains.size(); ++i) {
    auto domain = dns::Domain::parse(input.domains[i]);
    if (!domain) {
      problem.errors.push_back({fmt::format("#/domains/{}", i), domain.error().text});
    } else if (std::ranges::find(domains, *domain) == domains.end()) {
      domains.push_back(*std::move(domain));
    }
  }
  if (!problem.errors.empty()) return std::unexpected(std::move(problem));
  return domains;
}

Outcome<Answer<Job>> answer_of(Outcome<Job> job) {
  if (!job) return std::unexpected(job.error());
  return Answer<Job>(*std::move(job));
}

Outcome<Answer<Job>> answer_of(const Job* job) {
  if (job == nullptr) {
    return refuse(404, "not-found", "There is no such job, or it ended more than an hour ago.");
  }
  return Answer<Job>(*job);
}

}  // namespace

Outcome<smtp::Mailbox> routed_address(const Call& call, const std::string& text) {
  auto mailbox = smtp::parse_mailbox(base::trim(text));
  if (!mailbox) return refuse_field(mailbox.error(), "#/address");
  const auto* domain = call.book->internal_domain(mailbox->domain);
  if (mailbox->literal || domain == nullptr || domain->account != call.account->id) {
    return wrong_field("not-internal",
                       fmt::format("{} is not an address in an internal domain of this account. "
                                   "Write one, such as postmaster@ and one of your domains.",
                                   base::printable(text, 260)),
                       "#/address");
  }
  if (call.book->internal_routes(call.account->id, mailbox->domain).empty()) {
    return wrong_field(
        "no-internal-route",
        fmt::format("{} has no internal server route yet: add one first.", mailbox->domain.text()),
        "#/address");
  }
  return *std::move(mailbox);
}

Handled<Job> Probes::probe(Call call, ProbeInput input) {
  auto domains = domains_of(input);
  if (!domains) co_return std::unexpected(domains.error());
  co_return answer_of(jobs_.probe(call.book, call.account->id, *domains));
}

Handled<Job> Probes::test_routes(Call call, RouteTestInput input) {
  auto address = routed_address(call, input.address);
  if (!address) co_return std::unexpected(address.error());
  const auto message =
      input.send_message.value_or(false) ? Jobs::Message::send : Jobs::Message::none;
  co_return answer_of(jobs_.test_routes(call.book, call.account->id, *std::move(address), message));
}

Handled<Job> Probes::get(Call call) {
  co_return answer_of(jobs_.find(call.account->id, call.at("id")));
}

Handled<Job> Probes::cancel(Call call) {
  jobs_.cancel(call.account->id, call.at("id"));
  co_return answer_of(jobs_.find(call.account->id, call.at("id")));
}

void declare_probes(Operations& operations, Probes* probes) {
  operations.add<Nothing, ProbeInput, Job>(
      {Method::post, "/accounts/{account}/probes", "probeDomains",
       "Looks at domains as a delivery would, every MX of each; no mail is sent", Access::operator_,
       202},
      [probes](Call call, Nothing, ProbeInput input) {
        return probes->probe(std::move(call), std::move(input));
      });
  operations.add<Nothing, RouteTestInput, Job>(
      {Method::post, "/accounts/{account}/route-tests", "testRoutes",
       "Tests every internal server route of an address's domain", Access::operator_, 202},
      [probes](Call call, Nothing, RouteTestInput input) {
        return probes->test_routes(std::move(call), std::move(input));
      });
  operations.add<Nothing, Nothing, Job>(
      {Method::get, "/accounts/{account}/jobs/{id}", "getJob", "A job and how far it is",
       Access::viewer},
      [probes](Call call, Nothing, Nothing) { return probes->get(std::move(call)); });
  operations.add<Nothing, Nothing, Job>(
      {Method::remove, "/accounts/{account}/jobs/{id}", "cancelJob",
       "Cancels a job; what it found so far stays", Access::operator_},
      [probes](Call call, Nothing, Nothing) { return probes->cancel(std::move(call)); });
}

}  // namespace postern::api
