"""A wicked partner, or someone in the middle, at STARTTLS: nothing is said below its requirement."""

from __future__ import annotations

import pytest

from evil_partner import Manners, offers
from evil_world import MODES, EvilWorld

# What stands in the way of TLS: the reply to STARTTLS, and what answers the ClientHello (None: TLS).
INJECTIONS = {
    "a reply behind the 220": b"220 go\r\n250 mx.evil.example\r\n",
    "a reply to EHLO behind the 220": b"220 go\r\n250-mx.evil.example\r\n250 SIZE 1\r\n",
    "replies to a whole transaction": b"220 go\r\n250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 e\r\n",
    "half a line": b"220 go\r\n25",
    "an empty line": b"220 go\r\n\r\n",
    "a NUL": b"220 go\r\n\x00",
}
REFUSALS = {
    "refused for now": (b"454 4.7.0 no TLS now\r\n", None),
    "refused for good": (b"502 5.5.1 no TLS\r\n", None),
    "answered 250": (b"250 ok\r\n", None),
    "answered 354": (b"354 go on\r\n", None),
    "answered with garbage": (b"what?\r\n", None),
    "answered with bytes": (b"\x00\xff\xfe\x1b[2J\r\n", None),
    "closed": (b"220 go\r\n", b""),
    "plaintext for a ServerHello": (b"220 go\r\n", b"250 mx.evil.example\r\n"),
    "HTTP for a ServerHello": (b"220 go\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "an alert for a ServerHello": (b"220 go\r\n", b"\x15\x03\x03\x00\x02\x02\x28"),
    "a closing alert for a ServerHello": (b"220 go\r\n", b"\x15\x03\x03\x00\x02\x01\x00"),
    "half a ServerHello": (b"220 go\r\n", b"\x16\x03\x03\x02\x00\x02\x00"),
}
SECRETS = (b"MAIL FROM", b"RCPT", b"bob@", b"anna@", b"secret")


def names(heard: bytes) -> list[bytes]:
    return [word for word in SECRETS if word.lower() in heard.lower()]


@pytest.mark.parametrize("mode", ["relaxed", "strict"])
@pytest.mark.parametrize("how", INJECTIONS)
def test_plaintext_behind_the_reply_to_starttls_ends_the_session(how: str, mode: str, evil: EvilWorld) -> None:
    target = evil.target(mode)
    manners = Manners(evil.good_context(target), starttls=INJECTIONS[how])
    with evil.evil(target, manners) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert attempt["outcome"] == "deferred", attempt
        assert attempt["reason"], attempt
        assert partner.visits
        assert not names(partner.heard_in_clear()) and not names(partner.heard_under_tls())
        assert not partner.messages()


@pytest.mark.parametrize("mode", ["relaxed", "strict"])
@pytest.mark.parametrize("how", REFUSALS)
def test_nothing_is_said_where_starttls_leads_nowhere(how: str, mode: str, evil: EvilWorld) -> None:
    target = evil.target(mode)
    reply, hello = REFUSALS[how]
    with evil.evil(target, Manners(evil.good_context(target), starttls=reply, hello=hello)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert attempt["outcome"] == "deferred", attempt
        assert attempt["reason"], attempt
        assert b"STARTTLS" in partner.commands()
        assert not names(partner.heard_in_clear())


@pytest.mark.parametrize("how", ["refused for now", "refused for good", "closed", "an alert for a ServerHello"])
def test_mail_without_a_policy_goes_in_clear_where_tls_fails(how: str, evil: EvilWorld) -> None:
    target = evil.target("none")
    reply, hello = REFUSALS[how]
    with evil.evil(target, Manners(evil.good_context(target), starttls=reply, hello=hello)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert (attempt["outcome"], attempt["tls_version"]) == ("delivered", "none"), attempt
        assert len(partner.messages()) == 1


@pytest.mark.parametrize("mode", MODES)
def test_replies_before_their_commands_are_no_replies(mode: str, evil: EvilWorld) -> None:
    """They are pipelined by someone in the middle, so that the true ones come too late, inside TLS."""
    target = evil.target(mode)
    early = b"220 hello\r\n" + offers(b"STARTTLS") + b"220 go\r\n"
    with evil.evil(target, Manners(evil.good_context(target), greeting=early)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        if mode == "none":
            return_to_clear = attempt["outcome"] == "delivered" and attempt["tls_version"] == "none"
            assert return_to_clear or attempt["outcome"] == "deferred", attempt
        else:
            assert attempt["outcome"] == "deferred", attempt
            assert not names(partner.heard_in_clear())
        assert not names(partner.heard_under_tls())


@pytest.mark.parametrize("mode", MODES)
def test_what_was_offered_before_tls_is_forgotten_under_it(mode: str, evil: EvilWorld) -> None:
    target = evil.target(mode)
    before = offers(
        b"SIZE 1", b"PIPELINING", b"CHUNKING", b"BINARYMIME", b"8BITMIME", b"DSN", b"SMTPUTF8", b"REQUIRETLS",
        b"AUTH PLAIN", b"STARTTLS",
    )  # fmt: skip
    manners = Manners(evil.good_context(target), ehlo=before, ehlo_tls=b"250 mx.evil.example\r\n")
    with evil.evil(target, manners) as partner:
        evil.send(target)
        assert evil.attempt(target)["outcome"] == "delivered"
        (visit,) = partner.visits
        assert visit.commands[3:6] == [
            b"MAIL FROM:<anna@corp.example>",
            f"RCPT TO:<bob@{target.domain}>".encode(),
            b"DATA",
        ]
        assert not visit.pipelined
        assert not names(visit.clear)


def test_starttls_offered_again_under_tls_is_not_taken(evil: EvilWorld) -> None:
    target = evil.target("strict")
    manners = Manners(evil.good_context(target), ehlo_tls=offers(b"STARTTLS"))
    with evil.evil(target, manners) as partner:
        evil.send(target)
        assert evil.attempt(target)["outcome"] == "delivered"
        assert partner.commands().count(b"STARTTLS") == 1
