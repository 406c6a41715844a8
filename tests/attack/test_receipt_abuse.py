"""BDAT abuse, floods, bombs, other protocols, and bytes that are meant for somebody's terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attack_wire import Wire
from lab.gateway import Gateway

Connect = Callable[[str], Wire]


def greeted(connect: Connect, listener: str = "world") -> Wire:
    wire = connect(listener)
    assert wire.reply()[0] == 220
    assert wire.ask("EHLO client.example") == 250
    return wire


def addressed(connect: Connect, domain: str) -> Wire:
    wire = greeted(connect)
    assert wire.ask("MAIL FROM:<a@world.example>") == 250
    assert wire.ask(f"RCPT TO:<user@{domain}>") == 250
    return wire


def test_the_octets_of_refused_chunks_are_never_commands(connect: Connect, domain: str) -> None:
    wire = greeted(connect)
    wire.say("BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
    assert wire.codes(3) == [503, 503, 250]
    assert wire.ask("MAIL FROM:<a@world.example>") == 250
    wire.say("RCPT TO:<x@relay.example>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
    assert wire.codes(3) == [550, 554, 250]


@pytest.mark.parametrize(
    "size", ["", "x", "-1", "+5", "0x10", "5 FIRST", "4294967296", "18446744073709551616", "9" * 30]
)
def test_a_chunk_of_unknown_or_absurd_size_ends_the_session(
    size: str, connect: Connect, domain: str
) -> None:
    wire = addressed(connect, domain)
    wire.say(f"BDAT {size}\r\nNOOP\r\nMAIL FROM:<evil@world.example>\r\n")
    assert wire.reply()[0] in (501, 552)
    assert wire.rest() == b""


def test_chunks_and_data_do_not_mix(connect: Connect, domain: str) -> None:
    wire = addressed(connect, domain)
    wire.say(f"BDAT 2\r\n\r\nDATA\r\nRCPT TO:<b@{domain}>\r\nMAIL FROM:<>\r\nRSET\r\n")
    assert wire.codes(5) == [250, 503, 503, 503, 250]


def test_a_message_in_many_small_chunks_has_the_same_limit(connect: Connect, domain: str) -> None:
    wire = addressed(connect, domain)
    chunk = b"x" * 60 + b"\r\n"
    block = (b"BDAT %d\r\n" % (len(chunk) * 1000) + chunk * 1000) * 20
    wire.say(block)
    assert 552 in wire.codes(20)
    assert wire.ask("NOOP") == 250


def test_a_message_too_large_is_refused_by_word_and_by_deed(connect: Connect, domain: str) -> None:
    wire = greeted(connect)
    assert wire.ask("MAIL FROM:<a@world.example> SIZE=99999999") == 552
    assert wire.ask("MAIL FROM:<a@world.example> SIZE=18446744073709551615") == 552
    wire = addressed(connect, domain)
    assert wire.ask("DATA") == 354
    wire.say(b"Subject: big\r\n\r\n" + (b"x" * 70 + b"\r\n") * 16_000)
    assert wire.ask(".") == 552
    assert wire.ask("NOOP") == 250


def test_a_header_bomb_is_refused(connect: Connect, domain: str) -> None:
    for bomb in (b"X-Bomb: y\r\n" * 10_000, b"Subject:" + b" x\r\n" * 30_000 + b"\r\n"):
        wire = addressed(connect, domain)
        assert wire.ask("DATA") == 354
        wire.say(bomb)
        assert wire.ask("\r\nbody\r\n.") == 552


def test_a_loop_is_found(connect: Connect, domain: str) -> None:
    wire = addressed(connect, domain)
    assert wire.ask("DATA") == 354
    wire.say("Received: from a by b; Mon, 23 Nov 2026 15:46:16 +0000\r\n" * 60)
    assert wire.ask("\r\nbody\r\n.") == 554


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\nMAIL FROM:<evil@world.example>\r\n",
        b"CONNECT mail:25 HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"NOOP\nNOOP\r\n",
        b"NO\x00OP\r\nNOOP\r\n",
        b"NO\rOP\r\nNOOP\r\n",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_other_protocols_and_odd_lines_end_the_session(line: bytes, connect: Connect) -> None:
    wire = connect("world")
    assert wire.reply()[0] == 220
    wire.say(line)
    assert wire.reply()[0] == 500
    assert wire.rest() == b""


def test_too_many_errors_end_the_session(connect: Connect) -> None:
    wire = greeted(connect)
    wire.say("XYZZY\r\n" * 40)
    assert wire.codes(22) == [500] * 20 + [421, 0]


def test_an_endless_line_ends_the_session(connect: Connect) -> None:
    wire = greeted(connect)
    try:
        wire.say(b"x" * (4 << 20))
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert wire.reply()[0] in (500, 0)


def test_a_client_that_crawls_is_ended_like_a_silent_one(connect: Connect) -> None:
    wire = greeted(connect)
    sent = 0
    for letter in b"NOOP " + b"x" * 200:  # idle is two seconds here
        wire.say(bytes([letter]))
        sent += 1
        if not wire.silent_for(0.1):
            break
    assert sent < 100, "a byte now and then must not hold the session open"
    assert wire.reply()[0] == 421


def test_pipelined_commands_are_all_answered_in_order(connect: Connect, domain: str) -> None:
    wire = greeted(connect)
    wire.say(
        f"MAIL FROM:<a@world.example>\r\nRCPT TO:<a@{domain}>\r\nRCPT TO:<x@relay.example>\r\n"
        f"RCPT TO:<b@{domain}>\r\nNOOP\r\nDATA\r\n"
    )
    assert wire.codes(6) == [250, 250, 550, 250, 250, 354]
    wire.say("Subject: x\r\n\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert wire.codes(3) == [250, 250, 221]


def test_no_byte_of_a_client_reaches_the_log_raw(
    gateway: Gateway, connect: Connect, domain: str
) -> None:
    escape = "\x1b]0;owned\x07"
    wire = connect("world")
    assert wire.reply()[0] == 220
    assert wire.ask(f"EHLO {escape}") == 501
    assert wire.ask("EHLO a.example) level=error fake=(") == 501
    assert wire.ask("EHLO client.example") == 250
    assert wire.ask(f"MAIL FROM:<{escape}@world.example>") == 501
    assert wire.ask("MAIL FROM:<a\u202eb@world.example> SMTPUTF8") == 250
    assert wire.ask(f'RCPT TO:<"a{escape}"@{domain}>') == 501
    assert wire.ask(f"NOOPE{escape} event=message-accepted") == 500
    assert wire.ask(f"{escape} event=message-accepted") == 500, "no letter: another protocol"
    assert wire.rest() == b""
    log = gateway.log()
    assert "\x1b" not in log and "\x07" not in log and "\u202e" not in log
    assert all(line.isprintable() for line in log.splitlines())


def test_replies_carry_no_byte_of_the_client(connect: Connect, domain: str) -> None:
    wire = greeted(connect)
    for command in (f"RCPT TO:<{'x' * 40}@relay.example>", "<b>FOO</b>", "AUTH <script>", "VRFY <i>"):
        wire.say(command + "\r\n")
        text = wire.reply()[1]
        assert "<" not in text and "xxxx" not in text


def test_the_banner_tells_no_software_or_version(connect: Connect) -> None:
    code, text = connect("world").reply()
    assert code == 220
    assert "ostern" not in text and not any(letter.isdigit() for letter in text.split()[-1])
