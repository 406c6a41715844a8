#include "service/delivery/evidence.h"

#include "core/base/text.h"

namespace postern::delivery {
namespace {

void add_certificate(queue::Attempt& attempt, const tls::CertificateFacts& certificate) {
  attempt.certificate_sha256 = base::hex(certificate.fingerprint);
  attempt.issuer = certificate.issuer;
  attempt.expiry = base::rfc3339(certificate.not_after);
}

}  // namespace

queue::Attempt evidence_of(const EvidenceFacts& facts, const route::HostPlan& host,
                           const tls::Observation& observation, const tls::Verdict& verdict,
                           base::Instant now) {
  queue::Attempt attempt;
  attempt.time = facts.began;
  attempt.took = now - facts.began;
  attempt.node = facts.node;
  attempt.account = facts.account;
  attempt.message = facts.message;
  attempt.delivery = facts.delivery;
  attempt.hop = facts.hop;
  attempt.domain = facts.domain;
  attempt.peer_host = host.label;
  if (observation.peer.port != 0) attempt.peer_address = observation.peer.to_string();
  attempt.required = host.requirement.mode();
  attempt.sources = host.requirement.considered();
  attempt.met = verdict.met();
  if (verdict.would_fail) attempt.would_fail = verdict.would_fail->reason.code;
  attempt.used_exception = host.requirement.used_exception();
  attempt.version = observation.version;
  attempt.cipher = observation.cipher;
  attempt.group = observation.group;
  if (observation.certificate) add_certificate(attempt, *observation.certificate);
  attempt.matched_name = verdict.matched_name;
  attempt.method = verdict.method;
  return attempt;
}

}  // namespace postern::delivery
