"""The benchmark runs as its README line says, and what it prints can be trusted: nothing lost, nothing twice.

No figure is looked at: what a busy build machine measures is worth nothing.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_quick_set_measures_postern_and_postfix_side_by_side_and_loses_nothing(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    done = subprocess.run(
        [REPOSITORY / "bench" / "run", "--quick", "--no-build", "--repetitions", "1", "--json", results],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(results.read_text())
    assert {"processors", "kernel", "versions", "load before"} <= found["conditions"].keys()
    engines = found["sets"]["quick"]["repetitions"]
    assert engines.keys() == {"postern", "postfix"}
    for repetitions in engines.values():
        for figures in repetitions:
            assert figures["lost"] == 0
            assert figures["duplicates"] == 0
            assert figures["in_clear"] == 0
            assert figures["way_p50_ms"] >= figures["p50_ms"] > 0
    assert [probe["ready"] == probe["domains"] > 0 for probe in found["probes"]] == [True]
    assert [start["queued"] for start in found["restarts"]] == [0, 2000]


def test_policy_decisions_are_measured_with_a_million_policies() -> None:
    program = REPOSITORY / "build" / "release" / "bench" / "bench_policies"
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["policies"] for one in found] == [10, 10_000, 1_000_000]
    assert all(one["requirement_ns"] > 0 for one in found)


def test_a_long_run_of_mixed_sizes_loses_nothing_in_any_tenth(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    done = subprocess.run(
        [REPOSITORY / "bench" / "run", "--no-build", "--long", "200", "--json", results], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    tenths = json.loads(results.read_text())["long"]
    assert [(tenth["messages"], tenth["lost"], tenth["duplicates"]) for tenth in tenths] == [(20, 0, 0)] * 10
