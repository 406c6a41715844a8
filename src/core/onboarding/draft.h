// Set Up Your TLS Policies: the draft that the steps of the task fill, kept for an account until
// Finish puts it in force or it is thrown away. Several administrators share it: each change
// touches only what it names, so nobody loses another's lines. Nothing here is in force. Pure.
//
// Steps: prove the internal routes (put_proof) -> add external domains (add_lines), which are
// looked at (put_finding) and edited -> take them -> plan() and Finish (finish_plan.h).
//
// What was true when a line was written may have changed since: recheck() brings a draft in line
// with the book, and every reader begins with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/onboarding/new_domain.h"
#include "core/policy/policy_book.h"
#include "core/probe/findings.h"

namespace postern::onboarding {

inline constexpr std::size_t lines_in_one_go = 50;
inline constexpr std::size_t domains_in_a_draft = 500;
// A proof older than this must be repeated before anything is built on it.
inline constexpr base::Duration proof_lifetime = std::chrono::hours(1);

enum class Step { start, validate, domains, review };
[[nodiscard]] std::string_view step_text(Step step);

// The last test of an internal server route.
struct RouteProof {
  base::RouteId route;
  std::string label;   // "mx1.corp.example:25"
  std::string tested;  // the route's settings at that time, settings_text()
  probe::RouteVerdict verdict;
  base::Instant time;
  probe::HostFinding finding;

  // What would be enforced; only if it passes.
  [[nodiscard]] std::optional<tls::Mode> mode() const;
};
// All that a route's proof depends on: its settings, and the account's own CAs that its certificate
// may come from. A password and the CAs stand here as a fingerprint, so that a change of either is
// seen and neither can be read.
[[nodiscard]] std::string settings_text(const policy::PolicyBook& book,
                                        const policy::InternalRoute& route);

struct Draft {
  Step step = Step::start;
  std::string address;  // the internal address that the routes were tested with
  std::vector<RouteProof> routes;
  bool require_tls_from_servers = false;
  std::vector<NewDomain> domains;       // in the order they were added
  std::vector<policy::Scope> removals;  // whose policies Finish takes away
  std::string author;                   // who changed it last
  std::optional<base::Instant> changed;

  [[nodiscard]] const NewDomain* domain(std::string_view name) const;  // a valid one
};

// Whose draft, seen with which book, when.
struct Scene {
  const policy::PolicyBook& book;
  base::AccountId account;
  base::Instant now;
};

// Lines that meanwhile came under policy, proofs of routes that are gone, removals of policies that
// are gone.
void recheck(Draft& draft, const Scene& scene);

// Why Next is not allowed; empty: it is. One red route closes it.
[[nodiscard]] std::string why_not(const Draft& draft, const Scene& scene);

// --- what a change does --------------------------------------------------------------------------

// Failure "route-not-proved" for steps that need proved routes.
[[nodiscard]] base::Result<> go_to(Draft& draft, Step step, const Scene& scene);
void put_proof(Draft& draft, RouteProof proof);  // in the place of the route's last one
// External domains, one a line, each with its verdict. All or none: Failure "too-many-lines" or
// "too-many-domains" says where longer lists go.
[[nodiscard]] base::Result<> add_lines(Draft& draft, std::string_view text, const Scene& scene);
// A look that came too late for its line, because that was removed, is dropped.
void put_finding(Draft& draft, probe::DomainFinding finding);
[[nodiscard]] base::Result<> change_domain(Draft& draft, std::string_view name,
                                           const NewDomainChange& wanted);
// Of several lines with the name the refused ones go first. Failure "not-found".
[[nodiscard]] base::Result<> remove_domain(Draft& draft, std::string_view name);
// Add: every valid one that was looked at.
void take_domains(Draft& draft);
// Failure "not-found" when the account has no policy of this scope.
[[nodiscard]] base::Result<> add_removal(Draft& draft, std::string_view scope, const Scene& scene);
[[nodiscard]] base::Result<> drop_removal(Draft& draft, std::string_view scope);

}  // namespace postern::onboarding
