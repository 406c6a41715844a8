"""One measurement: a load, an engine, a sink."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bench_engines import Engine
from bench.bench_sets import Set
from peers import Identity

_LOAD_TIMEOUT = 1800
SLOWEST = 50  # messages a second: whoever is slower will not come to an end


class BenchError(Exception):
    """A measurement that did not come to its end; the text says what is known."""


def await_that(condition: Callable[[], bool], within: float, what: str) -> None:
    """Asks again and again, seldom enough to disturb nobody."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise BenchError(f"it did not come to it within {within:.0f} s: {what}")
        time.sleep(0.2)


@dataclass(frozen=True)
class Figures:
    """What one repetition showed."""

    messages: int
    seconds: float  # from the start of the load until the sink has everything
    rate: float
    cpu_ms: float  # of the engine with all its processes, a message
    p50_ms: float  # end of data -> 250
    p99_ms: float
    p999_ms: float
    whole_p50_ms: float  # MAIL -> 250
    whole_p99_ms: float
    way_p50_ms: float  # end of data -> the sink has it
    way_p99_ms: float
    way_p999_ms: float
    lost: int
    duplicates: int
    in_clear: int
    sink_connections: int


class Sink:
    """bench_sink on a given port, until the `with` block is left."""

    def __init__(self, programs: Path, port: int, identity: Identity | None, expected: int) -> None:
        command = [str(programs / "bench_sink"), "--listen", f"127.0.0.1:{port}", "--expect", str(expected)]
        if identity:
            command += ["--certificate", str(identity.certificate), "--key", str(identity.key)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if int(self._process.stdout.readline() or 0) != port:
            raise BenchError("the sink does not listen")
        self._complete = threading.Event()
        self.completed_at = 0.0
        self._last: dict[str, Any] = {}
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._last = json.loads(line)
            if not self._complete.is_set():
                self.completed_at = time.monotonic()
                self._complete.set()

    def wait(self, seconds: float) -> bool:
        return self._complete.wait(seconds)

    def finish(self) -> dict[str, Any]:
        """Ends the sink; what it counted in all."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._reader.join()
        self._process.wait()
        return self._last


def measure(engine: Engine, what: Set, programs: Path, port: int, identity: Identity) -> Figures:
    """Sends one load through an engine and waits until the sink has all of it."""
    count = what.count(engine.name)
    sink = Sink(programs, port, identity if what.tls else None, count)
    try:
        cpu_before = engine.cpu_seconds()
        start = time.monotonic()
        loaded = load(engine, what, programs, count)
        patience = max(60.0, 3 * (time.monotonic() - start))
        complete = sink.wait(patience)
        cpu = engine.cpu_seconds() - cpu_before
    finally:
        counted = sink.finish()
    seconds = (sink.completed_at if complete else time.monotonic()) - start
    arrived = counted["distinct"]
    return Figures(
        messages=count,
        seconds=seconds,
        rate=arrived / seconds,
        cpu_ms=1000 * cpu / count,
        p50_ms=loaded["p50_ms"],
        p99_ms=loaded["p99_ms"],
        p999_ms=loaded["p999_ms"],
        whole_p50_ms=loaded["whole_p50_ms"],
        whole_p99_ms=loaded["whole_p99_ms"],
        way_p50_ms=counted["way_p50_ms"],
        way_p99_ms=counted["way_p99_ms"],
        way_p999_ms=counted["way_p999_ms"],
        lost=count - arrived,
        duplicates=counted["duplicates"],
        in_clear=counted["messages"] - counted["tls"],
        sink_connections=counted["connections"],
    )


def load(engine: Engine, what: Set, programs: Path, count: int) -> dict[str, Any]:
    """Sends so many messages of a set; what bench_load says of it when the engine has taken all."""
    command = [str(programs / "bench_load"), "--to", engine.address(), "--sender", "load@sender.example"]
    for option, value in (
        ("messages", count),
        ("connections", what.connections),
        ("per-connection", what.per_connection),
        ("size", what.size),
        ("domains", what.domains),
        ("recipients", what.recipients),
        ("rate", what.rate),
    ):
        command += [f"--{option}", str(value)]
    if what.tls:
        command.append("--tls")
    if what.mixed:
        command.append("--mixed")
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LOAD_TIMEOUT + count / SLOWEST)
    if not done.stdout:
        raise BenchError(f"bench_load ended with {done.returncode}: {done.stderr}\n{engine.log()[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    if found["accepted"] != count:
        raise BenchError(f"{engine.name} took {found['accepted']} of {count}: {found['first_refusal']}\n{engine.log()[-3000:]}")
    return found
