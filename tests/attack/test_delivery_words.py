"""A partner's garbage reaches nobody's terminal, log, JSON or bounce as it is, and harms no other mail."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest

from evil_partner import Manners, offers
from evil_pki import certificate, server_context
from evil_words import WORDS, is_plain, shown, wrong_in
from evil_world import MESSAGE, EvilWorld, Target, until

PLACES = ("greeting", "ehlo", "starttls", "ehlo_tls", "MAIL", "RCPT", "DATA", ".")


def saying(words: bytes, place: str, context: Any) -> Manners:
    """A server that says these words at one place: in a refusal, or in what it offers."""
    refusal = b"450 4.3.0 " + words + b"\r\n"
    if place in ("ehlo", "ehlo_tls"):
        lines = offers(b"STARTTLS", b"X-" + words, b"SIZE " + words, words)
        return Manners(context, **{place: lines})
    if place in ("greeting", "starttls"):
        return Manners(context, **{place: refusal})
    return Manners(context, replies={place.encode(): refusal})


def message_to(evil: EvilWorld, target: Target) -> str:
    evil.send(target)
    return str(evil.attempt(target)["message"])


@pytest.mark.parametrize("what", WORDS)
def test_words_in_replies_are_shown_escaped(what: str, evil: EvilWorld) -> None:
    for place in PLACES:
        target = evil.target("relaxed")
        with evil.evil(target, saying(WORDS[what], place, evil.good_context(target))):
            message = message_to(evil, target)
            found = shown(evil, target, message)
            assert message.encode() in found["log"]
            assert is_plain(found), place
            if b"OWNED" in WORDS[what] and place in ("MAIL", "RCPT", "DATA", "."):
                assert b"OWNED" in b"".join(found.values()), "the words are there to be escaped"


def test_words_in_certificates_are_shown_escaped(evil: EvilWorld) -> None:
    for words in WORDS.values():
        target = evil.target("relaxed")
        text = words.decode("latin-1")[:60]
        issuer = certificate(text, None, ca=True)
        leaf = certificate(text, issuer, names=[text.encode("ascii", "ignore").decode() or "x", target.host])
        with evil.evil(target, Manners(server_context(evil.directory, leaf, issuer))):
            message = message_to(evil, target)
            assert is_plain(shown(evil, target, message))


@pytest.mark.parametrize("what", WORDS)
def test_words_in_a_refusal_are_escaped_in_its_bounce(what: str, evil: EvilWorld) -> None:
    evil.world.forget("corp.example")
    target = evil.target("relaxed")
    refusal = b"550 5.1.1 " + WORDS[what] + b" X-Forged: yes\r\n"
    with evil.evil(target, Manners(evil.good_context(target), replies={b"RCPT": refusal})):
        evil.send(target)
        assert evil.attempt(target)["outcome"] in ("bounced", "deferred")
        if evil.attempt(target)["outcome"] == "deferred":
            assert what == "a lone line feed", "a reply that is none defers; any other refusal bounces"
            return
        (bounce,) = evil.world.wait("corp.example", 1, 30)
        content = Path(bounce["path"]).read_bytes()
        assert not wrong_in(content.replace(b"\r\n", b"\n").replace(b"\t", b" "))
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert parsed.get_content_type() == "multipart/report"
        assert not any("X-Forged" in part for part in parsed.walk())


ENDLESS = {
    "a line of 100 kB": b"250 " + b"x" * 100_000 + b"\r\n",
    "10,000 lines": b"250-x\r\n" * 10_000 + b"250 x\r\n",
    "a reply without end": b"250-" + b"x" * 70 + b"\r\n",
    "a line without end": b"x",
    "code 999": b"999 what\r\n",
    "code 099": b"099 what\r\n",
    "no code": b"hello\r\n",
    "a negative code": b"-250 ok\r\n",
    "codes that differ": b"250-a\r\n550 b\r\n",
    "a code alone without a blank": b"250ok\r\n",
    "an empty line": b"\r\n",
    "another protocol": b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<html>",
}


def peak_memory(evil: EvilWorld) -> int:
    """The most memory that the gateway has ever had, in kB."""
    assert evil.gateway.process is not None
    status = Path(f"/proc/{evil.gateway.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("place", ["greeting", "ehlo", "starttls", "ehlo_tls", "MAIL", "."])
@pytest.mark.parametrize("what", ENDLESS)
def test_a_reply_that_is_none_defers_that_mail_alone(what: str, place: str, evil: EvilWorld) -> None:
    target = evil.target("relaxed")
    reply = ENDLESS[what]
    if what.endswith("without end"):
        reply *= 30_000_000 // len(reply)
    fields = {place: reply} if place.islower() else {"replies": {place.encode(): reply}}
    before = peak_memory(evil)
    with evil.evil(target, Manners(evil.good_context(target), **fields)) as partner:  # type: ignore[arg-type]
        evil.send(target)
        attempt = evil.attempt(target)
        assert attempt["outcome"] in ("deferred", "delivered"), attempt
        assert attempt["outcome"] == "delivered" or attempt["reason"], attempt
        if what.endswith("without end") or what == "no code":
            assert attempt["outcome"] == "deferred", attempt
        assert b"MAIL" not in partner.heard_in_clear()
    # The address sanitizer keeps what was freed, so there growth means nothing.
    assert peak_memory(evil) - before < 16_384 or "asan" in evil.gateway.program.parts
    evil.world.forget("trusted.example")
    assert not evil.gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    until(evil.gateway, lambda: evil.world.mail("trusted.example"))
