"""Results as a table, as JSON and as docs/performance.md, always with the conditions."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.bench_measure import Figures
from bench.bench_sets import Set
from bench.bench_tables import Others, Results, median, spread


def conditions(directory: Path, repetitions: int) -> dict[str, str]:
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
        "commit": _commit(),
        "repetitions": f"{repetitions}, interleaved; figures are medians, with the range",
    }


def _commit() -> str:
    """Of the sources, and whether they have been changed since; the page itself does not count."""
    describe = ["git", "-C", Path(__file__).parent, "describe", "--always", "--abbrev=10"]
    changed = ["git", "-C", Path(__file__).parent, "status", "--porcelain", "--", ":/src", ":/bench"]
    found = subprocess.run(describe, capture_output=True, text=True)
    if found.returncode != 0:
        return "unknown"
    work = subprocess.run(changed, capture_output=True, text=True).stdout
    return found.stdout.strip() + (", changed" if work else "")


# A column: its title, what it shows of a repetition, and its decimals.
_COLUMNS: tuple[tuple[str, Callable[[Figures], float], int], ...] = (
    ("messages/s", lambda figures: figures.rate, 0),
    ("CPU ms/message", lambda figures: figures.cpu_ms, 3),
    ("250 p50 ms", lambda figures: figures.p50_ms, 1),
    ("250 p99 ms", lambda figures: figures.p99_ms, 1),
    ("250 p99.9 ms", lambda figures: figures.p999_ms, 1),
    ("MAIL to 250 p50 ms", lambda figures: figures.whole_p50_ms, 1),
    ("MAIL to 250 p99 ms", lambda figures: figures.whole_p99_ms, 1),
    ("delivered p50 ms", lambda figures: figures.way_p50_ms, 1),
    ("delivered p99 ms", lambda figures: figures.way_p99_ms, 1),
    ("delivered p99.9 ms", lambda figures: figures.way_p999_ms, 1),
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
                    *(spread([value(figures) for figures in found], places) for _, value, places in _COLUMNS),
                    str(sum(figures.lost for figures in found)),
                    str(sum(figures.duplicates for figures in found)),
                ]
            )
        for other in engines:
            if other == "postern":
                continue
            ours, theirs = engines["postern"], engines[other]
            ratio = [f"{median(ours, value) / max(median(theirs, value), 1e-9):.3g}" for _, value, _ in _COLUMNS]
            out.append([one.title, f"postern / {other}", "", *ratio, "", ""])
    return out


_INTRODUCTION = """\
# Performance

Written by `bench/run --write`, also [as JSON](performance/results.json); what stands below the line at the end is not.
Parts may be of different runs: each says what was not as in the table of conditions. *Load before* is the kernel's average of
one minute: within a run it is that of the part before. Postern and its peers take turns on one machine, beside the load
generator and the sink. Messages a second are counted end to end: from the start of the load until the sink has every
message. CPU is that of the mail server with all its processes, those that ended included. *250* is the time from the end
of data until the 250 has arrived, by the kernel's clock, as a busy load tool reads it later; all say it only when the
message is safe on disk. *MAIL to 250* is the time of the whole transaction, in which a server may let a client wait before
the data, too; *delivered* is that from the end of data until the sink has the message. With TLS all verify the next hop's
certificate, chain and name; Postern records its evidence besides. Figures are medians, with the range. Sets with a number
of messages a second offer that many and no more, to Postern and to Postfix: what either needs for a message when it is not
at its limit.

Postfix and Exim are Debian's, Haraka is npm's; how each is configured stands in `bench/bench_engines.py`,
`bench/bench_peers.py` and `bench/bench_haraka.py`. Postfix keeps its connections for the next message, Exim hands one
on where more than one message waits, Haraka opens one for each message. OpenSMTPD is not among them: the one of Debian
12 cannot serve TLS.
"""

_OF_GROWTH = "What a message costs Postern when there is more of something; the figures are those of the tables."


def _markdown_table(table: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(table[0]) + " |", "|" + "---|" * len(table[0])]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in table[1:]]) + "\n"


def crossed_page(conditions: Mapping[str, str], relay: Sequence[Sequence[str]]) -> str:
    """docs/performance/matrix.md."""
    facts = [["condition", ""], *([name, value] for name, value in conditions.items())]
    return "\n".join(["# Relaying, in all combinations\n", _OF_MATRIX, _markdown_table(facts), _markdown_table(relay)])


_OF_MATRIX = """\
Written by `bench/run --matrix --write`: every size with every protection, connections used again or new, and 10, 50 or
200 of them at once. What the columns mean stands in [performance.md](../performance.md).
"""


def _measured(conditions: Mapping[str, str], head: Mapping[str, str]) -> str:
    """What of a part's conditions is not as in the page's head."""
    other = [f"{name} {value}" for name, value in conditions.items() if head.get(name) != value and name not in _NOT_OF_PARTS]
    return f"Measured: {'; '.join(other)}.\n" if other else ""


_NOT_OF_PARTS = ("versions", "repetitions")


def markdown(
    conditions: Mapping[str, Mapping[str, str]],
    relay: Sequence[Sequence[str]],
    others: Others,
    charts: tuple[Sequence[str], Sequence[str]],
    written_by_hand: str,
) -> str:
    """docs/performance.md; `conditions`: of each part; `charts`: of how engines compare, and of how our costs grow."""
    compared, grown = ([f"![{name}](performance/{name})\n" for name in names] for names in charts)
    head = next(iter(conditions.values()))
    conditions_table = [["condition", ""], *([name, value] for name, value in head.items())]
    parts = [_INTRODUCTION, _markdown_table(conditions_table)]
    parts += ["## Relaying\n", *compared, _markdown_table(relay)]
    if "matrix" in conditions:
        parts.append("Every size with every protection, reuse and number of connections: [matrix.md](performance/matrix.md).\n")
    if grown:
        parts += ["## Growth\n", f"{_OF_GROWTH}\n", *grown]
    for part, (title, sentence, table) in others.tables().items():
        measured = _measured(conditions[part], head)
        parts += [f"## {title}\n", f"{sentence}\n", *([measured] if measured else []), _markdown_table(table)]
    return "\n".join(parts) + written_by_hand
