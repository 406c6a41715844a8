"""SMTP smuggling, outbound: whatever content was accepted, one message leaves, with one end and no lone CR or LF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from attack_wire import Wire
from evil_server import EvilServer, Part, Talk, greeting

from lab.client import World
from lab.gateway import Gateway

DOMAIN = "trusted.example"
LISTENERS = [
    {"name": "world", "address": "127.0.0.1:0", "role": "world"},
    {"name": "internal", "address": "127.0.0.1:0", "role": "internal"},
    {"name": "old", "address": "127.0.0.1:0", "role": "internal", "normalise_line_ends": True},
]
HIDDEN = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<victim@trusted.example>\r\nDATA\r\n\r\nsmuggled\r\n"


@pytest.fixture(scope="module")
def partner_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("smuggling"), only=("trusted",)) as running:
        yield running


@pytest.fixture(scope="module")
def sending(partner_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("sending")
    changes = {"delivery": {"retry": ["1h"], "idle": "0s"}}
    with Gateway.start(folder, partner_world, changes, LISTENERS) as running:
        yield running


def takes_data(talk: Talk) -> None:
    greeting(b"8BITMIME", b"SMTPUTF8")(talk)
    talk.answer(b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    talk.hear(b"\r\n.\r\n")
    talk.say(b"250 taken\r\n")
    talk.answer(b"221 bye\r\n")


def takes_chunks(talk: Talk) -> None:
    greeting(b"8BITMIME", b"SMTPUTF8", b"CHUNKING")(talk)
    talk.answer(b"250 ok\r\n", b"250 ok\r\n")
    got = talk.hear()
    size = int(got.split()[1])
    while len(got.split(b"\r\n", 1)[1]) < size:
        got += talk.hear(b"\n")
    talk.say(b"250 taken\r\n")
    talk.answer(b"221 bye\r\n")


# What a client says as content; each is one message, whatever it looks like.
DATA: dict[str, bytes] = {
    "a dot alone, stuffed": b"Subject: x\r\n\r\n..\r\n" + HIDDEN + b".\r\n",
    "dots at every line": b"Subject: x\r\n\r\n..a\r\n...\r\n....\r\n..MAIL\r\n.\r\n",
    "a dot in a header": b"..: x\r\nSubject: x\r\n\r\nb\r\n.\r\n",
    "nothing": b".\r\n",
    "an empty header": b"\r\n.\r\n",
    "a last line that is long": b"Subject: x\r\n\r\n" + b"y" * 60_000 + b"\r\n.\r\n",
}
CHUNKS: dict[str, list[bytes]] = {
    "an end that is none": [b"Subject: x\r\n\r\nbody\r\n.\r\n" + HIDDEN],
    "an end over two chunks": [b"Subject: x\r\n\r\nbody\r\n.", b"\r\n" + HIDDEN],
    "an end over five chunks": [b"Subject: x\r\n\r\nbody\r", b"\n", b".", b"\r", b"\n" + HIDDEN],
    "no line end at the end": [b"Subject: x\r\n\r\nbody"],
    "a dot at the end": [b"Subject: x\r\n\r\nbody\r\n."],
    "a lone dot as a chunk of its own": [b"Subject: x\r\n\r\n", b".", b"\r\n", b".", b"\r\n"],
}


def open_transaction(sending: Gateway, listener: str) -> Wire:
    place = sending.listeners[listener]
    wire = Wire(place.address, place.port)
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask("MAIL FROM:<anna@corp.example>") == 250
    assert wire.ask(f"RCPT TO:<bob@{DOMAIN}>") == 250
    return wire


def content_of(heard: bytes, chunks: bool) -> bytes:
    """What the server was given as content, as it came; nothing but QUIT may follow it."""
    if chunks:
        found = re.search(rb"BDAT (\d+) LAST\r\n", heard)
        assert found, heard
        content = heard[found.end() : found.end() + int(found.group(1))]
        assert heard[found.end() + int(found.group(1)) :] in (b"", b"QUIT\r\n")
        return content
    content = heard.split(b"DATA\r\n", 1)[1]
    end = content.index(b"\r\n.\r\n") + 2
    assert content[end + 3 :] in (b"", b"QUIT\r\n"), "something follows the end of the message"
    return content[:end]


def is_one_message(server: EvilServer, chunks: bool) -> bytes:
    server.wait()
    (heard,) = server.heard
    assert heard.count(b"MAIL FROM") - heard.count(b"MAIL FROM:<evil") == 1
    content = content_of(heard, chunks)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content), "a lone CR or LF was sent"
    assert content.endswith(b"\r\n")
    if not chunks:
        lines = content.split(b"\r\n")[:-1]
        assert not [line for line in lines if line == b"."], "a lone dot was sent"
        content = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines) + b"\r\n"
    return content


def is_same(content: bytes, sent: bytes) -> None:
    """The message that was sent; only fields that a submission lacks, and our trace, were added above its body."""
    header, _, body = sent.partition(b"\r\n\r\n")
    got_header, _, got_body = content.partition(b"\r\n\r\n")
    assert got_body == body
    assert set(header.split(b"\r\n")) - {b""} <= set(got_header.split(b"\r\n"))


PARTS: dict[str, tuple[Part, bool]] = {"by DATA": (takes_data, False), "by BDAT": (takes_chunks, True)}


@pytest.mark.parametrize("onward", sorted(PARTS))
@pytest.mark.parametrize("what", sorted(DATA))
def test_data_leaves_as_the_one_message_that_it_is(
    sending: Gateway, partner_world: World, onward: str, what: str
) -> None:
    part, chunks = PARTS[onward]
    with EvilServer(partner_world, DOMAIN, part) as server:
        wire = open_transaction(sending, "internal")
        assert wire.ask("DATA") == 354
        wire.say(DATA[what])
        assert wire.reply()[0] == 250
        content = is_one_message(server, chunks)
    lines = DATA[what].split(b"\r\n")[:-2]
    sent = b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n" for line in lines)
    is_same(content, sent)


@pytest.mark.parametrize("onward", sorted(PARTS))
@pytest.mark.parametrize("what", sorted(CHUNKS))
def test_chunks_leave_as_the_one_message_that_they_are(
    sending: Gateway, partner_world: World, onward: str, what: str
) -> None:
    part, chunks = PARTS[onward]
    with EvilServer(partner_world, DOMAIN, part) as server:
        wire = open_transaction(sending, "internal")
        for number, chunk in enumerate(CHUNKS[what], start=1):
            last = b" LAST" if number == len(CHUNKS[what]) else b""
            wire.say(b"BDAT %d%s\r\n" % (len(chunk), last) + chunk)
            assert wire.reply()[0] == 250
        content = is_one_message(server, chunks)
    sent = b"".join(CHUNKS[what])
    is_same(content, sent if sent.endswith(b"\r\n") else sent + b"\r\n")


@pytest.mark.parametrize("onward", sorted(PARTS))
def test_lines_that_were_normalised_leave_with_right_ends(
    sending: Gateway, partner_world: World, onward: str
) -> None:
    part, chunks = PARTS[onward]
    with EvilServer(partner_world, DOMAIN, part) as server:
        wire = open_transaction(sending, "old")
        assert wire.ask("DATA") == 354
        wire.say(b"Subject: x\n\nbody\n..dot\nend\r\n.\r\n")
        assert wire.reply()[0] == 250
        content = is_one_message(server, chunks)
    is_same(content, b"Subject: x\r\n\r\nbody\r\n.dot\r\nend\r\n")
