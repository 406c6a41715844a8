// Set Up Your TLS Policies: the draft that the steps fill, kept per account until Finish or until
// it is thrown away. Nothing in it is in force.
#pragma once

#include "core/onboarding/draft.h"
#include "service/api/policy_types.h"
#include "service/api/probe_types.h"

namespace postern::api {

POSTERN_API_WORDS(onboarding::Verdict, "DomainVerdict", onboarding::api_value,
                  onboarding::Verdict::valid, onboarding::Verdict::duplicate_domain,
                  onboarding::Verdict::invalid_domain, onboarding::Verdict::public_suffix,
                  onboarding::Verdict::internal_domain, onboarding::Verdict::no_mail,
                  onboarding::Verdict::domain_not_found)

POSTERN_API_WORDS(onboarding::Step, "WizardStep", onboarding::step_text, onboarding::Step::start,
                  onboarding::Step::validate, onboarding::Step::domains, onboarding::Step::review)

#define POSTERN_API_DRAFT_DOMAIN(F)                                                            \
  F(std::string, domain, "As A-labels; as written where it is no domain.")                     \
  F(std::string, shown_as, "As people write it.")                                              \
  F(onboarding::Verdict, verdict, "Whether it can be added.")                                  \
  F(std::string, verdict_text, "Duplicate Domain, ...; empty for valid.")                      \
  F(std::string, why, "One sentence; empty for valid.")                                        \
  F(bool, added, "It was taken with Add: Finish puts it in force.")                            \
  F(std::optional<DomainFinding>, finding, "What the live look found; not set: not done yet.") \
  F(std::vector<std::string>, mx, "MX patterns to pin; from the look, then as edited.")        \
  F(tls::Mode, mode, "What the policy will demand.")                                           \
  F(tls::Stage, stage, "Enforce; monitor for one that is not ready and not confirmed.")        \
  F(bool, confirmed, "The administrator confirmed what will fail.")                            \
  F(std::string, will_fail, "The sentence to confirm; empty: nothing will fail.")
POSTERN_API_TYPE(DraftDomain, "A domain on its way under policy.", POSTERN_API_DRAFT_DOMAIN)

#define POSTERN_API_DRAFT(F)                                                             \
  F(std::int64_t, revision, "Rises with every change of the draft.")                     \
  F(bool, started, "There is a draft; else this is an empty one.")                       \
  F(onboarding::Step, step, "Where the administrator was last.")                         \
  F(std::string, address, "The internal address that the routes were tested with.")      \
  F(std::vector<RouteProof>, routes, "The last test of each route.")                     \
  F(std::optional<std::string>, job, "The job that tests or probes right now, if any.")  \
  F(bool, may_go_on, "Next is allowed.")                                                 \
  F(std::string, why_not, "Why Next is not allowed; empty if it is.")                    \
  F(bool, require_tls_from_servers,                                                      \
    "Finish also requires TLS of the internal servers' MAIL FROM.")                      \
  F(std::vector<DraftDomain>, domains, "The new domains, in the order they were added.") \
  F(std::vector<std::string>, removals, "Domains whose policies Finish takes away.")     \
  F(std::string, author, "Who changed the draft last.")                                  \
  F(std::optional<Time>, changed, "When.")
POSTERN_API_TYPE(Draft, "The TLS policies that are being set up.", POSTERN_API_DRAFT)

#define POSTERN_API_DRAFT_CHANGE(F)                                           \
  F(std::optional<onboarding::Step>, step, "Where the administrator is now.") \
  F(std::optional<bool>, require_tls_from_servers,                            \
    "Finish also requires TLS of the internal servers.")
POSTERN_API_TYPE(DraftChange, "What is to change; what is not named stays.",
                 POSTERN_API_DRAFT_CHANGE)

#define POSTERN_API_DRAFT_LINES(F) \
  F(std::string, text, "One domain a line, at most 50; the bulk import takes more.")
POSTERN_API_TYPE(DraftLines, "External domains, as a person writes them.", POSTERN_API_DRAFT_LINES)

#define POSTERN_API_DRAFT_DOMAIN_CHANGE(F)                              \
  F(std::optional<std::vector<std::string>>, mx, "MX patterns to pin.") \
  F(std::optional<tls::Mode>, mode, "Strict or relaxed.")               \
  F(std::optional<tls::Stage>, stage, "Enforce or monitor.")            \
  F(std::optional<bool>, confirmed, "The sentence of what will fail has been confirmed.")
POSTERN_API_TYPE(DraftDomainChange, "What is to change; what is not named stays.",
                 POSTERN_API_DRAFT_DOMAIN_CHANGE)

#define POSTERN_API_DRAFT_REMOVAL(F) F(std::string, domain, "The policy's domain.")
POSTERN_API_TYPE(DraftRemoval, "A policy that Finish shall take away.", POSTERN_API_DRAFT_REMOVAL)

#define POSTERN_API_PLANNED(F)                                                              \
  F(std::string, action, "add, remove, enforce, lower or require-tls.")                     \
  F(std::string, object, "policy example.com, internal route mx1.corp.example:25, ...")     \
  F(std::string, text, "One sentence: what changes.")                                       \
  F(std::int64_t, messages, "How many messages of the last 30 days it would have touched.") \
  F(std::int64_t, would_fail, "How many of them would have met less than is demanded.")
POSTERN_API_TYPE(Planned, "A change that Finish makes.", POSTERN_API_PLANNED)

#define POSTERN_API_PLAN(F)                                        \
  F(std::vector<Planned>, changes, "In the order they are shown.") \
  F(bool, may_finish, "Finish is allowed.")                        \
  F(std::string, why_not, "Why it is not; empty if it is.")
POSTERN_API_TYPE(Plan, "What Finish will change.", POSTERN_API_PLAN)

#define POSTERN_API_FINISHED(F)                                     \
  F(std::int64_t, revision, "The records' revision that holds it.") \
  F(std::vector<Planned>, changes, "What changed.")
POSTERN_API_TYPE(Finished, "What Finish put in force, as one change.", POSTERN_API_FINISHED)

}  // namespace postern::api
