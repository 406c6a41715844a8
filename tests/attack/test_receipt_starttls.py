"""Nothing said before TLS survives it (RFC 3207 4.2, and the injections of 2011 and 2021)."""

from __future__ import annotations

import base64
import ssl
import struct
from collections.abc import Callable

import pytest

from attack_wire import Wire
from lab.gateway import Gateway

Connect = Callable[[str], Wire]

INJECTIONS = [
    "RSET\r\n",
    "MAIL FROM:<evil@world.example>\r\n",
    "EHLO evil.example\r\nMAIL FROM:<evil@world.example>\r\n",
    "NOOP\r\n" * 200,
    "MAIL FR",
    "BDAT 1000\r\n",
]


def proxy_header() -> bytes:
    """PROXY v2: TCP over IPv4 from 198.51.100.7."""
    addresses = bytes([198, 51, 100, 7, 127, 0, 0, 1]) + struct.pack(">HH", 40000, 25)
    return b"\r\n\r\n\x00\r\nQUIT\n\x21\x11" + struct.pack(">H", len(addresses)) + addresses


@pytest.mark.parametrize("listener", ["world", "internal", "old", "balanced"])
@pytest.mark.parametrize("injected", INJECTIONS, ids=lambda text: repr(text[:24]))
def test_commands_injected_before_the_handshake_are_never_read(
    injected: str, listener: str, connect: Connect, trusting: ssl.SSLContext
) -> None:
    wire = connect(listener)
    if listener == "balanced":
        wire.say(proxy_header())
    assert wire.reply()[0] == 220
    # As an attacker in the path would: the commands in the same segment as STARTTLS.
    wire.say("EHLO client.example\r\nSTARTTLS\r\n" + injected)
    assert wire.codes(2) == [250, 220]
    wire.begin_tls(trusting)
    assert wire.ask("VRFY x") == 252, "the first reply is to the first command under TLS"
    assert wire.ask("RCPT TO:<user@corp.example>") == 503, "no transaction was begun"
    assert wire.ask("MAIL FROM:<a@world.example>") == 503, "EHLO is asked for again"
    assert wire.ask("EHLO client.example") == 250


@pytest.mark.parametrize("listener", ["world-tls", "internal-tls"])
def test_starttls_inside_tls_is_refused(
    listener: str, connect: Connect, trusting: ssl.SSLContext
) -> None:
    wire = connect(listener)
    wire.begin_tls(trusting)
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask("STARTTLS") == 503
    assert wire.ask("NOOP") == 250


def test_plaintext_to_an_implicit_tls_listener_gets_no_smtp(connect: Connect) -> None:
    wire = connect("world-tls")
    wire.say("EHLO client.example\r\nMAIL FROM:<a@world.example>\r\n")
    assert b"250" not in wire.rest()


