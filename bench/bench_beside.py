"""Relaying beside messages that wait in the queue: what does their number cost the others?"""

from __future__ import annotations

from collections.abc import Sequence
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
    load: tuple[Set, int, int],
) -> Beside:
    """`identities`: the gateway's and the sink's; `load`: a set, the messages that wait, repetitions."""
    what, queued, repetitions = load
    own, sink = identities
    directory = work / "beside"
    remove(directory)
    directory.mkdir(parents=True)
    engine = PosternEngine(Place(directory, own, ca, port, what.tls))
    try:
        if queued:
            engine.stop()
            fill(fill_queue, engine.data / "queue", queued)
            engine.gateway.run()
        return Beside(queued, [measure(engine, what, programs, port, sink) for _ in range(repetitions)])
    finally:
        engine.stop()
        remove(directory)
