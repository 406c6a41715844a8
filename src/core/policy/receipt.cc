#include "core/policy/receipt.h"

#include <algorithm>
#include <utility>

#include "core/policy/demands.h"
#include "core/tls/wishes.h"

namespace postern::policy {
namespace {

using tls::Considered;
using tls::Mode;
using tls::Source;
using tls::SourceKind;

void demand(tls::Requirement& requirement, Source source, std::string rule) {
  tls::add_wishes(requirement, source, tls::encryption());
  requirement.consider(
      {std::move(source), Mode::relaxed, Considered::Fate::joined, std::move(rule)});
}

// Must the senders of this domain use TLS? An empty sender could be of any domain of the account.
const InternalDomain* enforcing_domain(const PolicyBook& book, base::AccountId account,
                                       const Party& from) {
  if (!from.null) {
    const InternalDomain* domain = book.internal_domain(from.domain);
    return domain != nullptr && domain->account == account && domain->enforce_receipt ? domain
                                                                                      : nullptr;
  }
  for (const InternalDomain& domain : book.configuration().domains) {
    if (domain.account == account && domain.validated && domain.enforce_receipt) return &domain;
  }
  return nullptr;
}

void add_internal(tls::Requirement& requirement, const PolicyBook& book, const InternalSender& who,
                  const Party& from) {
  if (who.require_tls) {
    demand(requirement, {SourceKind::policy, who.id.value, "the rule for this internal sender"},
           "the internal sender must use TLS");
  }
  if (const InternalDomain* domain = enforcing_domain(book, who.account, from)) {
    demand(requirement,
           {SourceKind::policy, domain->id.value, "internal domain " + domain->domain.text()},
           "senders of the internal domain must use TLS");
  }
}

// A partner's policy on receipt: strict asks for no more than relaxed, unless it names client
// identities (tls-policy.md 2).
void add_policy_on_receipt(tls::Requirement& requirement, const Policy& policy) {
  if (policy.mode == Mode::opportunistic) return;
  const tls::Version floor = floor_version(policy);
  std::vector<tls::Wish> wishes = tls::encryption(floor);
  if (policy.mode == Mode::strict && !policy.client_names.empty()) {
    tls::Authenticate ways;
    ways.dane = false;
    ways.names = policy.client_names;
    wishes = tls::authentication(std::move(ways), floor);
  }
  const bool monitored = policy.stage == tls::Stage::monitor;
  tls::add_wishes(requirement, source_of(policy), std::move(wishes),
                  monitored ? tls::Standing::monitored : tls::Standing::in_force);
}

void add_partner(tls::Requirement& requirement, const PolicyBook& book, base::AccountId account,
                 const dns::Domain& domain, base::Instant now) {
  // Most senders have no policy: find that out before explaining anything.
  const PolicyBook::Winner winner = book.receipt_winner(account, domain, now);
  if (winner.policy == nullptr && winner.monitored == nullptr) return;
  const PolicyBook::Choice choice = book.receipt_policy(account, domain, now);
  if (choice.policy != nullptr) add_policy_on_receipt(requirement, *choice.policy);
  if (choice.monitored != nullptr) add_policy_on_receipt(requirement, *choice.monitored);
  for (Considered line : choice.considered) {
    const Policy* counted = line.fate == Considered::Fate::joined      ? choice.policy
                            : line.fate == Considered::Fate::monitored ? choice.monitored
                                                                       : nullptr;
    if (counted != nullptr && counted->mode == Mode::strict && counted->client_names.empty()) {
      line.mode = Mode::relaxed;
      line.rule += "; it is strict, and names no client identities, so it asks for TLS alone";
    }
    requirement.consider(std::move(line));
  }
  const Exception* exception = book.exception(account, domain, now);
  if (exception != nullptr && in_force(*exception, now)) apply_exception(requirement, *exception);
}

// The same verdict in words for a client: judge() speaks of servers.
Denial words_for(const tls::Unmet& unmet, const ClientFacts& client) {
  Denial denial;
  denial.for_tls = true;
  const std::string source = unmet.demand.source.name;
  if (!client.tls.encrypted()) {
    denial.reason = "tls-required";
    denial.reply = 530;
    denial.enhanced = "5.7.0";
    denial.text = "Must issue a STARTTLS command first; " + source + " requires TLS.";
    return denial;
  }
  denial.reason = unmet.reason.code;
  if (unmet.reason.code == "tls-version-too-low" ||
      unmet.reason.code == "anonymous-or-weak-suite") {
    const bool suite = unmet.reason.code == "anonymous-or-weak-suite";
    if (std::holds_alternative<tls::Encrypt>(unmet.demand.wish) ||
        std::holds_alternative<tls::AtLeast>(unmet.demand.wish)) {
      denial.enhanced = "5.7.10";
      denial.text = std::string(suite ? "A stronger cipher suite" : "A later TLS version") +
                    " is needed; " + source + " requires it.";
      return denial;
    }
  }
  if (!client.tls.certificate) denial.reason = "client-certificate-missing";
  denial.text = "Your client certificate is missing or does not prove who you are; " + source +
                " requires one.";
  return denial;
}

Denial relaying_denied() { return Denial{.reason = "relaying-denied", .text = "Relaying denied"}; }

bool is_ours(const PolicyBook& book, base::AccountId account, const Party& from) {
  if (from.null) return true;
  const InternalDomain* domain = from.domain.empty() ? nullptr : book.internal_domain(from.domain);
  return domain != nullptr && domain->account == account;
}

Denial unknown_client(const ClientFacts& client) {
  Denial denial;
  denial.reason = "client-not-internal";
  denial.reply = 530;
  denial.enhanced = "5.7.0";
  denial.text = client.tls.encrypted()
                    ? "Authentication required; your address is not among the internal servers."
                    : "Must issue a STARTTLS command first, then authenticate; your address is not "
                      "among the internal servers.";
  return denial;
}

}  // namespace

const InternalSender* who_is(const PolicyBook& book, const ClientFacts& client) {
  if (!client.login.empty()) return book.sender_named(client.login);
  if (client.tls.encrypted() && client.tls.certificate) {
    const InternalSender* known = book.sender_with_key(client.tls.certificate->spki);
    if (known != nullptr) return known;
  }
  return client.role == ListenerRole::internal ? book.sender_at(client.address) : nullptr;
}

tls::Requirement receipt_requirement(const PolicyBook& book, base::AccountId account,
                                     const InternalSender* who, const Party& from,
                                     base::Instant now) {
  tls::Requirement requirement;
  if (who != nullptr && who->account == account) {
    add_internal(requirement, book, *who, from);
  } else if (!from.domain.empty()) {
    add_partner(requirement, book, account, from.domain, now);
  }
  return requirement;
}

ReceiptVerdict judge_receipt(const PolicyBook& book, base::AccountId account,
                             const ClientFacts& client, const InternalSender* who,
                             const Party& from, base::Instant now) {
  ReceiptVerdict result;
  result.requirement = receipt_requirement(book, account, who, from, now);
  result.verdict = tls::judge(result.requirement, client.tls);
  if (result.verdict.unmet) result.denial = words_for(*result.verdict.unmet, client);
  return result;
}

SendDecision may_send(const PolicyBook& book, const ClientFacts& client, const Party& from,
                      base::Instant now) {
  SendDecision decision;
  decision.who = who_is(book, client);
  if (decision.who == nullptr && client.role == ListenerRole::internal) {
    decision.denial = unknown_client(client);
    return decision;
  }
  if (decision.who != nullptr) {
    decision.account = decision.who->account;
    decision.denial = judge_receipt(book, decision.account, client, decision.who, from, now).denial;
    if (!decision.denial && !is_ours(book, decision.account, from)) {
      decision.denial = Denial{.reason = "sender-domain-not-allowed",
                               .text =
                                   "The sender is not in a validated domain of your "
                                   "organisation."};
    }
    return decision;
  }
  for (const base::AccountId account : book.receiving_accounts()) {
    auto denial = judge_receipt(book, account, client, nullptr, from, now).denial;
    if (!denial) {
      decision.denial.reset();
      return decision;
    }
    if (!decision.denial) {
      decision.denial = std::move(denial);
      decision.account = account;
    }
  }
  return decision;
}

ReceiveDecision may_receive(const PolicyBook& book, const ClientFacts& client,
                            const InternalSender* who, const Party& from, const Party& to,
                            const dns::Domain& home, base::Instant now) {
  ReceiveDecision decision;
  decision.domain = to.domain;
  if (to.null) {
    const InternalDomain* domain = home.empty() ? nullptr : book.internal_domain(home);
    const auto& all = book.configuration().domains;
    const auto validated = std::ranges::find_if(all, &InternalDomain::validated);
    if (domain == nullptr && validated != all.end()) domain = &*validated;
    if (domain != nullptr) decision.domain = domain->domain;
  }
  const InternalDomain* ours =
      decision.domain.empty() ? nullptr : book.internal_domain(decision.domain);
  if (ours != nullptr) {
    decision.account = ours->account;
    // A sender of this same account was judged at MAIL.
    if (who == nullptr || who->account != ours->account) {
      decision.denial = judge_receipt(book, ours->account, client, who, from, now).denial;
    }
    return decision;
  }
  if (who == nullptr || decision.domain.empty()) {
    decision.denial = relaying_denied();
    if (who != nullptr) decision.denial->reason = "address-literal";
    return decision;
  }
  decision.account = who->account;
  decision.toward = Toward::outside;
  return decision;
}

}  // namespace postern::policy
