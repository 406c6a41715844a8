"""A partner whose TLS is good and whose session is not: the probe says what a delivery meets."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import pytest

from evil_partner import GOOD, Manners, Secure, Secured, offers
from evil_world import MODES, EvilWorld, Target


@dataclass(frozen=True)
class Case:
    reply: bytes | None
    """To EHLO under TLS; None: the connection is closed right after the handshake."""
    reason: str
    verdict: str


CASES = {
    "closes": Case(None, "connection-lost", "not-ready"),
    "puts it off": Case(b"421 4.3.2 later\r\n", "session-ended", "unknown"),
    "puts EHLO off": Case(b"451 4.3.2 later\r\n", "ehlo-rejected", "unknown"),
    "refuses": Case(b"550 5.7.1 not you\r\n", "ehlo-rejected", "not-ready"),
    "answers garbage": Case(b"what?\r\n", "reply-malformed", "not-ready"),
    "answers what was not asked": Case(offers(*GOOD.split()) + b"250 ok\r\n", "response-injected", "not-ready"),
}


def hanging_up(context: ssl.SSLContext) -> Secure:
    def secure(connection: socket.socket) -> Secured:
        context.wrap_socket(connection, server_side=True).close()
        raise ConnectionError("closed right after the handshake")

    return secure


def probed(evil: EvilWorld, target: Target) -> Any:
    return json.loads(evil.gateway.cli("probe", target.domain, "--json", "--timeout", "10", check=False))[0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_probe_foretells_that_the_session_breaks_under_tls(case: Case, mode: str, evil: EvilWorld) -> None:
    if case.reply is None and mode == "none":
        pytest.skip("then mail goes in clear: see below")
    target = evil.target(mode)
    context = evil.good_context(target)
    manners = Manners(context, ehlo_tls=case.reply) if case.reply else Manners(secure=hanging_up(context))
    with evil.evil(target, manners) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["reason"]) == ("deferred", case.reason), attempt
        found = probed(evil, target)
        assert (found["verdict"], found["reason"]) == (case.verdict, case.reason), found
        assert not found["effective"]["met"] and found["effective"]["reason"] == case.reason, found
        assert not partner.messages()


def wanting_a_certificate(context: ssl.SSLContext) -> ssl.SSLContext:
    """A server whose refusal a client of TLS 1.3 learns of when it is done with the handshake."""
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.mark.parametrize("how", ["hangs up", "wants a certificate of ours"])
def test_what_may_go_in_clear_does_when_nothing_comes_back_under_tls(how: str, evil: EvilWorld) -> None:
    target = evil.target("none")
    context = evil.good_context(target)
    hangs_up = Manners(secure=hanging_up(context))
    with evil.evil(target, hangs_up if how == "hangs up" else Manners(wanting_a_certificate(context))) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["reason"]) == ("delivered", ""), attempt
        assert attempt["tls_version"] == "none", attempt
        assert b"MAIL FROM" in partner.heard_in_clear()
        found = probed(evil, target)
        assert (found["verdict"], found["reason"]) == ("not-ready", "connection-lost"), found
        assert found["effective"]["met"], found


@pytest.mark.parametrize("mode", ["relaxed", "strict"])
def test_a_demand_is_kept_when_nothing_comes_back_under_tls(mode: str, evil: EvilWorld) -> None:
    target = evil.target(mode)
    with evil.evil(target, Manners(wanting_a_certificate(evil.good_context(target)))) as partner:
        evil.send(target)
        assert evil.attempt(target)["outcome"] == "deferred"
        assert b"MAIL" not in partner.heard_in_clear() + partner.heard_under_tls()


def test_a_probe_takes_no_offence_at_a_strange_goodbye(evil: EvilWorld) -> None:
    target = evil.target("strict")
    manners = Manners(evil.good_context(target), replies={b"QUIT": b"so long\r\n"})
    with evil.evil(target, manners):
        evil.send(target)
        assert evil.attempt(target)["outcome"] == "delivered"
        found = probed(evil, target)
        assert found["verdict"] == "ready-strict" and found["effective"]["met"], found
