"""Clients that we did not write talk to the gateway: swaks, smtplib, GnuTLS, and BDAT by hand."""

from __future__ import annotations

import smtplib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.gateway import Gateway, Listener
from town import Town, compose, lf, new_marker

USER, PASSWORD = "printer", "a long and secret word"


@pytest.fixture(scope="module")
def guarded(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that knows its internal senders by password alone."""
    directory = tmp_path_factory.mktemp("guarded")
    secret = directory / "password"
    secret.write_text(PASSWORD + "\n")
    with Gateway.start(directory / "gateway", town.world, setup=False) as gateway:
        gateway.cli("domain", "add", "corp.example", "--already-validated")
        gateway.cli("sender", "add", "--user", USER, "--password-file", str(secret))
        yield gateway


def _swaks(listener: Listener, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["swaks", "--server", f"{listener.address}:{listener.port}", "--timeout", "20", *words],
        capture_output=True,
        text=True,
    )


def _login(mechanism: str, password: str = PASSWORD) -> list[str]:
    return ["--auth", mechanism, "--auth-user", USER, "--auth-password", password]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks_logs_in_under_tls_and_its_mail_goes_out(town: Town, guarded: Gateway, mechanism: str) -> None:
    marker = new_marker()
    done = _swaks(
        guarded.listeners["internal"],
        *("--tls", "--from", "anna@corp.example", "--to", "bob@trusted.example", "--body", marker),
        *_login(mechanism),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [arrived] = town.partner_mail("trusted.example", marker)
    assert b"with ESMTPSA" in Path(arrived["path"]).read_bytes()


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_swaks_logs_in_where_tls_begins_with_the_first_byte(town: Town, guarded: Gateway, mechanism: str) -> None:
    marker = new_marker()
    done = _swaks(
        guarded.listeners["internal-tls"],
        *("--tls-on-connect", "--from", "anna@corp.example", "--to", "bob@trusted.example", "--body", marker),
        *_login(mechanism),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    town.partner_mail("trusted.example", marker)


def test_swaks_is_not_offered_a_login_without_tls(guarded: Gateway) -> None:
    done = _swaks(
        guarded.listeners["internal"],
        *("--from", "anna@corp.example", "--to", "bob@trusted.example"),
        *_login("PLAIN"),
    )
    assert done.returncode == 28, done.stdout + done.stderr  # swaks: authentication failed
    assert "AUTH" not in done.stdout.partition("EHLO")[2].partition("***")[0]


def test_swaks_with_a_wrong_password_is_refused(guarded: Gateway) -> None:
    done = _swaks(
        guarded.listeners["internal"],
        *("--tls", "--from", "anna@corp.example", "--to", "bob@trusted.example"),
        *_login("PLAIN", "guessed"),
    )
    assert done.returncode == 28, done.stdout + done.stderr
    assert "535 5.7.8" in done.stdout


def test_swaks_without_a_login_cannot_relay(guarded: Gateway) -> None:
    done = _swaks(
        guarded.listeners["internal"], "--tls", "--from", "anna@corp.example", "--to", "bob@trusted.example"
    )
    assert done.returncode in (23, 24), done.stdout + done.stderr  # swaks: MAIL or RCPT refused
    assert "530 5.7.0 Authentication required" in done.stdout


def test_swaks_pipelines_a_message_into_the_gateway(town: Town) -> None:
    marker = new_marker()
    done = _swaks(
        town.gateway.listeners["world"],
        *("--tls", "--pipeline", "--from", "anna@trusted.example", "--to", "bob@plaintext.postfix.example"),
        *("--body", marker),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    town.peers["postfix"].box.wait(marker)


def test_smtplib_sends_to_several_recipients_at_once(town: Town) -> None:
    marker = new_marker()
    message = compose(marker, b"hello\r\n")
    recipients = [f"bob@plaintext.{name}.example" for name in town.peers]
    with town.gateway.client("world") as connection:
        connection.starttls()
        assert connection.sendmail("anna@trusted.example", recipients, message) == {}
    for peer in town.peers.values():
        [kept] = peer.box.wait(marker)
        assert kept.raw.endswith(lf(message))


def test_smtplib_is_told_which_recipient_is_refused(town: Town) -> None:
    marker = new_marker()
    with town.gateway.client("world") as connection:
        connection.starttls()
        refused = connection.sendmail(
            "anna@trusted.example",
            ["bob@plaintext.exim.example", "bob@elsewhere.invalid"],
            compose(marker, b"hello\r\n"),
        )
    assert list(refused) == ["bob@elsewhere.invalid"]
    assert refused["bob@elsewhere.invalid"][0] == 550
    town.peers["exim"].box.wait(marker)


def test_chunks_sent_in_one_go_arrive_byte_for_byte(town: Town) -> None:
    marker = new_marker()
    message = compose(marker, b".\r\n..\r\n.end\r\n" + (b"x" * 900 + b"\r\n") * 80)
    place = town.gateway.listeners["world"]
    first, rest = message[:1000], message[1000:]
    with smtplib.SMTP(place.address, place.port, "mx.trusted.example", timeout=20) as connection:
        connection.starttls()
        connection.ehlo()
        assert connection.has_extn("chunking")
        assert isinstance(connection.sock, socket.socket)
        connection.sock.sendall(
            b"MAIL FROM:<anna@trusted.example>\r\nRCPT TO:<bob@plaintext.postfix.example>\r\n"
            + f"BDAT {len(first)}\r\n".encode()
            + first
            + f"BDAT {len(rest)} LAST\r\n".encode()
            + rest
        )
        assert [connection.getreply()[0] for _ in range(4)] == [250, 250, 250, 250]
    [kept] = town.peers["postfix"].box.wait(marker)
    assert kept.raw.endswith(lf(message))


@pytest.mark.parametrize("version", ["VERS-TLS1.2", "VERS-TLS1.3"])
def test_gnutls_starts_tls_with_the_gateway_and_trusts_it(town: Town, version: str) -> None:
    place = town.gateway.listeners["world"]
    name = town.world.facts["gateway"]["hostname"]
    done = subprocess.run(
        [
            *("gnutls-cli", "--starttls-proto=smtp", "--port", str(place.port)),
            *("--x509cafile", town.world.facts["ca"], "--verify-hostname", name, "--sni-hostname", name),
            *("--priority", f"NORMAL:-VERS-ALL:+{version}", "--crlf", place.address),
        ],
        input="EHLO gnutls.example\nQUIT\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "The certificate is trusted" in said
    assert "250-8BITMIME" in said or "250 8BITMIME" in said


def test_gnutls_is_refused_with_a_version_below_1_2_by_no_one_but_itself(town: Town) -> None:
    """Opportunistic receipt takes what the client has: TLS 1.0 is better than plaintext (section 2)."""
    place = town.gateway.listeners["world"]
    done = subprocess.run(
        [
            *("gnutls-cli", "--starttls-proto=smtp", "--port", str(place.port), "--insecure"),
            *("--priority", "LEGACY:-VERS-ALL:+VERS-TLS1.0:%COMPAT", "--crlf", place.address),
        ],
        input="QUIT\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Handshake was completed" in done.stdout, done.stdout + done.stderr
