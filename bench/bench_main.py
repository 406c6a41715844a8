"""The command bench/run."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.bench_charts import growth, plots
from bench.bench_measure import BenchError
from bench.bench_peers import PEERS, usable
from bench.bench_report import conditions, crossed_page, markdown, rows
from bench.bench_runs import (
    REPOSITORY,
    WORK,
    build,
    measure_api,
    measure_backlog,
    measure_beside,
    measure_disks,
    measure_idle,
    measure_long,
    measure_probes,
    measure_restarts,
    own_version,
    policy_figures,
    run_sets,
    say,
)
from bench.bench_sets import MATRIX, QUICK, SETS, Set
from bench.bench_store import CROSSED, PARTS, RELAYING, Store
from bench.bench_tables import text_table
from lab.pki import Pki

LINE = "\n---\n"
PAGE = REPOSITORY / "docs" / "performance.md"
USUAL = tuple(part for part in PARTS if part not in (CROSSED, "tenths", "backlogs"))  # what takes no option
QUICK_PARTS = (RELAYING, "probes", "restarts", "pages", "beside", "disks")


def publish(store: Store) -> None:
    """docs/performance.md: tables and charts of what is kept, then what people wrote below the line."""
    sets, results = store.relaying()
    others = store.others()
    old = PAGE.read_text() if PAGE.exists() else ""
    _, line, by_hand = old.partition(LINE)
    folder = PAGE.with_suffix("")
    compared, grown = plots(sets, results), growth(sets, results, others)
    for name, text in {**compared, **grown}.items():
        (folder / name).write_text(text)
    charts = list(compared), list(grown)
    if CROSSED in store.conditions():
        (folder / "matrix.md").write_text(crossed_page(store.conditions()[CROSSED], rows(*store.relaying(CROSSED))))
    PAGE.write_text(markdown(store.conditions(), rows(sets, results), others, charts, line + by_hand or LINE))
    say("docs/performance.md is written.")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Postern and its peers side by side, in one run on this machine."
    )
    parser.add_argument("--quick", action="store_true", help="one small set, and the other parts in small, under a minute")
    parser.add_argument(
        "--matrix",
        action="store_true",
        help=f"relaying in {len(MATRIX)} sets: every size with every protection, connections reused or new, 10 to 200 of them;"
        " alone, but for parts that --only names",
    )
    parser.add_argument("--sets", default="", help=f"names, with commas between: {', '.join(s.name for s in SETS)}")
    parser.add_argument(
        "--peers", help=f"names, with commas between: {', '.join(PEERS)} (default postfix; with --write, but for the matrix, all of them)"
    )
    parser.add_argument("--only", default="", help=f"parts, with commas between: {', '.join(USUAL)}; all: each of them (default)")
    parser.add_argument("--repetitions", type=int, default=0, help="of each set and engine (default 3, quick 2)")
    parser.add_argument("--json", type=Path, default=WORK / "results.json", help="where the results go as JSON")
    parser.add_argument(
        "--write",
        action="store_true",
        help="write docs/performance.md: each part that is measured takes its place there, others stay as they were",
    )
    parser.add_argument("--even-if-busy", action="store_true", help="with --write: publish from a busy machine too")
    for option, what in (
        ("--long", "a long run of mixed sizes, in tenths"),
        ("--backlog", "a backlog that gathers and drains"),
    ):
        text = f"{what}; alone, but for parts that --only names"
        parser.add_argument(option, type=int, default=0, metavar="MESSAGES", help=text)
    parser.add_argument("--no-build", action="store_true", help="measure what is built already")
    options = parser.parse_args(arguments)
    options.sets = [name for name in options.sets.split(",") if name]
    options.only = [name for name in options.only.split(",") if name] or default_parts(options)
    options.only = USUAL if options.only == ["all"] else options.only
    everybody = options.peers is None and options.write and not options.matrix
    options.peers = list(PEERS) if everybody else (options.peers or "postfix").split(",")
    names = {one.name for one in SETS + MATRIX}
    for kind, wanted, known in (("set", options.sets, names), ("peer", options.peers, PEERS), ("part", options.only, USUAL)):
        unknown = ", ".join(name for name in wanted if name not in known)
        if unknown:
            parser.error(f"there is no {kind} {unknown}")
    if (options.quick or options.sets) and options.write:
        parser.error("the quick set is too small to be published, and a choice of sets is no comparison")
    return options


def default_parts(options: argparse.Namespace) -> Sequence[str]:
    """What is measured when nobody says what."""
    if options.long or options.backlog or options.matrix:
        return ()
    if options.quick:
        return QUICK_PARTS
    return (RELAYING,) if options.sets else USUAL


def chosen(options: argparse.Namespace) -> tuple[Set, ...]:
    if options.quick:
        return QUICK
    if options.sets:
        return tuple(one for one in SETS + MATRIX if one.name in options.sets)
    return SETS


def measurements(
    options: argparse.Namespace, sets: Sequence[Set], repetitions: int, versions: dict[str, str]
) -> dict[str, Callable[[], Any]]:
    """Each part that was asked for, and how it is measured, in the order of measuring."""
    pki = Pki(WORK / "pki")
    usual: dict[str, Callable[[], Any]] = {
        RELAYING: lambda: run_sets(sets, pki, options.peers, repetitions, versions),
        "probes": lambda: measure_probes(pki, options.quick, repetitions),
        "restarts": lambda: measure_restarts(pki, options.quick, repetitions),
        "pages": lambda: [measure_api(pki, options.quick)],
        "beside": lambda: measure_beside(pki, options.quick, repetitions),
        "disks": lambda: measure_disks(pki, options.quick, options.peers, repetitions, versions),
        "policies": policy_figures,
        "idle": lambda: measure_idle(pki, options.peers),
    }
    wanted = {part: measure for part, measure in usual.items() if part in options.only}
    if options.matrix:
        wanted[CROSSED] = lambda: run_sets(MATRIX, pki, options.peers, repetitions, versions)
    if options.long:
        wanted["tenths"] = lambda: measure_long(pki, options.long)
    if options.backlog:
        wanted["backlogs"] = lambda: [measure_backlog(pki, options.backlog)]
    return wanted


def show(store: Store) -> None:
    """As text, for who waits at the terminal."""
    for part, facts in store.conditions().items():
        print(f"{part}: " + ", ".join(f"{name} {value}" for name, value in facts.items()))
    relaying = [("Relaying", "", rows(*store.relaying(part))) for part in (RELAYING, CROSSED) if part in store.conditions()]
    for title, _, table in [*relaying, *store.others().tables().values()]:
        print(f"\n{title}\n\n{text_table(table)}")


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    sets = chosen(options)
    repetitions = options.repetitions or (2 if options.quick else 3)
    if not options.no_build:
        build(options.peers)
    options.peers = usable(options.peers, say)
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    if busy and options.write and not options.even_if_busy:
        say("bench/run: this machine has other work to do (see uptime); figures from now would not be worth publishing.")
        return 1
    if busy:
        say("This machine has other work to do: ratios will be rough, and rates far too low.")
    WORK.mkdir(parents=True, exist_ok=True)
    PAGE.with_suffix("").mkdir(exist_ok=True)
    options.json.unlink(missing_ok=True)
    run, published = Store(options.json), Store(PAGE.with_suffix("") / "results.json")
    versions = {"postern": own_version()}
    try:
        for part, measure in measurements(options, sets, repetitions, versions).items():
            facts = conditions(WORK, repetitions)
            results = measure()
            facts["versions"] = ", ".join(versions.values())
            run.keep(part, facts, results)
            if options.write:
                published.keep(part, facts, results)
                publish(published)
    except BenchError as error:
        say(f"bench/run: {error}")
        return 1
    show(run)
    say(f"\nResults: {options.json}")
    return 0
