"""What the mail servers do, each in its own way, seen with smtplib and with bare sockets."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from lab_helpers import Connect, old_client, relaxed_client, strict_client
from lab.client import LabError, World
from lab.model import STEPS

TEXT = b"Subject: hello\r\n\r\nGood morning.\r\n"


def _mx(world: World, posture: str) -> dict[str, Any]:
    return world.partner(posture)["mx"][0]


def _secured(world: World, smtp: Connect, posture: str) -> smtplib.SMTP:
    client = smtp(_mx(world, posture))
    assert client.starttls(context=relaxed_client())[0] == 220
    return client


def _bare(server: dict[str, Any]) -> socket.socket:
    return socket.create_connection((server["address"], server["port"]), timeout=5)


def _talk(connection: socket.socket, *lines: bytes) -> list[bytes]:
    """Sends all at once, closes its side, and returns every line that comes back."""
    connection.sendall(b"".join(line + b"\r\n" for line in lines))
    connection.shutdown(socket.SHUT_WR)
    with connection, connection.makefile("rb") as answers:
        return answers.read().splitlines()


def test_a_message_is_kept_with_its_envelope_and_its_tls(world: World, smtp: Connect) -> None:
    server = _mx(world, "trusted-rsa")
    client = smtp(server)
    client.starttls(context=strict_client(world))
    body = b"Subject: dots\r\n\r\n.one\r\n..two\r\n"
    client.sendmail("a@client.example", ["x@trusted-rsa.example", "y@trusted-rsa.example"], body)
    [message] = world.wait("trusted-rsa.example")
    assert Path(message["path"]).read_bytes() == body
    assert Path(message["path"]).with_suffix(".json").exists()
    assert message["sender"] == "a@client.example"
    assert message["recipients"] == ["x@trusted-rsa.example", "y@trusted-rsa.example"]
    assert message["tls"]["version"] == "TLSv1.3"
    assert message["tls"]["sni"] == "mx.trusted-rsa.example"
    assert message["ehlo"] == "client.example" and message["peer"] == "127.0.0.1"
    assert message["commands"][1] == "STARTTLS"
    assert not message["bare_line_ends"] and not message["eight_bit"]


def test_plaintext_mail_is_recorded_as_such(world: World, smtp: Connect) -> None:
    client = smtp(_mx(world, "no-starttls"))
    client.sendmail("a@client.example", ["x@no-starttls.example"], TEXT)
    [message] = world.wait("no-starttls.example")
    assert message["tls"] is None


def test_an_empty_message_and_bare_line_ends_are_seen(world: World, smtp: Connect) -> None:
    server = _mx(world, "no-smtputf8")
    envelope = (b"EHLO c", b"MAIL FROM:<>", b"RCPT TO:<a@no-smtputf8.example>", b"DATA")
    _talk(_bare(server), *envelope, b".", b"QUIT")
    _talk(_bare(server), *envelope, b"a\nb\rc", b".", b"QUIT")
    empty, bare = world.wait("no-smtputf8.example", 2)
    assert empty["size"] == 0 and empty["sender"] == ""
    assert bare["bare_line_ends"] == 2


def test_chunks_are_joined_and_kept_as_sent(world: World) -> None:
    talk = (
        b"EHLO c", b"MAIL FROM:<a@c.example>", b"RCPT TO:<x@chunking.example>", b"BDAT 5",
    )  # fmt: skip
    connection = _bare(_mx(world, "chunking"))
    connection.sendall(b"\r\n".join(talk) + b"\r\nA: b\n" + b"BDAT 3 LAST\r\n\r\n.")
    answers = _talk(connection, b"QUIT")
    [message] = world.wait("chunking.example")
    assert Path(message["path"]).read_bytes() == b"A: b\n\r\n."
    assert b"250 2.0.0 Message taken" in answers


def test_greylisting_refuses_once_and_then_accepts(world: World, smtp: Connect) -> None:
    client = _secured(world, smtp, "greylisting")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("a@c.example", ["x@greylisting.example"], TEXT)
    assert refused.value.recipients["x@greylisting.example"][0] == 451
    assert client.sendmail("a@c.example", ["x@greylisting.example"], TEXT) == {}


@pytest.mark.parametrize(
    ("posture", "step", "code"),
    [
        ("rejects-sender", "mail", 550),
        ("shuts-down-at-mail", "mail", 421),
        ("rejects-recipients", "rcpt", 550),
        ("data-4xx", "dot", 451),
        ("data-5xx", "dot", 554),
    ],
)
def test_refusals_come_at_their_step(
    posture: str, step: str, code: int, world: World, smtp: Connect
) -> None:
    client = _secured(world, smtp, posture)
    client.ehlo()
    codes = {"mail": client.mail("a@c.example")[0]}
    if codes["mail"] == 250:
        codes["rcpt"] = client.rcpt(f"x@{posture}.example")[0]
    if codes.get("rcpt") == 250:
        codes["dot"] = client.data(TEXT)[0]
    assert codes.pop(step) == code
    assert set(codes.values()) <= {250}
    assert world.mail(f"{posture}.example") == []


def test_few_recipients_are_taken_and_known_users_only(world: World, smtp: Connect) -> None:
    client = _secured(world, smtp, "few-recipients")
    refused = client.sendmail("a@c.example", [f"{x}@few-recipients.example" for x in "abc"], TEXT)
    assert {who: answer[0] for who, answer in refused.items()} == {"c@few-recipients.example": 452}
    client = _secured(world, smtp, "known-users")
    people = ["alice@known-users.example", "eve@known-users.example"]
    assert list(client.sendmail("a@c.example", people, TEXT)) == ["eve@known-users.example"]


@pytest.mark.parametrize(
    ("posture", "ended"),
    [
        ("drops-at-mail", "dropped at mail"),
        ("drops-at-data", "dropped at data"),
        ("drops-in-message", "dropped at body"),
        ("drops-after-message", "dropped at dot"),
    ],
)
def test_connections_are_lost_where_the_posture_says(
    posture: str, ended: str, world: World, smtp: Connect
) -> None:
    client = _secured(world, smtp, posture)
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        client.sendmail("a@c.example", [f"x@{posture}.example"], TEXT * 1000)
    assert world.wait_sessions(f"{posture}.example")[-1]["ended"] == ended
    assert world.mail(f"{posture}.example") == []


def test_extensions_are_announced_and_held_to(world: World, smtp: Connect) -> None:
    announced = {}
    for posture in ("trusted", "no-8bitmime", "no-pipelining", "minimal", "requiretls", "chunking"):
        client = _secured(world, smtp, posture)
        client.ehlo()
        announced[posture] = set(client.esmtp_features)
    assert {"8bitmime", "smtputf8", "pipelining", "size", "dsn"} <= announced["trusted"]
    assert "8bitmime" not in announced["no-8bitmime"]
    assert "pipelining" not in announced["no-pipelining"]
    assert announced["minimal"] == set()
    assert "requiretls" in announced["requiretls"] and "chunking" in announced["chunking"]
    assert client.docmd("MAIL FROM:<a@c.example> REQUIRETLS")[0] == 555
    small = _secured(world, smtp, "small-messages")
    small.ehlo()
    assert small.docmd("MAIL FROM:<a@c.example> SIZE=10001")[0] == 552


def test_pipelining_without_leave_is_noted(world: World) -> None:
    _talk(_bare(_mx(world, "no-pipelining")), b"EHLO c", b"NOOP", b"QUIT")
    session = world.wait_sessions("no-pipelining.example")[-1]
    assert "*: client error: pipelined without PIPELINING" in session["dialogue"]


def test_injected_plaintext_comes_in_one_piece_with_the_reply(world: World) -> None:
    with _bare(_mx(world, "starttls-injection")) as connection:
        with connection.makefile("rb") as answers:
            connection.sendall(b"EHLO c\r\n")
            while answers.readline() != b"250 STARTTLS\r\n":
                pass
        connection.sendall(b"STARTTLS\r\n")
        assert connection.recv(4096) == (
            b"220 2.0.0 Ready to start TLS\r\n250 injected in plaintext\r\n"
        )


def test_plaintext_that_follows_starttls_is_noted_and_dropped(world: World) -> None:
    with _bare(_mx(world, "tls12-only")) as connection:
        connection.sendall(b"EHLO c\r\nSTARTTLS\r\nMAIL FROM:<a@c.example>\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    session = world.wait_sessions("tls12-only.example")[-1]
    assert "*: client sent plaintext after STARTTLS" in session["dialogue"]
    assert not any(command.startswith("MAIL") for command in session["commands"])


@pytest.mark.parametrize(
    ("posture", "ciphers", "version"),
    [
        ("tls10-only", "ALL", "TLSv1"),
        ("tls11-only", "ALL", "TLSv1.1"),
        ("anonymous", "aNULL", "TLSv1.2"),
    ],
)
def test_old_and_anonymous_tls_is_there_for_who_accepts_it(
    posture: str, ciphers: str, version: str, world: World, smtp: Connect
) -> None:
    client = smtp(_mx(world, posture))
    client.starttls(context=old_client(ciphers))
    client.sendmail("a@c.example", [f"x@{posture}.example"], TEXT)
    [message] = world.wait(f"{posture}.example")
    assert message["tls"]["version"] == version


@pytest.mark.parametrize(
    ("posture", "complaint"),
    [
        ("self-signed", "self-signed certificate"),
        ("expired", "certificate has expired"),
        ("not-yet-valid", "certificate is not yet valid"),
        ("wrong-name", "Hostname mismatch"),
        ("wrong-purpose", "unsuitable certificate purpose"),
        ("incomplete-chain", "unable to get local issuer certificate"),
        ("cn-only", "Hostname mismatch"),
        ("private-ca", "self-signed certificate in certificate chain|unable to get local issuer"),
        ("weak-key", "key too (small|weak)"),
        ("lying-wildcard", "Hostname mismatch"),
        ("partial-wildcard", "Hostname mismatch"),
    ],
)
def test_certificates_are_wrong_in_the_way_that_they_say(
    posture: str, complaint: str, world: World, smtp: Connect
) -> None:
    with pytest.raises(ssl.SSLError, match=complaint):
        smtp(_mx(world, posture)).starttls(context=strict_client(world))
    assert world.wait_sessions(f"{posture}.example")[-1]["tls_error"]


def test_weak_key_and_private_ca_are_what_they_say(world: World, smtp: Connect) -> None:
    client = _secured(world, smtp, "weak-key")
    shown = client.sock.getpeercert(binary_form=True)  # type: ignore[union-attr]
    key = x509.load_der_x509_certificate(shown).public_key()
    assert isinstance(key, rsa.RSAPublicKey) and key.key_size == 1024
    context = ssl.create_default_context(cafile=world.facts["private_ca"])
    assert smtp(_mx(world, "private-ca")).starttls(context=context)[0] == 220


def test_sni_chooses_the_certificate(world: World, smtp: Connect) -> None:
    client = smtp(_mx(world, "sni"))
    client._host = None  # type: ignore[attr-defined]
    client.starttls(context=relaxed_client())
    shown = client.sock.getpeercert(binary_form=True)  # type: ignore[union-attr]
    names = x509.load_der_x509_certificate(shown).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["somebody-else.example"]


def test_a_client_certificate_is_asked_for_and_recorded(world: World, smtp: Connect) -> None:
    context = strict_client(world)
    gateway = world.facts["gateway"]
    context.load_cert_chain(gateway["cert"], gateway["key"])
    client = smtp(_mx(world, "asks-client-certificate"))
    client.starttls(context=context)
    client.sendmail("a@c.example", ["x@asks-client-certificate.example"], TEXT)
    [message] = world.wait("asks-client-certificate.example")
    assert len(message["tls"]["client_certificate_sha256"]) == 64


def test_sessions_are_resumed_and_recorded_as_such(world: World, smtp: Connect) -> None:
    context = strict_client(world)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = _mx(world, "wildcard-certificate")
    session = None
    for _ in range(2):
        with socket.create_connection((server["address"], server["port"]), timeout=5) as plain:
            plain.recv(4096)
            for command in (b"EHLO c\r\n", b"STARTTLS\r\n"):
                plain.sendall(command)
                plain.recv(4096)
            with context.wrap_socket(plain, server_hostname=server["host"], session=session) as tls:
                session = tls.session
    ended = world.wait_sessions("wildcard-certificate.example", 2)
    assert [entry["tls"]["resumed"] for entry in ended[-2:]] == [False, True]


def test_internal_servers_want_what_they_say(world: World, smtp: Connect) -> None:
    archive = world.internal("archive")
    client = smtp(archive)
    client.starttls(context=strict_client(world))
    client.ehlo()
    assert client.mail("a@corp.example")[0] == 530
    with pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("gateway", "wrong")
    client.login(**archive["credentials"])
    client.sendmail("a@corp.example", ["x@archive.example"], TEXT)
    assert world.wait("archive.example")[0]["authenticated"] == "gateway"
    by_address = {
        **world.internal("mail2.corp.example"),
        "host": world.internal("mail2.corp.example")["address"],
    }
    assert smtp(by_address).starttls(context=strict_client(world))[0] == 220
    assert not smtp(world.internal("plant")).has_extn("starttls")
    with pytest.raises(ConnectionRefusedError):
        smtp(world.internal("lobby"))


def test_a_partner_is_downgraded_and_restored_while_it_runs(
    own_world: World, smtp: Connect
) -> None:
    domain = "trusted.example"
    assert smtp(_mx(own_world, "trusted")).starttls(context=strict_client(own_world))[0] == 220
    own_world.set(domain, tls=None)
    stripped = smtp(own_world.partner(domain)["mx"][0])
    stripped.ehlo()
    assert not stripped.has_extn("starttls")
    own_world.set(domain, posture="several-mx")
    own_world.refresh()
    assert [mx["host"] for mx in own_world.partner(domain)["mx"]] == [
        f"mx1.{domain}",
        f"mx2.{domain}",
    ]
    own_world.set(domain, host="mx2", listens="refused")
    with pytest.raises(ConnectionRefusedError):
        smtp(own_world.partner(domain)["mx"][1])
    own_world.set(domain, posture="trusted")
    own_world.refresh()
    assert (
        smtp(own_world.partner(domain)["mx"][0]).starttls(context=strict_client(own_world))[0]
        == 220
    )


def test_a_certificate_is_reissued_with_what_is_asked(own_world: World, smtp: Connect) -> None:
    server = _mx(own_world, "trusted")
    before = Path(server["cert"]).read_bytes()
    own_world.certificate("trusted.example")
    assert Path(server["cert"]).read_bytes() != before
    own_world.certificate("trusted.example", ends_in_days=-1, starts_in_days=-9)
    with pytest.raises(ssl.SSLError, match="expired"):
        smtp(server).starttls(context=strict_client(own_world))


def test_waiting_in_vain_says_what_is_missing(own_world: World) -> None:
    with pytest.raises(LabError, match="0 of 2 mail after 0.01 s"):
        own_world.wait("trusted.example", 2, timeout=0.01)


def test_forgetting_forgets_mail_and_sessions(own_world: World, smtp: Connect) -> None:
    client = _secured(own_world, smtp, "trusted")
    client.sendmail("a@c.example", ["x@trusted.example"], TEXT)
    client.quit()
    own_world.wait_sessions("trusted.example")
    own_world.forget("trusted.example")
    assert own_world.mail("trusted.example") == own_world.sessions("trusted.example") == []


@pytest.fixture(scope="module")
def lossy_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("lossy"), only=("trusted",)) as running:
        yield running


@pytest.mark.parametrize("step", STEPS)
def test_the_connection_can_be_lost_at_every_step(
    step: str, lossy_world: World, smtp: Connect
) -> None:
    lossy_world.forget("trusted.example")
    lossy_world.set("trusted.example", drop_at=step, credentials=["gateway", "practice"])
    with pytest.raises((smtplib.SMTPException, OSError)):
        client = smtp(_mx(lossy_world, "trusted"))
        client.ehlo()
        client.starttls(context=relaxed_client())
        client.ehlo()
        client.login("gateway", "practice")
        client.rset()
        client.sendmail("a@c.example", ["x@trusted.example"], TEXT)
        client.quit()
        raise AssertionError("nothing was lost")
    assert lossy_world.wait_sessions("trusted.example")[-1]["ended"] == f"dropped at {step}"
