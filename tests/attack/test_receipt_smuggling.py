"""SMTP smuggling: what arrives as one message leaves as at most one (RFC 5321 4.1.1.4)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from attack_wire import Wire
from lab.client import World

Connect = Callable[[str], Wire]

# Every spelling of an end of data that some server, somewhere, took for one.
ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\r.\n",
    b"\n.\r",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\n.\r\r\n",
    b"\n\n.\r\n",
    b"\r\n.\r\x00\n",
    b"\r\r\n.\n",
]
_marks = count(1)


def hidden(domain: str) -> bytes:
    return (
        f"MAIL FROM:<evil@world.example>\r\nRCPT TO:<victim@{domain}>\r\n"
        "DATA\r\nSubject: smuggled\r\n\r\nsmuggled\r\n"
    ).encode()


def open_transaction(wire: Wire, domain: str, sender: str = "a@world.example") -> None:
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask(f"MAIL FROM:<{sender}>") == 250
    assert wire.ask(f"RCPT TO:<user@{domain}>") == 250


def nothing_was_smuggled(connect: Connect, world: World, domain: str) -> None:
    """A message sent afterwards arrives, and no smuggled one did."""
    mark = f"mark{next(_marks)}@world.example"
    wire = connect("world")
    open_transaction(wire, domain, mark)
    assert wire.ask("DATA") == 354
    assert wire.ask("Subject: mark\r\n\r\nmark\r\n.") == 250
    arrival(world, domain, mark)
    assert not any(message["sender"].startswith("evil@") for message in world.mail(domain))


def arrival(world: World, domain: str, sender: str) -> bytes:
    """The message of this sender, once it is there; mail of earlier tests may still be arriving."""
    arrived = 0
    while True:
        messages = world.wait(domain, arrived + 1)
        for message in messages:
            if message["sender"] == sender:
                return Path(message["path"]).read_bytes()
        arrived = len(messages)


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_no_other_end_of_data_ends_a_message(
    end: bytes, connect: Connect, world: World, domain: str
) -> None:
    wire = connect("world")
    open_transaction(wire, domain)
    assert wire.ask("DATA") == 354
    wire.say(b"Subject: x\r\n\r\ntext" + end + hidden(domain) + b"\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert wire.codes(3) == [554, 250, 221], "one refusal, then the commands behind the true end"
    assert wire.rest() == b""
    nothing_was_smuggled(connect, world, domain)


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_chunks_are_checked_for_the_same_bytes(
    end: bytes, connect: Connect, world: World, domain: str
) -> None:
    wire = connect("world")
    open_transaction(wire, domain)
    content = b"Subject: x\r\n\r\ntext" + end + hidden(domain)
    wire.say(b"BDAT %d LAST\r\n" % len(content) + content + b"NOOP\r\nQUIT\r\n")
    assert wire.codes(3) == [554, 250, 221]
    nothing_was_smuggled(connect, world, domain)


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n"], ids=repr)
def test_a_normalising_listener_refuses_what_may_be_an_end(
    end: bytes, connect: Connect, world: World, domain: str
) -> None:
    wire = connect("old")
    open_transaction(wire, domain, f"a@{domain}")
    assert wire.ask("DATA") == 354
    wire.say(b"Subject: x\r\n\r\ntext" + end + hidden(domain) + b"\r\n.\r\nNOOP\r\n")
    assert wire.codes(2) == [554, 250]
    nothing_was_smuggled(connect, world, domain)


def test_a_normalising_listener_passes_no_lone_line_feed_on(
    connect: Connect, world: World, domain: str
) -> None:
    sender = f"old{next(_marks)}@{domain}"
    wire = connect("old")
    open_transaction(wire, domain, sender)
    assert wire.ask("DATA") == 354
    assert wire.ask(b"Subject: old program\n\nline one\nline two\r\n.") == 250
    body = arrival(world, domain, sender)
    assert b"line one\r\nline two\r\n" in body
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_the_true_end_is_found_wherever_packets_are_cut(connect: Connect, domain: str) -> None:
    for cut in range(1, 5):
        wire = connect("world")
        open_transaction(wire, domain)
        assert wire.ask("DATA") == 354
        message = b"Subject: cut\r\n\r\nx\r\n.\r\n"
        wire.say(message[:-cut])
        assert wire.silent_for(0.05)
        wire.say(message[-cut:])
        assert wire.reply()[0] == 250


def test_dots_are_stuffed_and_unstuffed_once(connect: Connect, world: World, domain: str) -> None:
    sender = f"dots{next(_marks)}@world.example"
    wire = connect("world")
    open_transaction(wire, domain, sender)
    assert wire.ask("DATA") == 354
    assert wire.ask(b"Subject: dots\r\n\r\n..\r\n...\r\n..x\r\n.") == 250
    assert arrival(world, domain, sender).endswith(b"\r\n\r\n.\r\n..\r\n.x\r\n")
