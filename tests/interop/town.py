"""The surroundings of the tests of interoperation: partners from the practice world, the gateway, and
Postfix, Exim and OpenSMTPD, each reachable through the gateway in four ways.

| domain | its server | what the gateway must have |
|---|---|---|
| plaintext.PEER.example | a port without TLS | anything: opportunistic |
| trusted.PEER.example | a certificate of a trusted CA | strict |
| relaxed.PEER.example | a self-signed certificate | relaxed |
| refused.PEER.example | the same self-signed certificate | strict, and a bounce at once if not |

The first three are internal domains; the last is a partner behind an external route.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.client import World
from lab.gateway import Gateway
from lab.model import Certificate
from lab.pki import Pki
from peer_exim import Exim
from peer_opensmtpd import OpenSmtpd
from peer_postfix import Postfix
from peers import Identity, Peer, Surroundings

PATIENCE = 120.0  # seconds; only a failing test waits so long
PEERS = ("postfix", "exim", "opensmtpd")
_KINDS: dict[str, type[Peer]] = {"postfix": Postfix, "exim": Exim, "opensmtpd": OpenSmtpd}
_WAYS = {  # domain -> port, mode of the route
    "plaintext": ("plaintext", "opportunistic"),
    "trusted": ("trusted", "strict"),
    "relaxed": ("self_signed", "relaxed"),
}


class Town:
    """Everything that runs; leaving the `with` block ends it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running = ExitStack()
        self.peers: dict[str, Peer] = {}

    def __enter__(self) -> "Town":
        with ExitStack() as starting:
            self.world = starting.enter_context(
                World.start(self._directory / "world", only=("trusted", "self-signed", "no-starttls"))
            )
            pki = Pki(self._directory / "pki")
            authorities = self._directory / "authorities.pem"
            authorities.write_text(Path(self.world.facts["ca"]).read_text() + pki.ca.read_text())
            self.gateway = starting.enter_context(
                Gateway.start(
                    self._directory / "gateway",
                    self.world,
                    # A machine with much else to do loses a lookup now and then: the next try comes soon.
                    changes={"tls": {"ca_file": str(authorities)}, "delivery": {"retry": ["2s", "5s", "10s"]}},
                )
            )
            self.gateway.cli("policy", "add", "trusted.example", "--mode", "strict", "--on-failure", "bounce")
            for name in PEERS:
                self.peers[name] = starting.enter_context(self._make(name, pki, authorities))
                self._introduce(name)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def _make(self, name: str, pki: Pki, authorities: Path) -> Peer:
        host = f"mail.{name}.example"

        def identity(certificate: Certificate, stem: str) -> Identity:
            files = pki.issue(certificate, host, f"{name}.example", "127.0.0.1", f"{name}-{stem}")
            return Identity(files.certificate, files.key)

        around = Surroundings(
            domain=f"{name}.example",
            trusted=identity(Certificate(), "trusted"),
            self_signed=identity(Certificate(issuer="self"), "self-signed"),
            ca=authorities,
            gateway_name=self.world.facts["gateway"]["hostname"],
            gateway_port=self.gateway.listeners["internal"].port,
        )
        return _KINDS[name](self._directory / name, around)

    def _introduce(self, name: str) -> None:
        """Tells the gateway about a peer's domains."""
        peer, cli = self.peers[name], self.gateway.cli
        cli("domain", "add", f"{name}.example", "--already-validated")
        for way, (port, mode) in _WAYS.items():
            domain = f"{way}.{name}.example"
            cli("domain", "add", domain, "--already-validated")
            words = ["--host", "127.0.0.1", "--port", str(getattr(peer.ports, port)), "--mode", mode]
            cli("route", "add", domain, *words, "--name", f"mail.{name}.example")
        refused = f"refused.{name}-partner.example"
        cli(
            *("route", "add", refused, "--host", "127.0.0.1", "--port", str(peer.ports.self_signed)),
            *("--verify-name", f"mail.{name}.example", "--mode", "strict"),
        )
        cli("policy", "add", refused, "--mode", "strict", "--on-failure", "bounce", "--no-probe")

    def send(
        self,
        message: bytes,
        sender: str,
        recipients: Sequence[str],
        listener: str = "world",
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> None:
        """Hands a message to the gateway under TLS; every recipient must be taken."""
        with self.gateway.client(listener) as connection:
            connection.starttls()
            connection.ehlo()
            refused = connection.sendmail(sender, list(recipients), message, mail_options, rcpt_options)
        assert refused == {}

    def partner_mail(self, domain: str, marker: str, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        """The messages with a marker that reached a server of the practice world; waits for the first."""
        while True:
            everything = self.world.mail(domain)
            found = [one for one in everything if marker.encode() in Path(one["path"]).read_bytes()]
            if found:
                return found
            self.world.wait(domain, len(everything) + 1, timeout)


def new_marker() -> str:
    """A word that no other message holds."""
    return f"marker-{uuid.uuid4().hex}"


def compose(marker: str, body: bytes, subject: str = "interoperation") -> bytes:
    """A complete message, so that nobody on the way has a reason to add or to change a field."""
    header = (
        f"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nFrom: <anna@trusted.example>\r\nTo: <bob@peer.example>\r\n"
        f"Message-ID: <{marker}@trusted.example>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return header.encode() + body


def lf(message: bytes) -> bytes:
    """With the line ends that mail has in files."""
    return message.replace(b"\r\n", b"\n")
