"""Haraka, from npm: bench/haraka names the versions, build/haraka holds what npm fetched.

It syncs a message before its 250, as the others do, and opens a new connection for every message that it
hands on: it cannot keep one.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from bench.bench_engines import CONNECTIONS, OWN_NAME, SINK_NAME, Place, cpu_of, group_members, memory_of
from bench.bench_measure import BenchError
from peers import free_port

INSTALLED = Path(__file__).resolve().parent.parent / "build" / "haraka" / "node_modules" / "Haraka"
_START_WITHIN = 60.0
_NODE = 20  # at least

# All mail goes to one place, found without DNS, as are clients' names. `from_dns` is the name that the
# certificate must carry.
_RELAY = """\
exports.hook_lookup_rdns = (next) => next(OK, 'localhost')
exports.hook_mail = (next, connection) => { connection.relaying = true; next() }
exports.hook_rcpt = (next) => next(OK)
exports.hook_get_mx = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: %d, from_dns: '%s' })
"""


def _dh_parameters() -> str:
    """A group of RFC 7919; without one, Haraka would look for one of its own for the first half minute."""
    command = ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def is_installed() -> bool:
    """With a node that it runs on; Debian 12's own is too old."""
    if not INSTALLED.exists() or shutil.which("node") is None:
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.lstrip("v").partition(".")[0]) >= _NODE


class HarakaEngine:
    """A process for each processor, as its wiki on performance says."""

    name = "haraka"

    def __init__(self, place: Place) -> None:
        self._place = place
        self._port = free_port()
        self._output = place.directory / "output"
        self._configure(place.directory / "haraka")
        # What it trusts is the same for all that it does, and comes from the environment.
        environment = {"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(place.ca), "NODE_ENV": "production"}
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                ["node", INSTALLED / "bin" / "haraka", "-c", place.directory / "haraka"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=environment,
            )
        try:
            self._await_port()
        except BenchError:
            self.stop()
            raise

    def _configure(self, folder: Path) -> None:
        processors = os.cpu_count() or 1
        default = (INSTALLED / "config" / "connection.ini").read_text()
        files = {
            "config/smtp.ini": f"listen=127.0.0.1:{self._port}\nnodes={processors}\n[headers]\nmax_received=100\n",
            "config/me": OWN_NAME + "\n",
            "config/host_list": "",
            "config/loglevel": "NOTICE\n",
            "config/plugins": ("tls\n" if self._place.tls else "") + "next_hop\n",
            "config/connection.ini": default.replace("bytes=26214400", "bytes=67108864"),
            "config/outbound.ini": (
                f"concurrency_max={CONNECTIONS // processors}\nlocal_mx_ok=true\n"
                f"enable_tls={'true' if self._place.tls else 'false'}\n"
            ),
            # Who must have TLS must have a certificate that holds, whatever rejectUnauthorized says.
            "config/tls.ini": (
                "key=tls_key.pem\ncert=tls_cert.pem\ndhparam=dhparams.pem\n"
                f"[outbound]\nrejectUnauthorized={'true' if self._place.verify else 'false'}\n"
                + ("force_tls_hosts[]=127.0.0.1\n" if self._place.tls and self._place.verify else "")
            ),
            "config/tls_key.pem": self._place.identity.key.read_text(),
            "config/tls_cert.pem": self._place.identity.certificate.read_text(),
            "config/dhparams.pem": _dh_parameters(),
            "plugins/next_hop.js": _RELAY % (self._place.sink_port, SINK_NAME),
        }
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (folder / "queue").mkdir()

    def _await_port(self) -> None:
        """Knocks until somebody opens; between knocks it waits for the end of the process."""
        end = os.pidfd_open(self._process.pid)
        try:
            deadline = time.monotonic() + _START_WITHIN
            while time.monotonic() < deadline:
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", self._port)) == 0:
                        return
                if select.select([end], [], [], 0.05)[0]:
                    break
        finally:
            os.close(end)
        raise BenchError(f"haraka does not listen:\n{self.log()[-3000:]}")

    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def cpu_seconds(self) -> float:
        return cpu_of(group_members(self._process.pid), self._process.pid)

    def memory(self) -> int:
        return memory_of(group_members(self._process.pid))

    def version(self) -> str:
        return "Haraka " + str(json.loads((INSTALLED / "package.json").read_text())["version"])

    def log(self) -> str:
        return self._output.read_text(errors="replace")

    def stop(self) -> None:
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, how)
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                break
        self._process.wait()
