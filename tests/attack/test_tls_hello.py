"""What no server of ours does in a handshake: compress, renegotiate, fall back, or serve another protocol."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from attack_hello import (
    DECODE_ERROR,
    DEFLATE,
    FALLBACK_SCSV,
    HANDSHAKE_FAILURE,
    ILLEGAL_PARAMETER,
    INAPPROPRIATE_FALLBACK,
    MARK_OF_1_2,
    MARK_OF_OLDER,
    NO_APPLICATION_PROTOCOL,
    NULL,
    PROTOCOL_VERSION,
    SUITES,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    UNRECOGNIZED_NAME,
    Alert,
    Hello,
    Served,
    answer,
)
from attack_tower import HTTPS, IMPLICIT, MAIL, SERVERS, STARTTLS, Tower
from attack_wire import Wire
from lab.client import World

Ask = Callable[[str, Hello], Alert | Served]


@pytest.fixture(scope="module")
def tower(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tower]:
    with Tower.start(tmp_path_factory.mktemp("tower"), world) as running:
        yield running


@pytest.fixture
def ask(tower: Tower) -> Iterator[Ask]:
    """Says a hello to a server by name; gives what the server answers."""
    opened: list[Wire] = []

    def say(server: str, hello: Hello) -> Alert | Served:
        wire = tower.before_tls(server)
        opened.append(wire)
        wire.say(bytes(hello))
        return answer(wire.take)

    yield say
    for wire in opened:
        wire.close()


def served(answered: Alert | Served) -> Served:
    assert isinstance(answered, Served), answered
    return answered


# --- compression and renegotiation ----------------------------------------------------------------


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("offered", [DEFLATE + NULL, NULL + DEFLATE, bytes([64, 1, 0])], ids=bytes.hex)
def test_compression_on_offer_is_not_chosen(offered: bytes, server: str, ask: Ask) -> None:
    assert served(ask(server, Hello(compression=offered))).compression == NULL


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_that_cannot_do_without_compression_is_refused(server: str, ask: Ask) -> None:
    assert ask(server, Hello(compression=DEFLATE)) in (Alert(DECODE_ERROR), Alert(ILLEGAL_PARAMETER))


@pytest.mark.parametrize("server", SERVERS)
def test_tls_1_3_does_not_even_suffer_the_offer(server: str, ask: Ask) -> None:
    assert ask(server, Hello(TLS13, compression=DEFLATE + NULL)) == Alert(ILLEGAL_PARAMETER)  # RFC 8446 4.1.2


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_that_renegotiates_is_refused(server: str, tower: Tower) -> None:
    said = renegotiated(tower, server)
    assert said.count(", ClientHello\n") == 2, "it did not ask again"
    assert said.count(", ServerHello\n") == 1, said
    assert "<<< TLS 1.2, Alert [length 0002], warning no_renegotiation" in said


def renegotiated(tower: Tower, server: str) -> str:
    """What OpenSSL's client shows of a session in which it asks for another handshake, message by message."""
    host, port = tower.place(server)
    words = ["openssl", "s_client", "-connect", f"{host}:{port}", "-tls1_2", "-msg"]
    words += ["-starttls", "smtp"] if server in STARTTLS else []
    words += ["-servername", tower.hostname]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as client:
        assert client.stdin is not None and client.stdout is not None
        said = ""
        # A greeting that meets the second handshake would end it on the client's side, before our answer.
        while server in IMPLICIT and "\n220 " not in said:
            line = client.stdout.readline()
            assert line, f"the session ended before its greeting: {said}"
            said += line
        client.stdin.write("R\n")
        client.stdin.flush()
        for line in client.stdout:
            said += line
            if "no_renegotiation" in line or said.count(", ServerHello\n") == 2:
                break
        return said


# --- versions and downgrades ----------------------------------------------------------------------


@pytest.mark.parametrize("version", [TLS10, TLS11], ids=hex)
@pytest.mark.parametrize("server", [*IMPLICIT, *HTTPS])
def test_old_tls_is_refused_where_no_plaintext_is_left(server: str, version: int, ask: Ask) -> None:
    assert ask(server, Hello(version)) == Alert(PROTOCOL_VERSION)


@pytest.mark.parametrize("version", [TLS10, TLS11], ids=hex)
@pytest.mark.parametrize("server", STARTTLS)
def test_old_tls_is_taken_where_plaintext_is_the_alternative_and_marked(server: str, version: int, ask: Ask) -> None:
    hello = served(ask(server, Hello(version)))
    assert (hello.version, hello.random[-8:]) == (version, MARK_OF_OLDER)


