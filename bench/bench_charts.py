"""The charts of docs/performance.md: a file's name and its SVG."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.bench_beside import Beside
from bench.bench_curves import Curve, Scale, curves
from bench.bench_disks import Disk
from bench.bench_long import Tenth
from bench.bench_measure import Figures
from bench.bench_plot import Bar, bars
from bench.bench_restart import Restart
from bench.bench_sets import BY_CONNECTIONS, BY_DOMAINS, Set
from bench.bench_tables import Others, Results, median

Points = Sequence[tuple[float, float]]


def plots(sets: Sequence[Set], results: Results) -> dict[str, str]:
    """How the engines compare."""
    rates, costs = [], []
    for one in sets:
        if one.rate:  # all take the same number, and the processor is idle in between
            continue
        for engine, found in results[one.name].items():
            ours = engine == "postern"
            label = one.title if ours else engine
            rate, cost = median(found, _rate), median(found, _cpu)
            rates.append(Bar(label, rate, f"{rate:,.0f}", ours))
            costs.append(Bar(label, cost, f"{cost:.2f}", ours))
    return {
        "rate.svg": bars("Messages a second, end to end", rates),
        "cpu.svg": bars("Milliseconds of processor a message", costs),
    }


@dataclass(frozen=True)
class _Growth:
    """A chart of what something costs, by what there is more of."""

    title: str
    across: str
    up: str
    lines: dict[str, Points]
    scale: Scale = Scale.logarithmic


def growth(sets: Sequence[Set], results: Results, others: Others) -> dict[str, str]:
    """How our own costs grow; a chart of each thing that was measured at two points at least."""
    connections = [one for one in sets if one.name in BY_CONNECTIONS]
    domains = [one for one in sets if one.name in BY_DOMAINS]
    found = {
        **_by_set("connections", "connections at once", connections, results, lambda one: one.connections),
        **_by_set("domains", "destination domains", domains, results, lambda one: one.domains),
        "queue.svg": _Growth("Processor a message, by messages waiting", "messages waiting", "ms", _beside(others.beside)),
        "policies.svg": _Growth("A policy decision, by policies", "policies", "ns", _decisions(others)),
        "start.svg": _Growth("From start to the greeting", "messages queued", "s", _starts(others, {"postern": _seconds})),
        "memory.svg": _Growth(
            "Memory with a queue", "messages queued", "MiB", _starts(others, {"at the greeting": _memory, "10 s later": _memory_later})
        ),
        **_disks(others.disks),
        **_long(others.tenths),
    }
    return {
        name: curves(one.title, one.across, one.up, [Curve(*line) for line in one.lines.items()], one.scale)
        for name, one in found.items()
        if any(len(points) > 1 for points in one.lines.values())
    }


def _by_set(
    name: str, across: str, sets: Sequence[Set], results: Results, place: Callable[[Set], int]
) -> dict[str, _Growth]:
    def line(value: Callable[[Figures], float]) -> dict[str, Points]:
        return {"postern": sorted((place(one), median(results[one.name]["postern"], value)) for one in sets)}

    return {
        f"{name}.svg": _Growth(f"Processor a message, by {across}", across, "ms", line(_cpu)),
        f"{name}-rate.svg": _Growth(f"Messages a second, by {across}", across, "messages/s", line(_rate)),
    }


def _rate(figures: Figures) -> float:
    return figures.rate


def _cpu(figures: Figures) -> float:
    return figures.cpu_ms


def _beside(found: Sequence[Beside]) -> dict[str, Points]:
    return {"postern": [(one.queued, median(one.repetitions, _cpu)) for one in found]}


def _decisions(others: Others) -> dict[str, Points]:
    columns = {"in force": "winner_ns", "requirement": "requirement_ns"}
    return {name: [(one["policies"], one[column]) for one in others.policies] for name, column in columns.items()}


def _seconds(start: Restart) -> float:
    return start.seconds


def _memory(start: Restart) -> float:
    return start.memory / 2**20


def _memory_later(start: Restart) -> float:
    return start.memory_later / 2**20


def _starts(others: Others, values: Mapping[str, Callable[[Restart], float]]) -> dict[str, Points]:
    lengths = sorted({one.queued for one in others.restarts})
    return {
        name: [(length, statistics.median(value(one) for one in others.restarts if one.queued == length)) for length in lengths]
        for name, value in values.items()
    }


def _disks(found: Sequence[Disk]) -> dict[str, _Growth]:
    """Of the first set alone."""
    first = [one for one in found if one.title == found[0].title]
    lines = {
        engine: [(one.delay_ms, median(one.engines[engine], _rate)) for one in first] for engine in (first[0].engines if first else ())
    }
    return {"disks.svg": _Growth("Messages a second, by the disk", "a sync slower by, ms", "messages/s", lines, Scale.linear)}


def _long(tenths: Sequence[Tenth]) -> dict[str, _Growth]:
    places = [sum(one.messages for one in tenths[: number + 1]) for number in range(len(tenths))]
    across, scale = "messages so far, in thousands", Scale.linear

    def line(value: Callable[[Tenth], float]) -> Points:
        return [(place / 1000, value(one)) for place, one in zip(places, tenths)]

    disk = {"queue": line(lambda one: one.queue_disk / 2**20), "records": line(lambda one: one.records_disk / 2**20)}
    return {
        "long.svg": _Growth("A long run: processor a message", across, "ms", {"postern": line(lambda one: one.cpu_ms)}, scale),
        "long-rate.svg": _Growth("A long run: messages a second", across, "messages/s", {"postern": line(lambda one: one.rate)}, scale),
        "long-disk.svg": _Growth("A long run: the disk", across, "MiB", disk, scale),
    }
