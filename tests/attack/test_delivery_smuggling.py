"""SMTP smuggling outwards: what was taken as one message reaches a partner as one message, or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attack_wire import Wire
from evil_partner import EvilPartner, Manners, offers
from evil_world import EvilWorld, until
from test_receipt_smuggling import ENDS

OFFERS = {
    "nothing": (),
    "PIPELINING": (b"PIPELINING",),
    "CHUNKING": (b"CHUNKING",),
    "both": (b"PIPELINING", b"CHUNKING"),
}
HIDDEN = b"MAIL FROM:<evil@world.example>\r\nRCPT TO:<victim@world.example>\r\nDATA\r\nsmuggled\r\n.\r\n"
# Whole, so that the gateway adds nothing below it.
HEAD = (
    b"From: <anna@corp.example>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@corp.example>\r\nSubject: x\r\n\r\n"
)
# What BDAT may carry, since its length says where it ends (RFC 3030).
CONTENTS = {
    "an end of data and commands": HEAD + b"text\r\n.\r\n" + HIDDEN,
    "an end of data at once": HEAD + b".\r\n" + HIDDEN,
    "an end of data before any header": b".\r\n" + HIDDEN,
    "a dot alone at the end": HEAD + b"text\r\n.",
    "a dot and nothing else": b".",
    "an end of data and nothing else": b".\r\n",
    "no final line end": HEAD + b"text",
    "no final line end behind a dot": HEAD + b"text\r\n.x",
    "lines of dots": HEAD + b".\r\n..\r\n...\r\n....\r\n.x\r\n..x\r\n",
    "dots at every boundary": HEAD + b"\r\n.\r\n" * 60_000,
    "dots at other boundaries": HEAD + b"-" + b"\r\n.\r\n" * 60_000,
    "dots at yet others": HEAD + b"--" + b"\r\n.\r\n" * 60_000,
}


def submit(evil: EvilWorld, connect: Callable[[str], Wire], domain: str, listener: str = "internal") -> Wire:
    wire = connect(listener)
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO mail.corp.example") == 250
    assert wire.ask("MAIL FROM:<anna@corp.example>") == 250
    assert wire.ask(f"RCPT TO:<bob@{domain}>") == 250
    return wire


def received(partner: EvilPartner, evil: EvilWorld) -> bytes:
    """The one message, as it is without stuffing."""
    until(evil.gateway, partner.messages)
    (message,) = partner.messages()
    if any(command.startswith(b"BDAT") for command in partner.commands()):
        return message
    lines = message.split(b"\r\n")
    assert all(line.startswith(b"..") for line in lines if line.startswith(b".")), "a dot is not stuffed"
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)


def has_no_lone_line_ends(data: bytes) -> bool:
    return not any(byte in data.replace(b"\r\n", b"") for byte in (b"\r", b"\n"))


def one_transaction(partner: EvilPartner) -> bool:
    mails = [command for command in partner.commands() if command.upper().startswith(b"MAIL")]
    return mails == [mails[0]] and mails[0].startswith(b"MAIL FROM:<anna@corp.example>")


@pytest.mark.parametrize("offered", OFFERS)
@pytest.mark.parametrize("what", CONTENTS)
def test_a_chunk_arrives_as_one_message(
    what: str, offered: str, evil: EvilWorld, connect_evil: Callable[[str], Wire]
) -> None:
    target = evil.target("relaxed")
    content = CONTENTS[what]
    manners = Manners(evil.good_context(target), ehlo_tls=offers(*OFFERS[offered]))
    with evil.evil(target, manners) as partner:
        wire = submit(evil, connect_evil, target.domain)
        wire.say(b"BDAT %d LAST\r\n" % len(content) + content)
        code = wire.reply()[0]
        assert wire.ask("NOOP") == 250, "the commands behind the chunk are in step"
        if code != 250:
            assert code in (550, 554) and content.startswith(b"."), "only what has no header may be refused"
            return
        message = received(partner, evil)
        expected = content if content.endswith(b"\r\n") else content + b"\r\n"
        assert message.endswith(expected) or message.endswith(content)
        assert evil.attempt(target)["outcome"] == "delivered"
        assert one_transaction(partner)
        assert has_no_lone_line_ends(partner.heard_under_tls())
        assert b"evil@" not in b"".join(partner.commands())


@pytest.mark.parametrize("offered", ["nothing", "both"])
def test_dots_cut_by_chunks_are_stuffed(
    offered: str, evil: EvilWorld, connect_evil: Callable[[str], Wire]
) -> None:
    target = evil.target("relaxed")
    content = HEAD + b"text\r\n.\r\n" + HIDDEN
    manners = Manners(evil.good_context(target), ehlo_tls=offers(*OFFERS[offered]))
    with evil.evil(target, manners) as partner:
        wire = submit(evil, connect_evil, target.domain)
        for byte in content:
            wire.say(b"BDAT 1\r\n%c" % byte)
        wire.say(b"BDAT 0 LAST\r\n")
        assert set(wire.codes(len(content) + 1)) == {250}
        assert received(partner, evil).endswith(content)
        assert one_transaction(partner)


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_no_line_end_that_was_mended_becomes_an_end(
    end: bytes, evil: EvilWorld, connect_evil: Callable[[str], Wire]
) -> None:
    """A listener that mends line ends refuses what may be an end of data, or passes on one message."""
    target = evil.target("relaxed")
    manners = Manners(evil.good_context(target), ehlo_tls=offers(b"PIPELINING"))
    with evil.evil(target, manners) as partner:
        for content in (HEAD + b"text" + end + HIDDEN.removesuffix(b".\r\n"), HEAD + b"after\r\n"):
            wire = submit(evil, connect_evil, target.domain, "old")
            assert wire.ask("DATA") == 354
            wire.say(content + b".\r\nNOOP\r\n")
            code = wire.reply()[0]
            assert code in (250, 554) and wire.reply()[0] == 250
            if code == 250:
                break
        assert received(partner, evil)
        assert one_transaction(partner)
        assert has_no_lone_line_ends(partner.heard_under_tls())


@pytest.mark.parametrize("how", ["a\r\nb", "a\rb", "a\nb", "\n.\n", "\r.\r", "x\n"])
def test_a_chunk_with_a_lone_line_end_is_refused(
    how: str, evil: EvilWorld, connect_evil: Callable[[str], Wire]
) -> None:
    target = evil.target("relaxed")
    content = HEAD + how.encode() + b"\n"
    wire = submit(evil, connect_evil, target.domain)
    wire.say(b"BDAT %d LAST\r\n" % len(content) + content)
    assert wire.reply()[0] == 554
    assert wire.ask("NOOP") == 250
