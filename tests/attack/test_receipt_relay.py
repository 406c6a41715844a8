"""The gateway is no open relay, whatever is tried: 550 5.7.1, or a syntax error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attack_wire import Wire

Connect = Callable[[str], Wire]

# {d}: a domain of ours. None of these may be taken from the world.
RECIPIENTS = [
    "<x@relay.example>",
    "<x@RELAY.example>",
    "<x%relay.example@{d}>",
    "<x%relay.example%{d}@{d}>",
    "<relay.example!x@{d}>",
    "<{d}!relay.example!x@{d}>",
    "<@{d}:x@relay.example>",
    "<@{d},@relay.example:x@relay.example>",
    "<@relay.example:x%relay.example@{d}>",
    '<"x@relay.example"@{d}>',
    '<"x%relay.example"@{d}>',
    '<"relay.example!x"@{d}>',
    "<x@relay.example@{d}>",
    "<x@{d}@relay.example>",
    "<x%relay.example>",
    "<relay.example!x>",
    '<"x@relay.example">',
    "<x@{d}.relay.example>",
    "<x@not{d}>",
    "<x@{d}.>",
    "<x@[127.0.0.1]>",
    "<x@[IPv6:::1]>",
    "<x@127.0.0.1>",
    "<x@localhost>",
    "<x@>",
    "<@{d}>",
    "<x>",
    "x@{d}",
    "<x@{d}",
    "x@{d}>",
    "<x @{d}>",
    "<x@ {d}>",
    "<x@{d}><x@relay.example>",
    "<x@{d}>,<x@relay.example>",
    "<x@{d}> <x@relay.example>",
    "<x@{d},x@relay.example>",
    "<x@{d};x@relay.example>",
    "<(comment)x@{d}>",
    "<x@relay.example(@{d})>",
    "<x@relay.example\\@{d}>",
    "<x@relay.example#@{d}>",
    "<x@relay.example\x00@{d}>",
    "<x@relay.example\t@{d}>",
    "<x@\u0440elay.example>",
    "<x\uff20relay.example@{d}>",
    "<x\uff05relay.example@{d}>",
]

SENDERS = [
    "a@world.example",
    "user@{d}",
    "postmaster@{d}",
    "",
    "a@localhost",
    "a@[127.0.0.1]",
    "x%{d}@world.example",
    "@{d}:a@world.example",
]


@pytest.mark.parametrize("recipient", RECIPIENTS, ids=repr)
@pytest.mark.parametrize("smtputf8", ["", " SMTPUTF8"], ids=["ascii", "smtputf8"])
def test_the_world_cannot_relay_by_any_spelling_of_a_recipient(
    recipient: str, smtputf8: str, connect: Connect, domain: str
) -> None:
    wire = connect("world")
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask(f"MAIL FROM:<a@world.example>{smtputf8}") == 250
    code = wire.ask(f"RCPT TO:{recipient.format(d=domain)}")
    assert 500 <= code <= 555, f"{recipient} was answered {code}"
    # A NUL ends the session; otherwise there is nobody to send to.
    assert wire.ask("DATA") in (0, 554)


@pytest.mark.parametrize("sender", SENDERS, ids=repr)
@pytest.mark.parametrize("listener", ["world", "balanced"])
def test_no_sender_opens_the_relay(
    sender: str, listener: str, connect: Connect, domain: str
) -> None:
    wire = connect(listener)
    if listener == "balanced":
        wire.say(b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00")  # LOCAL: the balancer's own address
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask(f"MAIL FROM:<{sender.format(d=domain)}>") == 250
    assert wire.ask("RCPT TO:<x@relay.example>") == 550


def test_a_name_of_ours_in_hello_opens_nothing(connect: Connect, domain: str) -> None:
    for name in (domain, "localhost", "[127.0.0.1]", f"mail.{domain}"):
        wire = connect("world")
        assert wire.reply()[0] == 220
        assert wire.ask(f"EHLO {name}") == 250
        assert wire.ask(f"MAIL FROM:<user@{domain}>") == 250
        assert wire.ask("RCPT TO:<x@relay.example>") == 550


def test_an_internal_server_sends_for_its_own_domains_alone(connect: Connect, domain: str) -> None:
    wire = connect("internal")
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO mail.corp.example") == 250
    for sender in ("a@world.example", f"a@not{domain}", "a@[127.0.0.1]", f"a@{domain}.world.example"):
        assert wire.ask(f"MAIL FROM:<{sender}>") == 550, sender
    assert wire.ask(f"MAIL FROM:<a@{domain}>") == 250


def test_vrfy_and_expn_tell_nobody_who_is_here(connect: Connect, domain: str) -> None:
    wire = connect("world")
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask(f"VRFY user@{domain}") == wire.ask("VRFY nobody@nowhere.example") == 252
    assert wire.ask("EXPN staff") == 502
