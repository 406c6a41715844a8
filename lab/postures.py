"""The table: one row for each posture that a mail administrator meets, and some worse ones.

A row is all there is to a posture. After a change run `lab/lab list --write`, which renews
postures.json. The verdicts are those that a probe with no policy and no private CA owes the domain.
"""

from __future__ import annotations

from typing import Any

from .model import Behaviour, Certificate, Expect, Host, Posture, Tls
from .postures_published import PUBLISHED
from .postures_strict import STRICT
from .rows import PLAIN, SELF_SIGNED, one_mx, row

_RELAXED = tuple(
    row("Ready: relaxed", name, sentence, hosts)
    for name, sentence, hosts in (
        ("self-signed", "A certificate that it signed itself.", one_mx(Certificate(issuer="self"))),
        (
            "expired",
            "A certificate that expired yesterday.",
            one_mx(Certificate(starts_in_days=-90, ends_in_days=-1)),
        ),
        (
            "not-yet-valid",
            "A certificate that becomes valid tomorrow.",
            one_mx(Certificate(starts_in_days=1)),
        ),
        (
            "wrong-name",
            "A trusted certificate for another name.",
            one_mx(
                Certificate(names=("somebody-else.example",), common_name="somebody-else.example")
            ),
        ),
        (
            "wrong-purpose",
            "A certificate for clients only (clientAuth).",
            one_mx(Certificate(usage="client")),
        ),
        (
            "incomplete-chain",
            "Forgets to send the intermediate CA's certificate.",
            one_mx(Certificate(send_intermediate=False)),
        ),
        (
            "cn-only",
            "The name is in the certificate's common name only, where nobody looks any more.",
            one_mx(Certificate(names=())),
        ),
        (
            "private-ca",
            "A certificate from a private CA, which an administrator could add.",
            one_mx(Certificate(issuer="private-ca")),
        ),
        (
            "weak-key",
            "A certificate with an RSA key of 1024 bits.",
            one_mx(Certificate(key="rsa-1024")),
        ),
        (
            "weak-dh",
            "Agrees on keys by a Diffie-Hellman group of 1024 bits, which can be broken.",
            one_mx(tls=Tls(Certificate(key="rsa-2048"), newest="TLSv1.2", weak_dh=True)),
        ),
        (
            "lying-wildcard",
            "A certificate for *.example, which does not cover a host one level deeper.",
            one_mx(Certificate(names=("*.example",))),
        ),
        (
            "partial-wildcard",
            "A certificate for m*.domain, which is no valid wildcard.",
            one_mx(Certificate(names=("m*.{domain}",))),
        ),
        (
            "mixed-no-good",
            "Two MX hosts: the first self-signed, the second without TLS.",
            (Host("mx1", SELF_SIGNED), Host("mx2", PLAIN)),
        ),
    )
)

_OLD_KEY = Certificate(key="rsa-2048")

_NOT_READY = tuple(
    row("Not ready", name, sentence, hosts)
    for name, sentence, hosts in (
        ("no-starttls", "Does not offer STARTTLS.", one_mx(tls=None)),
        (
            "no-ehlo",
            "Knows HELO only, so it cannot offer STARTTLS.",
            one_mx(tls=None, replies={"ehlo": "502 5.5.1 EHLO not implemented"}),
        ),
        (
            "starttls-4xx",
            "Offers STARTTLS and then answers 454 to it.",
            one_mx(starttls_reply="454 4.7.0 TLS not available due to temporary reason"),
        ),
        (
            "starttls-5xx",
            "Offers STARTTLS and then answers 501 to it.",
            one_mx(starttls_reply="501 5.5.1 TLS not available"),
        ),
        (
            "starttls-injection",
            "Someone in the middle adds a plaintext reply behind the 220 to STARTTLS.",
            one_mx(starttls_injects="250 injected in plaintext"),
        ),
        (
            "tls10-only",
            "Speaks TLS 1.0 only.",
            one_mx(tls=Tls(_OLD_KEY, oldest="TLSv1", newest="TLSv1")),
        ),
        (
            "tls11-only",
            "Speaks TLS 1.1 only.",
            one_mx(tls=Tls(_OLD_KEY, oldest="TLSv1.1", newest="TLSv1.1")),
        ),
        (
            "anonymous",
            "Speaks TLS with anonymous cipher suites only: encrypted, and with anybody.",
            one_mx(tls=Tls(None, newest="TLSv1.2")),
        ),
        ("drops-at-starttls", "Loses the connection at STARTTLS.", one_mx(drop_at="starttls")),
        (
            "drops-in-handshake",
            "Loses the connection in the TLS handshake.",
            one_mx(drop_at="handshake", reset=True),
        ),
    )
)

