"""Results as a table, as JSON and as docs/performance.md, always with the conditions."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.bench_idle import Idle
from bench.bench_long import Tenth
from bench.bench_measure import Figures
from bench.bench_plot import Bar, bars
from bench.bench_probe import ProbeRate
from bench.bench_restart import Restart
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


# A column: its title, what it shows of a repetition, and its decimals.
_COLUMNS: tuple[tuple[str, Callable[[Figures], float], int], ...] = (
    ("messages/s", lambda figures: figures.rate, 0),
    ("CPU ms/message", lambda figures: figures.cpu_ms, 3),
    ("250 p50 ms", lambda figures: figures.p50_ms, 1),
    ("250 p99 ms", lambda figures: figures.p99_ms, 1),
    ("250 p99.9 ms", lambda figures: figures.p999_ms, 1),
    ("delivered p50 ms", lambda figures: figures.way_p50_ms, 1),
    ("delivered p99 ms", lambda figures: figures.way_p99_ms, 1),
)


def rows(sets: Sequence[Set], results: Results) -> list[list[str]]:
    """The table, a row for each set and engine, and one with the ratio of ours to each of the others."""
    out = [["set", "engine", "messages", *(title for title, _, _ in _COLUMNS), "lost", "twice"]]
    for one in sets:
        engines = results[one.name]
        for engine, found in engines.items():
            out.append(
                [
                    one.title,
                    engine,
                    str(found[0].messages),
                    *(_spread([value(figures) for figures in found], places) for _, value, places in _COLUMNS),
                    str(sum(figures.lost for figures in found)),
                    str(sum(figures.duplicates for figures in found)),
                ]
            )
        for other in engines:
            if other == "postern":
                continue
            ours, theirs = engines["postern"], engines[other]
            ratio = [f"{_median(ours, value) / max(_median(theirs, value), 1e-9):.3g}" for _, value, _ in _COLUMNS]
            out.append([one.title, f"postern / {other}", "", *ratio, "", ""])
    return out


def idle_rows(found: Sequence[Idle]) -> list[list[str]]:
    """What an idle TLS session costs."""
    out = [["engine", "idle TLS sessions", "KB each", "MB with none", "MB with all", "still answer"]]
    for one in found:
        out.append(
            [
                one.engine,
                f"{one.sessions:,}",
                f"{one.each / 1024:,.1f}",
                f"{one.before / 2**20:,.0f}",
                f"{one.held / 2**20:,.0f}",
                f"{one.alive:,}",
            ]
        )
    return out


def policy_rows(found: Sequence[Mapping[str, float]]) -> list[list[str]]:
    """What a policy decision costs."""
    out = [["policies", "building the book, ms", "the policy in force, ns", "requirement with its explanation, ns"]]
    for one in found:
        places = (one["build_ms"], one["winner_ns"], one["requirement_ns"])
        out.append([f"{one['policies']:,.0f}", *(f"{value:,.0f}" for value in places)])
    return out


def probe_rows(found: Sequence[ProbeRate]) -> list[list[str]]:
    """How fast a list of domains is probed; runs with the same numbers together."""
    out = [["domains", "at once", "round trip, ms", "domains a minute", "CPU ms/domain", "found ready"]]
    for one in dict.fromkeys((rate.domains, rate.parallel, rate.round_trip_ms) for rate in found):
        runs = [rate for rate in found if (rate.domains, rate.parallel, rate.round_trip_ms) == one]
        out.append(
            [
                *(f"{number:,}" for number in one),
                _spread([run.a_minute for run in runs], 0),
                _spread([run.cpu_ms for run in runs], 2),
                f"{min(run.ready for run in runs):,}",
            ]
        )
    return out


def restart_rows(found: Sequence[Restart]) -> list[list[str]]:
    """What a start takes with a queue."""
    out = [["messages queued", "from start to the greeting, s", "memory then, MiB"]]
    for queued in dict.fromkeys(one.queued for one in found):
        runs = [one for one in found if one.queued == queued]
        seconds, memory = [run.seconds for run in runs], [run.memory / 2**20 for run in runs]
        out.append([f"{queued:,}", _spread(seconds, 2), _spread(memory, 0)])
    return out


def long_rows(found: Sequence[Tenth]) -> list[list[str]]:
    """The tenths of a long run, and the last against the first."""
    out = [["tenth", "messages", "messages/s", "CPU ms/message", "250 p99 ms", "disk, MiB", "memory, MiB", "lost", "twice"]]
    for number, one in enumerate(found, 1):
        out.append(
            [
                str(number),
                f"{one.messages:,}",
                f"{one.rate:,.0f}",
                f"{one.cpu_ms:.3f}",
                f"{one.p99_ms:.1f}",
                f"{one.disk / 2**20:,.0f}",
                f"{one.memory / 2**20:,.0f}",
                str(one.lost),
                str(one.duplicates),
            ]
        )
    if found:
        first, last = found[0], found[-1]
        out.append(["last / first", "", f"{last.rate / first.rate:.3g}", f"{last.cpu_ms / first.cpu_ms:.3g}", *[""] * 5])
    return out


def text_table(table: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


@dataclass(frozen=True)
class Others:
    """What is measured besides relaying; empty what was not."""

    idle: Sequence[Idle] = ()
    policies: Sequence[Mapping[str, float]] = ()
    probes: Sequence[ProbeRate] = ()
    restarts: Sequence[Restart] = ()
    tenths: Sequence[Tenth] = ()

    def tables(self) -> list[tuple[str, str, list[list[str]]]]:
        """A title, a sentence and a table for each that was measured."""
        return [
            part
            for part in (
                ("Idle sessions", "Memory as Pss, of all processes.", idle_rows(self.idle)),
                ("A policy decision", "Medians, on one core.", policy_rows(self.policies)),
                ("Probes", _OF_PROBES, probe_rows(self.probes)),
                ("Start", _OF_RESTARTS, restart_rows(self.restarts)),
                ("A long run", _OF_LONG_RUNS, long_rows(self.tenths)),
            )
            if len(part[2]) > 1
        ]


def as_json(facts: Mapping[str, str], sets: Sequence[Set], results: Results, others: Others) -> dict[str, Any]:
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
        "idle": [asdict(one) for one in others.idle],
        "policies": [dict(one) for one in others.policies],
        "probes": [asdict(one) for one in others.probes],
        "restarts": [asdict(one) for one in others.restarts],
        "long": [asdict(one) for one in others.tenths],
    }


_OF_PROBES = (
    "`postern probe` over a list of domains: MX, addresses, MTA-STS, and one mail server each with STARTTLS and TLS 1.3."
    " Every answer of DNS and of the mail servers comes a round trip late; the connection counts as one."
)
_OF_LONG_RUNS = (
    "Messages of 1 KB to 25 MB in the shares of real mail (`bench_load.cc` has them), with TLS on both hops, through one"
    " gateway. Disk is the data directory with all evidence, which is kept; memory is Pss."
)
_OF_RESTARTS = "Each message has been tried once and is due again in an hour or later. Memory as Pss."


_INTRODUCTION = """\
# Performance

