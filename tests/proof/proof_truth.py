"""What must hold after any fault, once the gateway has had the time to finish."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from lab.gateway import GatewayError
from proof_load import Load
from proof_place import READY_WITHIN, Place
from proof_sink import Sink

_DRAIN_WITHIN = 180.0


def until(condition: Callable[[], bool], within: float, what: str) -> None:
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"it did not come to it within {within:.0f} s: {what}"


def drain(place: Place, within: float = _DRAIN_WITHIN) -> None:
    """Until nothing waits: every delivery that can be made has been made and settled."""
    ask = ("queue", "list", "--limit", "1", "--json")  # a command paces the questions by itself
    until(lambda: not json.loads(place.gateway.cli(*ask))["messages"], within, "the queue is empty")


def evidence(place: Place) -> list[dict[str, Any]]:
    lines: Iterable[str] = place.gateway.cli("evidence", "export").splitlines()
    return [json.loads(line) for line in lines if line]


def check_audit(place: Place) -> int:
    """The chain verifies; returns its length."""
    found = json.loads(place.gateway.cli("audit", "verify", "--json"))
    assert found["intact"], found
    return int(found["entries"])


def check_arrivals(load: Load, sinks: Iterable[Sink]) -> dict[str, int]:
    """Every acknowledged message was taken by every next hop, whole; returns how many there were."""
    taken: Counter[tuple[str, str]] = Counter()
    for sink in sinks:
        assert sink.damaged == []
        taken.update(sink.answered)
    due = {(number, domain) for number, (_, letter) in load.acknowledged.items() for domain in letter.domains}
    lost = due - set(taken)
    assert not lost, f"{len(lost)} of {len(due)} acknowledged deliveries never arrived: {sorted(lost)[:5]}"
    return {
        "acknowledged": len(load.acknowledged),
        "deliveries": len(due),
        "duplicates": sum(taken.values()) - len(taken),
        "unacknowledged arrivals": len(set(taken) - due),
    }


def check_evidence(place: Place, load: Load, sinks: Iterable[Sink]) -> int:
    """Each receipt and each delivery has its evidence, none is there twice; returns how much there is."""
    wanted = {(message, "internal-to-gateway", "") for message, _ in load.acknowledged.values()}
    wanted |= {
        (message, "gateway-to-internal", domain)
        for message, letter in load.acknowledged.values()
        for domain in letter.domains
    }

    def accepted() -> Counter[tuple[str, str, str]]:
        return Counter(
            (row["message"], row["hop"], "" if row["hop"] == "internal-to-gateway" else row["domain"])
            for row in evidence(place)
            if row["outcome"] in ("accepted", "delivered")
        )

    until(lambda: wanted <= set(accepted()), 30, "the evidence of every acknowledged message is recorded")
    found = accepted()
    twice = {key: count for key, count in found.items() if count > 1}
    assert not twice, f"evidence of one acceptance, settled twice: {twice}"
    check_no_invention(found, load, sinks)
    return sum(found.values())


def check_no_invention(found: Counter[tuple[str, str, str]], load: Load, sinks: Iterable[Sink]) -> None:
    """The evidence says "delivered" of nothing that the next hop did not take."""
    number_of = {message: number for number, (message, _) in load.acknowledged.items()}
    taken = {key for sink in sinks for key in sink.answered}
    for message, hop, domain in found:
        if hop == "gateway-to-internal" and message in number_of:
            assert (number_of[message], domain) in taken, f"{message} is said to be delivered to {domain}"


def check_started_quickly(place: Place) -> None:
    slowest = max(place.starts)
    number = place.starts.index(slowest) + 1
    assert slowest < READY_WITHIN, f"start {number} of {len(place.starts)} took {slowest:.2f} s"


class Changes:
    """Policies that are added through the command line meanwhile, and must be there if it said so."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tried = 0
        self._kept: set[str] = set()

    def make(self) -> None:
        self._tried += 1
        domain = f"partner{self._tried}.example"
        try:
            self._place.gateway.cli("policy", "add", domain, "--mode", "relaxed", "--no-probe")
        except GatewayError:
            return  # it was refused, or the program was in no state to do it
        self._kept.add(domain)

    def check(self) -> int:
        there = {row["domain"] for row in json.loads(self._place.gateway.cli("policy", "list", "--json"))}
        assert self._kept <= there, f"policies that were said to be added are gone: {self._kept - there}"
        assert len(self._kept) > 0
        return len(self._kept)
