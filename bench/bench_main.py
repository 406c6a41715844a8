"""The command bench/run."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.bench_engines import ENGINES, OWN_NAME, SINK_NAME, Place, remove
from bench.bench_idle import idle, place_with
from bench.bench_long import Tenth, long_run
from bench.bench_measure import BenchError, Figures, measure
from bench.bench_probe import PARTNERS, probe_rate
from bench.bench_report import Others, as_json, conditions, markdown, plots, rows, text_table
from bench.bench_restart import restarts
from bench.bench_sets import QUICK, SETS, Set
from lab.gateway import default_program
from lab.model import Certificate
from lab.pki import Pki
from peers import Identity, free_port

REPOSITORY = Path(__file__).resolve().parent.parent
WORK = REPOSITORY / "build" / "bench"
LINE = "\n---\n"
PROGRAMS = REPOSITORY / "build" / "release" / "bench"
FILL_QUEUE = REPOSITORY / "build" / "release" / "tests" / "overload" / "fill_queue"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def build() -> None:
    """The release build of the gateway and the load tools, and the unpacked peers."""
    script = """
set -euo pipefail
. tools/install.sh
install_groups build lab
[ -f build/release/build.ninja ] || cmake --preset release >&2
cmake --build --preset release --target postern fill_queue \\
  bench_load bench_hold bench_partners bench_sink bench_policies >&2
