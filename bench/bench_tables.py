"""What is measured besides relaying, and all of it as tables."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.bench_api import Pages
from bench.bench_backlog import Backlog
from bench.bench_beside import Beside
from bench.bench_disks import Disk
from bench.bench_idle import Idle
from bench.bench_long import Tenth
from bench.bench_measure import Figures
from bench.bench_probe import ProbeRate
from bench.bench_restart import Restart

Results = Mapping[str, Mapping[str, Sequence[Figures]]]  # set -> engine -> repetitions


def spread(values: Sequence[float], places: int) -> str:
    middle = statistics.median(values)
    return f"{middle:,.{places}f} ({min(values):,.{places}f}-{max(values):,.{places}f})"


def median(found: Sequence[Figures], value: Callable[[Figures], float]) -> float:
    return statistics.median(value(one) for one in found)


_OF_PROBES = (
    "`postern probe` over a list of domains: MX, addresses, MTA-STS, and one mail server each with STARTTLS and TLS 1.3."
    " Every answer of DNS and of the mail servers comes a round trip late; the connection counts as one."
)
_OF_LONG_RUNS = (
    "Messages of 1 KB to 25 MB in the shares of real mail (`bench_load.cc` has them), with TLS on both hops, through one"
    " gateway. The queue has 64 MiB set aside for the next messages, and SQLite's log; records are all else on the disk, above"
    " all the evidence, which is kept. Memory is Pss."
)
_OF_BACKLOGS = (
    "One gateway: a load, then a backlog while the next hop is away, 4 KB a message; the next hop comes back and the queue"
    " leaves, one destination domain after the other in an order of chance; then the same load again. Disk is that of the"
    " queue alone, memory is Pss."
)
_OF_PAGES = (
    "Questions of the API, asked one after the other on one connection of a gateway that holds what the last column says;"
    " sizes as sent, compressed where the gateway does so."
)
_OF_BESIDE = (
    "4 KB with TLS on both hops, 20 a connection, while messages of another domain wait in the queue for their next attempt,"
    " hours away. A gateway for each number of them; they take turns."
)
_OF_DISKS = (
    "A disk whose syncs take longer than those of this machine's: a library below the mail server sleeps so long before each"
    " `fsync` and `fdatasync`. Those of several processes sleep at the same time."
)
_OF_RESTARTS = "Each message has been tried once and is due again in an hour or later. Memory as Pss."


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
                spread([run.a_minute for run in runs], 0),
                spread([run.cpu_ms for run in runs], 2),
                f"{min(run.ready for run in runs):,}",
            ]
        )
    return out


def restart_rows(found: Sequence[Restart]) -> list[list[str]]:
    """What a start takes with a queue."""
    out = [["messages queued", "from start to the greeting, s", "memory then, MiB", "10 s later, MiB"]]
    for queued in dict.fromkeys(one.queued for one in found):
        runs = [one for one in found if one.queued == queued]
        sizes = ([size(run) / 2**20 for run in runs] for size in (lambda run: run.memory, lambda run: run.memory_later))
        out.append([f"{queued:,}", spread([run.seconds for run in runs], 2), *(spread(size, 0) for size in sizes)])
    return out


def beside_rows(found: Sequence[Beside]) -> list[list[str]]:
    """What a message costs beside those that wait."""
    out = [["messages waiting", "messages/s", "CPU ms/message", "250 p99 ms", "lost", "twice"]]
    for one in found:
        runs = one.repetitions
        out.append(
            [
                f"{one.queued:,}",
                spread([run.rate for run in runs], 0),
                spread([run.cpu_ms for run in runs], 3),
                spread([run.p99_ms for run in runs], 1),
                str(sum(run.lost for run in runs)),
                str(sum(run.duplicates for run in runs)),
            ]
        )
    return out


def disk_rows(found: Sequence[Disk]) -> list[list[str]]:
    """What slower syncs do to rates and replies, and to the ratio between the engines."""
    out = [["set", "each sync slower by, ms", "engine", "messages/s", "CPU ms/message", "250 p99 ms", "lost", "twice"]]
    for one in found:
        for engine, runs in one.engines.items():
            lost, twice = sum(run.lost for run in runs), sum(run.duplicates for run in runs)
            figures = (spread([value(run) for run in runs], places) for value, places in _OF_A_DISK)
            out.append([one.title, str(one.delay_ms), engine, *figures, str(lost), str(twice)])
        for other in one.engines.keys() - {"postern"}:
            ratios = (
                f"{median(one.engines['postern'], value) / max(median(one.engines[other], value), 1e-9):.3g}"
                for value, _ in _OF_A_DISK
            )
            out.append([one.title, str(one.delay_ms), f"postern / {other}", *ratios, "", ""])
    return out


_OF_A_DISK: tuple[tuple[Callable[[Figures], float], int], ...] = (
    (lambda run: run.rate, 0),
    (lambda run: run.cpu_ms, 3),
    (lambda run: run.p99_ms, 1),
)


def page_rows(found: Sequence[Pages]) -> list[list[str]]:
    """How long the API takes, and what the first page weighs."""
    out = [["question", "p50 ms", "p99 ms", "KB", "of"]]
    for one in found:
        held = f"{one.held.queued:,} queued, {one.held.policies:,} policies, {one.held.evidence:,} rows of evidence"
        for answer in one.answers:
            out.append([answer.name, f"{answer.p50_ms:.1f}", f"{answer.p99_ms:.1f}", f"{answer.size / 1024:,.1f}", held])
        if one.first_page_size:
            name = f"first page, all {one.first_page_files} files"
            out.append([name, f"{one.first_page_ms:.1f}", "", f"{one.first_page_size / 1024:,.1f}", ""])
    return out


def long_rows(found: Sequence[Tenth]) -> list[list[str]]:
    """The tenths of a long run, and the last against the first."""
    titles = ["tenth", "messages", "messages/s", "CPU ms/message", "250 p99 ms"]
    out = [[*titles, "queue, MiB", "records, MiB", "memory, MiB", "lost", "twice"]]
    for number, one in enumerate(found, 1):
        out.append(
            [
                str(number),
                f"{one.messages:,}",
                f"{one.rate:,.0f}",
                f"{one.cpu_ms:.3f}",
                f"{one.p99_ms:.1f}",
                *(_mebibytes(size) for size in (one.queue_disk, one.records_disk, one.memory)),
                str(one.lost),
                str(one.duplicates),
            ]
        )
    if found:
        first, last = found[0], found[-1]
        out.append(["last / first", "", f"{last.rate / first.rate:.3g}", f"{last.cpu_ms / first.cpu_ms:.3g}", *[""] * 6])
    return out


def backlog_rows(found: Sequence[Backlog]) -> list[list[str]]:
    """What a backlog leaves behind; a row for each moment."""
    out = [["moment", "messages waiting", "messages/s", "queue, MiB", "memory, MiB", "lost", "twice"]]
    for one in found:
        count, drain = f"{one.messages:,}", one.messages / one.drain_seconds
        out += [
            ["before", "0", f"{one.rate_before:,.0f}", _mebibytes(one.disk_before), "", "", ""],
            ["gathered", count, f"{one.messages / one.gather_seconds:,.0f}", *map(_mebibytes, (one.disk_full, one.memory_full)), "", ""],
            ["drained", "0", f"{drain:,.0f}", _mebibytes(one.disk_drained), "", str(one.lost), str(one.duplicates)],
            ["after", "0", f"{one.rate_after:,.0f}", *map(_mebibytes, (one.disk_after, one.memory_after)), "", ""],
            ["after / before", "", f"{one.rate_after / one.rate_before:.3g}", f"{one.disk_after / one.disk_before:.3g}", "", "", ""],
            ["a new gateway, in turns with it", "0", f"{one.rate_new:,.0f}", "", "", "", ""],
            ["after / new", "", f"{one.rate_after / one.rate_new:.3g}", "", "", "", ""],
        ]
    return out


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.0f}"


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
    pages: Sequence[Pages] = ()
    beside: Sequence[Beside] = ()
    disks: Sequence[Disk] = ()
    tenths: Sequence[Tenth] = ()
    backlogs: Sequence[Backlog] = ()

    def tables(self) -> dict[str, tuple[str, str, list[list[str]]]]:
        """A title, a sentence and a table for each part that was measured."""
        parts = {
            "idle": ("Idle sessions", "Memory as Pss, of all processes.", idle_rows(self.idle)),
            "policies": ("A policy decision", "Medians, on one core.", policy_rows(self.policies)),
            "probes": ("Probes", _OF_PROBES, probe_rows(self.probes)),
            "restarts": ("Start", _OF_RESTARTS, restart_rows(self.restarts)),
            "beside": ("Relaying beside a queue", _OF_BESIDE, beside_rows(self.beside)),
            "disks": ("Slower disks", _OF_DISKS, disk_rows(self.disks)),
            "pages": ("The web application with much to tell", _OF_PAGES, page_rows(self.pages)),
            "tenths": ("A long run", _OF_LONG_RUNS, long_rows(self.tenths)),
            "backlogs": ("After a backlog", _OF_BACKLOGS, backlog_rows(self.backlogs)),
        }
        return {part: found for part, found in parts.items() if len(found[2]) > 1}
