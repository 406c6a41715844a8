"""The golden truth table over real sockets: each policy against each posture of the practice world.

One gateway serves an account for each kind of policy; every partner gets one message from each. What must
happen follows from the posture's own row (lab/postures.json). A cell of truth_table.json holds the outcome
and its reason, the events in the log, and status and reason of the bounce; "bounces" holds the sentences
that the sender then reads. They are golden, so a changed word shows in review: write them anew with
POSTERN_WRITE_GOLDEN=1. The probe must say the same as the delivery did.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.client import World
from lab.gateway import Gateway
from truth_world import IN_THE_CONVERSATION, POLICIES, SETTINGS, Table, folded, rows, sentences, set_up_account

GOLDEN = Path(__file__).with_name("truth_table.json")
# These would get their mail, had they published nothing: an account's policy alone would let it go.
HELD_BY_THEIR_OWN_WORD = {"dane-mismatch", "sts-mx-mismatch", "sts-untrusted"}
# What these have published cannot be found out.
NOT_KNOWN = {"dane-bogus", "dane-servfail", "dane-timeout"}
Cells = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """A world, a gateway with one account for each policy, and every message decided."""
    directory = tmp_path_factory.mktemp("truth")
    with World.start(directory / "world") as world:
        with Gateway.start(directory / "gateway", world, SETTINGS) as gateway:
            for name in POLICIES:
                set_up_account(gateway, world, name)
            yield Table(world, gateway)


@pytest.fixture(scope="module")
def cells(table: Table) -> Cells:
    """The whole table as it really is."""
    return table.cells()


def test_the_table_is_the_golden_one(table: Table, cells: Cells) -> None:
    real = {domain: folded(cells[domain]) for domain in sorted(cells)}
    bounces = sentences(table.bounces.values())
    if "POSTERN_WRITE_GOLDEN" in os.environ:
        GOLDEN.write_text(json.dumps({"rows": real, "bounces": bounces}, indent=1, ensure_ascii=False) + "\n")
    golden = json.loads(GOLDEN.read_text())
    assert sorted(real) == sorted(golden["rows"])
    different = {domain: (golden["rows"][domain], row) for domain, row in real.items() if golden["rows"][domain] != row}
    assert not different
    assert bounces == golden["bounces"]


def test_strict_delivers_exactly_where_the_posture_is_ready_for_strict(table: Table, cells: Cells) -> None:
    # Without pins, an MX named by unsigned DNS proves nothing: such a row needs "pinned".
    for one in about_tls(table.world):
        expected = one["expect"] == "Ready: strict"
        assert cells[one["domain"]]["pinned"].startswith("delivered") == expected, one["domain"]
        unpinned = expected and one["strict_by"] != "pin"
        assert cells[one["domain"]]["strict"].startswith("delivered") == unpinned, one["domain"]


def test_relaxed_delivers_exactly_where_the_posture_is_ready_for_relaxed(table: Table, cells: Cells) -> None:
    for one in about_tls(table.world):
        assert cells[one["domain"]]["relaxed"].startswith("delivered") == one["expect"].startswith("Ready"), one["domain"]


def test_what_a_partner_says_of_a_message_is_heard_only_when_the_requirement_is_met(table: Table) -> None:
    for one in rows(table.world):
        if one["posture"] in IN_THE_CONVERSATION:
            for policy, proof in (("relaxed", "none"), ("strict", "pkix"), ("pinned", "pkix")):
                attempt = table.attempt(one["domain"], policy)
                assert attempt["met"] and attempt["tls_version"] != "none", (one["domain"], policy)
                assert attempt["authentication"] == proof, (one["domain"], policy)


def test_monitor_and_exception_deliver_what_no_policy_delivers(cells: Cells) -> None:
    for domain, row in cells.items():
        arrives = row["none"].startswith("delivered")
        assert row["monitor"].startswith("delivered") == arrives, domain
        # An exception also goes below what the partner itself has published.
        set_aside = domain.removesuffix(".example") in HELD_BY_THEIR_OWN_WORD | NOT_KNOWN
        assert row["exception"].startswith("delivered") == (arrives or set_aside), domain


@pytest.mark.parametrize("name", sorted(NOT_KNOWN))
def test_nothing_bounces_over_tlsa_records_that_could_not_be_looked_up(cells: Cells, name: str) -> None:
    """RFC 7672 2.1.1, 2.1.2: the lookup may succeed later, as that of an address may."""
    row = cells[f"{name}.example"]
    assert {row[policy].split()[0] for policy in ("relaxed", "strict", "pinned")} == {"deferred"}


def test_every_bounce_carries_the_reason_of_the_log_and_no_other_message_has_one(table: Table) -> None:
    for message, events in table.events.items():
        assert (message in table.bounces) == ("delivery-bounced" in events)
        if events == ["delivery-bounced"]:
            assert table.bounces[message].reason == table.first[message]["reason"]


def test_nothing_reaches_a_partner_below_the_requirement(table: Table, cells: Cells) -> None:
    for domain, row in cells.items():
        for policy in ("relaxed", "strict", "pinned"):
            if row[policy].startswith("delivered"):
                continue
            for session in table.world.sessions(domain):
                said = " ".join(session["commands"]).lower()
                # A host may also serve other domains, which are ready.
                if f"@{domain}>" in said:
                    assert f"@t-{policy}.example" not in said or session["tls"], (domain, policy)


def test_the_probe_says_what_the_delivery_met(table: Table, cells: Cells) -> None:
    domains = [one["domain"] for one in about_tls(table.world)]
    for policy in ("strict", "pinned", "relaxed"):
        text = table.gateway.cli("probe", *domains, "--json", "--timeout", "5", "--account", f"t-{policy}", check=False)
        for finding in json.loads(text):
            delivered = cells[finding["domain"]][policy].startswith("delivered")
            assert finding["effective"]["met"] == delivered, (finding["domain"], policy)


@pytest.fixture(scope="module")
def verdicts(table: Table) -> dict[str, str]:
    """What the probe says of every partner."""
    domains = [one["domain"] for one in rows(table.world)]
    text = table.gateway.cli("probe", *domains, "--json", "--timeout", "5", check=False)
    return {one["domain"]: one["shown_as"] for one in json.loads(text)}


def test_the_probe_gives_each_posture_its_verdict(table: Table, verdicts: dict[str, str]) -> None:
    expected = {one["domain"]: one["expect"] for one in rows(table.world)}
    different = {domain for domain, verdict in expected.items() if verdicts[domain] != verdict}
    assert different <= {f"{name}.example" for name in HELD_BY_THEIR_OWN_WORD | NOT_KNOWN}


@pytest.mark.parametrize("name", sorted(HELD_BY_THEIR_OWN_WORD | NOT_KNOWN))
def test_the_probe_calls_nobody_ready_whom_what_is_published_holds(
    table: Table, verdicts: dict[str, str], name: str
) -> None:
    assert verdicts[f"{name}.example"] == table.world.partner(name)["expect"]


def about_tls(world: World) -> list[dict[str, object]]:
    """The partners whose fate hangs on TLS, DNS and the connection alone."""
    return [one for one in rows(world) if one["posture"] not in IN_THE_CONVERSATION]
