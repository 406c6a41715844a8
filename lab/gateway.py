"""Runs the real gateway beside a practice world, for ./run, for tests and for play.

    with World.start(tmp_path / "world") as world, Gateway.start(tmp_path / "gw", world) as gateway:
        gateway.cli("policy", "add", "trusted.example", "--mode", "strict")
        gateway.send("anna@corp.example", ["bob@trusted.example"], "Subject: hello\r\n\r\nhello\r\n")
        world.wait("trusted.example")

Nothing here sleeps: the gateway says when it is ready by the protocol that systemd uses.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.client import World

_REPOSITORY = Path(__file__).resolve().parent.parent
_READY_WITHIN = 30.0


class GatewayError(Exception):
    """The gateway did not start, or a command failed; the text holds what it printed."""


@dataclass(frozen=True)
class Listener:
    """A listener of the running gateway, with the port that was really bound."""

    name: str
    role: str
    address: str
    port: int
    tls: str


def default_program() -> Path:
    """The program that tests run: POSTERN in the environment, else the release build."""
    return Path(os.environ.get("POSTERN", _REPOSITORY / "build" / "release" / "postern"))


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str, list)):
        return json.dumps(value)
    raise TypeError(f"no TOML spelling for {value!r}")


def toml(sections: Mapping[str, Any]) -> str:
    """A configuration file: sections are mappings, [[listener]] is a list of mappings."""
    lines: list[str] = []
    for name, section in sections.items():
        for one in section if isinstance(section, list) else [section]:
            lines.append(f"[[{name}]]" if isinstance(section, list) else f"[{name}]")
            lines += [f"{key} = {_toml_value(value)}" for key, value in one.items()]
            lines.append("")
    return "\n".join(lines)


def practice_settings(directory: Path, world: World) -> dict[str, Any]:
    """A configuration for the practice world: everything on loopback and on free ports."""
    facts = world.facts
    resolver, identity = facts["resolver"], facts["gateway"]
    return {
        "gateway": {
            "hostname": identity["hostname"],
            "data_dir": str(directory / "data"),
            "shards": 2,
            # The leak sanitizer looks into its own process with ptrace, which a confined one cannot.
            "confine": "asan" not in default_program().parts,
        },
        "listener": [
            {"name": "world", "address": "127.0.0.1:0", "role": "world"},
            {"name": "internal", "address": "127.0.0.1:0", "role": "internal"},
            {"name": "internal-tls", "address": "127.0.0.1:0", "role": "internal", "tls": "implicit"},
        ],
        "tls": {"certificate": identity["cert"], "key": identity["key"], "ca_file": facts["ca"]},
        "resolver": {
            "forwarders": [f"{resolver['address']}:{resolver['port']}"],
            "trust_anchor": facts["trust_anchor"],
        },
        "delivery": {
            "smtp_port": facts["smtp_port"],
            "mta_sts_port": facts["policy_port"],
            "special_addresses": True,
        },
        "queue": {"segment": "8MiB", "reserve": "1MiB"},
        "log": {"level": "debug", "file": str(directory / "postern.log")},
        "http": {"address": "127.0.0.1:0"},
        "admin": {"address": "127.0.0.1:0"},
    }


class Gateway:
    """A running gateway; leaving the `with` block ends it in order."""

    def __init__(self, directory: Path, program: Path, config: Path) -> None:
        self.directory = directory
        self.program = program
        self.config = config
        self.process: subprocess.Popen[bytes] | None = None
        self.listeners: dict[str, Listener] = {}
        self.http = ""
        self.web = ""
        self.inherited: dict[str, socket.socket] = {}
        self.environment: dict[str, str] = {}  # of the daemon, over this process's own

    @classmethod
    def start(
        cls,
        directory: Path,
        world: World,
        changes: Mapping[str, Mapping[str, Any]] | None = None,
        listeners: Sequence[Mapping[str, Any]] | None = None,
        program: Path | None = None,
        setup: bool = True,
        inherited: Mapping[str, socket.socket] | None = None,
    ) -> "Gateway":
        """Starts a gateway for `world`; `changes` go over the settings, section by section.

        `inherited` are sockets that are passed as systemd does, by name.
        """
        directory.mkdir(parents=True, exist_ok=True)
        settings = practice_settings(directory, world)
        for section, values in (changes or {}).items():
            settings.setdefault(section, {}).update(values)
        if listeners is not None:
            settings["listener"] = [dict(one) for one in listeners]
        config = directory / "postern.toml"
        config.write_text(toml(settings))
        (directory / "data").mkdir(exist_ok=True, mode=0o700)
        gateway = cls(directory, program or default_program(), config)
        gateway.inherited = dict(inherited or {})
        if setup:
            gateway.set_up(world)
        gateway.run()
        return gateway

    def set_up(self, world: World) -> None:
        """The organisation of the practice world: its domains, its routes, its own servers."""
        seen: set[str] = set()
        for server in world.facts["internal"]:
            if server["domain"] not in seen:
                seen.add(server["domain"])
                self.cli("domain", "add", server["domain"], "--already-validated")
            words = ["route", "add", server["domain"], "--host", server["host"], "--port", str(server["port"])]
            credentials = server.get("credentials") or {}
            if credentials:
                secret = self.directory / "route-password"
                secret.write_text(credentials["password"])
                words += ["--user", credentials["user"], "--password-file", str(secret)]
            self.cli(*words)
        self.cli("sender", "add", "--range", "127.0.0.0/8", "--note", "the practice world's own servers")

    def run(self) -> None:
        """Starts the process and waits until it says READY=1."""
        notify = self.directory / "notify"
        notify.unlink(missing_ok=True)
        environment = {**os.environ, **self.environment, "NOTIFY_SOCKET": str(notify)}
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            receiver.bind(str(notify))
            receiver.settimeout(_READY_WITHIN)
            with (self.directory / "stderr").open("ab") as errors:
                self.process = subprocess.Popen(
                    [*self._passing(environment), self.program, "serve", "--config", str(self.config)],
                    env=environment,
                    pass_fds=[one.fileno() for one in self.inherited.values()],
                    stdin=subprocess.DEVNULL,
                    stderr=errors,
                )
            self._await_ready(receiver)
        status = json.loads(self.cli("status", "--json"))
        self.listeners = {
            one["name"]: Listener(one["name"], one["role"], one["address"], one["port"], one["tls"])
            for one in status["listeners"]
        }
        self.http = status["http"]
        self.web = status["web"]

    def _passing(self, environment: dict[str, str]) -> list[str]:
        """A shell that moves inherited sockets to descriptor 3 and up, and says so as systemd does."""
        if not self.inherited:
            return []
        environment["LISTEN_FDS"] = str(len(self.inherited))
        environment["LISTEN_FDNAMES"] = ":".join(self.inherited)
        moves = " ".join(f"{place}<&{one.fileno()}" for place, one in enumerate(self.inherited.values(), start=3))
        return ["bash", "-c", f'LISTEN_PID=$$ exec "$0" "$@" {moves}']

    def _await_ready(self, receiver: socket.socket) -> None:
        assert self.process is not None
        receiver.settimeout(0.05)
        for _ in range(int(_READY_WITHIN / 0.05)):
            try:
                if b"READY=1" in receiver.recv(4096):
                    return
            except TimeoutError:
                if self.process.poll() is not None:
                    break
        raise GatewayError(f"the gateway did not become ready:\n{self.errors()}")

    def errors(self) -> str:
        """What the gateway wrote to standard error."""
        return (self.directory / "stderr").read_text(errors="replace")

    def log(self) -> str:
        """The gateway's log so far."""
        path = self.directory / "postern.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def cli(self, *words: str, check: bool = True, stdin: str = "") -> str:
        """One command with this gateway's configuration; returns what it printed."""
        done = self.command(*words, stdin=stdin.encode())
        printed = done.stdout.decode()
        if check and done.returncode != 0:
            raise GatewayError(f"postern {' '.join(words)}: exit {done.returncode}\n{printed}{done.stderr.decode()}")
        return printed

    def command(self, *words: str, stdin: bytes = b"", timeout: float | None = None) -> subprocess.CompletedProcess[bytes]:
        """The same, however it ends. The program is the gateway's own, or POSTERN_CLI: a sanitizer
        build of the daemon is served by a CLI that starts fast."""
        return subprocess.run(
            [os.environ.get("POSTERN_CLI", self.program), *words, "--config", str(self.config)],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=timeout,
        )

    def json(self, *words: str) -> Any:
        """The same with --json, read."""
        return json.loads(self.cli(*words, "--json"))

    def client(self, listener: str = "internal", hello: str = "mail.corp.example") -> smtplib.SMTP:
        """A plain connection to a listener."""
        place = self.listeners[listener]
        return smtplib.SMTP(place.address, place.port, local_hostname=hello, timeout=30)

    def send(
        self,
        sender: str,
        recipients: Sequence[str],
        message: str | bytes,
        listener: str = "internal",
        tls: bool = True,
        options: Sequence[str] = (),
    ) -> dict[str, tuple[int, bytes]]:
        """Sends one message; returns the refused recipients, as smtplib does."""
        with self.client(listener) as connection:
            if tls:
                connection.starttls()
                connection.ehlo()
            return connection.sendmail(sender, list(recipients), message, mail_options=list(options))

    def stop(self) -> int:
        """SIGTERM, and wait; returns the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """SIGKILL, as a crash would."""
        return self._end(signal.SIGKILL)

    def processor_time(self) -> float:
        """Seconds that a processor has spent on it so far, all threads together."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def reload(self) -> None:
        """SIGHUP."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(timeout=60)

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        code = self.stop()
        if code != 0 and error is None:
            raise GatewayError(f"the gateway ended with {code}:\n{self.errors()[-4000:]}")
