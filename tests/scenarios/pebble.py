"""Pebble, the ACME server that Let's Encrypt makes for tests of clients, as Debian ships it.

It proves names with the practice world's DNS, at the ports of a gateway; nothing of it is known
outside loopback. A fifth of all good nonces is refused, as they may be, and it proves names at once.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.client import World
from lab.model import Certificate
from lab.pki import Pki

HOST = "ca.corp.example"
EXTERNAL_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


def free_port() -> int:
    """A port that nobody listens at now; Pebble cannot tell which one it got."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Pebble:
    """A running Pebble; leaving the `with` block ends it."""

    def __init__(
        self, folder: Path, world: World, http: int, tls: int, external: bool = False, validity: int = 0
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        pki = Pki(folder / "pki")
        files = pki.issue(Certificate(names=(HOST,)), HOST, "corp.example", "127.0.0.1", "ca")
        self.ca = pki.ca
        self.port, self.management = free_port(), free_port()
        self._folder, self._world = folder, world
        self._settings: dict[str, Any] = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(files.certificate),
            "privateKey": str(files.key),
            "httpPort": http,
            "tlsPort": tls,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": external,
            "externalAccountMACKeys": {"kid-1": EXTERNAL_KEY} if external else {},
        }
        if validity:
            self._settings["certificateValidityPeriod"] = validity
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def directory(self) -> str:
        return f"https://{HOST}:{self.port}/dir"

    def settings(self, **more: Any) -> dict[str, Any]:
        """The gateway's [acme]."""
        return {"directory": self.directory, "agree_to_terms": True, "ca_file": str(self.ca)} | more

    def __enter__(self) -> Pebble:
        config = self._folder / "pebble.json"
        config.write_text(json.dumps({"pebble": self._settings}))
        resolver = self._world.facts["resolver"]
        words = ["pebble", "-config", str(config)]
        words += ["-dnsserver", f"{resolver['address']}:{resolver['port']}"]
        log = (self._folder / "pebble.log").open("ab")
        environment = os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "20"}
        self._process = subprocess.Popen(words, stdout=log, stderr=log, env=environment, cwd=self._folder)
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                self.root()
                return
            except (urllib.error.URLError, ConnectionError):
                assert self._process is not None and self._process.poll() is None, self.log()
                assert time.monotonic() < end, self.log()

    def root(self) -> str:
        """The root that certificates are issued under, PEM. Another one at each start."""
        context = ssl.create_default_context(cafile=str(self.ca))
        context.check_hostname = False
        url = f"https://127.0.0.1:{self.management}/roots/0"
        with urllib.request.urlopen(url, timeout=5, context=context) as answer:
            return str(answer.read().decode())

    def log(self) -> str:
        return (self._folder / "pebble.log").read_text(errors="replace")
