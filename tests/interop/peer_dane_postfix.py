"""Postfix as a sender that honours DANE (RFC 7672), for a second opinion on what Postern does."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lab.inotify import Arrivals
from peer_postfix import Postfix
from peers import PeerError, Surroundings

_MODIFIED = 0x2  # inotify: something was written
_SENT = re.compile(r"postfix/smtp\[(?P<pid>\d+)\]: \w+: to=<\w+@(?P<domain>[\w.-]+)>, .*status=(?P<status>\w+)")
_TLS = re.compile(r"postfix/smtp\[(?P<pid>\d+)\]: (?P<level>\w+) TLS connection established to ")


@dataclass(frozen=True)
class Fate:
    """What became of a message: "dane" (proved), "encrypted", "clear", or "waits"; and the log's line."""

    how: str
    line: str


class DanePostfix(Postfix):
    """It looks mail exchangers up itself, with a validating resolver."""

    def __init__(self, directory: Path, around: Surroundings, resolver: str, port: int) -> None:
        self._resolver = resolver
        self._port = port
        super().__init__(directory, around)

    def configure(self) -> None:
        super().configure()
        self.root.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
        self.root.write(
            "etc/resolv.conf", f"nameserver {self._resolver}\noptions trust-ad edns0 timeout:5 attempts:1\n"
        )

    def settings(self) -> dict[str, str]:
        return {
            **super().settings(),
            "relayhost": "",
            "transport_maps": "",
            "smtp_tcp_port": str(self._port),
            "smtp_tls_security_level": "dane",
            "smtp_dns_support_level": "dnssec",
            "smtp_host_lookup": "dns",
            # One connection for each message: the log then says of each how it went.
            "smtp_connection_cache_on_demand": "no",
        }

    def send(self, domains: Collection[str]) -> None:
        """One message to each domain."""
        with smtplib.SMTP("127.0.0.1", self.ports.plaintext, timeout=60) as connection:
            for domain in domains:
                connection.sendmail("anna@postfix.example", [f"bob@{domain}"], "Subject: x\r\n\r\nx\r\n")

    def fates(self, domains: Collection[str], timeout: float = 120) -> dict[str, Fate]:
        """What became of the message to each domain, as soon as that is known of all."""
        deadline = time.monotonic() + timeout
        with Arrivals(self.root.path / "var/log", events=_MODIFIED) as arrivals:
            while True:
                found = _read(self.log())
                if set(domains) <= set(found):
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or not arrivals.wait(left):
                    raise PeerError(f"no outcome of {sorted(set(domains) - set(found))}:\n{self.log()[-4000:]}")


def _read(log: str) -> dict[str, Fate]:
    """A process of Postfix delivers one message after the other: its last word on TLS is of this one."""
    levels: dict[str, str] = {}
    found: dict[str, Fate] = {}
    for line in log.splitlines():
        if tls := _TLS.search(line):
            levels[tls["pid"]] = "dane" if tls["level"] == "Verified" else "encrypted"
        elif sent := _SENT.search(line):
            how = levels.pop(sent["pid"], "clear")
            found[sent["domain"]] = Fate(how if sent["status"] == "sent" else "waits", line)
    return found
