"""The benchmark runs as its README line says, and what it prints can be trusted: nothing lost, nothing twice.

No figure is looked at: what a busy build machine measures is worth nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests" / "interop")]

from bench.bench_beside import Beside  # noqa: E402
from bench.bench_charts import growth, plots  # noqa: E402
from bench.bench_cpu import Processes, can_be_counted  # noqa: E402
from bench.bench_curves import Curve, curves  # noqa: E402
from bench.bench_disks import slow_sync  # noqa: E402
from bench.bench_engines import Place, PosternEngine, PostfixEngine  # noqa: E402
from bench.bench_measure import Figures, Sink, await_that, load  # noqa: E402
from bench.bench_peers import usable  # noqa: E402
from bench.bench_runs import PROGRAMS, both, engines_of  # noqa: E402
from bench.bench_plot import Bar, bars  # noqa: E402
from bench.bench_report import markdown, rows  # noqa: E402
from bench.bench_restart import Restart  # noqa: E402
from bench.bench_sets import MATRIX, QUICK  # noqa: E402
from bench.bench_store import Store  # noqa: E402
from bench.bench_tables import Others  # noqa: E402
from lab.pki import Pki  # noqa: E402
from peers import free_port  # noqa: E402

# What each says of a next hop whose certificate has another name.
REFUSALS = {
    "postern": "certificate-host-mismatch",
    "postfix": "Server certificate not verified",
    "exim": "certificate verification failed",
    "haraka": "ERR_TLS_CERT_ALTNAME_INVALID",
}


def bench(results: Path, *options: str) -> dict[str, Any]:
    """bench/run with these options; what it wrote as JSON."""
    done = subprocess.run(
        [REPOSITORY / "bench" / "run", "--no-build", "--json", results, *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(results.read_text())
    return found


def test_the_quick_set_measures_all_peers_side_by_side_and_loses_nothing(tmp_path: Path) -> None:
    peers = usable(["postfix", "exim", "haraka"], print)
    found = bench(tmp_path / "results.json", "--quick", "--repetitions", "1", "--peers", ",".join(peers))
    for part in found.values():
        assert {"date", "processors", "kernel", "versions", "load before", "commit"} <= part["conditions"].keys()
    (relayed,) = found["relaying"]["results"]
    engines = relayed["repetitions"]
    assert list(engines) == ["postern", *peers]
    for repetitions in engines.values():
        for figures in repetitions:
            assert figures["lost"] == 0
            assert figures["duplicates"] == 0
            assert figures["in_clear"] == 0
            assert figures["cpu_ms"] > 0
            assert figures["way_p50_ms"] > 0 and figures["p50_ms"] > 0
    assert [probe["ready"] == probe["domains"] > 0 for probe in found["probes"]["results"]] == [True]
    assert [start["queued"] for start in found["restarts"]["results"]] == [0, 2000]
    assert all(start["memory_later"] > 0 for start in found["restarts"]["results"])
    beside = found["beside"]["results"]
    assert [(one["queued"], [(run["lost"], run["duplicates"]) for run in one["repetitions"]]) for one in beside] == [
        (0, [(0, 0)]),
        (2000, [(0, 0)]),
    ]
    (slower,) = found["disks"]["results"]
    assert {engine: [run["lost"] for run in runs] for engine, runs in slower["engines"].items()} == {
        engine: [0] for engine in ("postern", *peers) if engine in ("postern", "postfix")
    }
    (pages,) = found["pages"]["results"]
    assert all(answer["size"] > 0 and answer["p99_ms"] >= answer["p50_ms"] > 0 for answer in pages["answers"])


@pytest.mark.parametrize("name", REFUSALS)
def test_every_engine_demands_the_name_of_the_next_hop(name: str, tmp_path: Path) -> None:
    if name not in ("postern", *usable([name], print)):
        pytest.skip(f"{name} cannot be measured here")
    pki, port = Pki(tmp_path / "pki"), free_port()
    own, _ = both(pki)
    engine = engines_of([name] if name != "postern" else [])[name](Place(tmp_path, own, pki.ca, port, True))
    sink = Sink(PROGRAMS, port, own, 1)
    try:
        load(engine, QUICK[0], PROGRAMS, 1)
        await_that(lambda: REFUSALS[name] in engine.log(), 60, f"{name} refuses the next hop")
    finally:
        engine.stop()
        counted = sink.finish()
    assert counted["connections"] > 0
    assert counted["messages"] == 0


def handed_on(name: str, directory: Path, tls: bool, verify: bool) -> dict[str, Any]:
    """What the sink, whose certificate has another name, counted of a message that an engine handed on."""
    if name not in ("postern", *usable([name], print)):
        pytest.skip(f"{name} cannot be measured here")
    pki, port = Pki(directory / "pki"), free_port()
    own, _ = both(pki)
    engine = engines_of([name] if name != "postern" else [])[name](Place(directory, own, pki.ca, port, tls, verify))
    sink = Sink(PROGRAMS, port, own if tls else None, 1)
    try:
        load(engine, replace(QUICK[0], tls=tls), PROGRAMS, 1)
        assert sink.wait(60), engine.log()[-3000:]
    finally:
        engine.stop()
        counted = sink.finish()
    return counted


@pytest.mark.parametrize("name", REFUSALS)
def test_no_engine_looks_at_the_name_in_a_set_without_verification(name: str, tmp_path: Path) -> None:
    counted = handed_on(name, tmp_path, tls=True, verify=False)
    assert counted["tls"] == counted["messages"] == 1


@pytest.mark.parametrize("name", REFUSALS)
def test_every_engine_hands_on_in_clear_in_a_set_without_tls(name: str, tmp_path: Path) -> None:
    counted = handed_on(name, tmp_path, tls=False, verify=True)
    assert (counted["tls"], counted["messages"]) == (0, 1)


def test_the_matrix_has_every_combination_once() -> None:
    assert len({one.name for one in MATRIX}) == len(MATRIX) == 3 * 3 * 2 * 3


def test_a_set_with_a_rate_is_offered_to_those_alone_that_it_names(tmp_path: Path) -> None:
    found = bench(tmp_path / "results.json", "--sets", "4k-tls-paced", "--repetitions", "1", "--peers", "haraka")
    (paced,) = found["relaying"]["results"]
    repetitions = paced["repetitions"]
    assert list(repetitions) == ["postern"]
    (figures,) = repetitions["postern"]
    assert (figures["lost"], figures["duplicates"]) == (0, 0)
    assert figures["rate"] <= paced["set"]["rate"] * 1.01


@pytest.mark.parametrize("start", [PosternEngine, PostfixEngine])
def test_a_slower_disk_is_laid_below_every_process_of_an_engine(
    start: type[PosternEngine] | type[PostfixEngine], tmp_path: Path
) -> None:
    pki, port = Pki(tmp_path / "pki"), free_port()
    own, _ = both(pki)
    engine = start(Place(tmp_path, own, pki.ca, port, tls=True, slow_sync=slow_sync(tmp_path, 1)))
    sink = Sink(PROGRAMS, port, own, 1)
    try:
        load(engine, QUICK[0], PROGRAMS, 1)
        programs = [Path(f"/proc/{pid}/maps").read_text() for pid in engine.processes()]
        assert programs and all("slow_sync_1000.so" in program for program in programs)
    finally:
        engine.stop()
        sink.finish()


def test_a_slower_disk_is_another_one_and_no_slower_disk_is_none(tmp_path: Path) -> None:
    assert slow_sync(tmp_path, 0) is None
    assert slow_sync(tmp_path, 1) != slow_sync(tmp_path, 2)


def test_policy_decisions_are_measured_with_a_million_policies() -> None:
    program = REPOSITORY / "build" / "release" / "bench" / "bench_policies"
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["policies"] for one in found] == [10, 10_000, 1_000_000]
    assert all(one["requirement_ns"] > 0 for one in found)


def test_a_long_run_of_mixed_sizes_loses_nothing_in_any_tenth(tmp_path: Path) -> None:
    tenths = bench(tmp_path / "results.json", "--long", "200")["tenths"]["results"]
    assert [(tenth["messages"], tenth["lost"], tenth["duplicates"]) for tenth in tenths] == [(20, 0, 0)] * 10
    assert all(tenth["queue_disk"] > 0 and tenth["records_disk"] > 0 for tenth in tenths)


def test_a_backlog_gathers_drains_and_loses_nothing(tmp_path: Path) -> None:
    (found,) = bench(tmp_path / "results.json", "--backlog", "500")["backlogs"]["results"]
    assert (found["messages"], found["domains"], found["lost"], found["duplicates"]) == (500, 50, 0, 0)
    assert found["rate_before"] > 0 and found["rate_after"] > 0 and found["rate_new"] > 0
    assert found["disk_full"] > 0 and found["disk_drained"] > 0


@pytest.mark.skipif(not can_be_counted(), reason="control groups cannot be made here")
def test_processor_time_is_that_of_processes_too_that_nobody_waited_for() -> None:
    processes = Processes()
    work = "end=$(($(date +%s%N) + 100000000)); while [ $(date +%s%N) -lt $end ]; do :; done"
    shell = subprocess.Popen(["sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    processes.add(shell.pid)
    # Its parent is gone before it ends, so that no process that we know has its time.
    answer, _ = shell.communicate(f"( ({work}; echo done) & )\n")
    assert answer == "done\n"
    assert processes.seconds() > 0
    processes.close()


def test_a_curve_has_a_point_for_each_measurement_and_begins_at_nought() -> None:
    text = curves("Memory", "messages", "MiB", [Curve("at once", [(0, 22), (1000, 25)]), Curve("later", [(0, 20)])])
    drawn = ElementTree.fromstring(text)
    space = {"svg": "http://www.w3.org/2000/svg"}
    lines = drawn.findall("svg:polyline", space)
    assert [len(line.attrib["points"].split()) for line in lines] == [2, 1]
    assert "0" in [label.text for label in drawn.findall("svg:text", space)]


def test_the_longest_label_of_a_bar_has_room() -> None:
    label = "4 KB TLS both hops, 20 a connection, 10,000 destination domains"
    drawn = ElementTree.fromstring(bars("Rate", [Bar(label, 1, "1"), Bar("postfix", 2, "2")]))
    space = {"svg": "http://www.w3.org/2000/svg"}
    (end,) = [float(text.attrib["x"]) for text in drawn.findall("svg:text", space) if text.text == label]
    assert end > 7 * len(label)  # pixels: the text ends there, in letters of 13 px


def test_growth_is_drawn_of_what_was_measured_at_two_points_at_least() -> None:
    short, long = Restart(0, 0.1, 2**20, 2**20), Restart(1000, 0.2, 2**21, 2**21)
    assert growth((), {}, Others(restarts=[short])) == {}
    assert list(growth((), {}, Others(restarts=[short, long]))) == ["start.svg", "memory.svg"]


def test_a_part_that_is_measured_again_takes_the_place_of_the_old_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    store = Store(path)
    figures = Figures(5, 1.5, 3.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1)
    (quick,) = QUICK
    store.keep("relaying", {"date": "Monday"}, ([quick], {"quick": {"postern": [figures], "postfix": [figures, figures]}}))
    store.keep("restarts", {"date": "Monday"}, [Restart(0, 0.1, 2**20, 2**20)])
    store.keep("beside", {"date": "Monday"}, [Beside(7, [figures])])
    Store(path).keep("restarts", {"date": "Tuesday"}, [Restart(9, 0.2, 2**20, 2**20)])

    found = Store(path)
    sets, results = found.relaying()
    assert ([*sets], results) == ([quick], {"quick": {"postern": [figures], "postfix": [figures, figures]}})
    assert found.others() == Others(restarts=[Restart(9, 0.2, 2**20, 2**20)], beside=[Beside(7, [figures])])
    assert {part: facts["date"] for part, facts in found.conditions().items()} == {
        "relaying": "Monday",
        "restarts": "Tuesday",
        "beside": "Monday",
    }
    page = markdown(found.conditions(), rows(sets, results), found.others(), ([], []), "by hand\n")
    assert page.count("Measured: date Tuesday.") == 1
    assert page.endswith("by hand\n")


def test_the_published_page_is_made_from_the_published_results() -> None:
    page = REPOSITORY / "docs" / "performance.md"
    store = Store(page.with_suffix("") / "results.json")
    sets, results = store.relaying()
    charts = list(plots(sets, results)), list(growth(sets, results, store.others()))
    made = markdown(store.conditions(), rows(sets, results), store.others(), charts, "")
    assert page.read_text().startswith(made)
    assert [name for names in charts for name in names if not (page.with_suffix("") / name).exists()] == []