@pytest.mark.parametrize("suite", [0x0034, 0x00A6, 0xC018], ids=hex)
@pytest.mark.parametrize("server", [*IMPLICIT, *HTTPS])
def test_no_server_without_a_certificate_where_no_plaintext_is_left(server: str, suite: int, ask: Ask) -> None:
    assert ask(server, Hello(suites=[suite])) == Alert(HANDSHAKE_FAILURE)


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_without_tls_1_3_sees_the_mark_of_a_downgrade(server: str, ask: Ask) -> None:
    hello = served(ask(server, Hello(TLS12)))
    assert (hello.version, hello.random[-8:]) == (TLS12, MARK_OF_1_2)  # RFC 8446 4.1.3
    newest = served(ask(server, Hello(TLS13)))
    assert newest.random[-8:] not in (MARK_OF_1_2, MARK_OF_OLDER)


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_that_fell_back_is_refused(server: str, ask: Ask) -> None:
    suites = (*SUITES, FALLBACK_SCSV)
    assert ask(server, Hello(TLS12, suites)) == Alert(INAPPROPRIATE_FALLBACK)  # RFC 7507 3
    assert served(ask(server, Hello(TLS13, suites))), "there is nothing newer: it did not fall back"


@pytest.mark.parametrize("version", [TLS10, TLS11], ids=hex)
@pytest.mark.parametrize("server", STARTTLS)
def test_a_client_that_fell_back_to_old_tls_is_refused(server: str, version: int, ask: Ask) -> None:
    assert ask(server, Hello(version, (*SUITES, FALLBACK_SCSV))) == Alert(INAPPROPRIATE_FALLBACK)


# --- other protocols and other names --------------------------------------------------------------


@pytest.mark.parametrize("version", [TLS12, TLS13], ids=hex)
@pytest.mark.parametrize("protocol", [b"http/1.1", b"h2", b"ftp", b"imap", b"pop3", b"acme-tls/1", b"SMTP", b"smt"])
@pytest.mark.parametrize("server", MAIL)
def test_a_client_that_means_another_protocol_gets_no_mail_server(
    server: str, protocol: bytes, version: int, ask: Ask
) -> None:
    assert ask(server, Hello(version, protocols=[protocol])) == Alert(NO_APPLICATION_PROTOCOL)


@pytest.mark.parametrize("version", [TLS12, TLS13], ids=hex)
@pytest.mark.parametrize("protocol", [b"smtp", b"h2", b"http/1.0", b"ftp", b"imap", b"pop3", b"HTTP/1.1"])
@pytest.mark.parametrize("server", HTTPS)
def test_a_client_that_means_another_protocol_gets_no_web_server(
    server: str, protocol: bytes, version: int, ask: Ask
) -> None:
    assert ask(server, Hello(version, protocols=[protocol])) == Alert(NO_APPLICATION_PROTOCOL)


@pytest.mark.parametrize(
    ("server", "protocol"),
    [(server, name) for server in MAIL for name in (b"smtp", b"esmtp")] + [(server, b"http/1.1") for server in HTTPS],
)
def test_a_client_that_means_our_protocol_among_others_is_told_so(server: str, protocol: bytes, ask: Ask) -> None:
    """No name is registered for SMTP; senders that offer one say these."""
    assert served(ask(server, Hello(protocols=[protocol]))).protocol == protocol
    assert served(ask(server, Hello(protocols=[b"h2", protocol]))).protocol == protocol


@pytest.mark.parametrize("server", SERVERS)
def test_a_client_that_names_no_protocol_is_served(server: str, ask: Ask) -> None:
    assert served(ask(server, Hello())).protocol is None


@pytest.mark.parametrize("name", ["", "other.example", "gateway.example.evil.example", "localhost", "a" * 63])
@pytest.mark.parametrize("server", MAIL)
def test_mail_is_taken_from_senders_that_mean_any_name(server: str, name: str, ask: Ask) -> None:
    """A sender names the MX as its own lookups have it, or an alias of it, or nothing (RFC 7672 8.1)."""
    assert served(ask(server, Hello(name=name)))


@pytest.mark.parametrize("version", [TLS12, TLS13], ids=hex)
@pytest.mark.parametrize("name", ["other.example", "sub.gateway.example", "gateway.example.evil.example", "localhost"])
def test_the_public_site_is_not_shown_to_who_means_another(name: str, version: int, ask: Ask) -> None:
    assert ask("site", Hello(version, name=name)) == Alert(UNRECOGNIZED_NAME)


def test_the_public_site_is_shown_to_who_means_it_or_names_nobody(tower: Tower, ask: Ask) -> None:
    for name in ("", tower.hostname, tower.hostname.upper()):
        assert served(ask("site", Hello(name=name))), name
