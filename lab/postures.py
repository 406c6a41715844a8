"""The table of partners: one row for each posture that a mail administrator meets, and some worse ones.

A row is all there is to a posture. After a change run `lab/lab list --write`, which renews postures.json.
The verdicts are those that a probe with no policy and no private CA owes the domain.
"""

from __future__ import annotations

from .model import ORDINARY_EXTENSIONS, Behaviour, Certificate, Host, Posture, Tls


def _with(certificate: Certificate | None = None, **behaviour: object) -> tuple[Host, ...]:
    """One MX, good in everything that is not said here."""
    if certificate is not None:
        behaviour["tls"] = Tls(certificate)
    return (Host("mx", Behaviour(**behaviour)),)  # type: ignore[arg-type]


def _without(*extensions: str) -> tuple[str, ...]:
    return tuple(known for known in ORDINARY_EXTENSIONS if known.split()[0] not in extensions)


_SELF_SIGNED = Behaviour(tls=Tls(Certificate(issuer="self")))
_PLAIN = Behaviour(tls=None)

_STRICT = (
    Posture("trusted", "A good partner: signed DNS, one MX, a certificate from a public CA for its name.",
            "Ready: strict", strict_by="mx-name"),
    Posture("trusted-rsa", "A good partner whose certificate has an RSA key.", "Ready: strict",
            _with(Certificate(key="rsa-2048")), strict_by="mx-name"),
    Posture("tls12-only", "Speaks TLS 1.2 and nothing newer.", "Ready: strict",
            _with(tls=Tls(newest="TLSv1.2")), strict_by="mx-name"),
    Posture("tls13-only", "Speaks TLS 1.3 and nothing older.", "Ready: strict",
            _with(tls=Tls(oldest="TLSv1.3")), strict_by="mx-name"),
    Posture("wildcard-certificate", "Its certificate names every host of the domain at once, *.domain.",
            "Ready: strict", _with(Certificate(names=("*.{domain}",))), strict_by="mx-name"),
    Posture("sni", "Shows its certificate only to clients that say which server they want (SNI).",
            "Ready: strict", _with(tls=Tls(without_sni=Certificate(names=("somebody-else.example",)))),
            strict_by="mx-name"),
    Posture("several-mx", "Two good MX hosts of equal preference, which share the load.", "Ready: strict",
            (Host("mx1"), Host("mx2")), ("@ MX 10 mx1", "@ MX 10 mx2"), strict_by="mx-name"),
    Posture("provider", "A mail provider, whose MX also serves other domains.", "Ready: strict",
            strict_by="mx-name"),
    Posture("mx-elsewhere", "Has its mail hosted by a provider: the MX is in the provider's domain.",
            "Ready: strict", (), ("@ MX 10 mx.provider.example.",), strict_by="mx-name"),
    Posture("unsigned", "DNS without DNSSEC, otherwise good: strict needs its MX name pinned.",
            "Ready: strict", dnssec="insecure", strict_by="pin"),
    Posture("unsigned-own-name", "DNS without DNSSEC, but the certificate names the mail domain itself.",
            "Ready: strict", _with(Certificate(names=("{domain}", "{host}"))), dnssec="insecure",
            strict_by="domain-name"),
    Posture("unsigned-elsewhere", "DNS without DNSSEC, and the MX is a provider's: strict needs it pinned.",
            "Ready: strict", (), ("@ MX 10 mx.provider.example.",), dnssec="insecure", strict_by="pin"),
    Posture("signed-to-unsigned", "Signed MX record that leads to a host in an unsigned zone.",
            "Ready: strict", (), ("@ MX 10 mx.unsigned.example.",), strict_by="mx-name"),
    Posture("implicit-mx", "Has no MX record: mail goes to the domain's own address.", "Ready: strict",
            (Host("@"),), (), strict_by="mx-name"),
    Posture("ipv6-only", "Its MX has an IPv6 address and no other.", "Ready: strict",
            (Host("mx", family="ipv6"),), strict_by="mx-name"),
    Posture("half-dead", "Its MX has two addresses, and nothing listens at the first.", "Ready: strict",
            (Host("mx", Behaviour(listens="refused")), Host("mx")), strict_by="mx-name"),
    Posture("cname-domain", "The mail domain is an alias (CNAME) of another name in the same zone.",
            "Ready: strict", records=("alias CNAME @", "@ MX 10 mx"), domain="alias.{zone}", strict_by="mx-name"),
    Posture("cname-elsewhere", "The mail domain is an alias (CNAME) of another organisation's domain.",
            "Ready: strict", (), ("alias CNAME trusted.example.",), domain="alias.{zone}", strict_by="mx-name"),
    Posture("mx-cname", "Its MX record points at an alias (CNAME), which RFC 5321 forbids and many do.",
            "Ready: strict", _with(Certificate(names=("mail.{domain}", "{host}"))),
            ("@ MX 10 mail", "mail CNAME mx"), strict_by="mx-name"),
    Posture("wildcard-domain", "A wildcard MX record: every name below it takes mail.", "Ready: strict",
            records=("* MX 10 mx",), domain="sales.{zone}", strict_by="mx-name"),
    Posture("idn", "An internationalised domain name.", "Ready: strict", zone="xn--bcher-kva.example",
            strict_by="mx-name"),
    Posture("mixed", "Three MX hosts: the first good, the second self-signed, the third without TLS.",
            "Ready: strict", (Host("mx1"), Host("mx2", _SELF_SIGNED), Host("mx3", _PLAIN)), strict_by="mx-name"),
    Posture("mixed-best-last", "Three MX hosts: the first without TLS, the second self-signed, only the last good.",
            "Ready: strict", (Host("mx1", _PLAIN), Host("mx2", _SELF_SIGNED), Host("mx3")), strict_by="mx-name"),
    Posture("asks-client-certificate", "Asks the client for a certificate, and goes on without one.",
            "Ready: strict", _with(tls=Tls(asks_client_certificate=True)), strict_by="mx-name"),
    Posture("requiretls", "Announces REQUIRETLS (RFC 8689).", "Ready: strict",
            _with(extensions=(*ORDINARY_EXTENSIONS, "REQUIRETLS")), strict_by="mx-name"),
    Posture("chunking", "Announces CHUNKING and takes BDAT.", "Ready: strict",
            _with(extensions=(*ORDINARY_EXTENSIONS, "CHUNKING", "BINARYMIME")), strict_by="mx-name"),
    Posture("no-8bitmime", "Takes 7-bit messages only.", "Ready: strict",
            _with(extensions=_without("8BITMIME", "SMTPUTF8")), strict_by="mx-name"),
    Posture("no-smtputf8", "Does not take internationalised addresses.", "Ready: strict",
            _with(extensions=_without("SMTPUTF8")), strict_by="mx-name"),
    Posture("no-pipelining", "Wants one command at a time.", "Ready: strict",
            _with(extensions=_without("PIPELINING")), strict_by="mx-name"),
    Posture("minimal", "Knows STARTTLS and no other extension.", "Ready: strict", _with(extensions=()),
            strict_by="mx-name"),
    Posture("small-messages", "Takes messages of at most 10000 bytes.", "Ready: strict",
            _with(extensions=(*_without("SIZE"), "SIZE 10000")), strict_by="mx-name"),
    Posture("slow", "Takes a quarter of a second for each reply.", "Ready: strict", _with(delay=0.25),
            strict_by="mx-name"),
    Posture("greylisting", "Answers 451 to the first attempt of each sender and recipient, then accepts.",
            "Ready: strict", _with(greylist=True), strict_by="mx-name"),
    Posture("rejects-sender", "Refuses every sender with 550.", "Ready: strict",
            _with(replies={"mail": "550 5.7.1 We do not like you"}), strict_by="mx-name"),
    Posture("rejects-recipients", "Refuses every recipient with 550.", "Ready: strict",
            _with(replies={"rcpt": "550 5.1.1 No such user"}), strict_by="mx-name"),
    Posture("known-users", "Takes mail for alice, bob and postmaster and refuses the others.", "Ready: strict",
            _with(known_users=("alice", "bob", "postmaster")), strict_by="mx-name"),
    Posture("few-recipients", "Takes two recipients a message and answers 452 to more.", "Ready: strict",
            _with(recipients_limit=2), strict_by="mx-name"),
    Posture("data-4xx", "Answers 451 after the whole message has been sent.", "Ready: strict",
            _with(replies={"dot": "451 4.3.0 Disk full, try later"}), strict_by="mx-name"),
    Posture("data-5xx", "Answers 554 after the whole message has been sent.", "Ready: strict",
            _with(replies={"dot": "554 5.6.0 Looks like spam"}), strict_by="mx-name"),
    Posture("drops-at-mail", "Loses the connection at MAIL FROM.", "Ready: strict", _with(drop_at="mail"),
            strict_by="mx-name"),
    Posture("drops-at-data", "Loses the connection at DATA.", "Ready: strict", _with(drop_at="data"),
            strict_by="mx-name"),
    Posture("drops-in-message", "Loses the connection in the middle of the message.", "Ready: strict",
            _with(drop_at="body", reset=True), strict_by="mx-name"),
    Posture("drops-after-message", "Loses the connection when the message is whole and not yet acknowledged.",
            "Ready: strict", _with(drop_at="dot"), strict_by="mx-name"),
    Posture("escape-sequences", "Greets with terminal escape sequences and markup, to attack who prints them.",
            "Ready: strict", _with(greeting="220 {host} \x1b[2J\x1b[31mOWNED\x1b]0;title\x07 <script>alert(1)</script>"),
            strict_by="mx-name"),
)

