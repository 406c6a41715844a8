// Accounts and what belongs to one: domains, routes, senders; and the tasks that lead through them.
#pragma once

#include "core/onboarding/tasks.h"
#include "service/api/words.h"

namespace postern::api {

#define POSTERN_API_ACCOUNT(F)                                                                    \
  F(std::string, name, "Short and unique: \"main\".")                                             \
  F(std::string, title, "The organisation: \"Example Ltd\".")                                     \
  F(std::optional<std::string>, ca_bundle_sha256, "Digest of the private CAs it trusts, if any.") \
  F(std::int64_t, domains, "How many internal domains it has.")                                   \
  F(std::int64_t, policies, "How many policies it has.")
POSTERN_API_TYPE(Account, "One organisation.", POSTERN_API_ACCOUNT)

#define POSTERN_API_ACCOUNTS(F) F(std::vector<Account>, items, "By name.")
POSTERN_API_TYPE(Accounts, "The accounts that the session may see.", POSTERN_API_ACCOUNTS)

#define POSTERN_API_ACCOUNT_INPUT(F)                             \
  F(std::string, name, "Lower-case letters, digits and dashes.") \
  F(std::string, title, "The organisation.")                     \
  F(std::optional<std::string>, ca_bundle, "PEM of private CAs to trust besides the public ones.")
POSTERN_API_TYPE(AccountInput, "An account to add.", POSTERN_API_ACCOUNT_INPUT)

#define POSTERN_API_ACCOUNT_CHANGE(F)                       \
  F(std::optional<std::string>, title, "The organisation.") \
  F(std::optional<std::string>, ca_bundle, "PEM of private CAs; empty text: none any more.")
POSTERN_API_TYPE(AccountChange, "What is to change; what is not named stays.",
                 POSTERN_API_ACCOUNT_CHANGE)

#define POSTERN_API_DNS_RECORD(F)              \
  F(std::string, name, "Where to publish it.") \
  F(std::string, type, "TXT, CNAME, MX, ...")  \
  F(std::string, value, "What to publish.")
POSTERN_API_TYPE(DnsRecord, "A record to publish.", POSTERN_API_DNS_RECORD)

#define POSTERN_API_DOMAIN(F)                                                                \
  F(std::int64_t, id, "Its number in the records.")                                          \
  F(std::string, domain, "As A-labels.")                                                     \
  F(std::string, shown_as, "As people write it.")                                            \
  F(bool, validated, "Mail is accepted only for validated domains.")                         \
  F(bool, enforce_receipt, "Its senders' MAIL FROM needs TLS: internal server to gateway.")  \
  F(policy::StsMode, mta_sts, "What its MTA-STS policy says; off: it has none.")             \
  F(std::int64_t, mta_sts_max_age, "How long senders keep that policy, seconds.")            \
  F(std::vector<std::string>, mta_sts_mx, "Hosts that it lists; none: the gateway's names.") \
  F(std::vector<DnsRecord>, publish, "The records that prove it; one of them suffices.")
POSTERN_API_TYPE(Domain, "An internal domain.", POSTERN_API_DOMAIN)

#define POSTERN_API_DOMAINS(F) F(std::vector<Domain>, items, "By name.")
POSTERN_API_TYPE(Domains, "An account's internal domains.", POSTERN_API_DOMAINS)

#define POSTERN_API_DOMAIN_INPUT(F) F(std::string, domain, "A-labels or U-labels.")
POSTERN_API_TYPE(DomainInput, "An internal domain to add.", POSTERN_API_DOMAIN_INPUT)

#define POSTERN_API_DOMAIN_CHANGE(F)                                           \
  F(std::optional<bool>, enforce_receipt, "Its senders' MAIL FROM needs TLS.") \
  F(std::optional<policy::StsMode>, mta_sts, "What its MTA-STS policy says.")  \
  F(std::optional<std::int64_t>, mta_sts_max_age,                              \
    "How long senders keep it: 86400 to 31536000 s.")                          \
  F(std::optional<std::vector<std::string>>, mta_sts_mx,                       \
    "Hosts that it lists: names, or *.example.com; none: the gateway's names.")
POSTERN_API_TYPE(DomainChange, "What is to change; what is not named stays.",
                 POSTERN_API_DOMAIN_CHANGE)

#define POSTERN_API_DOMAIN_CHECK(F)                                           \
  F(bool, validated, "The code was found, now or before.")                    \
  F(std::vector<std::string>, found, "What is published there now, escaped.") \
  F(std::string, why, "One sentence: what was found instead, and what to do.")
POSTERN_API_TYPE(DomainCheck, "A live look at a domain's proof.", POSTERN_API_DOMAIN_CHECK)

#define POSTERN_API_DNS_CHECK(F)                                        \
  F(bool, good, "What is published is what is needed.")                 \
  F(std::vector<DnsRecord>, needed, "What to publish.")                 \
  F(std::vector<std::string>, found, "What is published now, escaped.") \
  F(bool, secure, "The answer was proved by DNSSEC.")                   \
  F(std::string, why, "One sentence: what differs, and what to do.")
POSTERN_API_TYPE(DnsCheck, "A live look at what a domain publishes (MX, SPF).",
                 POSTERN_API_DNS_CHECK)

#define POSTERN_API_ROUTE(F)                                                          \
  F(std::int64_t, id, "Its number in the records.")                                   \
  F(std::string, domain, "The internal domain whose mail goes there.")                \
  F(std::string, host, "A name or an address.")                                       \
  F(std::int64_t, port, "25 as a rule.")                                              \
  F(std::int64_t, priority, "Lower first; equal ones share the load.")                \
  F(policy::TlsStart, tls, "STARTTLS, or TLS from the first byte.")                   \
  F(tls::Mode, mode, "What is enforced; proved by validation, never chosen.")         \
  F(std::vector<std::string>, names, "Further names that the certificate may carry.") \
  F(std::optional<std::string>, login_user, "Whom Postern signs in as, if anyone.")
POSTERN_API_TYPE(Route, "An internal server route.", POSTERN_API_ROUTE)

#define POSTERN_API_ROUTES(F) F(std::vector<Route>, items, "By domain and priority.")
POSTERN_API_TYPE(Routes, "An account's internal server routes.", POSTERN_API_ROUTES)

#define POSTERN_API_ROUTE_INPUT(F)                                                    \
  F(std::string, domain, "A validated internal domain of the account, or below one.") \
  F(std::string, host, "A name or an address.")                                       \
  F(std::optional<std::int64_t>, port, "25 if not given.")                            \
  F(std::optional<std::int64_t>, priority, "10 if not given.")                        \
  F(std::optional<policy::TlsStart>, tls, "STARTTLS if not given.")                   \
  F(std::vector<std::string>, names, "Further names that the certificate may carry.") \
  F(std::optional<std::string>, login_user, "Whom to sign in as; empty: nobody.")     \
  F(std::optional<std::string>, login_password, "The password; on a change, not given: as before.")
POSTERN_API_TYPE(RouteInput, "An internal server route to add, or to put in another's place.",
                 POSTERN_API_ROUTE_INPUT)

#define POSTERN_API_EXTERNAL_ROUTE(F)                                                   \
  F(std::int64_t, id, "Its number in the records.")                                     \
  F(std::string, domain, "The external domain; \"*\" for all of them (a smarthost).")   \
  F(std::string, host, "A name or an address.")                                         \
  F(std::int64_t, port, "25 as a rule.")                                                \
  F(std::int64_t, priority, "Lower first; equal ones share the load.")                  \
  F(policy::TlsStart, tls, "STARTTLS, or TLS from the first byte.")                     \
  F(tls::Mode, mode, "What the route demands.")                                         \
  F(std::optional<std::string>, verify_name,                                            \
    "What the certificate must carry; the host if not set.")                            \
  F(bool, consult_published, "DANE and MTA-STS of the destination are asked here too.") \
  F(std::optional<std::string>, login_user, "Whom Postern signs in as, if anyone.")
POSTERN_API_TYPE(ExternalRoute, "Where external mail goes instead of its MX.",
                 POSTERN_API_EXTERNAL_ROUTE)

#define POSTERN_API_EXTERNAL_ROUTES(F) \
  F(std::vector<ExternalRoute>, items, "By domain and priority.")
POSTERN_API_TYPE(ExternalRoutes, "An account's external routes.", POSTERN_API_EXTERNAL_ROUTES)

#define POSTERN_API_EXTERNAL_ROUTE_INPUT(F)                                       \
  F(std::string, domain, "The external domain, or \"*\".")                        \
  F(std::string, host, "A name or an address.")                                   \
  F(std::optional<std::int64_t>, port, "25 if not given.")                        \
  F(std::optional<std::int64_t>, priority, "10 if not given.")                    \
  F(std::optional<policy::TlsStart>, tls, "STARTTLS if not given.")               \
  F(std::optional<tls::Mode>, mode, "Strict if not given.")                       \
  F(std::optional<std::string>, verify_name, "What the certificate must carry.")  \
  F(std::optional<bool>, consult_published, "False if not given.")                \
  F(std::optional<std::string>, login_user, "Whom to sign in as; empty: nobody.") \
  F(std::optional<std::string>, login_password, "The password; on a change, not given: as before.")
POSTERN_API_TYPE(ExternalRouteInput, "An external route to add, or to put in another's place.",
                 POSTERN_API_EXTERNAL_ROUTE_INPUT)

#define POSTERN_API_SENDER(F)                                                               \
  F(std::int64_t, id, "Its number in the records.")                                         \
  F(policy::InternalSender::Kind, kind, "How the server is known.")                         \
  F(std::optional<std::string>, range, "Addresses, as 192.0.2.0/24.")                       \
  F(std::optional<std::string>, user, "Whom it signs in as.")                               \
  F(bool, password_set, "It has a password.")                                               \
  F(std::optional<std::string>, certificate_spki, "SHA-256 of its certificate's key, hex.") \
  F(bool, require_tls, "Its MAIL FROM is refused without TLS.")                             \
  F(std::string, note, "What it is.")
POSTERN_API_TYPE(Sender, "An internal server that may send.", POSTERN_API_SENDER)

#define POSTERN_API_SENDERS(F) F(std::vector<Sender>, items, "In the order they were added.")
POSTERN_API_TYPE(Senders, "An account's internal senders.", POSTERN_API_SENDERS)

#define POSTERN_API_SENDER_INPUT(F)                                                                \
  F(policy::InternalSender::Kind, kind, "How the server is known.")                                \
  F(std::optional<std::string>, range, "Addresses, as 192.0.2.0/24 (address-range).")              \
  F(std::optional<std::string>, user, "Whom it signs in as (credentials).")                        \
  F(std::optional<std::string>, password,                                                          \
    "At least 12 characters; on a change, not given: as before.")                                  \
  F(std::optional<std::string>, certificate_spki, "SHA-256 of its key, hex (client-certificate).") \
  F(std::optional<std::string>, certificate_pem, "Its certificate instead.")                       \
  F(std::optional<bool>, require_tls, "False if not given.")                                       \
  F(std::optional<std::string>, note, "What it is.")
POSTERN_API_TYPE(SenderInput, "An internal sender to add, or to put in another's place.",
                 POSTERN_API_SENDER_INPUT)

POSTERN_API_WORDS(onboarding::TaskState, "TaskState", onboarding::task_state_text,
                  onboarding::TaskState::locked, onboarding::TaskState::ready,
                  onboarding::TaskState::started, onboarding::TaskState::done)

#define POSTERN_API_TASK(F)                                                      \
  F(std::string, id, "validate-domains, inbound, outbound or tls-policies.")     \
  F(std::string, group, "Platform, Gateway or Optional.")                        \
  F(std::string, title, "Set Up Your TLS Policies, ...")                         \
  F(onboarding::TaskState, state, "Whether it can start, and how far it is.")    \
  F(std::optional<std::string>, blocked_by, "The task that must be done first.") \
  F(std::string, summary, "One sentence: what is done, or what comes next.")
POSTERN_API_TYPE(Task, "A task of the set-up.", POSTERN_API_TASK)

#define POSTERN_API_TASKS(F)                     \
  F(std::vector<Task>, items, "In their order.") \
  F(std::int64_t, done, "How many are done.")    \
  F(std::int64_t, total, "How many there are.")
POSTERN_API_TYPE(Tasks, "An account's set-up tasks.", POSTERN_API_TASKS)

#define POSTERN_API_FIRST_MESSAGE(F)                                      \
  F(bool, arrived, "A message of an internal server has been accepted.")  \
  F(std::optional<Time>, at, "When the first (or last) one came.")        \
  F(std::optional<std::string>, from_address, "The server that sent it.") \
  F(std::optional<std::string>, tls_version, "The TLS that it used; none: in clear.")
POSTERN_API_TYPE(FirstMessage, "Whether outbound mail reaches the gateway.",
                 POSTERN_API_FIRST_MESSAGE)

#define POSTERN_API_PLACE(F)                                  \
  F(std::string, role, "world or internal.")                  \
  F(std::string, address, "Where it listens, with its port.") \
  F(std::string, tls, "starttls or implicit.")
POSTERN_API_TYPE(Place, "A listener of the gateway.", POSTERN_API_PLACE)

#define POSTERN_API_CERTIFICATE_INFO(F)                            \
  F(std::vector<std::string>, names, "The names it carries.")      \
  F(std::string, issuer, "Who signed it.")                         \
  F(bool, self_signed, "It vouches for itself: no authority has.") \
  F(std::string, sha256, "Its fingerprint, hex.")                  \
  F(std::string, key, "EC P-256, RSA 2048, ...")                   \
  F(Time, not_before, "From when it is valid.")                    \
  F(Time, not_after, "Until when it is valid.")                    \
  F(std::string, tlsa, "The TLSA record of its key: 3 1 1 57c0a9...")
POSTERN_API_TYPE(CertificateInfo, "A certificate of the gateway.", POSTERN_API_CERTIFICATE_INFO)

#define POSTERN_API_GATEWAY(F)                                              \
  F(std::string, hostname, "The gateway's own name: what MX records name.") \
  F(std::string, version, "What runs here.")                                \
  F(std::string, node, "Which node answers.")                               \
  F(std::vector<Place>, listeners, "Where mail is accepted.")               \
  F(std::vector<CertificateInfo>, certificates, "What it shows to clients.")
POSTERN_API_TYPE(GatewayInfo, "The gateway that answers.", POSTERN_API_GATEWAY)

}  // namespace postern::api
