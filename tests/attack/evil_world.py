"""A gateway, and as many partners as an attacker wants to be, each under a policy of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from evil_partner import EvilPartner, Manners
from evil_pki import certificate, server_context
from lab.client import World
from lab.gateway import Gateway

MESSAGE = b"Subject: secret\r\n\r\nsecret content\r\n"
LISTENERS = [
    {"name": "internal", "address": "127.0.0.1:0", "role": "internal"},
    {"name": "old", "address": "127.0.0.1:0", "role": "internal", "normalise_line_ends": True},
]
MODES = ("none", "relaxed", "strict")


@dataclass
class Target:
    """A partner domain whose MX is the attacker's to be."""

    domain: str
    host: str
    address: str


class EvilWorld:
    def __init__(self, world: World, directory: Path, changes: dict[str, dict[str, Any]] | None = None) -> None:
        self.world = world
        self.directory = directory
        self.root = certificate("Evil Test Root", None, ca=True)
        bundle = directory / "trusted.pem"
        own = self.root.certificate.public_bytes(serialization.Encoding.PEM)
        bundle.write_bytes(Path(world.facts["ca"]).read_bytes() + own)
        settings: dict[str, dict[str, Any]] = {
            "delivery": {"retry": ["1h"], "reply_timeout": "10s"},
            "tls": {"ca_file": str(bundle)},
        }
        for section, values in (changes or {}).items():
            settings.setdefault(section, {}).update(values)
        self.gateway = Gateway.start(directory / "gateway", world, settings, LISTENERS)
        self._used = 0

    def target(self, mode: str) -> Target:
        """The next partner that nobody has used yet, under a policy of `mode`."""
        self._used += 1
        domain = f"spare-{self._used}.example"
        partner = self.world.partner(domain)
        self.world.set(domain, listens="refused")
        if mode != "none":
            self.gateway.cli("policy", "add", domain, "--mode", mode, "--no-probe")
        (mx,) = partner["mx"]
        return Target(domain, mx["host"], mx["addresses"][0] if "addresses" in mx else mx["address"])

    def good_context(self, target: Target) -> Any:
        return server_context(self.directory, certificate(target.host, self.root, names=[target.host]))

    @contextmanager
    def evil(self, target: Target, manners: Manners) -> Iterator[EvilPartner]:
        with EvilPartner(target.address, self.world.facts["smtp_port"], manners) as partner:
            yield partner

    def send(self, target: Target, content: bytes = MESSAGE) -> None:
        assert not self.gateway.send("anna@corp.example", [f"bob@{target.domain}"], content)

    def attempt(self, target: Target) -> dict[str, Any]:
        """The first attempt to deliver to this partner, once it is on record."""

        def seen() -> Any:
            rows = self.gateway.json("evidence", "list", "--domain", target.domain)
            found = rows["attempts"] if isinstance(rows, dict) else rows
            return [one for one in found if one["outcome"] in ("delivered", "deferred", "bounced")]

        rows: list[dict[str, Any]] = until(self.gateway, seen)
        return min(rows, key=lambda row: str(row["time"]))


def until(gateway: Gateway, condition: Callable[[], Any], within: float = 40.0) -> Any:
    """Asks until there is an answer; asking takes time itself."""
    end = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < end, gateway.log()[-4000:]
    return found