_RELAXED = (
    Posture("self-signed", "A certificate that it signed itself.", "Ready: relaxed",
            _with(Certificate(issuer="self"))),
    Posture("expired", "A certificate that expired yesterday.", "Ready: relaxed",
            _with(Certificate(starts_in_days=-90, ends_in_days=-1))),
    Posture("not-yet-valid", "A certificate that becomes valid tomorrow.", "Ready: relaxed",
            _with(Certificate(starts_in_days=1))),
    Posture("wrong-name", "A trusted certificate for another name.", "Ready: relaxed",
            _with(Certificate(names=("somebody-else.example",), common_name="somebody-else.example"))),
    Posture("wrong-purpose", "A certificate for clients only (clientAuth).", "Ready: relaxed",
            _with(Certificate(usage="client"))),
    Posture("incomplete-chain", "Forgets to send the intermediate CA's certificate.", "Ready: relaxed",
            _with(Certificate(send_intermediate=False))),
    Posture("cn-only", "The name is in the certificate's common name only, where nobody looks any more.",
            "Ready: relaxed", _with(Certificate(names=()))),
    Posture("private-ca", "A certificate from a private CA, which an administrator could add.", "Ready: relaxed",
            _with(Certificate(issuer="private-ca"))),
    Posture("weak-key", "A certificate with an RSA key of 1024 bits.", "Ready: relaxed",
            _with(Certificate(key="rsa-1024"))),
    Posture("lying-wildcard", "A certificate for *.example, which does not cover a host one level deeper.",
            "Ready: relaxed", _with(Certificate(names=("*.example",)))),
    Posture("partial-wildcard", "A certificate for m*.domain, which is no valid wildcard.", "Ready: relaxed",
            _with(Certificate(names=("m*.{domain}",)))),
    Posture("mixed-no-good", "Two MX hosts: the first self-signed, the second without TLS.", "Ready: relaxed",
            (Host("mx1", _SELF_SIGNED), Host("mx2", _PLAIN))),
)