unpack_peers
"""
    subprocess.run(["bash", "-c", script], cwd=REPOSITORY, check=True)


def own_version() -> str:
    """Of the program that is measured."""
    return subprocess.run([default_program(), "version"], capture_output=True, text=True, check=True).stdout.strip()


def identity(pki: Pki, name: str) -> Identity:
    files = pki.issue(Certificate(names=(name,), common_name=name), name, name, "127.0.0.1", name)
    return Identity(files.certificate, files.key)


def run_set(what: Set, pki: Pki, repetitions: int, versions: dict[str, str]) -> dict[str, list[Figures]]:
    """All repetitions of one set, the engines taking turns."""
    results: dict[str, list[Figures]] = {kind.name: [] for kind in ENGINES}
    sink_port, sink_identity = free_port(), identity(pki, SINK_NAME)
    own_identity = identity(pki, OWN_NAME)
    with ExitStack() as running:
        engines = []
        for kind in ENGINES:
            directory = WORK / f"{what.name}-{kind.name}"
            remove(directory)
            directory.mkdir(parents=True)
            running.callback(remove, directory)
            engine = kind(Place(directory, own_identity, pki.ca, sink_port, what.tls))
            running.callback(engine.stop)
            versions[engine.name] = engine.version()
            engines.append(engine)
        for number in range(repetitions):
            for engine in engines if number % 2 == 0 else reversed(engines):
                found = measure(engine, what, PROGRAMS, sink_port, sink_identity)
                if what.tls and found.in_clear:
                    raise BenchError(f"{engine.name} sent {found.in_clear} messages in clear")
                results[engine.name].append(found)
                say(f"  {number + 1}/{repetitions} {engine.name}: {found.rate:,.0f} messages/s, {found.cpu_ms:.3f} ms each")
    return results


def measure_long(pki: Pki, messages: int) -> list[Tenth]:
    """The long run alone."""
    say(f"A long run: {messages:,} messages of mixed sizes")
    identities = identity(pki, OWN_NAME), identity(pki, SINK_NAME)
    tenths: list[Tenth] = []
    for tenth in long_run(WORK, PROGRAMS, identities, pki.ca, free_port(), messages):
        tenths.append(tenth)
        say(f"  {len(tenths)}/10: {tenth.rate:,.0f} messages/s, {tenth.disk / 2**20:,.0f} MiB on disk")
    return tenths


def measure_others(pki: Pki, quick: bool, repetitions: int) -> Others:
    """What is no relaying; the quick run has the parts that take seconds, in small."""
    own, partners = identity(pki, OWN_NAME), identity(pki, PARTNERS)
    say("Probe rate")
    lists = ((200, 100),) if quick else ((1000, 50), (6000, 500), (6000, 1500))
    probes = [
        probe_rate(WORK, PROGRAMS, partners, pki.ca, domains, parallel)
        for domains, parallel in lists
        for _ in range(repetitions)
    ]
    say("Start")
    lengths = (0, 2000) if quick else (0, 10_000, 100_000, 1_000_000)
    started = [one for queued in lengths for one in restarts(WORK, FILL_QUEUE, own, queued, repetitions)]
    if quick:
        return Others(probes=probes, restarts=started)
    say("Policy decisions")
    decisions = policy_figures()
    say("Idle TLS sessions")
    sessions = idle(WORK, PROGRAMS, place_with(own, pki.ca, free_port()))
    return Others(sessions, decisions, probes, started)


def policy_figures() -> list[dict[str, float]]:
    """What a policy decision costs with few and many policies."""
    done = subprocess.run([PROGRAMS / "bench_policies"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def publish(facts: dict[str, str], relay: list[list[str]], others: Others, charts: dict[str, str]) -> None:
    """docs/performance.md: the tables and charts of this run, then what people wrote below the line."""
    page = REPOSITORY / "docs" / "performance.md"
    old = page.read_text() if page.exists() else ""
    _, line, by_hand = old.partition(LINE)
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for name, text in charts.items():
        (folder / name).write_text(text)
    page.write_text(markdown(facts, relay, others, list(charts), written_by_hand=line + by_hand or LINE))
    say("docs/performance.md is written.")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Postern and Postfix side by side, in one run on this machine."
    )
    parser.add_argument("--quick", action="store_true", help="one small set, under a minute")
    parser.add_argument("--sets", default="", help=f"names, with commas between: {', '.join(s.name for s in SETS)}")
    parser.add_argument("--only-sets", action="store_true", help="relaying alone: no idle sessions, probes, starts, policy decisions")
    parser.add_argument("--repetitions", type=int, default=0, help="of each set and engine (default 3, quick 2)")
    parser.add_argument("--json", type=Path, default=WORK / "results.json", help="where the results go as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md from this run")
    parser.add_argument("--even-if-busy", action="store_true", help="with --write: publish from a busy machine too")
    parser.add_argument(
        "--long", type=int, default=0, metavar="MESSAGES", help="only a long run of mixed sizes, in tenths; with --write it follows"
    )
    parser.add_argument("--no-build", action="store_true", help="measure what is built already")
    options = parser.parse_args(arguments)
    wanted = [name for name in options.sets.split(",") if name]
    unknown = set(wanted) - {one.name for one in SETS}
    if unknown:
        parser.error(f"there is no set {', '.join(sorted(unknown))}")
    if options.quick and options.write:
        parser.error("the quick set is too small to be published")
    sets = QUICK if options.quick else tuple(one for one in SETS if not wanted or one.name in wanted)
    repetitions = options.repetitions or (2 if options.quick else 3)

    only_long = options.long > 0 and not options.write

    if not options.no_build:
        build()
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    if busy and options.write and not options.even_if_busy:
        say("bench/run: this machine has other work to do (see uptime); figures from now would not be worth publishing.")
        return 1
    if busy:
        say("This machine has other work to do: ratios will be rough, and rates far too low.")
    WORK.mkdir(parents=True, exist_ok=True)
    facts = conditions(WORK, {}, repetitions)
    pki = Pki(WORK / "pki")
    versions = {"postern": own_version()}
    results: dict[str, dict[str, list[Figures]]] = {}
    try:
        for one in () if only_long else sets:
            say(one.title)
            results[one.name] = run_set(one, pki, repetitions, versions)
        others = Others() if options.only_sets or only_long else measure_others(pki, options.quick, repetitions)
        if options.long:
            others = replace(others, tenths=measure_long(pki, options.long))
    except BenchError as error:
        say(f"bench/run: {error}")
        return 1
    facts["versions"] = ", ".join(versions.values())
    relay = rows([one for one in sets if one.name in results], results)
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    relaying = [("Relaying", "", relay)] if results else []
    for title, _, table in [*relaying, *others.tables()]:
        print(f"\n{title}\n\n{text_table(table)}")
    options.json.write_text(json.dumps(as_json(facts, [one for one in sets if one.name in results], results, others), indent=2) + "\n")
    say(f"\nResults: {options.json}")
    if options.write:
        publish(facts, relay, others, plots(sets, results, others))
    return 0