def test_a_tls_hello_to_a_plaintext_listener_ends_the_session(connect: Connect) -> None:
    wire = connect("world")
    assert wire.reply()[0] == 220
    wire.say(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\r\nNOOP\r\n")
    assert wire.reply()[0] == 500
    assert wire.reply()[0] == 0


def test_garbage_instead_of_a_handshake_ends_the_session(connect: Connect) -> None:
    wire = connect("world")
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask("STARTTLS") == 220
    wire.say("MAIL FROM:<a@world.example>\r\nRCPT TO:<user@corp.example>\r\n")
    assert b"250" not in wire.rest()


def test_a_partner_under_policy_is_refused_in_plaintext_and_told_why(
    gateway: Gateway, connect: Connect, domain: str, trusting: ssl.SSLContext
) -> None:
    gateway.cli("policy", "add", "enforced.example", "--mode", "relaxed")
    for _ in range(100):  # a change is in force within a second
        wire = connect("world")
        assert wire.reply()[0] == 220
        assert wire.ask("EHLO mx.enforced.example") == 250
        wire.say("MAIL FROM:<a@enforced.example>\r\n")
        code, text = wire.reply()
        if code == 530:
            break
        assert wire.silent_for(0.02)
        wire.close()
    assert code == 530
    assert text.startswith("5.7.0 Must issue a STARTTLS command first")
    assert "enforced.example" in text
    assert wire.ask("STARTTLS") == 220
    wire.begin_tls(trusting)
    assert wire.ask("EHLO mx.enforced.example") == 250
    assert wire.ask("MAIL FROM:<a@enforced.example>") == 250
    assert wire.ask(f"RCPT TO:<user@{domain}>") == 250


def test_passwords_are_not_asked_for_in_plaintext(connect: Connect) -> None:
    wire = connect("internal")
    assert wire.reply()[0] == 220
    wire.say("EHLO client.example\r\n")
    assert "AUTH" not in wire.reply()[1]
    assert wire.ask("AUTH PLAIN AHVzZXIAcGFzcw==") == 538
    assert wire.ask("AUTH LOGIN") == 538


# Under these a password could be read, or asked for, by whoever stands between.
EXPOSING = {
    "TLS 1.0": (ssl.TLSVersion.TLSv1, "DEFAULT"),
    "TLS 1.1": (ssl.TLSVersion.TLSv1_1, "DEFAULT"),
    "a suite that authenticates nobody": (ssl.TLSVersion.TLSv1_2, "aNULL"),
}


def speaking(version: ssl.TLSVersion, suites: str = "DEFAULT") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.parametrize("how", EXPOSING)
@pytest.mark.parametrize("listener", ["internal", "old"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_passwords_are_not_taken_under_tls_that_exposes_them(listener: str, how: str, connect: Connect) -> None:
    wire = connect(listener)
    assert wire.reply()[0] == 220
    assert (wire.ask("EHLO client.example"), wire.ask("STARTTLS")) == (250, 220)
    wire.begin_tls(speaking(*EXPOSING[how]))
    wire.say("EHLO client.example\r\n")
    assert "AUTH" not in wire.reply()[1]
    wire.say("AUTH PLAIN AHVzZXIAcGFzcw==\r\n")
    code, text = wire.reply()
    assert code == 538 and text.startswith("5.7.11 AUTH needs TLS 1.2 or later"), text
    assert wire.ask("AUTH LOGIN") == 538
    assert wire.ask("MAIL FROM:<anna@corp.example>") == 250, "who needs no password goes on"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_passwords_are_taken_under_tls_that_guards_them(version: ssl.TLSVersion, connect: Connect) -> None:
    wire = connect("internal")
    assert wire.reply()[0] == 220
    assert (wire.ask("EHLO client.example"), wire.ask("STARTTLS")) == (250, 220)
    wire.begin_tls(speaking(version))
    wire.say("EHLO client.example\r\n")
    assert "AUTH PLAIN LOGIN" in wire.reply()[1]
    assert wire.ask("AUTH PLAIN AHVzZXIAcGFzcw==") == 535, "it is looked at, and wrong"


def test_an_unknown_user_is_the_work_of_a_wrong_password(
    connect: Connect, gateway: Gateway, trusting: ssl.SSLContext
) -> None:
    """Else the time of an answer would say who exists."""
    gateway.cli("sender", "add", "--user", "printer", "--password-file", "-", stdin="a long and secret word")

    def work(user: str) -> float:
        spent = 0.0
        words = base64.b64encode(f"\0{user}\0not the password".encode()).decode()
        for _ in range(4):
            wire = connect("internal-tls")
            wire.begin_tls(trusting)
            assert wire.reply()[0] == 220
            assert wire.ask("EHLO client.example") == 250
            before = gateway.processor_time()
            assert [wire.ask(f"AUTH PLAIN {words}") for _ in range(3)][:2] == [535, 535]
            spent += gateway.processor_time() - before
        return spent

    known, unknown = work("printer"), work("nobody")
    assert known / 2 < unknown < known * 2
