"""The partners that say how mail to them must be protected: DANE (RFC 7672), MTA-STS (RFC 8461), and
one that wants to hear how it went (TLS reports, RFC 8460).

Most have a self-signed certificate, so that what they publish makes all the difference.
"""

from __future__ import annotations

from typing import Any

from .model import Behaviour, Expect, Host, Posture, Reporting, Sts
from .rows import SELF_SIGNED, row

SOMEBODY_ELSES_KEY = "3 1 1 " + "00" * 32
BROKEN = {"status": 503}


def _dane(
    expect: Expect, name: str, sentence: str, record: str, server: Behaviour = SELF_SIGNED, **facts: Any
) -> Posture:
    return row(expect, name, sentence, (Host("mx", server, tlsa=(record,)),), **facts)


def _sts(expect: Expect, name: str, sentence: str, sts: Sts, server: Behaviour = SELF_SIGNED, **facts: Any) -> Posture:
    return row(expect, name, sentence, (Host("mx", server),), sts=sts, **facts)


DANE = (
    _dane(
        "Ready: strict",
        "dane",
        "A self-signed certificate, which its TLSA record (3 1 1) names: DANE proves it.",
        "3 1 1",
        strict_by="dane",
    ),
    _dane(
        "Ready: strict",
        "dane-ta",
        "Its TLSA record (2 0 1) names the CA above its certificate.",
        "2 0 1",
        Behaviour(),
        strict_by="dane",
    ),
    _dane(
        "Not ready",
        "dane-mismatch",
        "A trusted certificate, but its TLSA record names another key: DANE says no.",
        SOMEBODY_ELSES_KEY,
        Behaviour(),
    ),
    _dane(
        "Ready: relaxed",
        "dane-unusable",
        "Its only TLSA record (1 1 1) does not count for mail: TLS is a must, with any certificate.",
        "1 1 1",
    ),
    _dane(
        "Unknown",
        "dane-bogus",
        "Somebody took the signatures from its TLSA records, which may have asked for anything.",
        "3 1 1",
        dns_faults=("_tcp.mx TLSA strip",),
    ),
    _dane(
        "Unknown",
        "dane-servfail",
        "Asking for its TLSA records yields SERVFAIL.",
        "3 1 1",
        dns_faults=("_tcp.mx TLSA servfail",),
    ),
    _dane(
        "Unknown",
        "dane-timeout",
        "Nobody answers who asks for its TLSA records.",
        "3 1 1",
        dns_faults=("_tcp.mx TLSA timeout",),
    ),
)

STS = (
    _sts(
        "Ready: relaxed",
        "sts-testing",
        "Its MTA-STS policy only tests: a self-signed certificate is noted, and mail flows.",
        Sts(mode="testing"),
    ),
    _sts(
        "Ready: strict",
        "sts-enforce",
        "Unsigned DNS, but its MTA-STS policy names the MX, so that strict needs no pin.",
        Sts(),
        Behaviour(),
        dnssec="insecure",
        strict_by="sts",
    ),
    _sts(
        "Not ready",
        "sts-mx-mismatch",
        "Its MTA-STS policy names other MX hosts than its DNS, as if somebody had led us away.",
        Sts(mx=("mx.elsewhere.example",)),
        Behaviour(),
    ),
    _sts(
        "Not ready",
        "sts-untrusted",
        "Its MTA-STS policy wants a trusted certificate, and its MX has a self-signed one.",
        Sts(),
    ),
    _sts(
        "Not ready",
        "sts-expired",
        "Serves its MTA-STS policy once, for a second; then that is over, and mail flows again.",
        Sts(max_age=1, afterwards=BROKEN),
    ),
    _sts(
        "Not ready",
        "sts-changed",
        "Served its MTA-STS policy once; the new one that it announces cannot be had: the old holds.",
        Sts(afterwards={"id": "2", **BROKEN}),
    ),
    _sts(
        "Ready: relaxed",
        "sts-invalid",
        "Its MTA-STS record has no id, which makes it invalid: as if there were none.",
        Sts(record="v=STSv1; id=;"),
    ),
)

REPORTS = (
    row(
        "Ready: strict",
        "tls-reports",
        "A good partner that asks for TLS reports, by mail and over HTTPS.",
        strict_by="mx-name",
        reporting=Reporting(),
    ),
)

PUBLISHED: tuple[Posture, ...] = DANE + STS + REPORTS
