"""A browser that is led to a mail server, and a mail client to a web server, obtain nothing from either (ALPACA)."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest

from attack_tower import HTTPS, IMPLICIT, MAIL, STARTTLS, Tower
from attack_wire import Wire
from lab.client import World

SCRIPT = b"<script>alert(1)</script>"
COMMANDS = (
    b"EHLO evil.example\r\nMAIL FROM:<anna@corp.example>\r\nRCPT TO:<user@corp.example>\r\n"
    b"DATA\r\nSubject: posted\r\n\r\n" + SCRIPT + b"\r\n.\r\nQUIT\r\n"
)
_ENTITY = b"Host: gateway.example\r\nContent-Length: %d\r\n\r\n" % len(COMMANDS) + COMMANDS
REQUESTS = {
    "a GET with a body": b"GET /" + SCRIPT + b" HTTP/1.1\r\n" + _ENTITY,
    "a POST": b"POST / HTTP/1.1\r\n" + _ENTITY,
    "a POST in small letters": b"post / http/1.1\r\n" + _ENTITY,
    "a PUT": b"PUT / HTTP/1.1\r\n" + _ENTITY,
    "a preflight": b"OPTIONS / HTTP/1.1\r\n" + _ENTITY,
    "a method of its own": b"PROPFIND / HTTP/1.1\r\n" + _ENTITY,
    "a method that is ours": b"NOOP / HTTP/1.1\r\n" + _ENTITY,
    "a header first": b"User-Agent: " + SCRIPT + b"\r\n" + _ENTITY,
    "HTTP/2 foreknown": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + COMMANDS,
}


@pytest.fixture(scope="module")
def tower(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tower]:
    with Tower.start(tmp_path_factory.mktemp("tower"), world) as running:
        yield running


@pytest.fixture
def secured(tower: Tower, trusting: ssl.SSLContext) -> Iterator[Callable[[str], Wire]]:
    """Connects to a server by name, and is under TLS with it."""
    opened: list[Wire] = []

    def open_one(server: str) -> Wire:
        wire = tower.before_tls(server)
        opened.append(wire)
        wire.begin_tls(trusting, tower.hostname)
        return wire

    yield open_one
    for wire in opened:
        wire.close()


def accepted(tower: Tower) -> int:
    """How many messages the gateway has ever taken."""
    return tower.gateway.log().count("event=message-accepted")


def is_turned_away(wire: Wire) -> bool:
    """One line that says no, without a word of the request, and the end."""
    said = wire.rest()
    return said.startswith(b"500 ") and said.count(b"\n") == 1 and b"script" not in said


@pytest.mark.parametrize("request_sent", REQUESTS.values(), ids=list(REQUESTS))
@pytest.mark.parametrize("server", STARTTLS)
def test_a_request_in_plaintext_is_no_mail(server: str, request_sent: bytes, tower: Tower) -> None:
    wire = tower.connect(server)
    assert wire.reply()[0] == 220
    assert obeys_nothing(wire, request_sent)
    assert accepted(tower) == 0


@pytest.mark.parametrize("request_sent", REQUESTS.values(), ids=list(REQUESTS))
@pytest.mark.parametrize("server", MAIL)
def test_a_request_under_tls_is_no_mail(
    server: str, request_sent: bytes, tower: Tower, secured: Callable[[str], Wire]
) -> None:
    wire = secured(server)
    if server in IMPLICIT:
        assert wire.reply()[0] == 220
    assert obeys_nothing(wire, request_sent)
    assert accepted(tower) == 0


def obeys_nothing(wire: Wire, request_sent: bytes) -> bool:
    wire.say(request_sent)
    if request_sent.startswith(b"NOOP"):
        assert wire.reply()[0] == 250, "what follows it gives the browser away"
    return is_turned_away(wire)


def test_mail_that_is_no_request_is_taken_all_the_same(tower: Tower, secured: Callable[[str], Wire]) -> None:
    """What the requests above hold would be obeyed, were it not for the request around it."""
    wire = secured("internal-tls")
    wire.say(COMMANDS)
    assert wire.codes(8) == [220, 250, 250, 250, 354, 250, 221, 0]
    assert accepted(tower) == 1


@pytest.mark.parametrize("server", HTTPS)
@pytest.mark.parametrize("words", [COMMANDS, b"a001 LOGIN anna " + SCRIPT + b"\r\n", b"USER " + SCRIPT + b"\r\n"])
def test_other_protocols_get_one_error_of_a_web_server(
    words: bytes, server: str, secured: Callable[[str], Wire]
) -> None:
    wire = secured(server)
    wire.say(words)
    said = wire.rest()
    assert said.startswith(b"HTTP/1.1 400 "), said
    assert said.count(b"HTTP/1.1") == 1 and b"script>alert" not in said


@pytest.mark.parametrize("server", HTTPS)
@pytest.mark.parametrize("words", [COMMANDS, b"GET / HTTP/1.1\r\nHost: gateway.example\r\n\r\n"], ids=["mail", "web"])
def test_a_web_server_under_tls_answers_nothing_in_plaintext(words: bytes, server: str, tower: Tower) -> None:
    wire = tower.connect(server)
    wire.say(words)
    assert b"HTTP" not in wire.rest()


@pytest.mark.parametrize(("server", "status"), [("admin", b"421"), ("site", b"404")])
def test_a_request_for_another_site_finds_nothing(server: str, status: bytes, secured: Callable[[str], Wire]) -> None:
    """The certificate may be good for the other site too: the name in the request decides."""
    wire = secured(server)
    wire.say(b"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
    assert wire.rest().startswith(b"HTTP/1.1 " + status)


def test_the_administration_is_not_shown_under_a_foreign_name(tower: Tower, trusting: ssl.SSLContext) -> None:
    """A proxy in front may name anything in its hello; a browser that does has named it in its request as well."""
    wire = tower.connect("admin")
    wire.begin_tls(trusting, "shop.example")
    wire.say(b"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
    assert wire.rest().startswith(b"HTTP/1.1 421")
    wire.close()
