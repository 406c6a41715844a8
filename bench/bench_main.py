"""The command bench/run."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.bench_charts import growth, plots
from bench.bench_measure import BenchError, Figures
from bench.bench_peers import PEERS, usable
from bench.bench_report import as_json, conditions, markdown, rows
from bench.bench_runs import REPOSITORY, WORK, build, measure_backlog, measure_long, measure_others, own_version, run_set, say
from bench.bench_sets import MATRIX, QUICK, SETS, Set
from bench.bench_tables import Others, Results, text_table
from lab.pki import Pki

LINE = "\n---\n"


def publish(facts: Mapping[str, str], sets: Sequence[Set], results: Results, others: Others) -> None:
    """docs/performance.md: the tables and charts of this run, then what people wrote below the line."""
    page = REPOSITORY / "docs" / "performance.md"
    old = page.read_text() if page.exists() else ""
    _, line, by_hand = old.partition(LINE)
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    compared, grown = plots(sets, results), growth(sets, results, others)
    for name, text in {**compared, **grown}.items():
        (folder / name).write_text(text)
    charts = list(compared), list(grown)
    page.write_text(markdown(facts, rows(sets, results), others, charts, written_by_hand=line + by_hand or LINE))
    say("docs/performance.md is written.")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Postern and its peers side by side, in one run on this machine."
    )
    parser.add_argument("--quick", action="store_true", help="one small set, and the other parts in small, under a minute")
    parser.add_argument(
        "--matrix",
        action="store_true",
        help=f"relaying alone, in {len(MATRIX)} sets: every size with every protection, connections reused or new, 10 to 200 of them",
    )
    parser.add_argument("--sets", default="", help=f"names, with commas between: {', '.join(s.name for s in SETS)}")
    parser.add_argument(
        "--peers", help=f"names, with commas between: {', '.join(PEERS)} (default postfix, with --write all of them)"
    )
    parser.add_argument(
        "--only-sets", action="store_true", help="relaying alone: no idle sessions, probes, starts, API, policy decisions"
    )
    parser.add_argument("--repetitions", type=int, default=0, help="of each set and engine (default 3, quick 2)")
    parser.add_argument("--json", type=Path, default=WORK / "results.json", help="where the results go as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md from this run")
    parser.add_argument("--even-if-busy", action="store_true", help="with --write: publish from a busy machine too")
    parser.add_argument(
        "--long", type=int, default=0, metavar="MESSAGES", help="only a long run of mixed sizes, in tenths; with --write it follows"
    )
    parser.add_argument(
        "--backlog", type=int, default=0, metavar="MESSAGES", help="only a backlog that gathers and drains; with --write it follows"
    )
    parser.add_argument("--no-build", action="store_true", help="measure what is built already")
    options = parser.parse_args(arguments)
    options.sets = [name for name in options.sets.split(",") if name]
    options.only_sets |= options.matrix
    options.peers = list(PEERS) if options.peers is None and options.write else (options.peers or "postfix").split(",")
    for kind, wanted, known in (("set", options.sets, {one.name for one in SETS + MATRIX}), ("peer", options.peers, PEERS)):
        unknown = ", ".join(name for name in wanted if name not in known)
        if unknown:
            parser.error(f"there is no {kind} {unknown}")
    if (options.quick or options.matrix) and options.write:
        parser.error("the quick set is too small to be published, and the matrix too long")
    return options


def chosen(options: argparse.Namespace) -> tuple[Set, ...]:
    if options.quick:
        return QUICK
    if options.sets:
        return tuple(one for one in SETS + MATRIX if one.name in options.sets)
    return MATRIX if options.matrix else SETS


def measured(
    options: argparse.Namespace, sets: Sequence[Set], repetitions: int, versions: dict[str, str]
) -> tuple[Results, Others]:
    """Everything that was asked for."""
    pki = Pki(WORK / "pki")
    results: dict[str, Mapping[str, Sequence[Figures]]] = {}
    only_long = (options.long or options.backlog) and not options.write
    for one in () if only_long else sets:
        say(one.title)
        results[one.name] = run_set(one, pki, options.peers, repetitions, versions)
    others = Others()
    if not only_long and not options.only_sets:
        others = measure_others(pki, options.peers, options.quick, repetitions)
    if options.long:
        others = replace(others, tenths=measure_long(pki, options.long))
    if options.backlog:
        others = replace(others, backlogs=[measure_backlog(pki, options.backlog)])
    return results, others


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
    facts = conditions(WORK, {}, repetitions)
    versions = {"postern": own_version()}
    try:
        results, others = measured(options, sets, repetitions, versions)
    except BenchError as error:
        say(f"bench/run: {error}")
        return 1
    facts["versions"] = ", ".join(versions.values())
    sets = tuple(one for one in sets if one.name in results)
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    relaying = [("Relaying", "", rows(sets, results))] if results else []
    for title, _, table in [*relaying, *others.tables()]:
        print(f"\n{title}\n\n{text_table(table)}")
    options.json.write_text(json.dumps(as_json(facts, sets, results, others), indent=2) + "\n")
    say(f"\nResults: {options.json}")
    if options.write:
        publish(facts, sets, results, others)
    return 0
