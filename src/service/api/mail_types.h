// Mail and its proofs: the queue, evidence, traces, partners, the overview, the audit log, events.
#pragma once

#include "service/api/policy_types.h"

namespace postern::api {

#define POSTERN_API_ATTEMPT(F)                                                                  \
  F(std::int64_t, row, "Its place in the evidence; a cursor.")                                  \
  F(Time, time, "When.")                                                                        \
  F(std::int64_t, took_us, "How long it took, microseconds.")                                   \
  F(std::string, node, "Which node.")                                                           \
  F(std::optional<std::string>, message, "The queue id; none for probes and refused receipts.") \
  F(queue::Hop, hop, "Which hop.")                                                              \
  F(std::string, domain, "The partner or internal domain.")                                     \
  F(std::string, peer_host, "The other side's name; escaped.")                                  \
  F(std::string, peer_address, "The other side's address.")                                     \
  F(tls::Mode, required, "The requirement.")                                                    \
  F(std::vector<Source>, sources, "Where it came from.")                                        \
  F(bool, met, "It was met.")                                                                   \
  F(std::string, would_fail, "Why a monitored demand would have failed; empty: it would not.")  \
  F(std::string, would_fail_why, "The same as a sentence.")                                     \
  F(bool, used_exception, "An exception allowed less.")                                         \
  F(std::string, tls_version, "TLS 1.3; none.")                                                 \
  F(std::string, cipher, "The suite.")                                                          \
  F(std::string, group, "The key exchange.")                                                    \
  F(std::string, certificate_sha256, "The certificate's fingerprint, hex.")                     \
  F(std::string, issuer, "Who signed it; escaped.")                                             \
  F(std::string, expiry, "Until when it is valid.")                                             \
  F(std::string, matched_name, "The name that it proved.")                                      \
  F(std::string, authentication, "none, pkix, dane or pin.")                                    \
  F(queue::AttemptOutcome, outcome, "What became of it.")                                       \
  F(std::string, reason, "Stable code; empty when all went well.")                              \
  F(std::string, detail, "One sentence; escaped.")
POSTERN_API_TYPE(Attempt, "One attempt on one hop: evidence.", POSTERN_API_ATTEMPT)

#define POSTERN_API_EVIDENCE_QUERY(F)                                    \
  F(std::optional<Time>, from, "Not before this.")                       \
  F(std::optional<Time>, until, "Before this.")                          \
  F(std::optional<std::string>, domain, "Only this domain.")             \
  F(std::optional<std::string>, message, "Only this queue id.")          \
  F(std::optional<queue::Hop>, hop, "Only this hop.")                    \
  F(std::optional<queue::AttemptOutcome>, outcome, "Only this outcome.") \
  F(std::optional<std::int64_t>, after, "The page after this cursor.")   \
  F(std::optional<std::int64_t>, limit, "At most this many; 100 if not given, 1000 at most.")
POSTERN_API_TYPE(EvidenceQuery, "Which evidence.", POSTERN_API_EVIDENCE_QUERY)

#define POSTERN_API_EVIDENCE(F)                   \
  F(std::vector<Attempt>, items, "Newest first.") \
  F(std::optional<std::int64_t>, next, "The cursor of the next page, if there is one.")
POSTERN_API_TYPE(Evidence, "A page of evidence.", POSTERN_API_EVIDENCE)

#define POSTERN_API_DELIVERY(F)                                                              \
  F(std::int64_t, id, "Its number.")                                                         \
  F(std::string, domain, "Whither.")                                                         \
  F(std::string, leg, "internal, external, or gateway: mail that the gateway reads itself.") \
  F(std::string, state, "queued or held.")                                                   \
  F(Time, due, "When it is tried next.")                                                     \
  F(std::int64_t, attempts, "How often it was tried.")                                       \
  F(std::vector<std::string>, recipients, "Who is left; escaped.")                           \
  F(std::string, reason, "Stable code of the last attempt; empty before the first.")         \
  F(std::string, why, "The same as a sentence.")                                             \
  F(std::string, remedy, "What to do about it.")                                             \
  F(std::string, host, "Which server said so, if one did.")                                  \
  F(std::string, diagnostic, "What it said; escaped.")
POSTERN_API_TYPE(Delivery, "A message's way to one destination.", POSTERN_API_DELIVERY)

#define POSTERN_API_MESSAGE(F)                                      \
  F(std::string, id, "The queue id.")                               \
  F(std::string, sender, "The envelope's sender; empty: a bounce.") \
  F(std::int64_t, size, "Bytes.")                                   \
  F(Time, accepted, "When it was accepted.")                        \
  F(std::string, from_host, "Whence; escaped.")                     \
  F(std::vector<Delivery>, deliveries, "Where it still has to go.")
POSTERN_API_TYPE(Message, "A message in the queue; never its content.", POSTERN_API_MESSAGE)

#define POSTERN_API_QUEUE_QUERY(F)                                      \
  F(std::optional<std::string>, domain, "Only to this domain.")         \
  F(std::optional<std::string>, state, "queued or held.")               \
  F(std::optional<std::string>, after, "The page after this queue id.") \
  F(std::optional<std::int64_t>, limit, "At most this many; 100 if not given, 1000 at most.")
POSTERN_API_TYPE(QueueQuery, "Which messages.", POSTERN_API_QUEUE_QUERY)

#define POSTERN_API_MESSAGES(F)                                               \
  F(std::vector<Message>, items, "Oldest first.")                             \
  F(std::int64_t, messages, "How many the whole queue of the account holds.") \
  F(std::int64_t, held, "How many deliveries are held.")                      \
  F(std::optional<std::string>, next, "The cursor of the next page, if there is one.")
POSTERN_API_TYPE(Messages, "A page of the queue.", POSTERN_API_MESSAGES)

enum class QueueAction { retry, hold, release, remove, recalculate };
[[nodiscard]] constexpr std::string_view queue_action_text(QueueAction action) {
  switch (action) {
    case QueueAction::retry:
      return "retry";
    case QueueAction::hold:
      return "hold";
    case QueueAction::release:
      return "release";
    case QueueAction::remove:
      return "remove";
    case QueueAction::recalculate:
      return "recalculate";
  }
  return "";
}
POSTERN_API_WORDS(QueueAction, "QueueAction", queue_action_text, QueueAction::retry,
                  QueueAction::hold, QueueAction::release, QueueAction::remove,
                  QueueAction::recalculate)

#define POSTERN_API_QUEUE_COMMAND(F)                                                     \
  F(QueueAction, action, "What to do.")                                                  \
  F(std::vector<std::string>, messages, "These messages; or name a domain, or say all.") \
  F(std::optional<std::string>, domain, "All that goes to this domain.")                 \
  F(std::optional<bool>, all, "All of the account's queue.")
POSTERN_API_TYPE(QueueCommand, "An administrator's hand on the queue.", POSTERN_API_QUEUE_COMMAND)

#define POSTERN_API_QUEUE_EFFECT(F) F(std::int64_t, deliveries, "How many changed.")
POSTERN_API_TYPE(QueueEffect, "What a command did.", POSTERN_API_QUEUE_EFFECT)

#define POSTERN_API_TRACE(F)                                        \
  F(std::string, id, "The queue id.")                               \
  F(std::optional<Message>, message, "What is still in the queue.") \
  F(std::vector<Attempt>, attempts, "Its way over the hops, oldest first.")
POSTERN_API_TYPE(Trace, "One message's way.", POSTERN_API_TRACE)

#define POSTERN_API_HOP_NUMBERS(F)                                                                 \
  F(queue::Hop, hop, "Which hop.")                                                                 \
  F(std::string, lock, "authenticated, encrypted, mixed, clear or none: the last day's sessions.") \
  F(std::int64_t, total, "Attempts.")                                                              \
  F(std::int64_t, authenticated, "With TLS and a proved peer.")                                    \
  F(std::int64_t, encrypted, "With TLS alone.")                                                    \
  F(std::int64_t, clear, "Without TLS.")                                                           \
  F(std::int64_t, failed, "Deferred, refused or bounced.")
POSTERN_API_TYPE(HopNumbers, "A hop's last day.", POSTERN_API_HOP_NUMBERS)

#define POSTERN_API_ATTENTION(F)                                                     \
  F(std::string, severity, "warning or danger.")                                     \
  F(std::string, code, "Stable: certificate-expires, policy-failing, mx-moved, ...") \
  F(std::string, text, "One sentence.")                                              \
  F(std::string, domain, "Which partner or internal domain; empty: the gateway itself.")
POSTERN_API_TYPE(Attention, "Something that wants looking at.", POSTERN_API_ATTENTION)

#define POSTERN_API_DAY_NUMBERS(F)                               \
  F(std::int64_t, accepted, "Messages taken.")                   \
  F(std::int64_t, delivered, "Deliveries made.")                 \
  F(std::int64_t, deferred, "Attempts that will be made again.") \
  F(std::int64_t, bounced, "Deliveries given up.")               \
  F(std::int64_t, refused, "Sessions refused.")                  \
  F(std::int64_t, queued, "Messages waiting now.")               \
  F(std::int64_t, policies, "Policies in force.")                \
  F(std::int64_t, monitored, "Policies that are only watched.")
POSTERN_API_TYPE(DayNumbers, "The last 24 hours in numbers.", POSTERN_API_DAY_NUMBERS)

#define POSTERN_API_OVERVIEW(F)                                                   \
  F(std::vector<HopNumbers>, hops, "The four hops, in the order of the picture.") \
  F(DayNumbers, numbers, "The last 24 hours.")                                    \
  F(std::vector<Attention>, attention, "The worst first.")
POSTERN_API_TYPE(Overview, "An account at a glance.", POSTERN_API_OVERVIEW)

#define POSTERN_API_PARTNER_HOP(F)                        \
  F(queue::Hop, hop, "Which hop.")                        \
  F(tls::Mode, required, "What it demands now.")          \
  F(std::optional<Attempt>, last, "The last proof.")      \
  F(std::int64_t, total, "Attempts of the last 30 days.") \
  F(std::int64_t, failed, "How many of them failed.")
POSTERN_API_TYPE(PartnerHop, "A partner's hop.", POSTERN_API_PARTNER_HOP)

#define POSTERN_API_MONITOR_REASON(F)        \
  F(std::string, code, "Stable code.")       \
  F(std::string, sentence, "What it means.") \
  F(std::int64_t, deliveries, "How many would have failed so.")
POSTERN_API_TYPE(MonitorReason, "Why a monitored policy would have stopped deliveries.",
                 POSTERN_API_MONITOR_REASON)

#define POSTERN_API_MONITOR_RESULT(F)                                 \
  F(std::int64_t, total, "Deliveries evaluated in the last 30 days.") \
  F(std::int64_t, would_fail, "How many would have failed.")          \
  F(std::vector<MonitorReason>, reasons, "Why, most frequent first.")
POSTERN_API_TYPE(MonitorResult, "What a monitored policy would have stopped.",
                 POSTERN_API_MONITOR_RESULT)

#define POSTERN_API_PARTNER_SERVER(F)                            \
  F(std::string, host, "A mail server of the partner; escaped.") \
  F(Time, seen, "When it last showed a certificate.")            \
  F(std::string, certificate_sha256, "Its fingerprint, hex.")    \
  F(std::string, expiry, "Until when it is valid.")              \
  F(std::optional<Time>, delivered, "When it last took mail.")
POSTERN_API_TYPE(PartnerServer, "A server that mail to a partner went to.",
                 POSTERN_API_PARTNER_SERVER)

#define POSTERN_API_PARTNER(F)                                               \
  F(std::string, domain, "As A-labels.")                                     \
  F(std::string, shown_as, "As people write it.")                            \
  F(std::optional<Policy>, policy,                                           \
    "The policy for exactly this domain, or the wildcard that covers it.")   \
  F(std::vector<Exception>, exceptions, "Those for it, ended ones too.")     \
  F(std::vector<PartnerHop>, hops, "The four hops.")                         \
  F(Explanation, explanation, "Why this requirement.")                       \
  F(std::vector<PartnerServer>, servers, "Those that showed a certificate.") \
  F(std::optional<MonitorResult>, monitor, "For a policy in stage monitor.") \
  F(std::vector<Attempt>, recent, "The last attempts, newest first.")
POSTERN_API_TYPE(Partner, "A domain of the world, as the account knows it.", POSTERN_API_PARTNER)

#define POSTERN_API_AUDIT_ENTRY(F)                                    \
  F(std::int64_t, sequence, "From 1, without gaps in the whole log.") \
  F(Time, time, "When.")                                              \
  F(std::string, actor, "Who.")                                       \
  F(std::string, via, "cli, api or gateway.")                         \
  F(std::string, account, "Whose; empty: the gateway's.")             \
  F(std::string, action, "policy.add, route.remove, ...")             \
  F(std::string, object, "policy example.com, ...")                   \
  F(std::string, before, "JSON; empty when there was nothing.")       \
  F(std::string, after, "JSON; empty when nothing is left.")          \
  F(std::string, hash, "Chains it to the one before.")
POSTERN_API_TYPE(AuditEntry, "One change.", POSTERN_API_AUDIT_ENTRY)

#define POSTERN_API_AUDIT_QUERY(F)                                                           \
  F(std::optional<std::int64_t>, before, "Only entries below this sequence: the next page.") \
  F(std::optional<std::int64_t>, limit, "At most this many; 100 if not given, 1000 at most.")
POSTERN_API_TYPE(AuditQuery, "Which entries.", POSTERN_API_AUDIT_QUERY)

#define POSTERN_API_AUDIT(F)                         \
  F(std::vector<AuditEntry>, items, "Newest first.") \
  F(std::optional<std::int64_t>, next, "Ask for entries before this one, if there are more.")
POSTERN_API_TYPE(Audit, "A page of the audit log.", POSTERN_API_AUDIT)

#define POSTERN_API_AUDIT_CHECK(F)                                                 \
  F(bool, intact, "No entry was edited, removed, moved or added behind our back.") \
  F(std::int64_t, entries, "How many there are.")                                  \
  F(std::string, head, "The last good hash: note it elsewhere.")                   \
  F(std::string, why, "What is wrong; empty if nothing is.")
POSTERN_API_TYPE(AuditCheck, "The audit log's chain, checked.", POSTERN_API_AUDIT_CHECK)

// What the event stream sends, as `data:` of events named change, queue and draft.
#define POSTERN_API_EVENT(F)                                                     \
  F(std::string, kind,                                                           \
    "change: the configuration; draft: the TLS policy draft; queue: the queue.") \
  F(std::int64_t, revision, "The records' revision, for change.")                \
  F(std::string, actor, "Who made it.")                                          \
  F(std::string, via, "cli, api or gateway.")                                    \
  F(std::string, account, "Whose; empty: the gateway's.")                        \
  F(std::string, action, "policy.add, ...; empty for draft and queue.")          \
  F(std::string, object, "policy example.com, ...")
POSTERN_API_TYPE(Event, "Something changed: ask again for what is shown.", POSTERN_API_EVENT)

}  // namespace postern::api
