#include "core/onboarding/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "core/policy/demands.h"
#include "core/policy/words.h"

namespace postern::onboarding {
namespace {

const policy::InternalRoute* route_of(const Scene& scene, base::RouteId id) {
  for (const auto& route : scene.book.configuration().internal_routes) {
    if (route.id == id && route.account == scene.account) return &route;
  }
  return nullptr;
}

const RouteProof* proof_of(const Draft& draft, base::RouteId id) {
  const auto found = std::ranges::find(draft.routes, id, &RouteProof::route);
  return found == draft.routes.end() ? nullptr : &*found;
}

// FNV-1a: tells texts apart, from one start of the program to the next. It need not withstand
// anybody: who can write it can write the proof.
std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// Why this route alone keeps Next closed; empty: it does not.
std::string obstacle(const policy::PolicyBook& book, const RouteProof* proof,
                     const policy::InternalRoute& route, base::Instant now) {
  const std::string label = policy::host_and_port(route.host, route.port);
  if (proof == nullptr) return fmt::format("{} has not been tested yet: test again.", label);
  if (proof->tested != settings_text(book, route)) {
    return fmt::format("{} was changed after its test: test again.", label);
  }
  if (!proof->verdict.passes) {
    const std::string& shown = proof->verdict.shown_as;
    return fmt::format("{}: {}{} Every route must pass.", label, shown,
                       shown.ends_with('.') ? "" : ".");
  }
  if (now - proof->time > proof_lifetime) {
    return fmt::format("{} was tested more than an hour ago: test again.", label);
  }
  return {};
}

base::Failure no_such_domain(std::string_view name) {
  return {"not-found", fmt::format("{} is not in the draft.", base::printable(name, 260)), {}};
}

bool is_named(const NewDomain& domain, std::string_view name) {
  return domain.written == name || name_of(domain) == base::lower(name);
}

NewDomain new_domain(Line line) {
  NewDomain domain;
  domain.written = std::move(line.text);
  domain.scope = std::move(line.scope);
  domain.verdict = line.verdict;
  domain.why = std::move(line.why);
  return domain;
}

void refuse_duplicate(NewDomain& domain) {
  domain.verdict = Verdict::duplicate_domain;
  domain.why = fmt::format("{} stands in the list already.", name_of(domain));
  domain.added = false;
}

// Verdicts that depend on the book, or on the lines above.
bool may_change(const NewDomain& domain) {
  return !domain.scope.base.empty() &&
         (domain.verdict == Verdict::valid || domain.verdict == Verdict::duplicate_domain ||
          domain.verdict == Verdict::internal_domain);
}

void recheck_domains(Draft& draft, const Scene& scene) {
  std::set<std::string> above;
  for (NewDomain& domain : draft.domains) {
    if (!may_change(domain)) continue;
    Line line = read_domain(name_of(domain), &scene.book, scene.account, true);
    if (line.verdict != Verdict::valid) {
      domain.verdict = line.verdict;
      domain.why = std::move(line.why);
      domain.added = false;
    } else if (above.insert(name_of(domain)).second) {
      domain.verdict = Verdict::valid;
      domain.why.clear();
    } else {
      refuse_duplicate(domain);
    }
  }
}

}  // namespace

std::string_view step_text(Step step) {
  switch (step) {
    case Step::start:
      return "start";
    case Step::validate:
      return "validate";
    case Step::domains:
      return "domains";
    case Step::review:
      return "review";
  }
  return "";
}

std::optional<tls::Mode> RouteProof::mode() const {
  if (!verdict.passes) return std::nullopt;
  return verdict.readiness == probe::Readiness::strict ? tls::Mode::strict : tls::Mode::relaxed;
}

std::string settings_text(const policy::PolicyBook& book, const policy::InternalRoute& route) {
  std::string text =
      fmt::format("{} {} {}", route.domain.text(), policy::host_and_port(route.host, route.port),
                  policy::tls_start_text(route.start));
  for (const dns::Domain& name : route.names) text += " " + name.text();
  if (route.login) {
    text +=
        fmt::format(" as {} with {:016x}", route.login->user, fingerprint(route.login->password));
  }
  const policy::Account* account = book.account(route.account);
  if (account != nullptr && !account->ca_bundle.empty()) {
    text += fmt::format(" by {:016x}", fingerprint(account->ca_bundle));
  }
  return text;
}

const NewDomain* Draft::domain(std::string_view name) const {
  for (const NewDomain& one : domains) {
    if (one.verdict == Verdict::valid && is_named(one, name)) return &one;
  }
  return nullptr;
}

void recheck(Draft& draft, const Scene& scene) {
  std::erase_if(draft.routes,
                [&](const RouteProof& proof) { return route_of(scene, proof.route) == nullptr; });
  std::erase_if(draft.removals, [&](const policy::Scope& scope) {
    return scene.book.policy_for_scope(scene.account, scope) == nullptr;
  });
  recheck_domains(draft, scene);
}

std::string why_not(const Draft& draft, const Scene& scene) {
  std::set<dns::Domain> tested;
  for (const RouteProof& proof : draft.routes) {
    if (const auto* route = route_of(scene, proof.route)) tested.insert(route->domain);
  }
  if (tested.empty()) {
    return "No internal server route has been tested yet: enter an internal address and test.";
  }
  for (const dns::Domain& domain : tested) {
    for (const policy::InternalRoute* route : scene.book.internal_routes(scene.account, domain)) {
      std::string why = obstacle(scene.book, proof_of(draft, route->id), *route, scene.now);
      if (!why.empty()) return why;
    }
  }
  return {};
}

base::Result<> go_to(Draft& draft, Step step, const Scene& scene) {
  const bool adds = std::ranges::any_of(draft.domains, &NewDomain::added);
  const bool needs_routes = step == Step::domains || (step == Step::review && adds);
  if (needs_routes && step > draft.step) {
    if (std::string why = why_not(draft, scene); !why.empty()) {
      return base::fail("route-not-proved", std::move(why));
    }
  }
  draft.step = step;
  return {};
}

void put_proof(Draft& draft, RouteProof proof) {
  const auto last = std::ranges::find(draft.routes, proof.route, &RouteProof::route);
  if (last == draft.routes.end()) {
    draft.routes.push_back(std::move(proof));
  } else {
    *last = std::move(proof);
  }
}

base::Result<> add_lines(Draft& draft, std::string_view text, const Scene& scene) {
  DomainListRules rules{.most = lines_in_one_go, .wildcards = true};
  DomainList list = read_domain_list(text, &scene.book, scene.account, rules);
  if (list.too_many) return base::fail("too-many-lines", list.too_many->text);
  std::vector<NewDomain> domains = draft.domains;
  for (Line& line : list.lines) {
    NewDomain domain = new_domain(std::move(line));
    if (domain.verdict == Verdict::valid) {
      const std::string name = name_of(domain);
      const bool is_there = draft.domain(name) != nullptr;
      if (is_there) refuse_duplicate(domain);
      // Written again, it is judged again.
      if (!is_there) std::erase_if(domains, [&](const auto& one) { return is_named(one, name); });
    }
    domains.push_back(std::move(domain));
  }
  if (domains.size() > domains_in_a_draft) {
    return base::fail("too-many-domains",
                      fmt::format("A draft holds {} domains at most. Finish this one first, or use "
                                  "the bulk import.",
                                  domains_in_a_draft));
  }
  draft.domains = std::move(domains);
  return {};
}

void put_finding(Draft& draft, probe::DomainFinding finding) {
  for (NewDomain& domain : draft.domains) {
    const bool judged_by_looks = domain.verdict == Verdict::valid ||
                                 domain.verdict == Verdict::no_mail ||
                                 domain.verdict == Verdict::domain_not_found;
    if (!judged_by_looks || domain.scope.wildcard || domain.scope.base != finding.domain) continue;
    return learn(domain, std::move(finding));
  }
}

base::Result<> change_domain(Draft& draft, std::string_view name, const NewDomainChange& wanted) {
  for (NewDomain& domain : draft.domains) {
    if (domain.verdict == Verdict::valid && is_named(domain, name)) return change(domain, wanted);
  }
  return std::unexpected(no_such_domain(name));
}

base::Result<> remove_domain(Draft& draft, std::string_view name) {
  const auto refused = [&](const NewDomain& one) {
    return one.verdict != Verdict::valid && is_named(one, name);
  };
  if (std::erase_if(draft.domains, refused) > 0) return {};
  const auto named = [&](const NewDomain& one) { return is_named(one, name); };
  if (std::erase_if(draft.domains, named) > 0) return {};
  return std::unexpected(no_such_domain(name));
}

void take_domains(Draft& draft) {
  for (NewDomain& domain : draft.domains) {
    if (was_looked_at(domain)) domain.added = true;
  }
}

base::Result<> add_removal(Draft& draft, std::string_view scope, const Scene& scene) {
  auto parsed = policy::Scope::parse(scope);
  const bool exists = parsed && scene.book.policy_for_scope(scene.account, *parsed) != nullptr;
  if (!exists) {
    return base::fail("not-found",
                      fmt::format("There is no policy for {}.", base::printable(scope, 260)));
  }
  if (std::ranges::find(draft.removals, *parsed) == draft.removals.end()) {
    draft.removals.push_back(*std::move(parsed));
  }
  return {};
}

base::Result<> drop_removal(Draft& draft, std::string_view scope) {
  const std::string name = base::lower(scope);
  const auto named = [&](const policy::Scope& one) { return one.text() == name; };
  if (std::erase_if(draft.removals, named) > 0) return {};
  return base::fail("not-found", fmt::format("The policy for {} is not to be removed.",
                                             base::printable(scope, 260)));
}

}  // namespace postern::onboarding
