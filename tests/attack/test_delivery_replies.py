"""A partner's server that says anything: nothing goes below its requirement, nothing raw reaches a person."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from evil_server import EvilServer, Part, Talk, greeting

from lab.client import World
from lab.gateway import Gateway

DOMAIN = "trusted.example"
MESSAGE = "Subject: secret words\r\n\r\nsecret body\r\n"
RAW = bytes(set(range(32)) - {10}) + b"\x7f"


@pytest.fixture(scope="module")
def partner_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("evil"), only=("trusted",)) as running:
        yield running


@pytest.fixture(scope="module")
def sending(partner_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    limits = {"delivery": {"retry": ["1h"], "reply_timeout": "5s"}}
    with Gateway.start(tmp_path_factory.mktemp("sending"), partner_world, limits) as running:
        yield running


def until(condition: Callable[[], Any], gateway: Gateway) -> Any:
    end = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < end, gateway.log()[-3000:]
    return found


def attempt(gateway: Gateway) -> dict[str, Any]:
    """Sends one message; what became of the attempt."""
    before = len(gateway.json("evidence", "list", "--domain", DOMAIN))
    gateway.send("anna@corp.example", [f"bob@{DOMAIN}"], MESSAGE)
    rows = until(lambda: gateway.json("evidence", "list", "--domain", DOMAIN)[before:] or None, gateway)
    found: dict[str, Any] = rows[0]
    return found


@pytest.fixture
def mode(sending: Gateway, request: pytest.FixtureRequest) -> Iterator[str]:
    wanted = str(request.param)
    if wanted != "none":
        sending.cli("policy", "add", DOMAIN, "--mode", wanted, "--no-probe")
    yield wanted
    if wanted != "none":
        sending.cli("policy", "remove", DOMAIN)
    sending.cli("queue", "remove", "--domain", DOMAIN, check=False)


def said(gateway: Gateway) -> str:
    """Everything that a person may see of it."""
    texts = [gateway.log()]
    texts += [gateway.cli("evidence", "list", "--domain", DOMAIN), gateway.cli("queue", "list")]
    for row in json.loads(gateway.cli("queue", "list", "--json"))["messages"]:
        texts.append(gateway.cli("queue", "show", row["id"]))
        json.loads(gateway.cli("queue", "show", row["id"], "--json"))
    texts += [gateway.cli("evidence", "list", "--domain", DOMAIN, "--json")]
    return "\n".join(texts)


def shows_nothing_raw(gateway: Gateway) -> None:
    text = said(gateway)
    assert not [byte for byte in RAW if chr(byte) in text], "a control reached a person"
    assert "\u202e" not in text and "\u2028" not in text


def starttls(then: Callable[[Talk], None]) -> Part:
    def part(talk: Talk) -> None:
        greeting(b"STARTTLS")(talk)
        talk.hear()
        then(talk)

    return part


# What comes in place of a handshake, or with the reply that opens it.
INSTEAD_OF_TLS: dict[str, Callable[[Talk], None]] = {
    "plaintext": lambda talk: (talk.say(b"220 go\r\n"), talk.hear(b"\x16"), talk.say(b"250 ok\r\n" * 20))[-1],
    "an alert": lambda talk: (talk.say(b"220 go\r\n"), talk.hear(b"\x16"), talk.say(b"\x15\x03\x03\x00\x02\x02\x28"))[-1],
    "nothing": lambda talk: talk.say(b"220 go\r\n"),
    "a reply injected behind it": lambda talk: (talk.say(b"220 go\r\n250-evil\r\n250 SIZE\r\n250 ok\r\n"), talk.hear(b"."))[-1],
    "a refusal": lambda talk: (talk.say(b"454 4.7.0 not now\r\n"), talk.hear(), talk.say(b"250 ok\r\n"), talk.hear())[-1],
    "a refusal for good": lambda talk: (talk.say(b"554 5.7.0 never\r\n"), talk.hear(), talk.say(b"250 ok\r\n"))[-1],
    "another code": lambda talk: (talk.say(b"250 ok\r\n"), talk.hear(), talk.say(b"250 ok\r\n"), talk.hear())[-1],
}


@pytest.mark.parametrize("mode", ["relaxed", "strict"], indirect=True)
@pytest.mark.parametrize("trick", sorted(INSTEAD_OF_TLS))
def test_whatever_comes_instead_of_tls_no_envelope_is_sent(
    sending: Gateway, partner_world: World, mode: str, trick: str
) -> None:
    with EvilServer(partner_world, DOMAIN, starttls(INSTEAD_OF_TLS[trick])) as server:
        row = attempt(sending)
    assert row["outcome"] == "deferred" and not row["met"], row
    assert any(b"STARTTLS" in heard for heard in server.heard)
    for heard in server.heard:
        assert b"MAIL" not in heard and b"secret" not in heard and b"bob@" not in heard, heard


def endless(talk: Talk) -> None:
    while True:
        talk.say(b"220-" + b"x" * 1000 + b"\r\n")


def one_endless_line(talk: Talk) -> None:
    talk.say(b"220 ")
    while True:
        talk.say(b"y" * 65536)


GREETINGS: dict[str, Part] = {
    "no code": lambda talk: talk.say(b"hello there\r\n"),
    "code 999": lambda talk: talk.say(b"999 hello\r\n"),
    "code 2500": lambda talk: talk.say(b"2500 hello\r\n"),
    "a changing code": lambda talk: talk.say(b"220-a\r\n250 b\r\n"),
    "only NUL": lambda talk: talk.say(b"\0" * 4000 + b"\r\n"),
    "a long line": lambda talk: talk.say(b"220 " + b"z" * 100_000 + b"\r\n"),
    "lines without end": endless,
    "a line without end": one_endless_line,
}


@pytest.mark.parametrize("mode", ["none"], indirect=True)
@pytest.mark.parametrize("trick", sorted(GREETINGS))
def test_a_greeting_that_is_none_defers_the_mail_and_ends_the_connection(
    sending: Gateway, partner_world: World, mode: str, trick: str
) -> None:
    with EvilServer(partner_world, DOMAIN, GREETINGS[trick]) as server:
        row = attempt(sending)
        server.wait()
    assert row["outcome"] == "deferred", row
    assert server.heard and all(b"MAIL" not in heard for heard in server.heard)
    shows_nothing_raw(sending)


GARBAGE = b"\x1b]0;owned\x07\x1b[2J\x00<script>alert(1)</script>\xff\xfe\xe2\x80\xae\xe2\x80\xa8%n%s\x9b31m"


@pytest.mark.parametrize("mode", ["none"], indirect=True)
def test_what_a_peer_says_reaches_nobody_raw(sending: Gateway, partner_world: World, mode: str) -> None:
    def part(talk: Talk) -> None:
        talk.say(b"220 " + GARBAGE + b"\r\n")
        talk.answer(
            b"250-" + GARBAGE + b"\r\n250 SIZE\r\n",
            b"250 ok\r\n",
            b"450 4.2.0 " + GARBAGE + b"\r\n",
        )
        talk.answer(b"221 bye\r\n")

    with EvilServer(partner_world, DOMAIN, part):
        row = attempt(sending)
    assert row["outcome"] == "deferred", row
    shows_nothing_raw(sending)
    assert "\\x1b" in said(sending)


@pytest.mark.parametrize("mode", ["none"], indirect=True)
def test_a_bounce_quotes_a_peer_without_its_controls(sending: Gateway, partner_world: World, mode: str) -> None:
    def part(talk: Talk) -> None:
        talk.say(b"220 evil.example\r\n")
        talk.answer(b"250 evil.example\r\n", b"250 ok\r\n", b"550 5.1.1 " + GARBAGE + b"\r\n", b"221 bye\r\n")

    partner_world.forget("corp.example")
    with EvilServer(partner_world, DOMAIN, part):
        assert attempt(sending)["outcome"] == "bounced"
    (bounce,) = partner_world.wait("corp.example", 1, timeout=30)
    with open(bounce["path"], "rb") as file:
        content = file.read()
    assert b"550" in content
    assert not [byte for byte in set(RAW) - {9, 13} if bytes([byte]) in content]
    assert b"\xff" not in content and b"\xe2\x80\xae" not in content
