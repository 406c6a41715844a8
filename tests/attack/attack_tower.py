"""A gateway with every server that Postern has, and the way to each up to the first byte of TLS."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from attack_wire import Wire
from lab.client import World
from lab.gateway import Gateway

STARTTLS = ("world", "internal")
IMPLICIT = ("world-tls", "internal-tls")
HTTPS = ("admin", "site")
MAIL = (*STARTTLS, *IMPLICIT)
SERVERS = (*MAIL, *HTTPS)

_LISTENERS = [
    {"name": "world", "address": "127.0.0.1:0", "role": "world"},
    {"name": "world-tls", "address": "127.0.0.1:0", "role": "world", "tls": "implicit"},
    {"name": "internal", "address": "127.0.0.1:0", "role": "internal"},
    {"name": "internal-tls", "address": "127.0.0.1:0", "role": "internal", "tls": "implicit"},
]


class Tower:
    """A running gateway; leaving the `with` block ends it."""

    def __init__(self, gateway: Gateway, hostname: str) -> None:
        self.gateway = gateway
        self.hostname = hostname
        site = json.loads(gateway.cli("status", "--json"))["site"]
        self._https = {"admin": urlsplit(gateway.web).port or 443, "site": int(site.rsplit(":", 1)[1])}

    @classmethod
    def start(cls, directory: Path, world: World) -> Tower:
        own = world.facts["gateway"]
        changes = {
            "admin": {"certificate": own["cert"], "key": own["key"]},
            "site": {"https": "127.0.0.1:0"},
        }
        return cls(Gateway.start(directory, world, changes, _LISTENERS), own["hostname"])

    def __enter__(self) -> Tower:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.__exit__(kind, error, trace)

    def place(self, server: str) -> tuple[str, int]:
        if server in self._https:
            return "127.0.0.1", self._https[server]
        listener = self.gateway.listeners[server]
        return listener.address, listener.port

    def connect(self, server: str) -> Wire:
        """A connection to whatever is there first."""
        return Wire(*self.place(server))

    def before_tls(self, server: str) -> Wire:
        """A connection on which the next byte is TLS."""
        wire = self.connect(server)
        if server in STARTTLS:
            assert wire.reply()[0] == 220
            assert wire.ask("EHLO client.example") == 250
            assert wire.ask("STARTTLS") == 220
        return wire
