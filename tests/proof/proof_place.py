"""A gateway that is started and killed again and again, with routes to the harness's own sinks."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.client import World
from lab.control_socket import ask
from lab.gateway import Gateway, default_program, practice_settings, toml

READY_WITHIN = 2.0  # seconds, after whatever happened before


def settings_of(directory: Path, world: World) -> dict[str, Any]:
    settings = practice_settings(directory, world)
    settings["gateway"]["shards"] = 1
    settings["listener"] = [{"name": "internal", "address": "127.0.0.1:0", "role": "internal"}]
    settings["delivery"].update(retry=["1s"], ipv6=False)
    settings["queue"] = {"segment": "1MiB", "reserve": "1MiB"}
    settings["log"]["level"] = "notice"
    return settings


class Place:
    """Where one gateway lives. Use run(), then kill() or stop(), as often as wanted."""

    def __init__(self, directory: Path, world: World) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        self.environment: dict[str, str] = {}  # of the program, when it serves and when it is a command
        self.starts: list[float] = []  # seconds that each took
        self._world = world
        (directory / "data").mkdir(mode=0o700)
        config = directory / "postern.toml"
        config.write_text(toml(settings_of(directory, world)))
        self.gateway = Gateway(directory, self._wrapper(), config)

    def _wrapper(self) -> Path:
        """Runs the program with this place's environment; it keeps its process id."""
        path = self.directory / "postern"
        words = [f"{name}={value}" for name, value in self.environment.items()]
        command = shlex.join(["env", *words, str(default_program())])
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)
        return path

    def set_environment(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._wrapper()

    def set_up(self, sinks: Mapping[str, int]) -> None:
        """The organisation: its own domain, and a domain with a route for each sink's port."""
        self.gateway.cli("domain", "add", "corp.example", "--already-validated")
        self.gateway.cli("sender", "add", "--range", "127.0.0.0/8")
        for domain, port in sinks.items():
            self.gateway.cli("domain", "add", domain, "--already-validated")
            self.gateway.cli("route", "add", domain, "--host", "127.0.0.1", "--port", str(port))

    def run(self) -> None:
        before = time.monotonic()
        self.gateway.run()
        self.starts.append(time.monotonic() - before - self._waited_for_a_processor())

    def _waited_for_a_processor(self) -> float:
        """Seconds in which the program could have run, and others did: no fault of its own."""
        assert self.gateway.process is not None
        fields = Path(f"/proc/{self.gateway.process.pid}/schedstat").read_text().split()
        return int(fields[1]) / 1e9

    def kill(self) -> None:
        self.gateway.kill()

    def stop(self) -> int:
        return self.gateway.stop()

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def port(self) -> int:
        return self.gateway.listeners["internal"].port

    def ask(self, path: str) -> bytes:
        """A question to the running gateway's control socket."""
        return ask(self.data, path)

    def queued(self) -> list[dict[str, Any]]:
        """Every message in the queue."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = json.loads(self.ask(f"/v1/queue?limit=500{after}"))
            found += page["messages"]
            if not page.get("next"):
                return found
            after = f"&after={page['next']}"

    def __enter__(self) -> "Place":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.kill()
