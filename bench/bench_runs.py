"""What bench/run measures, each part with its own places, certificates and next hop."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.bench_api import Held, Pages, pages
from bench.bench_backlog import Backlog, backlog
from bench.bench_beside import Beside, beside
from bench.bench_disks import Disk, slow_sync
from bench.bench_engines import OWN_NAME, SINK_NAME, Engine, Place, PosternEngine, remove
from bench.bench_idle import Idle, idle, place_with
from bench.bench_long import Tenth, long_run
from bench.bench_measure import BenchError, Figures, measure
from bench.bench_peers import PEERS
from bench.bench_probe import PARTNERS, ProbeRate, probe_rate
from bench.bench_restart import LATER, Restart, restarts
from bench.bench_sets import BESIDE, ON_DISKS, QUICK, Set
from bench.bench_tables import Results
from lab.gateway import default_program
from lab.model import Certificate
from lab.pki import Pki
from peers import Identity, free_port

REPOSITORY = Path(__file__).resolve().parent.parent
WORK = REPOSITORY / "build" / "bench"
PROGRAMS = REPOSITORY / "build" / "release" / "bench"
FILL_QUEUE = REPOSITORY / "build" / "release" / "tests" / "overload" / "fill_queue"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def build(peers: Sequence[str]) -> None:
    """The release build of the gateway and the load tools, and the peers below build/."""
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
    if "haraka" in peers:
        _fetch_haraka()


def _fetch_haraka() -> None:
    """What bench/haraka/package-lock.json pins; without npm, or without its registry, Haraka is left out."""
    script = """