_NO_MAIL = (
    row(
        "Not ready",
        "null-mx",
        "Says that it takes no mail (null MX, RFC 7505).",
        (),
        records=("@ MX 0 .",),
        remark="No Mail (null MX)",
    ),
    row(
        "Not ready",
        "no-mail",
        "Exists, and has neither an MX record nor an address.",
        (),
        records=('@ TXT "no mail here"',),
        remark="no MX and no address",
    ),
    row("Not ready", "nxdomain", "Does not exist.", (), dnssec="absent", remark="Domain Not Found"),
    row(
        "Not ready",
        "mx-nowhere",
        "Its MX record points at a name that does not exist.",
        (),
        records=("@ MX 10 gone",),
        remark="MX without an address",
    ),
)

_UNREACHED = tuple(
    row("Unknown", name, sentence, hosts)
    for name, sentence, hosts in (
        ("refused", "Nothing listens at its MX.", one_mx(listens="refused")),
        (
            "unreachable",
            "Its MX does not answer at all: connecting never ends.",
            one_mx(listens="unreachable"),
        ),
        ("silent", "Its MX accepts connections and never says a word.", one_mx(listens="silent")),
        ("busy", "Greets everyone with 421.", one_mx(greeting="421 4.3.2 {host} Too busy")),
        (
            "no-service",
            "Greets everyone with 554.",
            one_mx(greeting="554 5.3.2 {host} No SMTP service here"),
        ),
        (
            "garbage",
            "Greets with something that is not SMTP.",
            one_mx(greeting="SSH-2.0-OpenSSH_9.2p1"),
        ),
        ("drops-at-connect", "Closes every connection at once.", one_mx(drop_at="connect")),
        ("drops-at-ehlo", "Loses the connection at EHLO.", one_mx(drop_at="ehlo")),
    )
)

_DNS_FAILURES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("bogus", "Its DNS answers are forged: the signatures are wrong.", {"dnssec": "bogus"}),
    ("bogus-expired", "The signatures in its DNS have expired.", {"dnssec": "expired"}),
    ("servfail", "Its name servers answer SERVFAIL.", {"dns_faults": ("@ * servfail",)}),
    ("dns-timeout", "Its name servers never answer.", {"dns_faults": ("@ * timeout",)}),
    (
        "mx-servfail",
        "Its MX record is fine; asking for the address of its MX yields SERVFAIL.",
        {"dns_faults": ("mx * servfail",)},
    ),
)

_DNS_FAILS = tuple(
    row("Unknown", name, sentence, **facts) for name, sentence, facts in _DNS_FAILURES
)

PARTNERS: tuple[Posture, ...] = (
    STRICT + _RELAXED + _NOT_READY + _NO_MAIL + _UNREACHED + _DNS_FAILS + PUBLISHED
)

_BY_ADDRESS_TOO = Behaviour(tls=Tls(Certificate(name_own_address=True)))
_PRIVATE = Behaviour(tls=Tls(Certificate(issuer="private-ca")))
_EXPIRED = Behaviour(tls=Tls(Certificate(starts_in_days=-90, ends_in_days=-1)))
_PEOPLE = ("alice", "bob", "postmaster")

_Internal = tuple[Expect, str, tuple[str, ...], Behaviour, str]

_INTERNAL: tuple[_Internal, ...] = (
    (
        "Ready: strict",
        "corp",
        ("mail1", "mail2"),
        _BY_ADDRESS_TOO,
        "Headquarters: two trusted servers, which a route may also name by address.",
    ),
    (
        "Ready: relaxed",
        "branch",
        ("mail",),
        SELF_SIGNED,
        "A branch office whose server has a self-signed certificate.",
    ),
    ("Not ready", "plant", ("mail",), PLAIN, "An old server in the plant, which cannot do TLS."),
    (
        "Ready: strict",
        "archive",
        ("mail",),
        Behaviour(credentials=("gateway", "practice")),
        "A trusted server that wants the gateway to log in.",
    ),
    (
        "Ready: relaxed",
        "works",
        ("mail",),
        _PRIVATE,
        "A server with a certificate from the organisation's private CA.",
    ),
    (
        "Ready: relaxed",
        "museum",
        ("mail",),
        _EXPIRED,
        "A server whose certificate expired yesterday.",
    ),
    (
        "Ready: strict",
        "desk",
        ("mail",),
        Behaviour(known_users=_PEOPLE),
        "A trusted server that knows alice, bob and postmaster only.",
    ),
    ("Unknown", "lobby", ("mail",), Behaviour(listens="refused"), "A server that is switched off."),
)

#: The organisation's own domains. Their public MX is the gateway; their hosts are the servers
#: behind it.
INTERNAL: tuple[Posture, ...] = tuple(
    row(
        expect,
        name,
        sentence,
        tuple(Host(label, behaviour) for label in labels),
        records=("@ MX 10 gateway.example.",),
    )
    for expect, name, labels, behaviour, sentence in _INTERNAL
)
