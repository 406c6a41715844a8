"""Postfix, Exim and OpenSMTPD hand mail to the gateway, as an organisation's internal servers do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from peers import Peer
from town import Town, compose, lf, new_marker

BODIES = {
    "plain text": b"hello\r\n",
    "lines that begin with dots": b".\r\n..\r\n.hidden\r\n.\r\n",
    "8-bit text": "Grüße aus Köln, 東京\r\n".encode(),
    "lines of 990 octets": b"x" * 990 + b"\r\n",
}


def _hand_over(town: Town, peer: str, partner: str, body: bytes) -> tuple[Peer, bytes]:
    """sendmail -> peer -> gateway -> partner; asserts that the bytes arrive; returns what did."""
    marker = new_marker()
    message = compose(marker, body)
    server = town.peers[peer]
    server.sendmail(f"anna@{peer}.example", [f"bob@{partner}"], lf(message))
    [arrived] = town.partner_mail(partner, marker)
    raw = Path(arrived["path"]).read_bytes()
    if peer != "opensmtpd":  # it writes the header anew, in an order of its own
        assert raw.endswith(message), raw
    assert raw.endswith(b"\r\n\r\n" + body), raw
    return server, raw


def test_a_server_hands_mail_over_with_the_gateway_verified(town: Town, peer: str) -> None:
    server, raw = _hand_over(town, peer, "trusted.example", b"hello\r\n")
    assert b"with ESMTPS" in _trace_of_the_gateway(town, raw)
    proof = {
        "postfix": "Verified TLS connection established to 127.0.0.1",
        "exim": "CV=yes",
        "opensmtpd": 'server-cert-check result="success"',
    }[peer]
    assert server.says(proof), server.said()


def test_a_server_hands_mail_over_with_opportunistic_tls(town: Town, peer: str) -> None:
    _, raw = _hand_over(town, peer, "self-signed.example", b"hello\r\n")
    assert b"with ESMTPS" in _trace_of_the_gateway(town, raw)


def test_a_server_hands_mail_over_in_clear(town: Town, peer: str) -> None:
    _, raw = _hand_over(town, peer, "no-starttls.example", b"hello\r\n")
    assert b"with ESMTP " in _trace_of_the_gateway(town, raw)


@pytest.mark.parametrize("body", BODIES.values(), ids=[name.replace(" ", "-") for name in BODIES])
def test_content_crosses_from_a_server_to_a_partner_byte_for_byte(town: Town, peer: str, body: bytes) -> None:
    _hand_over(town, peer, "trusted.example", body)


def test_exim_hands_mail_over_in_chunks_and_pipelined(town: Town) -> None:
    server, raw = _hand_over(town, "exim", "trusted.example", b"in chunks\r\n")
    deliveries = [line for line in server.log().splitlines() if "bob@trusted.example" in line and " => " in line]
    assert " K " in deliveries[-1], deliveries
    assert " L " in deliveries[-1], deliveries
    assert b"in chunks" in raw


@pytest.mark.parametrize(("peer", "other"), [("postfix", "exim"), ("exim", "opensmtpd"), ("opensmtpd", "postfix")])
def test_20_mebibytes_cross_the_gateway_between_two_servers(town: Town, peer: str, other: str) -> None:
    marker = new_marker()
    body = (b"0123456789abcdef" * 4 + b"\r\n") * (20 * 1024 * 1024 // 66)
    message = compose(marker, body)
    town.peers[peer].sendmail(f"anna@{peer}.example", [f"bob@plaintext.{other}.example"], lf(message))
    [kept] = town.peers[other].box.wait(marker)
    assert hashlib.sha256(kept.body()).digest() == hashlib.sha256(lf(body)).digest()


def _trace_of_the_gateway(town: Town, raw: bytes) -> bytes:
    """The gateway's Received field, unfolded: the first one in the message."""
    header = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n\t", b" ").replace(b"\r\n ", b" ")
    first = next(line for line in header.split(b"\r\n") if line.startswith(b"Received:"))
    assert b"by " + town.world.facts["gateway"]["hostname"].encode() in first
    return first
