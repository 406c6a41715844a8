"""A long queue that comes to its end: is the gateway afterwards as fast, and the disk as empty, as before?

The next hop is away while the backlog gathers, and comes back. The queue then leaves one destination domain after
the other, in an order of chance; as the domains came in turn, what goes first lies scattered over all of the disk.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.bench_engines import Place, PosternEngine, remove
from bench.bench_measure import SLOWEST, Sink, await_that, load, measure
from bench.bench_sets import SETS, Set
from peers import Identity

DOMAINS = 100  # to try one again takes a look at the whole queue
# Nothing of the backlog is due before it is asked for.
_SETTINGS = {"delivery": {"retry": ["3h"], "delay_notice": "3h"}}


@dataclass(frozen=True)
class Backlog:
    """What a backlog left behind, and how long it took."""

    messages: int
    domains: int
    rate_before: float  # messages a second, of the same load
    rate_after: float
    gather_seconds: float
    drain_seconds: float  # from the first order to try again until the sink has everything
    disk_before: int  # bytes of the queue alone
    disk_full: int
    disk_drained: int
    disk_after: int  # after the load that followed
    memory_full: int  # bytes (Pss)
    memory_after: int
    lost: int
    duplicates: int
    rate_new: float  # of a new gateway, in turns with the one that had the backlog


def backlog(
    work: Path,
    programs: Path,
    identities: tuple[Identity, Identity],
    ca: Path,
    port: int,
    messages: int,
    say: Callable[[str], None],
) -> Backlog:
    """`identities`: the gateway's and the sink's."""
    usual = next(one for one in SETS if one.name == "4k-tls")
    usual = replace(usual, messages={"postern": min(usual.messages["postern"], messages)})
    own, hop = identities
    directory = work / "backlog"
    remove(directory)
    directory.mkdir(parents=True)
    with ExitStack() as running:
        running.callback(remove, directory)
        engine = PosternEngine(Place(directory, own, ca, port, True), _SETTINGS)
        running.callback(engine.stop)
        before = _usual_rate(engine, usual, programs, port, hop)
        disk_before = engine.queue_disk()
        say(f"  before: {before:,.0f} messages/s")
        domains = max(1, min(DOMAINS, messages // 10))
        gathered = _gather(engine, replace(usual, messages={"postern": messages}, domains=domains), programs)
        disk_full, memory_full = engine.queue_disk(), engine.memory()
        say(f"  {messages:,} messages wait, {disk_full / 2**20:,.0f} MiB")
        drained, counted = _drain(engine, messages, domains, Sink(programs, port, hop, messages))
        disk_drained = engine.queue_disk()
        say(f"  drained in {drained:,.0f} s, {disk_drained / 2**20:,.0f} MiB")
        after, new = _beside_a_new_one(engine, directory / "new", usual, programs, (own, hop), ca, port)
        say(f"  after: {after:,.0f} messages/s, and {new:,.0f} through a new gateway")
        return Backlog(
            messages,
            domains,
            before,
            after,
            gathered,
            drained,
            disk_before,
            disk_full,
            disk_drained,
            engine.queue_disk(),
            memory_full,
            engine.memory(),
            messages - counted["distinct"],
            counted["duplicates"],
            new,
        )


def _usual_rate(engine: PosternEngine, usual: Set, programs: Path, port: int, hop: Identity) -> float:
    return statistics.median(measure(engine, usual, programs, port, hop).rate for _ in range(3))


def _beside_a_new_one(
    engine: PosternEngine, directory: Path, usual: Set, programs: Path, identities: tuple[Identity, Identity], ca: Path, port: int
) -> tuple[float, float]:
    """Both rates in turns: in the quarter of an hour since the first the machine itself may have changed."""
    own, hop = identities
    directory.mkdir()
    new = PosternEngine(Place(directory, own, ca, port, True), _SETTINGS)
    try:
        turns = [[measure(one, usual, programs, port, hop).rate for one in (engine, new)] for _ in range(3)]
    finally:
        new.stop()
    after, beside = (statistics.median(rates) for rates in zip(*turns, strict=True))
    return after, beside


def _gather(engine: PosternEngine, what: Set, programs: Path) -> float:
    """Nobody listens at the next hop; ends when each message has been tried."""
    start = time.monotonic()
    load(engine, what, programs, what.messages["postern"])
    took = time.monotonic() - start
    await_that(lambda: not engine.has_untried(), _patience(what.messages["postern"]), "each message has been tried")
    return took


def _drain(engine: PosternEngine, messages: int, domains: int, sink: Sink) -> tuple[float, dict[str, int]]:
    """The next hop is back, and every domain is asked for."""
    order = list(range(domains))
    random.Random(1).shuffle(order)
    start = time.monotonic()
    try:
        for number in order:
            engine.retry(f"d{number}.bench.example")
        complete = sink.wait(_patience(messages))
        took = (sink.completed_at if complete else time.monotonic()) - start
        await_that(lambda: engine.queued() == 0, _patience(messages), "the queue is empty")
    finally:
        counted = sink.finish()
    return took, counted


def _patience(messages: int) -> float:
    return 60 + messages / SLOWEST
