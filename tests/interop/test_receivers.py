"""The gateway delivers to Postfix, Exim and OpenSMTPD."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest

from peers import SIZE_LIMIT
from town import Town, compose, lf, new_marker

SENDER = "anna@trusted.example"
OWN = "anna@corp.example"

# Debian 12 links OpenSMTPD 6.8 against OpenSSL 3, where its private key process cannot sign: it offers
# STARTTLS and then fails every handshake (OpenSMTPD issue 1171, repaired in 7.3). So as a server with TLS
# it is one of the broken partners, and the tests say what the gateway does with such a one.
SIGNS = ("postfix", "exim")

BODIES = {
    "lines of 998 octets": b"x" * 998 + b"\r\n" + b"y" * 997 + b"\r\n",
    "lines that begin with dots": b".\r\n..\r\n...\r\n.hidden\r\n\r\n.\r\n",
    "8-bit text": "Grüße aus Köln, 東京, Ωmega\r\n".encode(),
    "trailing blanks and empty lines": b"a \r\n\t\r\n\r\n\r\nlast without much \t\r\n\r\n",
    "words that mbox would quote": b"From here on\r\n>From there\r\nFrom \r\n",
    "no text at all": b"",
}


def _arrives_unchanged(town: Town, peer: str, domain: str, body: bytes) -> str:
    """Sends a message through the gateway; asserts that its bytes arrive; returns the header."""
    marker = new_marker()
    message = compose(marker, body)
    town.send(message, SENDER, [f"bob@{domain}"], mail_options=["BODY=8BITMIME"])
    [kept] = town.peers[peer].box.wait(marker)
    assert kept.raw.endswith(lf(message)), kept.raw[-2000:]
    return kept.header()


def test_the_gateway_delivers_in_clear_to_a_server_without_tls(town: Town, peer: str) -> None:
    header = _arrives_unchanged(town, peer, f"plaintext.{peer}.example", b"hello\r\n")
    assert f"by {town.world.facts['gateway']['hostname']}" in header


@pytest.mark.parametrize("peer", SIGNS, indirect=True)
def test_the_gateway_delivers_under_strict_to_a_trusted_server(town: Town, peer: str) -> None:
    header = _arrives_unchanged(town, peer, f"trusted.{peer}.example", b"hello\r\n")
    trace = header.partition("\nReceived: ")[2] or header
    assert "TLS1.3" in trace or "TLSv1.3" in trace, header


@pytest.mark.parametrize("peer", SIGNS, indirect=True)
def test_the_gateway_delivers_under_relaxed_to_a_self_signed_server(town: Town, peer: str) -> None:
    header = _arrives_unchanged(town, peer, f"relaxed.{peer}.example", b"hello\r\n")
    assert "TLS1.3" in header or "TLSv1.3" in header, header


def test_strict_refuses_a_self_signed_server_and_the_sender_reads_why(town: Town, peer: str) -> None:
    marker = new_marker()
    domain = f"refused.{peer}-partner.example"
    town.send(compose(marker, b"secret\r\n"), OWN, [f"bob@{domain}"], listener="internal")
    [bounce] = town.partner_mail("corp.example", marker)
    text = open(bounce["path"], encoding="utf-8", errors="replace").read()
    assert f"bob@{domain}" in text
    assert "Status: 5.7." in text
    assert town.peers[peer].box.mail(marker) == []


def test_strict_waits_for_a_server_whose_handshake_fails_and_never_falls_back(town: Town) -> None:
    marker = new_marker()
    town.send(compose(marker, b"secret\r\n"), SENDER, ["bob@trusted.opensmtpd.example"])
    attempts = _attempts(town, "trusted.opensmtpd.example")
    assert attempts and all(one["met"] is False for one in attempts), attempts
    assert {one["reason"] for one in attempts} == {"handshake-failed"}
    assert town.peers["opensmtpd"].box.mail(marker) == []


def _attempts(town: Town, domain: str) -> list[dict[str, Any]]:
    """The evidence of deliveries to a domain, once there is some; the outbox empties in moments."""
    for _ in range(200):
        rows = town.gateway.json("evidence", "list", "--limit", "500")
        rows = [row for row in rows if row["domain"] == domain and row["hop"].startswith("gateway-to-")]
        if rows:
            return rows
    raise AssertionError(f"no evidence of a delivery to {domain}")


@pytest.mark.parametrize("body", BODIES.values(), ids=[name.replace(" ", "-") for name in BODIES])
def test_content_arrives_byte_for_byte(town: Town, peer: str, body: bytes) -> None:
    way = "trusted" if peer in SIGNS else "plaintext"
    _arrives_unchanged(town, peer, f"{way}.{peer}.example", body)


def test_a_message_of_20_mebibytes_arrives_with_the_same_hash(town: Town, peer: str) -> None:
    marker = new_marker()
    line = random.Random(20).randbytes(54).hex().encode()[:76] + b"\r\n"
    message = compose(marker, line * (20 * 1024 * 1024 // len(line)))
    town.send(message, SENDER, [f"bob@plaintext.{peer}.example"])
    [kept] = town.peers[peer].box.wait(marker)
    expected = lf(message)
    assert hashlib.sha256(kept.raw[-len(expected) :]).digest() == hashlib.sha256(expected).digest()


def test_a_message_beyond_the_size_that_a_server_names_bounces_with_that_reason(town: Town, peer: str) -> None:
    marker = new_marker()
    message = compose(marker, (b"z" * 76 + b"\r\n") * (SIZE_LIMIT // 78 + 10000))
    town.send(message, SENDER, [f"bob@plaintext.{peer}.example"])
    [bounce] = town.partner_mail("trusted.example", marker)
    text = open(bounce["path"], encoding="utf-8", errors="replace").read()
    assert "Status: 5.3.4" in text
    assert town.peers[peer].box.mail(marker) == []


def test_a_hundred_recipients_all_get_their_copy(town: Town, peer: str) -> None:
    marker = new_marker()
    recipients = [f"bob{number}@plaintext.{peer}.example" for number in range(100)]
    town.send(compose(marker, b"to many\r\n"), SENDER, recipients)
    kept = town.peers[peer].box.wait(marker, count=100)
    assert len(kept) == 100


def test_the_gateway_pipelines_and_sends_chunks_to_who_offers_both(town: Town) -> None:
    marker = new_marker()
    recipients = [f"{name}@trusted.exim.example" for name in ("bob", "carl")]
    town.send(compose(marker, b"hello\r\n"), SENDER, recipients)
    town.peers["exim"].box.wait(marker, count=2)
    [arrival] = [line for line in town.peers["exim"].log().splitlines() if marker in line and " <= " in line]
    assert " K " in arrival  # Exim's mark for BDAT
    assert " L. " in arrival  # and for pipelining; the dot: not before the greeting


@pytest.mark.parametrize("peer", SIGNS, indirect=True)
def test_an_internationalised_address_is_delivered_to_who_speaks_smtputf8(town: Town, peer: str) -> None:
    marker = new_marker()
    message = compose(marker, "Grüße\r\n".encode(), subject="Schöne Grüße")
    with town.gateway.client("world") as connection:
        connection.starttls()
        connection.ehlo()
        assert connection.mail(SENDER, ["SMTPUTF8", "BODY=8BITMIME"])[0] == 250
        connection.command_encoding = "utf-8"
        assert connection.rcpt(f"jörg@trusted.{peer}.example")[0] == 250
        assert connection.data(message)[0] == 250
    [kept] = town.peers[peer].box.wait(marker)
    assert kept.raw.endswith(lf(message))


def test_an_internationalised_address_bounces_for_who_does_not_speak_smtputf8(town: Town) -> None:
    marker = new_marker()
    with town.gateway.client("world") as connection:
        connection.starttls()
        connection.ehlo()
        assert connection.mail(SENDER, ["SMTPUTF8", "BODY=8BITMIME"])[0] == 250
        connection.command_encoding = "utf-8"
        assert connection.rcpt("jörg@plaintext.opensmtpd.example")[0] == 250
        assert connection.data(compose(marker, b"hello\r\n"))[0] == 250
    [bounce] = town.partner_mail("trusted.example", marker)
    assert "Status: 5.6.7" in open(bounce["path"], encoding="utf-8", errors="replace").read()


def test_a_requested_delivery_notice_comes_back_through_the_gateway(town: Town, peer: str) -> None:
    marker = new_marker()
    recipient = f"bob@plaintext.{peer}.example"
    town.send(
        compose(marker, b"tell me\r\n"),
        SENDER,
        [recipient],
        mail_options=["RET=HDRS", f"ENVID={marker}"],
        rcpt_options=["NOTIFY=SUCCESS,FAILURE", f"ORCPT=rfc822;{recipient}"],
    )
    town.peers[peer].box.wait(marker)
    [notice] = town.partner_mail("trusted.example", marker)
    text = open(notice["path"], encoding="utf-8", errors="replace").read()
    assert "Action: delivered" in text
    assert f"mail.{peer}.example" in text
