"""How many domains a minute are probed, when every answer takes a round trip to come."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.bench_engines import OWN_NAME, remove
from bench.bench_measure import BenchError
from lab.gateway import default_program, toml
from peers import Identity

ROUND_TRIP = 50  # milliseconds
PARTNERS = "*.probe.example"  # the name of their certificate
# Validation is on, and the partners' zone is below no anchor: it is unsigned, as most are.
ANCHOR = "elsewhere.invalid. IN DS 12345 13 2 " + "e2" * 32 + "\n"


@dataclass(frozen=True)
class ProbeRate:
    """One run of `postern probe` over a list of domains, each with one MX and one address."""

    domains: int
    parallel: int
    round_trip_ms: int
    a_minute: float
    cpu_ms: float  # of the command, a domain
    ready: int  # found "Ready: strict"


def probe_rate(work: Path, programs: Path, identity: Identity, ca: Path, domains: int, parallel: int) -> ProbeRate:
    """Probes that many partners, all strict."""
    directory = work / "probe"
    remove(directory)
    (directory / "data").mkdir(parents=True, mode=0o700)
    command = [programs / "bench_partners", "--certificate", identity.certificate, "--key", identity.key]
    partners = subprocess.Popen(
        [*command, "--round-trip", str(ROUND_TRIP)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert partners.stdout is not None
        dns, smtp = (int(port) for port in partners.stdout.readline().split())
        _configure(directory, identity, ca, dns, smtp)
        (directory / "domains").write_text("".join(f"d{number}.probe.example\n" for number in range(domains)))
        return _run(directory, domains, parallel)
    finally:
        partners.communicate("")  # the end of its input ends it
        remove(directory)


def _configure(directory: Path, identity: Identity, ca: Path, dns: int, smtp: int) -> None:
    (directory / "anchor").write_text(ANCHOR)
    settings = {
        "gateway": {"hostname": OWN_NAME, "data_dir": str(directory / "data")},
        "tls": {"certificate": str(identity.certificate), "key": str(identity.key), "ca_file": str(ca)},
        "resolver": {"forwarders": [f"127.0.0.1:{dns}"], "trust_anchor": str(directory / "anchor")},
        "delivery": {"special_addresses": True, "smtp_port": smtp},
    }
    (directory / "postern.toml").write_text(toml(settings))


def _run(directory: Path, domains: int, parallel: int) -> ProbeRate:
    command = [default_program(), "--config", directory / "postern.toml", "--json", "probe", "--expect", "strict"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(
        [*command, "--file", directory / "domains", "--parallel", str(parallel)],
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout:
        raise BenchError(f"postern probe ended with {done.returncode}: {done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    ready = sum(finding["verdict"] == "ready-strict" for finding in json.loads(done.stdout))
    return ProbeRate(domains, parallel, ROUND_TRIP, 60 * domains / seconds, 1000 * cpu / domains, ready)