_NOT_READY = (
    Posture("no-starttls", "Does not offer STARTTLS.", "Not ready", _with(tls=None)),
    Posture("no-ehlo", "Knows HELO only, so it cannot offer STARTTLS.", "Not ready",
            _with(tls=None, replies={"ehlo": "502 5.5.1 EHLO not implemented"})),
    Posture("starttls-4xx", "Offers STARTTLS and then answers 454 to it.", "Not ready",
            _with(starttls_reply="454 4.7.0 TLS not available due to temporary reason")),
    Posture("starttls-5xx", "Offers STARTTLS and then answers 501 to it.", "Not ready",
            _with(starttls_reply="501 5.5.1 TLS not available")),
    Posture("starttls-injection", "Someone in the middle adds a plaintext reply behind the 220 to STARTTLS.",
            "Not ready", _with(starttls_injects="250 injected in plaintext")),
    Posture("tls10-only", "Speaks TLS 1.0 only.", "Not ready",
            _with(tls=Tls(Certificate(key="rsa-2048"), oldest="TLSv1", newest="TLSv1"))),
    Posture("tls11-only", "Speaks TLS 1.1 only.", "Not ready",
            _with(tls=Tls(Certificate(key="rsa-2048"), oldest="TLSv1.1", newest="TLSv1.1"))),
    Posture("anonymous", "Speaks TLS with anonymous cipher suites only: encrypted, and with anybody.", "Not ready",
            _with(tls=Tls(None, newest="TLSv1.2"))),
    Posture("drops-at-starttls", "Loses the connection at STARTTLS.", "Not ready", _with(drop_at="starttls")),
    Posture("drops-in-handshake", "Loses the connection in the TLS handshake.", "Not ready",
            _with(drop_at="handshake", reset=True)),
    Posture("null-mx", "Says that it takes no mail (null MX, RFC 7505).", "Not ready", (), ("@ MX 0 .",),
            remark="No Mail (null MX)"),
    Posture("no-mail", "Exists, and has neither an MX record nor an address.", "Not ready", (),
            ('@ TXT "no mail here"',), remark="no MX and no address"),
    Posture("nxdomain", "Does not exist.", "Not ready", (), dnssec="absent", remark="Domain Not Found"),
    Posture("mx-nowhere", "Its MX record points at a name that does not exist.", "Not ready", (),
            ("@ MX 10 gone",), remark="MX without an address"),
)

