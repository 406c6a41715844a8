"""Results as a table, as JSON and as docs/performance.md, always with the conditions."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.bench_measure import Figures
from bench.bench_sets import Set

Results = Mapping[str, Mapping[str, Sequence[Figures]]]  # set -> engine -> repetitions


def conditions(directory: Path, versions: Mapping[str, str], repetitions: int) -> dict[str, str]:
    """What somebody must know who compares with another machine."""
    cpu = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").open() if line.startswith("model name")),
        "unknown",
    )
    disk = subprocess.run(["df", "--output=source,fstype", directory], capture_output=True, text=True).stdout
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processors": f"{os.cpu_count()} x {cpu}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "queue on": " ".join(disk.splitlines()[-1].split()),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "versions": ", ".join(versions.values()),
        "repetitions": f"{repetitions}, interleaved; figures are medians, with the range",
    }


def _spread(values: Sequence[float], places: int) -> str:
    middle = statistics.median(values)
    return f"{middle:,.{places}f} ({min(values):,.{places}f}-{max(values):,.{places}f})"


def _median(found: Sequence[Figures], value: Callable[[Figures], float]) -> float:
    return statistics.median(value(one) for one in found)


def rows(sets: Sequence[Set], results: Results) -> list[list[str]]:
    """The table, a row for each set and engine, and one with the ratios."""
    out = [["set", "engine", "messages", "messages/s", "CPU ms/message", "p50 ms", "p99 ms", "lost", "twice"]]
    for one in sets:
        engines = results[one.name]
        for engine, found in engines.items():
            out.append(
                [
                    one.title,
                    engine,
                    str(found[0].messages),
                    _spread([figures.rate for figures in found], 0),
                    _spread([figures.cpu_ms for figures in found], 3),
                    _spread([figures.p50_ms for figures in found], 1),
                    _spread([figures.p99_ms for figures in found], 1),
                    str(sum(figures.lost for figures in found)),
                    str(sum(figures.duplicates for figures in found)),
                ]
            )
        if len(engines) == 2:
            ours, theirs = engines["postern"], engines["postfix"]
            ratio = [
                f"{_median(ours, value) / max(_median(theirs, value), 1e-9):.3g}"
                for value in (
                    lambda figures: figures.rate,
                    lambda figures: figures.cpu_ms,
                    lambda figures: figures.p50_ms,
                    lambda figures: figures.p99_ms,
                )
            ]
            out.append([one.title, "ratio", "", *ratio, "", ""])
    return out


def text_table(table: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def as_json(facts: Mapping[str, str], sets: Sequence[Set], results: Results) -> dict[str, Any]:
    return {
        "conditions": dict(facts),
        "sets": {
            one.name: {
                "parameters": asdict(one),
                "repetitions": {
                    engine: [asdict(figures) for figures in found] for engine, found in results[one.name].items()
                },
            }
            for one in sets
        },
    }


def markdown(facts: Mapping[str, str], table: Sequence[Sequence[str]]) -> str:
    """docs/performance.md."""
    lines = [
        "# Performance",
        "",
        "Written by `bench/run --write`; do not edit. Postern and Postfix take turns on one machine, beside the",
        "load generator and the sink. Messages a second are counted end to end: from the start of the load until",
        "the sink has every message. CPU is that of the mail server with all its processes. Latency is the time",
        "from the end of data to the 250, which both say only when the message is safe on disk. With TLS both verify",
        "the next hop's certificate, chain and name; Postern records its evidence besides. The row *ratio* is",
        "Postern divided by Postfix.",
        "",
        "| condition | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in facts.items()),
        "",
        "| " + " | ".join(table[0]) + " |",
        "|" + "---|" * len(table[0]),
        *("| " + " | ".join(row) + " |" for row in table[1:]),
        "",
    ]
    return "\n".join(lines)
