"""unbound as Debian ships it: the validating resolver of a mail server that believes its resolver.

Postern validates DNSSEC itself; Postfix asks the resolver of its machine and believes the AD bit of
the answers (RFC 4035 4.9.3). libc knows port 53 only, so this one listens there, at a loopback address
of its own.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import dns.exception
import dns.message
import dns.query

from peers import PeerError, Root


class Unbound:
    """Runs until the `with` block is left."""

    def __init__(self, directory: Path, facts: dict[str, Any]) -> None:
        number = os.getpid()
        self.address = f"127.44.{number >> 8 & 255}.{number & 255 or 1}"
        self._root = Root("unbound", directory / "root")
        self._output = directory / "output"
        self._root.write("etc/root.ds", Path(facts["trust_anchor"]).read_text())
        forwarder = f"{facts['resolver']['address']}@{facts['resolver']['port']}"
        self._root.write(
            "etc/unbound.conf",
            f'server:\n username: ""\n chroot: ""\n pidfile: ""\n directory: "/etc"\n use-syslog: no\n'
            f" interface: {self.address}\n access-control: 127.0.0.0/8 allow\n do-ip6: no\n do-daemonize: no\n"
            f' trust-anchor-file: "/etc/root.ds"\n do-not-query-localhost: no\n val-log-level: 2\n'
            f'remote-control:\n control-enable: no\nforward-zone:\n name: "."\n forward-addr: {forwarder}\n',
        )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Unbound":
        with self._output.open("ab") as output:
            command = self._root.command("/usr/sbin/unbound", "-d", "-p", "-c", "/etc/unbound.conf")
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self._await_answer()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def said(self) -> str:
        return self._output.read_text(errors="replace")

    def _await_answer(self) -> None:
        """Asks until there is an answer; between questions it waits for the end of the process."""
        assert self._process is not None
        query = dns.message.make_query("example.", "SOA")
        end = os.pidfd_open(self._process.pid)
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    dns.query.udp(query, self.address, timeout=1)
                    return
                except (OSError, dns.exception.DNSException):
                    if select.select([end], [], [], 0.02)[0]:
                        break
        finally:
            os.close(end)
        raise PeerError(f"unbound does not answer at {self.address}:\n{self.said()}")