Written by `bench/run --write`; what stands below the line at the end is not. Postern and Postfix take turns on one
machine, beside the load generator and the sink. Messages a second are counted end to end: from the start of the load
until the sink has every message. CPU is that of the mail server with all its processes. *250* is the time from the
end of data to the 250, which both say only when the message is safe on disk; *delivered* is the time from the end of
data until the sink has the message. With TLS both verify the next hop's certificate, chain and name; Postern records
its evidence besides. Figures are medians, with the range.
"""


def _markdown_table(table: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(table[0]) + " |", "|" + "---|" * len(table[0])]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in table[1:]]) + "\n"


def plots(sets: Sequence[Set], results: Results, others: Others) -> dict[str, str]:
    """The charts of docs/performance.md: a file's name and its SVG."""
    rates, costs = [], []
    for one in sets:
        for engine, found in results[one.name].items():
            ours = engine == "postern"
            label = one.title if ours else engine
            rate, cost = _median(found, lambda figures: figures.rate), _median(found, lambda figures: figures.cpu_ms)
            rates.append(Bar(label, rate, f"{rate:,.0f}", ours))
            costs.append(Bar(label, cost, f"{cost:.2f}", ours))
    out = {
        "rate.svg": bars("Messages a second, end to end", rates),
        "cpu.svg": bars("Milliseconds of processor a message", costs),
    }
    if others.restarts:
        runs = [Bar(f"{one.queued:,} messages queued", one.seconds, f"{one.seconds:.2f} s") for one in others.restarts]
        out["start.svg"] = bars("From start to the greeting, each start", runs)
    if others.tenths:
        tenths = [Bar(f"tenth {number}", one.rate, f"{one.rate:,.0f}") for number, one in enumerate(others.tenths, 1)]
        out["long.svg"] = bars("A long run of mixed sizes: messages a second in each tenth", tenths)
    return out


def markdown(
    facts: Mapping[str, str],
    relay: Sequence[Sequence[str]],
    others: Others,
    charts: Sequence[str],
    written_by_hand: str,
) -> str:
    """docs/performance.md."""
    conditions_table = [["condition", ""], *([name, value] for name, value in facts.items())]
    parts = [_INTRODUCTION, _markdown_table(conditions_table)]
    parts += ["## Relaying\n", *(f"![{name}](performance/{name})\n" for name in charts), _markdown_table(relay)]
    for title, sentence, table in others.tables():
        parts += [f"## {title}\n", f"{sentence}\n", _markdown_table(table)]
    return "\n".join(parts) + written_by_hand
