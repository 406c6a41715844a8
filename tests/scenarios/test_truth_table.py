"""The golden truth table over real sockets: each policy against each posture of the practice world.

One gateway serves an account for each kind of policy; every partner gets one message from each. What must
happen follows from the posture's own row (lab/postures.json); the reason codes are golden
(truth_table.json), so a changed word shows in review. The probe must say the same as the delivery did.
"""

from __future__ import annotations

import json
import os
import smtplib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway

GOLDEN = Path(__file__).with_name("truth_table.json")
POLICIES = {
    "none": [],
    "relaxed": ["--mode", "relaxed"],
    "strict": ["--mode", "strict"],
    "pinned": ["--mode", "strict"],
    "monitor": ["--mode", "strict", "--stage", "monitor"],
    "exception": ["--mode", "strict"],
}
SOURCES = {name: f"127.0.0.{20 + place}" for place, name in enumerate(POLICIES)}
# What these partners do is not about TLS, or takes longer than a test may: the dialogue tests have them.
ELSEWHERE = {
    "slow", "silent", "unreachable", "dns-timeout", "greylisting", "rejects-sender", "rejects-recipients",
    "known-users", "few-recipients", "data-4xx", "data-5xx", "small-messages", "no-smtputf8",
}


def rows(world: World) -> list[dict[str, Any]]:
    """The partners that the table holds."""
    return [
        one for one in world.facts["partners"]
        if one["posture"] not in ELSEWHERE and not one["posture"].startswith(("drops-", "shuts-"))
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Gateway]]:
    """A world, and a gateway with one account for each policy."""
    directory = tmp_path_factory.mktemp("truth")
    with World.start(directory / "world") as world:
        changes = {"delivery": {"connect_timeout": "3s"}, "limits": {"connections_per_address": 1000}}
        with Gateway.start(directory / "gateway", world, changes) as gateway:
            for name in POLICIES:
                set_up_account(gateway, world, name)
            yield world, gateway


def set_up_account(gateway: Gateway, world: World, name: str) -> None:
    """One account: its domain, its sender, and its policy for every partner."""
    account = ["--account", f"t-{name}"]
    gateway.cli("account", "add", f"t-{name}")
    gateway.cli("domain", "add", f"t-{name}.example", "--already-validated", *account)
    desk = world.internal("corp.example")
    gateway.cli("route", "add", f"t-{name}.example", "--host", desk["host"], "--port", str(desk["port"]), *account)
    gateway.cli("sender", "add", "--range", SOURCES[name], *account)
    if not POLICIES[name]:
        return
    lines = ["domain,mode,stage,mx,on_failure"]
    for one in rows(world):
        mode = POLICIES[name][1]
        stage = "monitor" if name == "monitor" else "enforce"
        pins = " ".join(mx["host"] for mx in one["mx"]) if name == "pinned" else ""
        lines.append(f"{one['domain']},{mode},{stage},{pins},bounce")
    gateway.cli("policy", "import", "-", *account, stdin="\n".join(lines) + "\n")
    if name == "exception":
        for one in rows(world):
            gateway.cli("exception", "add", one["domain"], "--mode", "opportunistic",
                        "--reason", "the truth table", "--for", "1h", *account)


def send(gateway: Gateway, policy: str, domain: str) -> str:
    """One message of a policy's account; returns its queue id."""
    place = gateway.listeners["internal"]
    with smtplib.SMTP(place.address, place.port, source_address=(SOURCES[policy], 0), timeout=60) as connection:
        connection.ehlo()
        code, text = connection.mail(f"anna@t-{policy}.example")
        assert code == 250, text
        code, text = connection.rcpt(f"bob@{domain}")
        assert code == 250, text
        code, text = connection.data(b"Subject: truth\r\n\r\ntruth\r\n")
        assert code == 250, text
        return text.decode().split()[-1]


def outcomes(gateway: Gateway, messages: list[str]) -> dict[str, dict[str, Any]]:
    """The deciding attempt of every message's way out, once each has one."""
    end = time.monotonic() + 120
    decided: dict[str, dict[str, Any]] = {}
    while time.monotonic() < end and len(decided) < len(messages):
        found = gateway.json("evidence", "list", "--all-accounts", "--hop", "gateway-to-partner", "--limit", "100000")
        for attempt in sorted(found["attempts"] if isinstance(found, dict) else found, key=lambda one: one["time"]):
            if attempt["outcome"] in ("delivered", "bounced", "deferred"):
                decided[attempt["message"]] = attempt
    missing = set(messages) - set(decided)
    assert not missing, f"{len(missing)} messages have no outcome\n{gateway.log()[-4000:]}"
    return decided


