#include "service/receipt/evidence.h"

#include "core/base/text.h"
#include "core/base/time.h"

namespace postern::receipt {
tls::Observation observe_client(const crypto::ServerFacts& facts, tls::Offer offer,
                                const base::Endpoint& peer) {
  tls::Observation seen;
  seen.peer = peer;
  seen.offer = offer;
  seen.handshake = tls::Handshake::done;
  seen.version = facts.version;
  seen.cipher = facts.cipher;
  seen.group = facts.group;
  seen.resumed = facts.resumed;
  seen.anonymous = facts.anonymous;
  seen.weak_suite = facts.weak_suite;
  seen.certificate = facts.certificate;
  seen.chain = facts.chain;
  seen.chain_detail = facts.chain_detail;
  return seen;
}

queue::Attempt receipt_attempt(const ReceiptScene& scene, base::AccountId account,
                               const policy::ReceiptVerdict& judged,
                               queue::AttemptOutcome outcome) {
  queue::Attempt attempt;
  attempt.time = scene.now;
  attempt.node = scene.node;
  attempt.account = account;
  attempt.hop =
      scene.who != nullptr ? queue::Hop::internal_to_gateway : queue::Hop::partner_to_gateway;
  attempt.domain = scene.from.domain.text();
  attempt.peer_host = base::printable(scene.hello);
  attempt.peer_address = scene.client.address.to_string();
  attempt.required = judged.requirement.mode();
  attempt.sources = judged.requirement.considered();
  attempt.met = judged.verdict.met();
  if (judged.verdict.would_fail) attempt.would_fail = judged.verdict.would_fail->reason.code;
  attempt.used_exception = judged.requirement.used_exception();
  const tls::Observation& seen = scene.client.tls;
  attempt.version = seen.version;
  attempt.cipher = seen.cipher;
  attempt.group = seen.group;
  if (seen.certificate) {
    attempt.certificate_sha256 = base::hex(seen.certificate->fingerprint);
    attempt.issuer = seen.certificate->issuer;
    attempt.expiry = base::rfc3339(seen.certificate->not_after);
  }
  attempt.matched_name = judged.verdict.matched_name;
  attempt.method = judged.verdict.method;
  attempt.outcome = outcome;
  if (judged.denial) {
    attempt.reason = judged.denial->reason;
    attempt.detail = judged.denial->text;
  }
  return attempt;
}

}  // namespace postern::receipt
