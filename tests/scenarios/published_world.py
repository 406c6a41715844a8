"""The world of docs/truth-table.md: partners that show every pair of its columns, a gateway with an
account for each of its policies, and what became of a message from each account to each partner.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.client import World
from lab.gateway import Gateway
from truth_world import SETTINGS, SOURCES, WITHIN, send

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "truth-table.md"
ENDS = ("delivered", "deferred", "bounced")

POLICIES: Mapping[str, Sequence[str]] = {
    "none": (),
    "relaxed": ("relaxed", "enforce"),
    "strict": ("strict", "enforce"),
    "pinned": ("strict", "enforce", "mx.{domain}"),
    "monitor": ("strict", "monitor"),
    "exception": ("strict", "enforce"),
}
_NO_SUCH_KEY = "00" * 32
# What each column of the table is in the practice world. A server that shows no certificate has a
# record of nobody's key, since nothing can be compared with it.
DANE: Mapping[str, tuple[str, str]] = {  # the record, and what becomes of those who ask for it
    "none": ("", ""),
    "usable": ("3 1 1", ""),
    "mismatch": (f"3 1 1 {_NO_SUCH_KEY}", ""),
    "unusable": (f"1 1 1 {_NO_SUCH_KEY}", ""),
    "bogus": ("3 1 1", "strip"),
    "SERVFAIL": ("3 1 1", "servfail"),
    "timeout": ("3 1 1", "timeout"),
}
_BLOCKED = {"status": 503}
STS: Mapping[str, Sequence[Mapping[str, Any]]] = {  # what is published, and what after a first fetch
    "none": (),
    "testing": ({"mode": "testing"},),
    "enforce": ({"mode": "enforce"},),
    "expired, fetch fails": ({"mode": "enforce", "max_age": 1}, _BLOCKED),
    "changed, fetch fails": ({"mode": "enforce"}, {"id": "2", **_BLOCKED}),
    "invalid": ({"record": "v=STSv1; id=;"},),
}
SERVERS = {
    "no STARTTLS": "no-starttls",
    "handshake fails": "drops-in-handshake",
    "self-signed": "self-signed",
    "wrong name": "wrong-name",
    "expired": "expired",
    "good": "trusted",
}


@dataclass(frozen=True)
class Case:
    """One partner: what it publishes, and how its server presents itself."""

    domain: str
    dane: str
    sts: str
    server: str

    def __str__(self) -> str:
        return f"DANE {self.dane}, MTA-STS {self.sts}, {self.server}"


def cases() -> list[Case]:
    """As many partners as show every pair of values of any two columns, and no more."""
    servers = list(SERVERS)
    return [
        Case(f"spare-{len(STS) * row + column + 1}.example", dane, sts, servers[(row + column) % len(servers)])
        for row, dane in enumerate(DANE)
        for column, sts in enumerate(STS)
    ]


def document() -> dict[tuple[str, str, str, str], str]:
    """(policy, DANE, MTA-STS, server) -> the cell of the document."""
    cells: dict[tuple[str, str, str, str], str] = {}
    policy, servers = "", []
    for line in DOCUMENT.read_text().splitlines():
        words = [word.strip() for word in line.strip("|").split("|")]
        if line.startswith("## Policy: "):
            policy = line.removeprefix("## Policy: ")
        elif line.startswith("| DANE |"):
            servers = words[2:]
        elif line.startswith("| "):
            cells |= {(policy, words[0], words[1], server): cell for server, cell in zip(servers, words[2:], strict=True)}
    return cells


@dataclass(frozen=True)
class Fate:
    """What a cell says, and what evidence says."""

    outcome: str
    way: str = ""
    reason: str = ""
    would_fail: str = ""
    exception: bool = False

    @classmethod
    def promised(cls, policy: str, cell: str) -> "Fate":
        if refused := re.match(r"\*\*([a-z-]+)\*\*", cell):
            return cls("deferred", reason=refused[1])
        way, _, would_fail = cell.partition(", would fail: ")
        return cls("delivered", way, would_fail=would_fail, exception=policy == "exception")

    @classmethod
    def seen(cls, attempt: Mapping[str, Any]) -> "Fate":
        if attempt["outcome"] != "delivered":
            return cls(attempt["outcome"], reason=attempt["reason"])
        ways = {"none": "encrypted", "pkix": "PKIX", "dane": "DANE"}
        way = "in clear" if attempt["tls_version"] == "none" else ways[attempt["authentication"]]
        return cls("delivered", way, "", attempt["would_fail"], attempt["used_exception"])


class Table:
    """Every message of the table and its last attempt; `probed` is what the probe foretells."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        for case in cases():
            self._furnish(case)
        self._until(lambda: all(not self._holds(case) for case in cases() if case.sts.startswith("expired")))
        for policy in POLICIES:
            self._set_up_account(policy)
        jobs = [(case, policy) for case in cases() for policy in POLICIES]
        with ThreadPoolExecutor(4) as pool:
            sent = pool.map(lambda job: send(gateway, job[1], {"posture": "", "domain": job[0].domain}), jobs)
            self.messages = dict(zip(jobs, sent, strict=True))
        self.attempts: dict[str, dict[str, Any]] = {}
        self._until(self._all_decided)

    def fate(self, case: Case, policy: str) -> Fate:
        return Fate.seen(self.attempts[self.messages[case, policy]])

    def foretold(self, policy: str) -> dict[str, dict[str, Any]]:
        """What the probe says would become of a message of a policy's account, for each domain."""
        domains = [case.domain for case in cases()]
        words = ["probe", *domains, "--timeout", "5", "--account", f"t-{policy}"]
        found = self.gateway.cli(*words, "--json", check=False)
        return {one["domain"]: one["effective"] for one in json.loads(found)}

    def _furnish(self, case: Case) -> None:
        """Makes the partner what the case says; the gateway has seen it before where that matters."""
        record, fault = DANE[case.dane]
        if len(record.split()) == 3 and case.server == "no STARTTLS":
            record += f" {_NO_SUCH_KEY}"
        self.world.set(case.domain, posture=SERVERS[case.server])
        self.world.publish(case.domain, tlsa=[record] if record else [])
        if fault:
            self.world.zone(case.domain, faults=[f"_tcp.mx TLSA {fault}"])
        for number, published in enumerate(STS[case.sts]):
            if number == 1:
                self.gateway.cli("sts", "refetch", case.domain)
            self.world.publish(case.domain, **published)

    def _holds(self, case: Case) -> bool:
        return bool(self.gateway.json("sts", "show", case.domain)[0]["holds"])

    def _set_up_account(self, policy: str) -> None:
        account = ["--account", f"t-{policy}"]
        cli = self.gateway.cli
        cli("account", "add", f"t-{policy}")
        cli("domain", "add", f"t-{policy}.example", "--already-validated", *account)
        desk = self.world.internal("corp.example")
        cli("route", "add", f"t-{policy}.example", "--host", desk["host"], "--port", str(desk["port"]), *account)
        cli("sender", "add", "--range", SOURCES[policy], *account)
        if not POLICIES[policy]:
            return
        mode, stage, *pins = POLICIES[policy]
        lines = ["domain,mode,stage,mx"]
        lines += [f"{case.domain},{mode},{stage},{''.join(pins).format(domain=case.domain)}" for case in cases()]
        cli("policy", "import", "-", *account, stdin="\n".join(lines) + "\n")
        if policy == "exception":
            for case in cases():
                cli("exception", "add", case.domain, "--mode", "opportunistic", "--reason", "the table", "--for", "1h", *account)

    def _all_decided(self) -> bool:
        options = ["--all-accounts", "--hop", "gateway-to-partner", "--limit", "100000"]
        found = self.gateway.json("evidence", "list", *options)
        for attempt in sorted(found["attempts"] if isinstance(found, dict) else found, key=lambda one: str(one["time"])):
            if attempt["outcome"] in ENDS:
                self.attempts[attempt["message"]] = attempt
        return set(self.messages.values()) <= set(self.attempts)

    def _until(self, condition: Callable[[], bool]) -> None:
        """Asks until it holds; asking takes time itself."""
        end = time.monotonic() + WITHIN
        while not condition():
            assert time.monotonic() < end, self.gateway.log()[-4000:]


# Short enough that the questions which nobody answers are soon given up, long enough for a busy machine.
TABLE_SETTINGS = {**SETTINGS, "resolver": {"timeout": "15s"}}
