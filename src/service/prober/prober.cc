#include "service/prober/prober.h"

#include <algorithm>
#include <utility>

#include "core/tls/judge.h"

namespace postern::prober {

// On whose behalf, and how far.
struct Prober::Aim {
  std::shared_ptr<const policy::PolicyBook> book;
  base::AccountId account;
  smtp::Purpose purpose = smtp::Purpose::probe;
  std::string recipient{};
};

namespace {

// What an enforced mode asks of the handshake; no policy stands behind it.
tls::Requirement as_enforced() {
  tls::Requirement requirement;
  tls::Source source{.kind = tls::SourceKind::floor, .id = 0, .name = "the probe"};
  requirement.add({.source = source, .wish = tls::Encrypt{}, .standing = tls::Standing::in_force});
  requirement.add({.source = source,
                   .wish = tls::AtLeast{tls::Version::tls1_2},
                   .standing = tls::Standing::in_force});
  return requirement;
}

smtp::ClientTimeouts timeouts(std::chrono::milliseconds patience) {
  smtp::ClientTimeouts out;
  for (auto* one : {&out.greeting, &out.hello, &out.starttls, &out.login, &out.mail, &out.recipient,
                    &out.data, &out.final_dot}) {
    *one = patience;
  }
  out.quit = std::min(out.quit, patience);
  return out;
}

std::string line_text(const smtp::Transcript::Line& line) {
  switch (line.speaker) {
    case smtp::Transcript::Speaker::client:
      return "C: " + line.text;
    case smtp::Transcript::Speaker::server:
      return "S: " + line.text;
    case smtp::Transcript::Speaker::note:
      return "-- " + line.text;
  }
  return line.text;
}

// The problem of the connection, or of the recipient that was rehearsed.
queue::Status failure_of(const delivery::OpenedHost& opened) {
  // An unmet demand is what the verdict speaks of, not a failure to look.
  if (opened.problem && opened.problem->kind != smtp::ClientProblem::Kind::unmet) {
    return opened.problem->status;
  }
  if (!opened.rehearsal) return {};
  for (const smtp::RecipientResult& one : opened.rehearsal->recipients) {
    bool refused = one.fate == queue::RecipientResult::Fate::deferred ||
                   one.fate == queue::RecipientResult::Fate::failed;
    if (refused) return one.status;
  }
  return {};
}

probe::HostFinding empty_finding(const route::HostPlan& plan) {
  probe::HostFinding finding;
  finding.label = plan.label;
  finding.host = plan.host;
  finding.preference = plan.preference;
  finding.port = plan.port;
  finding.secure = plan.secure;
  finding.names = plan.reference_names;
  // Strict would pin the MX names that are seen now, so the probe takes them as trusted names.
  if (!plan.host.empty() && std::ranges::find(finding.names, plan.host) == finding.names.end()) {
    finding.names.insert(finding.names.begin(), plan.host);
  }
  finding.unusable = plan.unusable;
  return finding;
}

bool has_unmet_twin(const tls::Observation& seen) {
  return seen.offer != tls::Offer::unknown && seen.handshake == tls::Handshake::failed;
}

// Would a delivery get through now? The first host and address that meets the requirement decides.
probe::Effective effective_of(const route::RoutePlan& plan, const probe::DomainFinding& finding) {
  probe::Effective effective;
  bool decided = false;
  for (std::size_t i = 0; i < plan.hosts.size() && i < finding.hosts.size(); ++i) {
    const tls::Requirement& requirement = plan.hosts[i].requirement;
    effective.mode = std::max(effective.mode, requirement.mode());
    if (auto unmet = tls::judge_host(requirement, plan.hosts[i].host)) {
      if (!decided) effective.met = false, effective.why = unmet->reason;
      decided = true;
      continue;
    }
    for (const probe::AddressFinding& address : finding.hosts[i].addresses) {
      if (address.observation.offer == tls::Offer::unknown) continue;
      tls::Verdict verdict = tls::judge(requirement, address.observation);
      if (verdict.would_fail) effective.would_fail = verdict.would_fail->reason.code;
      auto stopped_by = probe::what_stops(address, requirement);
      if (!stopped_by) {
        effective.met = true;
        effective.why.reset();
        return effective;
      }
      if (!decided) effective.met = false, effective.why = std::move(stopped_by);
      decided = true;
    }
  }
  if (!decided) {
    effective.met = false;
    effective.why = finding.why;
  }
  return effective;
}

}  // namespace

void Prober::tell(base::RouteId route, std::string what) {
  if (needs_.observer != nullptr) needs_.observer->doing(route, std::move(what));
}

net::Task<void> Prober::connect_once(route::HostPlan plan, Aim aim,
                                     probe::AddressFinding& finding) {
  delivery::ConnectSettings settings;
  settings.hostname = needs_.helo_name;
  settings.connect_timeout = needs_.patience;
  settings.timeouts = timeouts(needs_.patience);
  delivery::HostNeeds host{needs_.shard, needs_.tls, settings, needs_.trust(aim.account),
                           needs_.cancellation};
  delivery::HostTask task;
  task.host = &plan;
  task.address = finding.address;
  task.account = aim.account;
  task.purpose = aim.purpose;
  task.rehearse_recipient = aim.recipient;
  task.keep = smtp::Transcript::Keep::all;
  task.doing = [this, &plan, &finding](std::string_view phrase) {
    tell(plan.route, delivery::host_label(plan, finding.address) + ": " + std::string(phrase));
  };
  auto opened = co_await delivery::open_host(std::move(host), std::move(task));
  finding.observation = std::move(opened.observation);
  finding.failure = failure_of(opened);
  for (const smtp::Transcript::Line& line : opened.transcript) {
    finding.transcript.push_back(line_text(line));
  }
}

net::Task<void> Prober::look_at_address(route::HostPlan plan, Aim aim,
                                        probe::AddressFinding& finding) {
  // The last gate before a connection: the address is the very one that is connected to.
  auto refused = probe::refusal(needs_.reach, plan, finding.address, *aim.book, aim.account);
  if (refused) {
    finding.failure = *std::move(refused);
    co_return;
  }
  base::Steady begun = needs_.shard.now();
  tls::Requirement nothing;
  route::HostPlan first = plan;
  first.requirement = aim.purpose == smtp::Purpose::probe ? as_enforced() : nothing;
  co_await connect_once(std::move(first), aim, finding);
  if (aim.purpose == smtp::Purpose::probe && has_unmet_twin(finding.observation)) {
    probe::AddressFinding lenient;
    lenient.address = finding.address;
    plan.requirement = nothing;
    co_await connect_once(std::move(plan), aim, lenient);
    finding.transcript.push_back("-- once more, taking any TLS, to see what there is");
    std::ranges::move(lenient.transcript, std::back_inserter(finding.transcript));
    if (lenient.observation.encrypted()) {
      finding.observation = std::move(lenient.observation);
      finding.failure = std::move(lenient.failure);
    }
  }
  finding.took = std::chrono::duration_cast<base::Duration>(needs_.shard.now() - begun);
}

net::Task<void> Prober::look_at_host(route::HostPlan plan, Aim aim, probe::HostFinding& finding) {
  std::size_t count = std::min(plan.addresses.size(), needs_.addresses_a_host);
  if (plan.unusable) count = 0;
  finding.addresses.resize(count);
  net::TaskGroup group(needs_.shard);
  for (std::size_t i = 0; i < count; ++i) {
    finding.addresses[i].address = plan.addresses[i];
    group.start(look_at_address(plan, aim, finding.addresses[i]));
  }
  co_await group.join();
  for (probe::AddressFinding& address : finding.addresses) {
    probe::conclude(address, finding.names);
    probe::hold_against_published(address, plan.requirement, plan.host);
  }
  probe::conclude(finding);
}

net::Task<route::RoutePlan> Prober::find_hosts(Aim aim, dns::Domain domain) {
  delivery::Answerers answerers{needs_.lookups, needs_.sts};
  delivery::RouteWanted wanted{aim.book, aim.account, domain, needs_.route};
  base::Deadline deadline{.at = needs_.shard.now() + needs_.patience,
                          .cancellation = needs_.cancellation};
  tell({}, "looking up its servers");
  return delivery::find_route(needs_.shard, answerers, std::move(wanted), deadline);
}

net::Task<probe::DomainFinding> Prober::probe(std::shared_ptr<const policy::PolicyBook> book,
                                              base::AccountId account, dns::Domain domain) {
  Aim aim{.book = book, .account = account};
  route::RoutePlan plan = co_await find_hosts(aim, domain);
  probe::DomainFinding finding;
  for (const route::HostPlan& host : plan.hosts) finding.hosts.push_back(empty_finding(host));
  net::TaskGroup group(needs_.shard);
  for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
    group.start(look_at_host(plan.hosts[i], aim, finding.hosts[i]));
  }
  co_await group.join();
  probe::conclude(finding, plan);
  if (book->account(account)) finding.effective = effective_of(plan, finding);
  co_return finding;
}

net::Task<void> Prober::test_route(route::HostPlan plan, Aim aim, RouteTest& test) {
  test.route = plan.route;
  test.finding = empty_finding(plan);
  co_await look_at_host(std::move(plan), std::move(aim), test.finding);
  test.verdict = probe::route_verdict(test.finding);
  if (needs_.observer != nullptr) needs_.observer->tested(test);
}

net::Task<std::vector<RouteTest>> Prober::test_routes(
    std::shared_ptr<const policy::PolicyBook> book, base::AccountId account,
    smtp::Mailbox address) {
  Aim aim{book, account, smtp::Purpose::rehearse, address.text()};
  route::RoutePlan plan = co_await find_hosts(aim, address.domain);
  std::vector<RouteTest> tests(plan.hosts.size());
  net::TaskGroup group(needs_.shard);
  for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
    group.start(test_route(plan.hosts[i], aim, tests[i]));
  }
  co_await group.join();
  co_return tests;
}

}  // namespace postern::prober
