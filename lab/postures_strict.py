"""The partners whose servers can be authenticated, however odd they are otherwise."""

from __future__ import annotations

from typing import Any

from .model import ORDINARY_EXTENSIONS, Behaviour, Certificate, Host, Posture, Tls
from .rows import PLAIN, SELF_SIGNED, one_mx, row, without

_BEHIND_PROVIDER = ("@ MX 10 mx.provider.example.",)
_ESCAPES = "220 {host} \x1b[2J\x1b[31mOWNED\x1b]0;title\x07 <script>alert(1)</script>"


def _ready(
    name: str, sentence: str, hosts: tuple[Host, ...] | None = None, **facts: Any
) -> Posture:
    facts.setdefault("strict_by", "mx-name")
    return row("Ready: strict", name, sentence, hosts, **facts)


CERTIFICATES = (
    _ready("trusted", "A good partner: signed DNS, one MX, a certificate from a public CA."),
    _ready(
        "trusted-rsa",
        "A good partner whose certificate has an RSA key.",
        one_mx(Certificate(key="rsa-2048")),
    ),
    _ready(
        "wildcard-certificate",
        "Its certificate names every host of the domain at once, *.domain.",
        one_mx(Certificate(names=("*.{domain}",))),
    ),
    _ready(
        "sni",
        "Shows its certificate only to clients that say which server they want (SNI).",
        one_mx(tls=Tls(without_sni=Certificate(names=("somebody-else.example",)))),
    ),
    _ready("tls12-only", "Speaks TLS 1.2 and nothing newer.", one_mx(tls=Tls(newest="TLSv1.2"))),
    _ready("tls13-only", "Speaks TLS 1.3 and nothing older.", one_mx(tls=Tls(oldest="TLSv1.3"))),
    _ready(
        "asks-client-certificate",
        "Asks the client for a certificate, and goes on without one.",
        one_mx(tls=Tls(asks_client_certificate=True)),
    ),
)

DNS = (
    _ready(
        "several-mx",
        "Two good MX hosts of equal preference, which share the load.",
        (Host("mx1"), Host("mx2")),
        records=("@ MX 10 mx1", "@ MX 10 mx2"),
    ),
    _ready("provider", "A mail provider, whose MX also serves other domains."),
    _ready(
        "mx-elsewhere",
        "Has its mail hosted by a provider: the MX is in the provider's domain.",
        (),
        records=_BEHIND_PROVIDER,
    ),
    _ready(
        "unsigned",
        "DNS without DNSSEC, otherwise good: strict needs its MX name pinned.",
        dnssec="insecure",
        strict_by="pin",
    ),
    _ready(
        "unsigned-own-name",
        "DNS without DNSSEC, but the certificate names the mail domain itself.",
        one_mx(Certificate(names=("{domain}", "{host}"))),
        dnssec="insecure",
        strict_by="domain-name",
    ),
    _ready(
        "unsigned-elsewhere",
        "DNS without DNSSEC, and the MX is a provider's: strict needs it pinned.",
        (),
        records=_BEHIND_PROVIDER,
        dnssec="insecure",
        strict_by="pin",
    ),
    _ready(
        "signed-to-unsigned",
        "Signed MX record that leads to a host in an unsigned zone.",
        (),
        records=("@ MX 10 mx.unsigned.example.",),
    ),
    _ready(
        "implicit-mx",
        "Has no MX record: mail goes to the domain's own address.",
        (Host("@"),),
        records=(),
    ),
    _ready("ipv6-only", "Its MX has an IPv6 address and no other.", (Host("mx", family="ipv6"),)),
    _ready(
        "half-dead",
        "Its MX has two addresses, and nothing listens at the first.",
        (Host("mx", Behaviour(listens="refused")), Host("mx")),
    ),
    _ready(
        "cname-domain",
        "The mail domain is an alias (CNAME) of another name in the same zone.",
        records=("alias CNAME @", "@ MX 10 mx"),
        domain="alias.{zone}",
    ),
    _ready(
        "cname-elsewhere",
        "The mail domain is an alias (CNAME) of another organisation's domain.",
        (),
        records=("alias CNAME trusted.example.",),
        domain="alias.{zone}",
    ),
    _ready(
        "mx-cname",
        "Its MX record points at an alias (CNAME), which RFC 5321 forbids and many do.",
        one_mx(Certificate(names=("mail.{domain}", "{host}"))),
        records=("@ MX 10 mail", "mail CNAME mx"),
    ),
    _ready(
        "wildcard-domain",
        "A wildcard MX record: every name below it takes mail.",
        records=("* MX 10 mx",),
        domain="sales.{zone}",
    ),
    _ready("idn", "An internationalised domain name.", zone="xn--bcher-kva.example"),
    _ready(
        "mixed",
        "Three MX hosts: the first good, the second self-signed, the third without TLS.",
        (Host("mx1"), Host("mx2", SELF_SIGNED), Host("mx3", PLAIN)),
    ),
    _ready(
        "mixed-best-last",
        "Three MX hosts: the first without TLS, the second self-signed, only the last good.",
        (Host("mx1", PLAIN), Host("mx2", SELF_SIGNED), Host("mx3")),
    ),
)

