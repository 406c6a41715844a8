"""docs/truth-table.md over real sockets: the promise that the engine makes on paper is what mail meets.

The document is computed from the engine alone. Here the gateway asks a real resolver, fetches real
policies and shakes real hands, for partners that show every pair of values of any two of the
document's columns, under each of its policies; what it did is compared with the document's own cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import pytest

from lab.client import World
from lab.gateway import Gateway
from published_world import DANE, POLICIES, SERVERS, STS, TABLE_SETTINGS, Case, Fate, Table, cases, document

CELLS = document()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """A world, a gateway with one account for each policy, and every message decided."""
    directory = tmp_path_factory.mktemp("published")
    with World.start(directory / "world", only=("trusted",), spare=len(cases())) as world:
        with Gateway.start(directory / "gateway", world, TABLE_SETTINGS) as gateway:
            yield Table(world, gateway)


def cell(case: Case, policy: str) -> Fate:
    return Fate.promised(policy, CELLS[policy, case.dane, case.sts, case.server])


def code(case: Case, reason: str) -> str:
    """Of a question that nobody answers libunbound says SERVFAIL where its patience ends before ours."""
    return "dns-timeout" if case.dane == "timeout" and reason == "dns-servfail" else reason


def test_the_document_speaks_of_these_columns_and_no_others() -> None:
    assert set(CELLS) == set(product(POLICIES, DANE, STS, SERVERS))


def test_the_slice_shows_every_pair_of_values() -> None:
    axes = {"dane": DANE, "sts": STS, "server": SERVERS}
    for one, other in combinations(axes, 2):
        shown = {(getattr(case, one), getattr(case, other)) for case in cases()}
        assert shown == set(product(axes[one], axes[other])), (one, other)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_message_fares_as_the_document_says(table: Table, case: Case, policy: str) -> None:
    fate = table.fate(case, policy)
    assert replace(fate, reason=code(case, fate.reason)) == cell(case, policy)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_probe_foretells_what_the_document_says(table: Table, policy: str) -> None:
    foretold = table.foretold(policy)
    for case in cases():
        promised, told = cell(case, policy), foretold[case.domain]
        assert told["met"] == (promised.outcome == "delivered"), (case, told)
        assert code(case, told["reason"]) == promised.reason, (case, told)
        assert not told["met"] or told["would_fail"] == promised.would_fail, (case, told)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_nobody_below_the_document_s_promise_hears_of_the_message(table: Table, case: Case) -> None:
    arrived = {mail["sender"].partition("@")[2] for mail in table.world.mail(case.domain)}
    delivering = {f"t-{policy}.example" for policy in POLICIES if cell(case, policy).outcome == "delivered"}
    assert arrived == delivering
    for session in table.world.sessions(case.domain):
        said = " ".join(session["commands"]).lower()
        for policy in POLICIES:
            if f"t-{policy}.example" not in delivering:
                assert f"@t-{policy}.example" not in said
