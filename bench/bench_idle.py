"""Memory of idle sessions: what a server needs more while so many of them are open."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bench_engines import Engine, Place, remove
from bench.bench_measure import BenchError
from peers import Identity

# Postfix and Exim have a process for each session: the figure of a session is found with fewer.
SESSIONS = {"postern": (1000, 10_000), "postfix": (100, 400), "exim": (100, 400), "haraka": (1000, 5000)}


@dataclass(frozen=True)
class Idle:
    """What an engine needed for a number of idle TLS sessions."""

    engine: str
    sessions: int
    before: int  # bytes, with no session
    held: int  # bytes, with all of them
    alive: int  # that still answered at the end

    @property
    def each(self) -> float:
        return (self.held - self.before) / self.sessions


class _Holder:
    """bench_hold, until the `with` block is left."""

    def __init__(self, program: Path, address: str, sessions: int) -> None:
        command = [str(program), "--to", address, "--sessions", str(sessions), "--tls"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("bench_hold ended early")
        found: dict[str, Any] = json.loads(line)
        return found

    def finish(self) -> int:
        """How many sessions still answer; ends them all."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        alive = int(self.said()["alive"])
        self._process.wait()
        return alive


def idle(work: Path, programs: Path, place_of: Any, engines: Mapping[str, Callable[[Place], Engine]]) -> list[Idle]:
    """Each engine, started anew for each number of sessions, with TLS."""
    found = []
    for name, start in engines.items():
        for sessions in SESSIONS[name]:
            with ExitStack() as running:
                directory = work / f"idle-{name}-{sessions}"
                remove(directory)
                directory.mkdir(parents=True)
                running.callback(remove, directory)
                place: Place = place_of(directory)
                engine = start(place)
                running.callback(engine.stop)
                first = _Holder(programs / "bench_hold", engine.address(), 10)  # what is loaded once
                first.said()
                first.finish()
                before = engine.memory()
                holder = _Holder(programs / "bench_hold", engine.address(), sessions)
                held = int(holder.said()["held"])
                if held != sessions:
                    raise BenchError(f"{name} took {held} of {sessions} sessions")
                memory = engine.memory()
                found.append(Idle(name, sessions, before, memory, holder.finish()))
    return found


def place_with(identity: Identity, ca: Path, sink_port: int) -> Any:
    """Makes places that differ in their directories alone."""
    return lambda directory: Place(directory, identity, ca, sink_port, True)
