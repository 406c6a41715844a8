"""Relaying on disks whose syncs take longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.bench_measure import Figures
from lab.layer import compiled

_SOURCE = Path(__file__).resolve().parent / "slow_sync.c"


@dataclass(frozen=True)
class Disk:
    """A set, relayed while each sync takes so much longer than the disk's own."""

    delay_ms: int
    title: str  # of the set
    engines: Mapping[str, Sequence[Figures]]


def slow_sync(directory: Path, delay_ms: int) -> Path | None:
    """A library that is laid under a mail server, which then waits so long before each sync; None: as the disk is."""
    if delay_ms == 0:
        return None
    return compiled(_SOURCE, directory, DELAY_US=1000 * delay_ms)
