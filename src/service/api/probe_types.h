// What a live look found, and the jobs that look.
#pragma once

#include "service/api/words.h"

namespace postern::api {

#define POSTERN_API_REASON(F)                              \
  F(std::string, code, "Stable: certificate-expired, ...") \
  F(std::string, sentence, "For people.")                  \
  F(std::string, remedy, "What to do about it.")
POSTERN_API_TYPE(Reason, "Why something is not met.", POSTERN_API_REASON)

#define POSTERN_API_CERTIFICATE(F)                                    \
  F(std::string, subject, "Whose it is; escaped.")                    \
  F(std::string, issuer, "Who signed it; escaped.")                   \
  F(std::vector<std::string>, names, "The DNS names it carries.")     \
  F(std::string, key, "EC P-256, RSA 2048, ...")                      \
  F(std::string, sha256, "Its fingerprint, hex.")                     \
  F(std::string, spki_sha256, "Its public key's digest, hex: a pin.") \
  F(Time, not_before, "From when it is valid.")                       \
  F(Time, not_after, "Until when it is valid.")                       \
  F(bool, self_signed, "It vouches for itself.")
POSTERN_API_TYPE(Certificate, "A certificate that was shown.", POSTERN_API_CERTIFICATE)

#define POSTERN_API_ADDRESS_FINDING(F)                                          \
  F(std::string, address, "The address that was tried.")                        \
  F(probe::Readiness, readiness, "What it is ready for.")                       \
  F(std::optional<Reason>, why, "Why not for strict.")                          \
  F(std::string, tls_version, "TLS 1.3; none.")                                 \
  F(std::string, cipher, "The suite.")                                          \
  F(std::string, group, "The key exchange.")                                    \
  F(std::string, matched_name, "The name that the certificate proved.")         \
  F(std::optional<Certificate>, certificate, "What it showed.")                 \
  F(std::vector<std::string>, dialogue, "Every line said, C: and S:, escaped.") \
  F(std::int64_t, took_ms, "How long it took.")
POSTERN_API_TYPE(AddressFinding, "What one address showed.", POSTERN_API_ADDRESS_FINDING)

#define POSTERN_API_HOST_FINDING(F)                       \
  F(std::string, host, "The MX or route host.")           \
  F(std::int64_t, port, "25 as a rule.")                  \
  F(std::int64_t, preference, "Lower first.")             \
  F(bool, secure, "DNSSEC proved its name.")              \
  F(probe::Readiness, readiness, "What it is ready for.") \
  F(std::optional<Reason>, why, "Why not for strict.")    \
  F(std::vector<AddressFinding>, addresses, "Every address.")
POSTERN_API_TYPE(HostFinding, "What one host showed.", POSTERN_API_HOST_FINDING)

#define POSTERN_API_EFFECTIVE(F)                                \
  F(tls::Mode, mode, "What the account's policies demand now.") \
  F(bool, met, "A delivery would go through.")                  \
  F(std::optional<Reason>, why, "Why it would not.")            \
  F(std::string, would_fail, "The reason code of a monitored demand that fails; empty: none.")
POSTERN_API_TYPE(Effective, "What a delivery would meet now.", POSTERN_API_EFFECTIVE)

#define POSTERN_API_DOMAIN_FINDING(F)                                                   \
  F(std::string, domain, "As A-labels.")                                                \
  F(probe::Readiness, readiness, "What a delivery would meet.")                         \
  F(std::string, shown_as, "Ready: strict, ...")                                        \
  F(std::optional<Reason>, why, "Why not strict.")                                      \
  F(std::string, remark, "No Mail (null MX), Domain Not Found; empty: nothing to say.") \
  F(bool, mx_secure, "DNSSEC proved its MX.")                                           \
  F(std::vector<std::string>, warnings, "What is not well, but stops nothing.")         \
  F(std::vector<std::string>, pins, "MX patterns that a strict policy would pin.")      \
  F(std::optional<Effective>, effective, "What a delivery would meet now.")             \
  F(std::vector<HostFinding>, hosts, "Every MX.")
POSTERN_API_TYPE(DomainFinding, "What a domain showed.", POSTERN_API_DOMAIN_FINDING)

#define POSTERN_API_ROUTE_PROOF(F)                                                                \
  F(std::int64_t, route, "The route's number in the records.")                                    \
  F(std::string, label, "mx1.corp.example:25")                                                    \
  F(bool, passes, "Green; a red one blocks Next.")                                                \
  F(std::string, shown_as,                                                                        \
    "Strict - Trusted Enforced, Relaxed Encryption Mode, TLS Not Supported, or the true reason.") \
  F(std::optional<tls::Mode>, mode, "What would be enforced, if it passes.")                      \
  F(std::optional<Reason>, why, "Why not strict, or why it does not pass.")                       \
  F(Time, time, "When it was tested.")                                                            \
  F(HostFinding, finding, "Everything that was seen.")
POSTERN_API_TYPE(RouteProof, "The test of an internal server route.", POSTERN_API_ROUTE_PROOF)

enum class JobState { running, done, cancelled };
[[nodiscard]] constexpr std::string_view job_state_text(JobState state) {
  switch (state) {
    case JobState::running:
      return "running";
    case JobState::done:
      return "done";
    case JobState::cancelled:
      return "cancelled";
  }
  return "";
}
POSTERN_API_WORDS(JobState, "JobState", job_state_text, JobState::running, JobState::done,
                  JobState::cancelled)

#define POSTERN_API_JOB_ITEM(F)                                                                    \
  F(std::string, name, "The domain, or the route's label.")                                        \
  F(bool, done, "It has been looked at.")                                                          \
  F(std::string, step, "What happens now: connecting, asking for STARTTLS, ...; empty when done.") \
  F(std::optional<DomainFinding>, domain, "A domain's result.")                                    \
  F(std::optional<RouteProof>, route, "A route's result.")                                         \
  F(std::optional<Reason>, failure, "Why there is no result.")
POSTERN_API_TYPE(JobItem, "One thing that a job looks at.", POSTERN_API_JOB_ITEM)

#define POSTERN_API_JOB(F)                          \
  F(std::string, id, "To ask for it again.")        \
  F(std::string, kind, "probe or route-test.")      \
  F(JobState, state, "How far it is.")              \
  F(std::int64_t, done, "How many items are done.") \
  F(std::int64_t, total, "How many there are.")     \
  F(Time, started, "When it began.")                \
  F(std::vector<JobItem>, items, "In the order they were given.")
POSTERN_API_TYPE(Job, "Long work; kept for an hour after its end.", POSTERN_API_JOB)

#define POSTERN_API_PROBE_INPUT(F) \
  F(std::vector<std::string>, domains, "1 to 500 domains to look at; no mail is sent.")
POSTERN_API_TYPE(ProbeInput, "Domains to look at.", POSTERN_API_PROBE_INPUT)

#define POSTERN_API_ROUTE_TEST_INPUT(F)                                                \
  F(std::string, address, "An internal address: all routes of its domain are tested.") \
  F(std::optional<bool>, send_message, "Also send a test message to it; false if not given.")
POSTERN_API_TYPE(RouteTestInput, "Tests internal server routes.", POSTERN_API_ROUTE_TEST_INPUT)

}  // namespace postern::api