def words(attempt: dict[str, Any]) -> str:
    """A cell: "delivered pkix", "delivered encrypted monitor:certificate-expired", "bounced certificate-expired"."""
    if attempt["outcome"] != "delivered":
        return f"{attempt['outcome']} {attempt['reason']}"
    proof = attempt["authentication"] if attempt["authentication"] != "none" else "encrypted"
    said = ["delivered", "in-clear" if attempt["tls_version"] == "none" else proof]
    if attempt["would_fail"]:
        said.append(f"monitor:{attempt['would_fail']}")
    if attempt["used_exception"]:
        said.append("exception")
    return " ".join(said)


@pytest.fixture(scope="module")
def cells(table: tuple[World, Gateway]) -> dict[str, dict[str, str]]:
    """The whole table as it really is: partner -> policy -> outcome."""
    world, gateway = table
    jobs = [(one["domain"], policy) for one in rows(world) for policy in POLICIES]
    with ThreadPoolExecutor(4) as pool:
        messages = list(pool.map(lambda job: send(gateway, job[1], job[0]), jobs))
    decided = outcomes(gateway, messages)
    found: dict[str, dict[str, str]] = {}
    for (domain, policy), message in zip(jobs, messages):
        found.setdefault(domain, {})[policy] = words(decided[message])
    return found


def test_the_table_is_the_golden_one(cells: dict[str, dict[str, str]]) -> None:
    if "POSTERN_WRITE_GOLDEN" in os.environ:
        GOLDEN.write_text(json.dumps(cells, indent=1, sort_keys=True) + "\n")
    golden = json.loads(GOLDEN.read_text())
    different = {
        f"{domain} / {policy}": (golden.get(domain, {}).get(policy), text)
        for domain, row in cells.items() for policy, text in row.items()
        if golden.get(domain, {}).get(policy) != text
    }
    assert not different


def test_strict_delivers_exactly_where_the_posture_is_ready_for_strict(
    table: tuple[World, Gateway], cells: dict[str, dict[str, str]]
) -> None:
    # Without pins, an MX named by unsigned DNS proves nothing: such a row needs "pinned".
    for one in rows(table[0]):
        expected = one["expect"] == "Ready: strict"
        assert cells[one["domain"]]["pinned"].startswith("delivered") == expected, one["domain"]
        unpinned = expected and one["strict_by"] != "pin"
        assert cells[one["domain"]]["strict"].startswith("delivered") == unpinned, one["domain"]


def test_relaxed_delivers_exactly_where_the_posture_is_ready_for_relaxed(
    table: tuple[World, Gateway], cells: dict[str, dict[str, str]]
) -> None:
    for one in rows(table[0]):
        assert cells[one["domain"]]["relaxed"].startswith("delivered") == one["expect"].startswith("Ready"), one["domain"]


def test_monitor_and_exception_deliver_what_no_policy_delivers(cells: dict[str, dict[str, str]]) -> None:
    for domain, row in cells.items():
        arrives = row["none"].startswith("delivered")
        assert row["monitor"].startswith("delivered") == arrives, domain
        assert row["exception"].startswith("delivered") == arrives, domain


def test_nothing_reaches_a_partner_below_the_requirement(table: tuple[World, Gateway], cells: dict[str, dict[str, str]]) -> None:
    world, _ = table
    for domain, row in cells.items():
        for policy in ("relaxed", "strict", "pinned"):
            if row[policy].startswith("delivered"):
                continue
            for session in world.sessions(domain):
                said = " ".join(session["commands"]).lower()
                # A host may also serve other domains, which are ready.
                if f"@{domain}>" in said:
                    assert f"@t-{policy}.example" not in said, (domain, policy)


def test_the_probe_says_what_the_delivery_met(table: tuple[World, Gateway], cells: dict[str, dict[str, str]]) -> None:
    world, gateway = table
    domains = [one["domain"] for one in rows(world)]
    for policy in ("strict", "pinned", "relaxed"):
        text = gateway.cli("probe", *domains, "--json", "--timeout", "5", "--account", f"t-{policy}", check=False)
        for finding in json.loads(text):
            delivered = cells[finding["domain"]][policy].startswith("delivered")
            assert finding["effective"]["met"] == delivered, (finding["domain"], policy)


def test_the_probe_gives_each_posture_its_verdict(table: tuple[World, Gateway]) -> None:
    world, gateway = table
    domains = [one["domain"] for one in rows(world)]
    expected = {one["domain"]: one["expect"] for one in rows(world)}
    text = gateway.cli("probe", *domains, "--json", "--timeout", "5", check=False)
    found = {one["domain"]: one["shown_as"] for one in json.loads(text)}
    assert found == expected
