"""How long the web application waits for its API when a gateway holds much, and what its first page weighs."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.bench_engines import Place, PosternEngine, remove
from bench.bench_measure import BenchError, Sink, await_that, load
from bench.bench_sets import SETS
from peers import Identity

_PASSWORD = "correct horse battery"
_SETTINGS = {"admin": {"address": "127.0.0.1:0"}}
_WAITING_DOMAINS = 10
# What is asked, and its path below /api/v1; what finds nothing must look everywhere for it.
_QUESTIONS = (
    ("overview", "/accounts/main/overview"),
    ("queue: first page", "/accounts/main/queue"),
    ("queue: of a domain", "/accounts/main/queue?domain=late3.bench.example"),
    ("queue: held, there are none", "/accounts/main/queue?state=held"),
    ("policies: first page", "/accounts/main/policies"),
    ("policies: search", "/accounts/main/policies?q=partner77"),
    ("a partner", "/accounts/main/partners/partner77.example"),
    ("evidence: first page", "/accounts/main/evidence"),
    ("evidence: of a domain", "/accounts/main/evidence?domain=d3.bench.example"),
    ("evidence: bounced, there are none", "/accounts/main/evidence?outcome=bounced"),
    ("audit log: first page", "/audit"),
)


@dataclass(frozen=True)
class Held:
    """What the gateway holds."""

    queued: int
    policies: int
    evidence: int  # rows: one for each message's receipt, one for its delivery


@dataclass(frozen=True)
class Answer:
    """One question of the API, asked again and again on one connection."""

    name: str
    p50_ms: float
    p99_ms: float
    size: int  # bytes of the answer


@dataclass(frozen=True)
class Pages:
    """Of the API and of the first page, with all files that it names; as sent, which is compressed."""

    held: Held
    answers: list[Answer]
    first_page_size: int  # nought: the program was built without the web application
    first_page_files: int
    first_page_ms: float


def pages(
    work: Path,
    programs: Path,
    fill_queue: Path,
    identities: tuple[Identity, Identity],
    ca: Path,
    port: int,
    held: Held,
    times: int,
) -> Pages:
    """`identities`: the gateway's and the sink's; each question is asked so many times."""
    own, hop = identities
    directory = work / "api"
    remove(directory)
    directory.mkdir(parents=True)
    with ExitStack() as running:
        running.callback(remove, directory)
        engine = PosternEngine(Place(directory, own, ca, port, True), _SETTINGS)
        running.callback(engine.stop)
        _make_evidence(engine, programs, port, hop, held.evidence // 2)
        engine.stop()
        _fill(engine, fill_queue, held)
        engine.gateway.run()
        web = _Web(engine.gateway.web)
        running.callback(web.close)
        web.sign_in("anna")
        answers = [web.ask(name, path, times) for name, path in _QUESTIONS]
        return Pages(held, answers, *web.first_page())


def _make_evidence(engine: PosternEngine, programs: Path, port: int, hop: Identity, messages: int) -> None:
    """By mail, as evidence comes to be."""
    sink = Sink(programs, port, hop, messages)
    try:
        load(engine, next(one for one in SETS if one.name == "4k-tls"), programs, messages)
        sink.wait(60)
    finally:
        sink.finish()
    await_that(lambda: not engine.has_outbox(), 120, "the evidence is in the records")


def _fill(engine: PosternEngine, fill_queue: Path, held: Held) -> None:
    """While the gateway is down."""
    for number in range(_WAITING_DOMAINS):
        command = [fill_queue, engine.data / "queue", "--domain", f"late{number}.bench.example", "--tried"]
        count = held.queued // _WAITING_DOMAINS
        subprocess.run([*command, "--messages", str(count), "--due-in", "3600", "--over", "7200"], check=True)
    cli = engine.gateway.cli
    partners = "".join(f"partner{number}.example\n" for number in range(held.policies))
    cli("policy", "import", "-", "--mode", "strict", stdin=partners)
    cli("user", "add", "anna", "--password-file", "-", "--grant", "*:administrator", stdin=_PASSWORD + "\n")


class _Web:
    """A browser's side: one connection, and the cookie of a session."""

    def __init__(self, base: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=120)
        self._headers = {"Accept-Encoding": "gzip"}

    def close(self) -> None:
        self._connection.close()

    def sign_in(self, user: str) -> None:
        body = json.dumps({"user": user, "password": _PASSWORD})
        self._connection.request("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise BenchError(f"the API lets nobody in: {answer.status}")
        self._headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]

    def _get(self, path: str) -> tuple[int, bytes]:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def ask(self, name: str, path: str, times: int) -> Answer:
        """After a first time that is not counted."""
        status, body = self._get("/api/v1" + path)
        if status != 200:
            raise BenchError(f"GET {path}: {status} {body[:300]!r}")
        took = []
        for _ in range(times):
            start = time.monotonic()
            self._get("/api/v1" + path)
            took.append(1000 * (time.monotonic() - start))
        took.sort()
        return Answer(name, took[len(took) // 2], took[int(0.99 * (len(took) - 1))], len(body))

    def first_page(self) -> tuple[int, int, float]:
        """Bytes, files and milliseconds, one after the other."""
        start = time.monotonic()
        status, index = self._get("/")
        if status != 200:
            return 0, 0, 0.0
        plain = gzip.decompress(index) if index.startswith(b"\x1f\x8b") else index
        named = sorted(set(re.findall(r'(?:src|href)="(/[^"]+)"', plain.decode())))
        size = len(index) + sum(len(self._get(path)[1]) for path in named)
        return size, 1 + len(named), 1000 * (time.monotonic() - start)
