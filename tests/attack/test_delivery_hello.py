"""A partner, or someone in the middle, who answers a ClientHello with what was not offered, or with less."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import pytest

from attack_hello import (
    ALERT,
    ALPN,
    DEFLATE,
    ILLEGAL_PARAMETER,
    MARK_OF_1_2,
    MARK_OF_OLDER,
    NO_RENEGOTIATION,
    PROTOCOL_VERSION,
    SSL3,
    SUPPORTED_VERSIONS,
    TLS10,
    TLS11,
    TLS13,
    UNSUPPORTED_EXTENSION,
    extension,
    sized,
)
from evil_hello import SECURE_RENEGOTIATION, FalseHello, FalseServer, Meddler
from evil_partner import EvilPartner, Manners
from evil_pki import certificate
from evil_tls12 import Renegotiator
from evil_world import EvilWorld, Target

SECRETS = (b"MAIL FROM", b"RCPT", b"bob@", b"anna@", b"secret")
ENFORCED = ("relaxed", "strict")


@dataclass(frozen=True)
class Case:
    hello: FalseHello
    alert: int
    words: str
    """Among what the postmaster is told."""


_RANDOM = bytes(range(24))
CASES = {
    "compression": Case(FalseHello(compression=DEFLATE), ILLEGAL_PARAMETER, "TLS compression, which was not offered"),
    "compression in TLS 1.3": Case(
        FalseHello(
            suite=0x1301, compression=DEFLATE, extensions=[extension(SUPPORTED_VERSIONS, struct.pack(">H", TLS13))]
        ),
        ILLEGAL_PARAMETER,
        "TLS compression, which was not offered",
    ),
    "TLS 1.1": Case(FalseHello(TLS11), PROTOCOL_VERSION, "no TLS version in common"),
    "TLS 1.0": Case(FalseHello(TLS10), PROTOCOL_VERSION, "no TLS version in common"),
    "SSL 3": Case(FalseHello(SSL3), PROTOCOL_VERSION, "no TLS version in common"),
    "the mark of a downgrade": Case(
        FalseHello(random=_RANDOM + MARK_OF_1_2), ILLEGAL_PARAMETER, "somebody between it and us"
    ),
    "the mark of a downgrade from long ago": Case(
        FalseHello(random=_RANDOM + MARK_OF_OLDER), ILLEGAL_PARAMETER, "somebody between it and us"
    ),
    "a protocol by ALPN": Case(
        FalseHello(extensions=[SECURE_RENEGOTIATION, extension(ALPN, sized(sized(b"http/1.1", 1), 2))]),
        UNSUPPORTED_EXTENSION,
        "a TLS extension that was not asked for",
    ),
    "a suite without encryption": Case(FalseHello(suite=0x003B), ILLEGAL_PARAMETER, "suite that was not offered"),
    "RC4": Case(FalseHello(suite=0x0005), ILLEGAL_PARAMETER, "suite that was not offered"),
}


def says_nothing_of_the_message(partner: EvilPartner) -> bool:
    heard = (partner.heard_in_clear() + partner.heard_under_tls()).lower()
    return bool(partner.visits) and not partner.messages() and not any(one.lower() in heard for one in SECRETS)


def tells_why(evil: EvilWorld, target: Target, words: str) -> bool:
    """The evidence, the queue, and a probe of the partner, each in the same words."""
    (message,) = [one["id"] for one in evil.gateway.json("queue", "list")["messages"] if target.domain in str(one)]
    told = {
        "the evidence": json.dumps(evil.attempt(target)),
        "the queue": evil.gateway.cli("queue", "show", message),
        "the probe": evil.gateway.cli("probe", target.domain, "--timeout", "10", check=False),
    }
    for where, text in told.items():
        assert words in " ".join(text.split()), (where, text)
    return True


@pytest.mark.parametrize("mode", ENFORCED)
def test_a_client_hello_without_its_tls_1_3_is_noticed(mode: str, evil: EvilWorld) -> None:
    """The server is true and could speak TLS 1.3: its answer bears the mark (RFC 8446 4.1.3)."""
    target = evil.target(mode)
    meddler = Meddler(evil.good_context(target))
    with evil.evil(target, Manners(secure=meddler)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["tls_version"]) == ("deferred", "none"), attempt
        assert meddler.alerts == [ILLEGAL_PARAMETER]
        assert says_nothing_of_the_message(partner)
        assert tells_why(evil, target, "could speak a newer TLS version")


def test_mail_without_a_policy_goes_on_in_clear_and_that_is_on_record(evil: EvilWorld) -> None:
    """Who can change a hello can as well take STARTTLS out of the offer: only a requirement helps."""
    target = evil.target("none")
    meddler = Meddler(evil.good_context(target))
    with evil.evil(target, Manners(secure=meddler)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["tls_version"]) == ("delivered", "none"), attempt
        assert meddler.alerts == [ILLEGAL_PARAMETER]
        assert not partner.heard_under_tls()


@pytest.mark.parametrize("mode", ENFORCED)
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_server_hello_with_what_was_not_offered_ends_the_attempt(case: Case, mode: str, evil: EvilWorld) -> None:
    target = evil.target(mode)
    server = FalseServer(case.hello)
    with evil.evil(target, Manners(secure=server)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["tls_version"]) == ("deferred", "none"), attempt
        assert server.alerts == [case.alert]
        assert says_nothing_of_the_message(partner)
        assert tells_why(evil, target, case.words)


@pytest.mark.parametrize("mode", ENFORCED)
def test_a_server_that_asks_for_renegotiation_gets_its_mail_under_the_same_keys(mode: str, evil: EvilWorld) -> None:
    target = evil.target(mode)
    server = Renegotiator(certificate(target.host, evil.root, names=[target.host]), times=1)
    with evil.evil(target, Manners(secure=server)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["tls_version"]) == ("delivered", "TLS 1.2"), attempt
        assert len(partner.messages()) == 1
        warning = bytes([1, NO_RENEGOTIATION])
        assert server.heard()[:1] == [(ALERT, warning)], "and no ClientHello"


def test_a_server_that_asks_for_renegotiation_without_end_gets_nothing(evil: EvilWorld) -> None:
    target = evil.target("strict")
    server = Renegotiator(certificate(target.host, evil.root, names=[target.host]), times=20_000)
    with evil.evil(target, Manners(secure=server)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert attempt["outcome"] == "deferred", attempt
        assert says_nothing_of_the_message(partner)
        assert "messages of TLS itself without end" in json.dumps(attempt), attempt
