"""Relaying beside messages that wait in the queue: what does their number cost the others?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.bench_engines import Place, PosternEngine, remove
from bench.bench_measure import Figures, measure
from bench.bench_restart import fill
from bench.bench_sets import Set
from peers import Identity


@dataclass(frozen=True)
class Beside:
    """A load while so many messages of another domain wait for their next attempt, hours away."""

    queued: int
    repetitions: Sequence[Figures]


def beside(
    work: Path,
    programs: Path,
    fill_queue: Path,
    identities: tuple[Identity, Identity],
    ca: Path,
    port: int,
    what: Set,
    lengths: Sequence[int],
    repetitions: int,
) -> list[Beside]:
    """A gateway for each length, which take turns; `identities`: the gateways' and the sink's."""
    own, sink = identities
    found: dict[int, list[Figures]] = {queued: [] for queued in lengths}
    with ExitStack() as running:
        engines = {}
        for queued in lengths:
            directory = work / f"beside-{queued}"
            remove(directory)
            directory.mkdir(parents=True)
            running.callback(remove, directory)
            engine = PosternEngine(Place(directory, own, ca, port, what.tls))
            running.callback(engine.stop)
            if queued:
                engine.stop()
                fill(fill_queue, engine.data / "queue", queued)
                engine.gateway.run()
            engines[queued] = engine
        for number in range(repetitions):
            for queued, engine in engines.items() if number % 2 == 0 else reversed(engines.items()):
                found[queued].append(measure(engine, what, programs, port, sink))
    return [Beside(queued, runs) for queued, runs in found.items()]
