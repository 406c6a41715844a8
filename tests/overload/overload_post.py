"""A gateway that is loaded: how it is started, filled, watched and asked."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.client import World
from lab.control_socket import ask
from lab.gateway import Gateway, default_program, practice_settings, toml

_REPOSITORY = Path(__file__).resolve().parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


def filler() -> Path:
    """The program that fills queues; ./test builds it beside the gateway."""
    built = _REPOSITORY / "build" / "release" / "tests" / "overload" / "fill_queue"
    return Path(os.environ.get("POSTERN_FILL_QUEUE", built))


def until(condition: Callable[[], bool], within: float, what: str) -> None:
    """Asks again and again; the questions themselves pace it."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"it did not come to it within {within:.0f} s: {what}"


class Post:
    """Where one gateway lives. Fill it, run() it, look at it, stop() it."""

    def __init__(self, directory: Path, world: World, changes: Mapping[str, Mapping[str, Any]]) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        settings = practice_settings(directory, world)
        settings["log"]["level"] = "notice"
        settings["delivery"].update(retry=["1s"], ipv6=False)
        settings["limits"] = {"connections_per_address": 100}
        settings["queue"] = {"reserve": "1MiB"}
        for section, values in changes.items():
            settings.setdefault(section, {}).update(values)
        self.data = Path(settings["gateway"]["data_dir"])
        self.data.mkdir(mode=0o700, exist_ok=True)
        config = directory / "postern.toml"
        config.write_text(toml(settings))
        self.gateway = Gateway(directory, default_program(), config)
        self.gateway.set_up(world)

    def set_environment(self, environment: Mapping[str, str]) -> None:
        """Of the program, when it serves and when it is a command."""
        self._wrap("", ["env", *(f"{name}={value}" for name, value in environment.items())])

    def limit_descriptors(self, count: int) -> None:
        """So many files may it have open, and no more."""
        self._wrap(f"ulimit -n {count}", [])

    def _wrap(self, before: str, words: list[str]) -> None:
        """The program keeps the wrapper's process id."""
        wrapper = self.directory / "postern"
        wrapper.write_text(f'#!/bin/sh\n{before}\nexec {shlex.join([*words, str(default_program())])} "$@"\n')
        wrapper.chmod(0o755)
        self.gateway.program = wrapper

    def route(self, domain: str, port: int) -> None:
        """One of our own domains, with its server at this port."""
        self.gateway.cli("domain", "add", domain, "--already-validated")
        self.gateway.cli("route", "add", domain, "--host", "127.0.0.1", "--port", str(port))

    def fill(self, domain: str, messages: int, *words: str) -> None:
        """Puts messages for the domain into the queue; the gateway must not be running."""
        command = [filler(), self.data / "queue", "--domain", domain, "--messages", str(messages), *words]
        subprocess.run([str(word) for word in command], check=True)
        os.sync()  # what the filler left to the kernel to write must not slow the gateway

    def run(self) -> float:
        """Answers how many seconds the start took, less those in which others had the processors."""
        before = time.monotonic()
        self.gateway.run()
        took = time.monotonic() - before
        return took - int(self._proc("schedstat").split()[1]) / 1e9

    def stop(self) -> None:
        code = self.gateway.stop()
        assert code == 0, f"the gateway ended with {code}:\n{self.gateway.errors()[-4000:]}"

    def is_running(self) -> bool:
        return self.gateway.process is not None and self.gateway.process.poll() is None

    def port(self, listener: str) -> int:
        return self.gateway.listeners[listener].port

    # --- what it uses -----------------------------------------------------------------------------

    def _proc(self, name: str) -> str:
        assert self.gateway.process is not None
        return Path(f"/proc/{self.gateway.process.pid}/{name}").read_text()

    def _status_kib(self, field: str) -> int:
        return next(int(line.split()[1]) for line in self._proc("status").splitlines() if line.startswith(field))

    def memory(self) -> float:
        """MiB in memory now."""
        return self._status_kib("VmRSS:") / 1024

    def peak_memory(self) -> float:
        """MiB in memory at the most, so far."""
        return self._status_kib("VmHWM:") / 1024

    def processor_seconds(self) -> float:
        """Of all its threads since its start."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    # --- what it says -----------------------------------------------------------------------------

    def ask(self, path: str) -> Any:
        """A question to its control socket."""
        return json.loads(ask(self.data, path))

    def counts(self) -> dict[str, Any]:
        """What is in the queue, in numbers."""
        return dict(self.ask("/v1/queue/counts"))

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        address, _, port = self.gateway.http.rpartition(":")
        connection = http.client.HTTPConnection(address, int(port), timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        lines = [line.rpartition(" ") for line in text.splitlines() if line.startswith(f"postern_{name}")]
        return sum(float(value) for _, _, value in lines)

    def __enter__(self) -> "Post":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.kill()