EXTENSIONS = (
    _ready(
        "requiretls",
        "Announces REQUIRETLS (RFC 8689).",
        one_mx(extensions=(*ORDINARY_EXTENSIONS, "REQUIRETLS")),
    ),
    _ready(
        "chunking",
        "Announces CHUNKING and takes BDAT.",
        one_mx(extensions=(*ORDINARY_EXTENSIONS, "CHUNKING", "BINARYMIME")),
    ),
    _ready(
        "no-8bitmime",
        "Takes 7-bit messages only.",
        one_mx(extensions=without("8BITMIME", "SMTPUTF8")),
    ),
    _ready(
        "no-smtputf8",
        "Does not take internationalised addresses.",
        one_mx(extensions=without("SMTPUTF8")),
    ),
    _ready(
        "no-pipelining", "Wants one command at a time.", one_mx(extensions=without("PIPELINING"))
    ),
    _ready("minimal", "Knows STARTTLS and no other extension.", one_mx(extensions=())),
    _ready(
        "small-messages",
        "Takes messages of at most 10000 bytes.",
        one_mx(extensions=(*without("SIZE"), "SIZE 10000")),
    ),
)

DELIVERY = (
    _ready("slow", "Takes a quarter of a second for each reply.", one_mx(delay=0.25)),
    _ready(
        "greylisting",
        "Answers 451 to the first attempt of each sender and recipient, then accepts.",
        one_mx(greylist=True),
    ),
    _ready(
        "rejects-sender",
        "Refuses every sender with 550.",
        one_mx(replies={"mail": "550 5.7.1 We do not like you"}),
    ),
    _ready(
        "rejects-recipients",
        "Refuses every recipient with 550.",
        one_mx(replies={"rcpt": "550 5.1.1 No such user"}),
    ),
    _ready(
        "known-users",
        "Takes mail for alice, bob and postmaster and refuses the others.",
        one_mx(known_users=("alice", "bob", "postmaster")),
    ),
    _ready(
        "few-recipients",
        "Takes two recipients a message and answers 452 to more.",
        one_mx(recipients_limit=2),
    ),
    _ready(
        "data-4xx",
        "Answers 451 after the whole message has been sent.",
        one_mx(replies={"dot": "451 4.3.0 Disk full, try later"}),
    ),
    _ready(
        "data-5xx",
        "Answers 554 after the whole message has been sent.",
        one_mx(replies={"dot": "554 5.6.0 Looks like spam"}),
    ),
    _ready("drops-at-mail", "Loses the connection at MAIL FROM.", one_mx(drop_at="mail")),
    _ready("drops-at-data", "Loses the connection at DATA.", one_mx(drop_at="data")),
    _ready(
        "drops-in-message",
        "Loses the connection in the middle of the message.",
        one_mx(drop_at="body", reset=True),
    ),
    _ready(
        "drops-after-message",
        "Loses the connection when the message is whole and not yet acknowledged.",
        one_mx(drop_at="dot"),
    ),
    _ready(
        "shuts-down-at-mail",
        "Answers 421 to MAIL FROM and closes, as a server that is being restarted.",
        one_mx(replies={"mail": "421 4.3.2 {host} Shutting down"}),
    ),
    _ready(
        "escape-sequences",
        "Greets with terminal escape sequences and markup, to attack who prints them.",
        one_mx(greeting=_ESCAPES),
    ),
)

STRICT: tuple[Posture, ...] = CERTIFICATES + DNS + EXTENSIONS + DELIVERY