_UNKNOWN = (
    Posture("refused", "Nothing listens at its MX.", "Unknown", _with(listens="refused")),
    Posture("unreachable", "Its MX does not answer at all: connecting never ends.", "Unknown",
            _with(listens="unreachable")),
    Posture("silent", "Its MX accepts connections and never says a word.", "Unknown", _with(listens="silent")),
    Posture("busy", "Greets everyone with 421.", "Unknown", _with(greeting="421 4.3.2 {host} Too busy")),
    Posture("no-service", "Greets everyone with 554.", "Unknown", _with(greeting="554 5.3.2 {host} No SMTP service here")),
    Posture("garbage", "Greets with something that is not SMTP.", "Unknown", _with(greeting="SSH-2.0-OpenSSH_9.2p1")),
    Posture("drops-at-connect", "Closes every connection at once.", "Unknown", _with(drop_at="connect")),
    Posture("drops-at-ehlo", "Loses the connection at EHLO.", "Unknown", _with(drop_at="ehlo")),
    Posture("bogus", "Its DNS answers are forged: the signatures are wrong.", "Unknown", dnssec="bogus"),
    Posture("bogus-expired", "The signatures in its DNS have expired.", "Unknown", dnssec="expired"),
    Posture("servfail", "Its name servers answer SERVFAIL.", "Unknown", dnssec="servfail"),
)

PARTNERS: tuple[Posture, ...] = _STRICT + _RELAXED + _NOT_READY + _UNKNOWN

_TO_GATEWAY = ("@ MX 10 gateway.example.",)

#: The organisation's own domains. Their public MX is the gateway; their hosts are the servers behind it.
INTERNAL: tuple[Posture, ...] = (
    Posture("corp", "Headquarters: two trusted mail servers, which a route may also name by address.",
            "Ready: strict",
            tuple(Host(label, Behaviour(tls=Tls(Certificate(name_own_address=True)))) for label in ("mail1", "mail2")),
            _TO_GATEWAY),
    Posture("branch", "A branch office whose server has a self-signed certificate.", "Ready: relaxed",
            (Host("mail", _SELF_SIGNED),), _TO_GATEWAY),
    Posture("plant", "An old server in the plant, which cannot do TLS.", "Not ready", (Host("mail", _PLAIN),),
            _TO_GATEWAY),
    Posture("archive", "A trusted server that wants the gateway to log in.", "Ready: strict",
            (Host("mail", Behaviour(credentials=("gateway", "practice"))),), _TO_GATEWAY),
    Posture("works", "A server with a certificate from the organisation's private CA.", "Ready: relaxed",
            (Host("mail", Behaviour(tls=Tls(Certificate(issuer="private-ca")))),), _TO_GATEWAY),
    Posture("museum", "A server whose certificate expired yesterday.", "Ready: relaxed",
            (Host("mail", Behaviour(tls=Tls(Certificate(starts_in_days=-90, ends_in_days=-1)))),), _TO_GATEWAY),
    Posture("desk", "A trusted server that knows alice, bob and postmaster only.", "Ready: strict",
            (Host("mail", Behaviour(known_users=("alice", "bob", "postmaster"))),), _TO_GATEWAY),
    Posture("lobby", "A server that is switched off.", "Unknown",
            (Host("mail", Behaviour(listens="refused")),), _TO_GATEWAY),
)