set -euo pipefail
cmp -s bench/haraka/package-lock.json build/haraka/package-lock.json && exit
command -v npm >/dev/null
mkdir -p build/haraka
cp bench/haraka/package.json build/haraka/
cp bench/haraka/package-lock.json build/haraka/fetched.json
cd build/haraka
mv fetched.json package-lock.json
npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || { rm package-lock.json; exit 1; }
"""
    if subprocess.run(["bash", "-c", script], cwd=REPOSITORY).returncode != 0:
        say("npm could not fetch Haraka.")


def own_version() -> str:
    """Of the program that is measured."""
    return subprocess.run([default_program(), "version"], capture_output=True, text=True, check=True).stdout.strip()


def identity(pki: Pki, name: str) -> Identity:
    files = pki.issue(Certificate(names=(name,), common_name=name), name, name, "127.0.0.1", name)
    return Identity(files.certificate, files.key)


def both(pki: Pki) -> tuple[Identity, Identity]:
    """The gateway's and the next hop's."""
    return identity(pki, OWN_NAME), identity(pki, SINK_NAME)


def engines_of(peers: Sequence[str]) -> dict[str, Callable[[Place], Engine]]:
    """Ours first."""
    return {"postern": PosternEngine, **{name: PEERS[name] for name in peers}}


def run_set(
    what: Set, pki: Pki, peers: Sequence[str], repetitions: int, versions: dict[str, str], delay_ms: int = 0
) -> Mapping[str, Sequence[Figures]]:
    """All repetitions of one set, the engines taking turns; `delay_ms` is that of bench_disks.py."""
    kinds = {name: start for name, start in engines_of(peers).items() if what.is_for(name)}
    results: dict[str, list[Figures]] = {name: [] for name in kinds}
    sink_port, (own, sink) = free_port(), both(pki)
    with ExitStack() as running:
        engines = []
        for name, start in kinds.items():
            directory = WORK / f"{what.name}-{name}"
            remove(directory)
            directory.mkdir(parents=True)
            running.callback(remove, directory)
            place = Place(directory, own, pki.ca, sink_port, what.tls, what.verify, slow_sync(directory, delay_ms))
            engine = start(place)
            running.callback(engine.stop)
            versions[name] = engine.version()
            engines.append(engine)
        for number in range(repetitions):
            for engine in engines if number % 2 == 0 else reversed(engines):
                found = measure(engine, what, PROGRAMS, sink_port, sink)
                if found.lost == found.messages:
                    raise BenchError(f"nothing came through {engine.name}:\n{engine.log()[-3000:]}")
                if what.tls and found.in_clear:
                    raise BenchError(f"{engine.name} sent {found.in_clear} messages in clear")
                results[engine.name].append(found)
                say(f"  {number + 1}/{repetitions} {engine.name}: {found.rate:,.0f} messages/s, {found.cpu_ms:.3f} ms each")
    return results


def run_sets(
    sets: Sequence[Set], pki: Pki, peers: Sequence[str], repetitions: int, versions: dict[str, str]
) -> tuple[Sequence[Set], Results]:
    """One set after the other; `versions` learns those of the engines."""
    results: dict[str, Mapping[str, Sequence[Figures]]] = {}
    for one in sets:
        say(one.title)
        results[one.name] = run_set(one, pki, peers, repetitions, versions)
    return sets, results


def measure_disks(pki: Pki, quick: bool, peers: Sequence[str], repetitions: int, versions: dict[str, str]) -> list[Disk]:
    """Of Postern and Postfix alone: under the others no slow disk can be laid."""
    sets, delays = (QUICK, (2,)) if quick else (ON_DISKS, (0, 2, 5, 10))
    found = []
    for what in sets:
        for delay in delays:
            say(f"{what.title}, each sync {delay} ms slower")
            among = [name for name in peers if name == "postfix"]
            found.append(Disk(delay, what.title, run_set(what, pki, among, repetitions, versions, delay)))
    return found


def measure_long(pki: Pki, messages: int) -> list[Tenth]:
    """The long run alone."""
    say(f"A long run: {messages:,} messages of mixed sizes")
    tenths: list[Tenth] = []
    for tenth in long_run(WORK, PROGRAMS, both(pki), pki.ca, free_port(), messages):
        tenths.append(tenth)
        say(f"  {len(tenths)}/10: {tenth.rate:,.0f} messages/s, {tenth.queue_disk / 2**20:,.0f} MiB in the queue")
    return tenths


def measure_backlog(pki: Pki, messages: int) -> Backlog:
    """Before, during and after a long queue."""
    say(f"A backlog: {messages:,} messages")
    return backlog(WORK, PROGRAMS, both(pki), pki.ca, free_port(), messages, say)


def measure_api(pki: Pki, quick: bool) -> Pages:
    say("The API with much to tell")
    held, times = (Held(200, 100, 200), 20) if quick else (Held(100_000, 10_000, 100_000), 300)
    return pages(WORK, PROGRAMS, FILL_QUEUE, both(pki), pki.ca, free_port(), held, times)


def measure_beside(pki: Pki, quick: bool, repetitions: int) -> list[Beside]:
    """Relaying beside queues of several lengths."""
    say("Relaying beside a queue")
    what, lengths = (QUICK[0], (0, 2000)) if quick else (BESIDE, (0, 10_000, 100_000, 1_000_000))
    found = beside(WORK, PROGRAMS, FILL_QUEUE, both(pki), pki.ca, free_port(), what, lengths, repetitions)
    for one in found:
        say(f"  {one.queued:,}: {', '.join(f'{run.cpu_ms:.3f}' for run in one.repetitions)} ms each")
    return found


def measure_probes(pki: Pki, quick: bool, repetitions: int) -> list[ProbeRate]:
    """Lists of several lengths."""
    say("Probe rate")
    lists = ((200, 100),) if quick else ((1000, 50), (6000, 500), (6000, 1500))
    partners = identity(pki, PARTNERS)
    return [
        probe_rate(WORK, PROGRAMS, partners, pki.ca, domains, parallel)
        for domains, parallel in lists
        for _ in range(repetitions)
    ]


def measure_restarts(pki: Pki, quick: bool, repetitions: int) -> list[Restart]:
    """Starts with queues of several lengths."""
    say("Start")
    lengths, later = ((0, 2000), 1.0) if quick else ((0, 10_000, 100_000, 1_000_000), LATER)
    own = identity(pki, OWN_NAME)
    return [one for queued in lengths for one in restarts(WORK, FILL_QUEUE, own, queued, repetitions, later)]


def measure_idle(pki: Pki, peers: Sequence[str]) -> list[Idle]:
    """Of all engines."""
    say("Idle TLS sessions")
    return idle(WORK, PROGRAMS, place_with(identity(pki, OWN_NAME), pki.ca, free_port()), engines_of(peers))


def policy_figures() -> list[dict[str, float]]:
    """What a policy decision costs with few and many policies."""
    say("Policy decisions")
    done = subprocess.run([PROGRAMS / "bench_policies"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
