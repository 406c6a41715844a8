// Every stable reason code: what it counts as in a TLS report (RFC 8460 4.3), its enhanced status
// (RFC 3463, 7505, 8689), what it means, and what an administrator can do. Scripts, metrics, pages
// and bounces rely on the codes: one may be added, none renamed.
#include <algorithm>
#include <array>

#include "core/tls/judge.h"

namespace postern::tls {
namespace {

constexpr std::string_view kNoTls = "starttls-not-supported";
constexpr std::string_view kValidation = "validation-failure";
constexpr std::string_view kNotTrusted = "certificate-not-trusted";

constexpr auto kReasons = std::to_array<ReasonInfo>({
    // --- STARTTLS and the handshake ---
    {"starttls-not-supported", kNoTls, "7.4", "The server does not offer STARTTLS.",
     "Ask the domain's postmaster to switch on TLS, or keep the policy in stage monitor."},
    {"starttls-refused", kNoTls, "7.4", "The server offers STARTTLS, then refuses it.",
     "Often a server without a certificate or at its limit: ask its postmaster; mail is retried."},
    {"tls-not-established", kNoTls, "7.4", "The connection ended before TLS was asked for.",
     "See the connection's own reason beside this one."},
    {"handshake-failed", kValidation, "7.5", "The TLS handshake failed.",
     "Compare the TLS versions and suites of both sides; the detail says what OpenSSL saw."},
    {"tls-version-too-low", kValidation, "7.6", "The TLS version is below what is required.",
     "Ask for TLS 1.2 or later; a relaxed policy can take the legacy floor meanwhile."},
    {"anonymous-or-weak-suite", kValidation, "7.6",
     "The cipher suite is anonymous or broken: it proves or protects nothing.",
     "Ask the server's administrator to install a certificate and remove such suites."},
    {"weak-key-exchange", kValidation, "7.5",
     "The key exchange is too weak: who can break it can stand in for the server.",
     "The server needs elliptic curves or a DH group of at least 2048 bits; or use mode relaxed."},

    // --- the certificate ---
    {"certificate-host-mismatch", "certificate-host-mismatch", "7.5",
     "The certificate is for other names than those that are trusted for this host.",
     "Check that the MX is right; then pin it, or add the certificate's name to the policy."},
    {"certificate-expired", "certificate-expired", "7.5", "The certificate has expired.",
     "The server's administrator must renew it; an exception can let mail through meanwhile."},
    {"certificate-not-yet-valid", kValidation, "7.5", "The certificate is not valid yet.",
     "Check the clocks of both sides; else the server's administrator must replace it."},
    {"certificate-self-signed", kNotTrusted, "7.5", "The certificate is self-signed.",
     "Ask for a certificate of a public CA, pin its key in the policy, or use mode relaxed."},
    {"certificate-not-trusted", kNotTrusted, "7.5",
     "No trusted authority vouches for the certificate, or an intermediate one is missing.",
     "The server must send its whole chain; a private CA can be added to the account."},
    {"certificate-wrong-purpose", kNotTrusted, "7.5",
     "The certificate was not issued for this purpose.",
     "The server needs a certificate for server authentication."},
    {"certificate-weak", kNotTrusted, "7.5",
     "A key or signature in the chain is too weak to prove anything.",
     "The server needs a key of at least RSA 2048 or EC P-256, signed with SHA-256 or better."},
    {"certificate-revoked", kNotTrusted, "7.5", "The certificate was revoked by its issuer.",
     "The server's administrator must replace it at once: its key may be in other hands."},
    {"validation-failure", kValidation, "7.5", "The certificate could not be verified.",
     "The detail says what verification rejected; the server's administrator must repair it."},
    {"spki-pin-mismatch", kValidation, "7.5", "The server's key is none of those that are pinned.",
     "If the partner announced a new key, pin it; if not, ask before anything else."},

    // --- DANE, MTA-STS, REQUIRETLS, pins of hosts ---
    {"dane-mismatch", kValidation, "7.5", "The certificate matches none of the TLSA records.",
     "The partner must publish TLSA records for the certificate in use; mail is retried."},
    {"dane-required", "dane-required", "7.5", "DANE is required, and no usable TLSA record exists.",
     "The partner must sign its zone and publish TLSA, or the policy must accept PKIX."},
    {"tlsa-invalid", "tlsa-invalid", "7.5", "No TLSA record of the host is usable.",
     "The partner must correct its TLSA records (usage 2 or 3, SHA-256 or SHA-512)."},
    {"mx-not-pinned", kValidation, "7.1",
     "The MX host is none of those pinned in the policy: the domain has moved its mail.",
     "Ask the partner whether it moved; if so, approve the new MX in the policy."},
    {"mx-not-listed", kValidation, "7.1", "The MX host is not listed by the MTA-STS policy.",
     "The partner must list all its MX hosts in its MTA-STS policy."},
    {"sts-unavailable", "sts-policy-fetch-error", "4.3",
     "Whether the domain has an MTA-STS policy could not be learnt.",
     "Usually passes; the detail says whether the DNS or the gateway's own records failed."},
    {"requiretls-not-announced", kValidation, "7.30",
     "The sender requires TLS all the way (REQUIRETLS), and the server does not announce it.",
     "The sender can send without REQUIRETLS; nothing else helps until the server supports it."},
    {"extension-not-announced", kValidation, "7.4", "The server does not announce what is needed.",
     "The server's administrator must switch the extension on."},

    // --- DNS ---
    {"dns-timeout", "", "4.3", "The DNS did not answer in time.",
     "Usually passes; else check the resolver's network, or the domain's name servers."},
    {"dns-servfail", "", "4.3", "The DNS answered that it could not answer.",
     "Usually passes; else the domain's name servers are broken."},
    {"dns-malformed", "", "4.3", "The DNS answer could not be read.",
     "The domain's name servers answer nonsense: tell its administrator."},
    {"dnssec-bogus", "dnssec-invalid", "4.3",
     "The DNS answer fails DNSSEC validation: it is forged, or the zone is broken.",
     "The domain's administrator must repair its signatures; check our clock too."},
    {"no-such-domain", "", "1.2", "The domain does not exist.", "Check the spelling."},
    {"null-mx", "", "1.10", "The domain says that it takes no mail (null MX).",
     "Check the spelling; the domain receives no mail at all."},
    {"no-mx", "", "1.2", "The domain has neither a mail server nor an address.",
     "Check the spelling; else the domain's administrator must publish MX records."},
    {"mx-without-address", "", "4.4", "The MX host has no address.",
     "The domain's administrator must correct its MX record or the host's address."},
    {"route-without-address", "", "4.4", "The route's host has no address.",
     "Correct the host of the route, or its records in your DNS."},
    {"mail-loops-back", "", "4.6", "The domain's best MX is this gateway, which does not hold it.",
     "Validate the domain as internal, or correct its MX records."},
    {"special-address", "", "4.4", "The MX host resolves to a private, local or multicast address.",
     "The domain's administrator must correct the address; the gateway can be set to allow it."},
    {"address-not-allowed", "", "4.4", "Looks and tests do not connect to this address.",
     "For an internal server, list its range as an internal sender; else allow the range in the "
     "gateway's configuration ([admin] allow_ranges)."},
    {"address-family-disabled", "", "4.4", "The host has only addresses of a family not in use.",
     "Switch on IPv6 (or IPv4) in the gateway's configuration if the network has it."},
    {"no-internal-route", "", "4.4", "The internal domain has no route to a server.",
     "Add an internal server route for the domain."},
    {"route-invalid", "", "3.5", "The route's host is neither a name nor an address.",
     "Correct the route."},

    // --- the connection ---
    {"connection-refused", "", "4.1", "The host refuses connections on this port.",
     "Is the mail server running, and does a firewall refuse us?"},
    {"connection-timeout", "", "4.1", "The host did not answer the connection in time.",
     "A firewall may drop our packets, outgoing or there."},
    {"connection-lost", "", "4.2", "The connection broke off.",
     "Usually passes; else look for a firewall that inspects SMTP."},
    {"network-unreachable", "", "4.1", "There is no network path to the host.",
     "Check routing; for an IPv6 address, whether we have IPv6 at all."},
    {"reply-timeout", "", "4.2", "The server did not reply in time.",
     "The server is overloaded or stuck; mail is retried."},
    {"reply-malformed", "", "5.0", "The server's reply is not SMTP.",
     "Something else than a mail server may answer on this port."},
    {"greeting-rejected", "", "3.2", "The server turns us away before any command.",
     "The reply says why; often our address has a bad reputation or no reverse name."},
    {"connection-failed", "", "4.1", "The connection could not be made.",
     "The detail says what the operating system answered."},
    {"response-injected", "", "7.0",
     "The server said more than it was asked, where an attacker could have put it.",
     "Tell the server's administrator; an SMTP-inspecting firewall on the way can cause it too."},
    {"session-ended", "", "4.2", "The server ended the session in its middle.",
     "The reply says why; usually it is busy, and mail is retried."},
    {"body-unreadable", "", "3.0", "The message could not be read from the queue.",
     "Check the disk, then the queue (postern queue show)."},
    {"ehlo-rejected", "", "5.0", "The server accepts neither EHLO nor HELO.",
     "The reply says why; check the gateway's own host name."},

    // --- the conversation ---
    {"sender-refused", "", "1.0", "The server refuses the sender address.", "The reply says why."},
    {"recipient-refused", "", "1.1", "The server refuses the recipient.",
     "Check the address; the reply says more."},
    {"message-refused", "", "6.0", "The server refuses the message.", "The reply says why."},
    {"message-too-large", "", "3.4", "The message is larger than the server accepts.",
     "Send it smaller, or share the attachment another way."},
    {"eightbit-not-supported", "", "6.3",
     "The server cannot take 8-bit content, and converting "
     "would break the message's signature.",
     "Send it as 7-bit."},
    {"smtputf8-not-supported", "", "6.7", "The server cannot take international addresses.",
     "Use an address in ASCII, if the recipient has one."},
    {"authentication-unavailable", "", "7.4", "The route has a login, and the server takes none.",
     "Remove the login from the route, or switch AUTH on at the server."},
    {"authentication-failed", "", "7.8", "The server refuses the route's login.",
     "Correct user and password of the route."},
    {"delivery-expired", "", "4.7", "The message could not be delivered in the time allowed.",
     "See the reason of the last attempt."},
    {"hop-limit", "", "4.6", "The message has passed too many servers: it runs in a loop.",
     "Look at its Received lines for the two servers that hand it to each other."},
    {"report-invalid", "", "6.0", "The message to the gateway itself is no TLS report.",
     "Reports of RFC 8460 are read at this address, and nothing else is."},
    {"mailbox-not-read", "", "4.0", "The gateway reads no mail of its own.",
     "Set [tls_reports] mailbox, or remove the message from the queue."},

    // --- receipt ---
    {"relaying-denied", "", "7.1", "Neither sender nor recipient belongs to this gateway.",
     "Is the sending server listed as an internal sender, is the domain validated?"},
    {"sender-domain-not-allowed", "", "7.1",
     "An internal server used a sender address outside its account's validated domains.",
     "Validate the domain for the account, or correct the sending server."},
    {"client-not-internal", "", "7.1", "The listener is for internal servers, and this is none.",
     "List the server's address range, credentials or certificate as an internal sender."},
    {"tls-required", "", "7.0", "TLS is required here, and the client did not start it.",
     "The client must use STARTTLS, or the port for implicit TLS."},
    {"client-certificate-missing", "", "7.1",
     "The client sent no certificate where the policy names client identities.",
     "The sender's server must present its certificate; else take the names from the policy."},
    {"address-literal", "", "1.2", "Mail to an address literal is not taken.",
     "Use the recipient's domain name."},
});

constexpr ReasonInfo kUnknown{"unknown", "", "0.0",
                              "The reason is not one that this version knows.", "See the detail."};

}  // namespace

std::span<const ReasonInfo> reasons() { return kReasons; }

const ReasonInfo& reason_info(std::string_view code) {
  const auto found = std::ranges::find(kReasons, code, &ReasonInfo::code);
  return found == kReasons.end() ? kUnknown : *found;
}

}  // namespace postern::tls
