"""A long run of mixed sizes, in tenths: does the last go as the first, and does the disk stay level?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.bench_engines import Place, PosternEngine, disk_of, remove
from bench.bench_measure import measure
from bench.bench_sets import LONG
from peers import Identity

TENTHS = 10


@dataclass(frozen=True)
class Tenth:
    """A tenth of the run, through the same gateway as those before."""

    messages: int
    rate: float
    cpu_ms: float  # a message
    p99_ms: float  # end of data -> 250
    queue_disk: int  # bytes that the queue takes on the disk afterwards
    records_disk: int  # and all else, above all the evidence, which is kept
    memory: int  # bytes (Pss) afterwards
    lost: int
    duplicates: int


def long_run(
    work: Path, programs: Path, identities: tuple[Identity, Identity], ca: Path, port: int, messages: int
) -> Iterator[Tenth]:
    """`identities`: the gateway's and the sink's."""
    own, sink = identities
    directory = work / "long"
    remove(directory)
    directory.mkdir(parents=True)
    tenth = replace(LONG, messages={"postern": messages // TENTHS})
    with ExitStack() as running:
        running.callback(remove, directory)
        engine = PosternEngine(Place(directory, own, ca, port, True))
        running.callback(engine.stop)
        for _ in range(TENTHS):
            found = measure(engine, tenth, programs, port, sink)
            queue = engine.queue_disk()
            yield Tenth(
                found.messages,
                found.rate,
                found.cpu_ms,
                found.p99_ms,
                queue,
                disk_of(engine.data) - queue,
                engine.memory(),
                found.lost,
                found.duplicates,
            )

