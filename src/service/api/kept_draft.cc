#include "service/api/kept_draft.h"

#include "service/api/findings.h"
#include "service/api/read.h"
#include "service/api/write.h"

namespace postern::api {

namespace kept {

#define POSTERN_KEPT_PROOF(F)               \
  F(std::string, tested, "settings_text()") \
  F(RouteProof, proof, "As shown.")
POSTERN_API_TYPE(Proof, "The last test of a route.", POSTERN_KEPT_PROOF)

#define POSTERN_KEPT_DOMAIN(F)                                                     \
  F(std::string, written, "Escaped.")                                              \
  F(std::string, scope, "Empty: no domain.")                                       \
  F(onboarding::Verdict, verdict, "When it was written, or looked at.")            \
  F(std::string, why, "One sentence.")                                             \
  F(bool, added, "Taken with Add.")                                                \
  F(std::optional<DomainFinding>, finding, "As shown.")                            \
  F(std::optional<std::vector<std::string>>, pins_choice, "Instead of the found.") \
  F(std::optional<tls::Mode>, mode_choice, "Instead of the found.")                \
  F(std::optional<tls::Stage>, stage_choice, "Instead of the found.")              \
  F(std::string, confirmed_sentence, "The very one.")
POSTERN_API_TYPE(Domain, "A new domain.", POSTERN_KEPT_DOMAIN)

#define POSTERN_KEPT_DRAFT(F)                           \
  F(std::int64_t, format, "current_format")             \
  F(onboarding::Step, step, "Where it was left.")       \
  F(std::string, address, "The tested one.")            \
  F(std::vector<Proof>, routes, "Proofs.")              \
  F(bool, require_tls_from_servers, "Also on receipt.") \
  F(std::vector<Domain>, domains, "In order.")          \
  F(std::vector<std::string>, removals, "Scopes.")      \
  F(std::string, author, "Of the last change.")         \
  F(std::optional<Time>, changed, "When.")
POSTERN_API_TYPE(Draft, "A draft.", POSTERN_KEPT_DRAFT)

}  // namespace kept

namespace {

// Raised when a field changes its meaning; new optional fields need no new format.
constexpr std::int64_t current_format = 1;
constexpr auto month = std::chrono::days(30);

std::vector<std::string> texts(const std::vector<tls::HostPattern>& patterns) {
  std::vector<std::string> out;
  for (const auto& pattern : patterns) out.push_back(pattern.text());
  return out;
}

kept::Domain keep(const onboarding::NewDomain& domain) {
  kept::Domain out;
  out.written = domain.written;
  if (!domain.scope.base.empty()) out.scope = domain.scope.text();
  out.verdict = domain.verdict;
  out.why = domain.why;
  out.added = domain.added;
  if (domain.finding) out.finding = shown(*domain.finding);
  if (domain.pins_choice) out.pins_choice = texts(*domain.pins_choice);
  out.mode_choice = domain.mode_choice;
  out.stage_choice = domain.stage_choice;
  out.confirmed_sentence = domain.confirmed_sentence;
  return out;
}

onboarding::NewDomain restored(const kept::Domain& domain) {
  onboarding::NewDomain out;
  out.written = domain.written;
  if (auto scope = policy::Scope::parse(domain.scope)) out.scope = *std::move(scope);
  out.verdict = domain.verdict;
  out.why = domain.why;
  out.added = domain.added;
  if (domain.finding) out.finding = understood(*domain.finding);
  if (domain.pins_choice) {
    out.pins_choice.emplace();
    for (const std::string& text : *domain.pins_choice) {
      if (auto pin = tls::HostPattern::parse(text)) out.pins_choice->push_back(*std::move(pin));
    }
  }
  out.mode_choice = domain.mode_choice;
  out.stage_choice = domain.stage_choice;
  out.confirmed_sentence = domain.confirmed_sentence;
  return out;
}

DraftDomain shown_domain(const onboarding::NewDomain& domain) {
  DraftDomain out;
  out.domain = onboarding::name_of(domain);
  out.shown_as = domain.scope.base.empty() ? domain.written : domain.scope.base.unicode();
  if (domain.scope.wildcard) out.shown_as = "*." + out.shown_as;
  out.verdict = domain.verdict;
  if (domain.verdict != onboarding::Verdict::valid) {
    out.verdict_text = onboarding::shown_as(domain.verdict);
  }
  out.why = domain.why;
  out.added = domain.added;
  if (domain.finding) out.finding = shown(*domain.finding);
  out.mx = texts(pins_of(domain));
  out.mode = mode_of(domain);
  out.stage = stage_of(domain);
  out.confirmed = is_confirmed(domain);
  out.will_fail = will_fail(domain);
  return out;
}

std::int64_t failing(const records::Traffic& traffic, onboarding::Passage::Fails fails) {
  switch (fails) {
    case onboarding::Passage::Fails::without_tls:
      return traffic.without_tls;
    case onboarding::Passage::Fails::without_proof:
      return traffic.without_proof;
    case onboarding::Passage::Fails::was_stopped:
      return traffic.stopped;
  }
  return 0;
}

}  // namespace

Outcome<onboarding::Draft> read_draft(const std::string& text) {
  onboarding::Draft draft;
  if (text.empty()) return draft;
  auto read = read_body<kept::Draft>(text);
  if (!read || read->format != current_format) {
    return refuse(409, "draft-unreadable",
                  "The draft was written by another version of Postern and cannot be read by this "
                  "one. Discard it to start anew; nothing of it is in force.");
  }
  draft.step = read->step;
  draft.address = std::move(read->address);
  for (kept::Proof& one : read->routes) {
    draft.routes.push_back(understood(one.proof, std::move(one.tested)));
  }
  draft.require_tls_from_servers = read->require_tls_from_servers;
  for (const kept::Domain& one : read->domains) draft.domains.push_back(restored(one));
  for (const std::string& one : read->removals) {
    if (auto scope = policy::Scope::parse(one)) draft.removals.push_back(*std::move(scope));
  }
  draft.author = std::move(read->author);
  draft.changed = read->changed;
  return draft;
}

std::string draft_text(const onboarding::Draft& draft) {
  kept::Draft out;
  out.format = current_format;
  out.step = draft.step;
  out.address = draft.address;
  for (const auto& proof : draft.routes) out.routes.push_back({proof.tested, shown(proof)});
  out.require_tls_from_servers = draft.require_tls_from_servers;
  for (const auto& domain : draft.domains) out.domains.push_back(keep(domain));
  for (const auto& scope : draft.removals) out.removals.push_back(scope.text());
  out.author = draft.author;
  out.changed = draft.changed;
  return json_text(out);
}

Draft shown(const onboarding::Draft& draft, const records::KeptDraft& kept,
            const onboarding::Scene& scene, std::optional<std::string> job) {
  Draft out;
  out.revision = kept.revision;
  out.started = !kept.text.empty();
  out.step = draft.step;
  out.address = draft.address;
  for (const auto& proof : draft.routes) out.routes.push_back(shown(proof));
  out.job = std::move(job);
  out.why_not = onboarding::why_not(draft, scene);
  out.may_go_on = out.why_not.empty();
  out.require_tls_from_servers = draft.require_tls_from_servers;
  for (const auto& domain : draft.domains) out.domains.push_back(shown_domain(domain));
  for (const auto& scope : draft.removals) out.removals.push_back(scope.text());
  out.author = draft.author;
  out.changed = draft.changed;
  return out;
}

base::Result<std::vector<Planned>> shown(const std::vector<onboarding::PlannedChange>& changes,
                                         const onboarding::Scene& scene,
                                         records::Records& records) {
  std::vector<Planned> out;
  for (const onboarding::PlannedChange& change : changes) {
    Planned planned{.action = std::string(onboarding::action_text(change.action)),
                    .object = change.object,
                    .text = change.text};
    for (const onboarding::Passage& passage : change.touches) {
      records::TrafficFilter filter{.account = scene.account,
                                    .hop = passage.hop,
                                    .scope = passage.scope,
                                    .peer_host = passage.peer_host,
                                    .since = scene.now - month};
      auto traffic = records.traffic(filter);
      if (!traffic) return std::unexpected(traffic.error());
      planned.messages += traffic->messages;
      planned.would_fail += failing(*traffic, passage.fails);
    }
    out.push_back(std::move(planned));
  }
  return out;
}

}  // namespace postern::api
