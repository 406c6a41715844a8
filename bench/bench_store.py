"""What was measured, part by part, as JSON. A run keeps each part as soon as it has it, with the conditions that the
part was measured under; docs/performance.md is written from such a file, whose parts may be of several runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from bench.bench_api import Answer, Held, Pages
from bench.bench_backlog import Backlog
from bench.bench_beside import Beside
from bench.bench_disks import Disk
from bench.bench_idle import Idle
from bench.bench_long import Tenth
from bench.bench_measure import Figures
from bench.bench_probe import ProbeRate
from bench.bench_restart import Restart
from bench.bench_sets import Set
from bench.bench_tables import Others, Results


def _figures(runs: Sequence[dict[str, Any]]) -> list[Figures]:
    return [Figures(**run) for run in runs]


RELAYING, CROSSED = "relaying", "matrix"  # parts that are sets of messages
# Every other part, a list under its name in `Others`: how one of the list is read again.
_READERS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "idle": lambda one: Idle(**one),
    "policies": dict,
    "probes": lambda one: ProbeRate(**one),
    "restarts": lambda one: Restart(**one),
    "pages": lambda one: Pages(**{**one, "held": Held(**one["held"]), "answers": [Answer(**each) for each in one["answers"]]}),
    "beside": lambda one: Beside(one["queued"], _figures(one["repetitions"])),
    "disks": lambda one: Disk(**{**one, "engines": {name: _figures(runs) for name, runs in one["engines"].items()}}),
    "tenths": lambda one: Tenth(**one),
    "backlogs": lambda one: Backlog(**one),
}
PARTS = (RELAYING, CROSSED, *_READERS)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else dict(value)


class Store:
    """A file of parts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}

    def keep(self, part: str, conditions: Mapping[str, str], results: Any) -> None:
        """On disk when this returns, instead of what the part was before. Of sets it is (sets, results), else a list."""
        if part in (RELAYING, CROSSED):
            sets, by_set = results
            plain: Any = [
                {
                    "set": asdict(one),
                    "repetitions": {engine: [asdict(run) for run in runs] for engine, runs in by_set[one.name].items()},
                }
                for one in sets
            ]
        else:
            plain = [_plain(one) for one in results]
        self._parts[part] = {"conditions": dict(conditions), "results": plain}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._parts, indent=1) + "\n")
        fresh.replace(self._path)

    def conditions(self) -> dict[str, dict[str, str]]:
        """Of each part that is there."""
        return {part: self._parts[part]["conditions"] for part in PARTS if part in self._parts}

    def relaying(self, part: str = RELAYING) -> tuple[Sequence[Set], Results]:
        found = self._parts.get(part, {"results": []})["results"]
        sets = [Set(**one["set"]) for one in found]
        runs = [{engine: _figures(runs) for engine, runs in one["repetitions"].items()} for one in found]
        return sets, {one.name: each for one, each in zip(sets, runs)}

    def others(self) -> Others:
        lists = {
            part: [read(one) for one in self._parts[part]["results"]] for part, read in _READERS.items() if part in self._parts
        }
        return Others(**lists)
