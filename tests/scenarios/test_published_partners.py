"""The partners of the practice world whose MTA-STS policy changes while one looks, and two who look at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway

MESSAGE = "Subject: hello\r\n\r\nhello\r\n"
PARTNERS = ("sts-expired", "sts-changed", "self-signed")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=PARTNERS) as running:
        yield running


@pytest.fixture
def gateway(world: World, gateway_factory: Callable[..., Gateway]) -> Iterator[Gateway]:
    yield gateway_factory(world, changes={"delivery": {"retry": ["1h"]}})


def send(gateway: Gateway, domain: str) -> None:
    assert not gateway.send("anna@corp.example", [f"bob@{domain}"], MESSAGE)


def until(gateway: Gateway, condition: Callable[[], Any]) -> Any:
    """Asks until there is an answer; asking takes time itself."""
    end = time.monotonic() + 30
    while not (found := condition()):
        assert time.monotonic() < end, gateway.log()[-4000:]
    return found


def attempts(gateway: Gateway, domain: str, count: int) -> list[dict[str, Any]]:
    """What is on record for a domain, oldest first, once there is so much."""

    def there() -> list[dict[str, Any]]:
        rows = gateway.json("evidence", "list", "--domain", domain)
        return sorted(rows, key=lambda row: str(row["time"])) if len(rows) >= count else []

    return list(until(gateway, there))


def test_a_policy_that_has_run_out_and_cannot_be_had_again_is_none(world: World, gateway: Gateway) -> None:
    send(gateway, "sts-expired.example")
    # The first message comes with the policy, which lasts for as long as it is asked for.
    assert attempts(gateway, "sts-expired.example", 1)[0]["reason"] == "certificate-self-signed"
    until(gateway, lambda: not gateway.json("sts", "show", "sts-expired.example")[0]["holds"])
    gateway.stop()  # what it remembers besides, for a minute, goes with it
    gateway.run()
    send(gateway, "sts-expired.example")
    world.wait("sts-expired.example", timeout=30)


def test_a_policy_whose_successor_cannot_be_had_holds(world: World, gateway: Gateway) -> None:
    send(gateway, "sts-changed.example")
    assert attempts(gateway, "sts-changed.example", 1)[0]["reason"] == "certificate-self-signed"
    gateway.stop()
    gateway.run()
    send(gateway, "sts-changed.example")
    assert attempts(gateway, "sts-changed.example", 2)[1]["reason"] == "certificate-self-signed"
    (kept,) = gateway.json("sts", "show", "sts-changed.example")
    assert kept["holds"] and kept["id"] == "1" and kept["failures"] > 0
    assert not world.mail("sts-changed.example")


def test_a_record_that_cannot_be_looked_up_bounces_nothing(world: World, gateway: Gateway) -> None:
    """As it bounces nothing when an MX or an address cannot be looked up; `explain` says that mail waits, too."""
    world.zone("self-signed.example", faults=["_mta-sts TXT servfail"])
    try:
        gateway.cli("policy", "add", "self-signed.example", "--mode", "relaxed", "--on-failure", "bounce", "--no-probe")
        send(gateway, "self-signed.example")
        seen = attempts(gateway, "self-signed.example", 1)[0]
        assert (seen["outcome"], seen["reason"]) == ("deferred", "dns-servfail")
    finally:
        world.zone("self-signed.example", faults=[])


def test_a_fetch_that_fails_takes_nothing_from_one_that_succeeded_meanwhile(world: World, gateway: Gateway) -> None:
    """Who can hold up one connection of two must not take a policy away: RFC 8461 10.2, docs/published.md."""
    domain = "self-signed.example"
    world.publish(domain, mode="enforce", fault="held")
    send(gateway, domain)
    until(gateway, lambda: world.policy_requests().count(f"mta-sts.{domain}") == 1)
    world.publish(domain, mode="enforce", fault="")
    assert gateway.json("sts", "refetch", domain)[0]["result"] == "fetched"
    assert gateway.json("sts", "show", domain)[0]["holds"]
    world.publish(domain, status=503)
    attempts(gateway, domain, 1)
    assert gateway.json("sts", "show", domain)[0]["holds"]
