"""A second opinion on DANE: Postfix, with the same zones and partners, says whether Postern is right.

Each case has what RFC 7672 makes of it, so that two who are wrong alike are seen. Where the two may
differ, DIFFERENCES says why, and by which paragraph both are right.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dane_cases import CASES, NOBODYS_KEY, Case
from lab.client import World
from lab.gateway import Gateway
from lab.model import Certificate
from lab.pki import Pki
from lab.postures_published import DANE
from peer_dane_postfix import DanePostfix
from peer_unbound import Unbound
from peers import Identity, Surroundings

PARTNERS = tuple(posture.name for posture in DANE)
# What Postfix does otherwise, and why it may.
DIFFERENCES: Mapping[str, tuple[str, str]] = {
    "an unsigned MX leads to a signed host with somebody else's key": (
        "waits",
        "RFC 7672 2.2.1: behind an insecure MX a client need not apply DANE, and may; Postfix does "
        "(smtp_tls_dane_insecure_mx_policy = dane), Postern asks nothing there (docs/published.md)",
    ),
}


class Opinions:
    """The fate of a message to each domain, as each of the two has it."""

    def __init__(self, world: World, gateway: Gateway, postfix: DanePostfix) -> None:
        self.domains = {f"{name}.example" for name in PARTNERS}
        for number, case in enumerate(CASES, start=1):
            self.domains.add(domain := f"spare-{number}.example")
            case.furnish(world, domain)
        world.publish("unsigned.example", tlsa=[NOBODYS_KEY])
        postfix.send(self.domains)
        for domain in self.domains:
            assert not gateway.send("anna@corp.example", [f"bob@{domain}"], "Subject: x\r\n\r\nx\r\n")
        self.postern = _fates(gateway, self.domains)
        self.postfix = postfix.fates(self.domains)


def _fates(gateway: Gateway, domains: set[str]) -> dict[str, tuple[str, str]]:
    """How, and the line of evidence; of a message that tried several hosts, by the one that took it."""
    end = time.monotonic() + 120
    while True:
        found: dict[str, tuple[str, str]] = {}
        rows = gateway.json("evidence", "list", "--hop", "gateway-to-partner", "--limit", "100000")
        for row in sorted(rows["attempts"] if isinstance(rows, dict) else rows, key=lambda row: str(row["time"])):
            if row["outcome"] == "delivered":
                proved = "dane" if row["authentication"] == "dane" else "encrypted"
                found[row["domain"]] = ("clear" if row["tls_version"] == "none" else proved, json.dumps(row))
            else:
                found.setdefault(row["domain"], ("waits", json.dumps(row)))
        if domains <= set(found):
            return found
        assert time.monotonic() < end, (sorted(domains - set(found)), gateway.log()[-4000:])


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opinions]:
    directory = tmp_path_factory.mktemp("dane")
    settings = {"delivery": {"retry": ["1h"]}, "resolver": {"timeout": "10s"}}
    names = (*PARTNERS, "trusted", "unsigned")
    with World.start(directory / "world", only=names, spare=len(CASES)) as world:
        with Gateway.start(directory / "gateway", world, settings) as gateway:
            with Unbound(directory / "unbound", world.facts) as resolver:
                around = _surroundings(directory, world, gateway)
                with DanePostfix(directory / "postfix", around, resolver.address, world.facts["smtp_port"]) as postfix:
                    yield Opinions(world, gateway, postfix)


def _surroundings(directory: Path, world: World, gateway: Gateway) -> Surroundings:
    pki = Pki(directory / "pki")
    files = pki.issue(Certificate(), "mail.postfix.example", "postfix.example", "127.0.0.1", "postfix")
    identity = Identity(files.certificate, files.key)
    listener = gateway.listeners["internal"]
    facts = world.facts
    return Surroundings("postfix.example", identity, identity, Path(facts["ca"]), facts["gateway"]["hostname"], listener.port)


@pytest.mark.parametrize(("number", "case"), list(enumerate(CASES, start=1)), ids=[case.what for case in CASES])
def test_postfix_and_postern_do_what_the_rfc_says(opinions: Opinions, number: int, case: Case) -> None:
    domain = f"spare-{number}.example"
    how, evidence = opinions.postern[domain]
    assert how == case.how, evidence
    expected, _ = DIFFERENCES.get(case.what, (case.how, ""))
    assert opinions.postfix[domain].how == expected, opinions.postfix[domain].line


@pytest.mark.parametrize("name", PARTNERS)
def test_the_partners_of_the_practice_world_fare_alike(opinions: Opinions, name: str) -> None:
    how, evidence = opinions.postern[f"{name}.example"]
    assert opinions.postfix[f"{name}.example"].how == how, (opinions.postfix[f"{name}.example"].line, evidence)


def test_every_difference_is_one_of_a_case_and_has_its_paragraph() -> None:
    assert set(DIFFERENCES) <= {case.what for case in CASES}
    assert all(reason.startswith("RFC ") for _, reason in DIFFERENCES.values())
