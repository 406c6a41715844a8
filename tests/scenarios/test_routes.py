"""Configured routes: internal servers with a login, several priorities, smarthosts with a name to verify."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.client import World
from lab.gateway import Gateway


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    partners = ("trusted", "provider", "self-signed", "refused")
    with World.start(tmp_path_factory.mktemp("world"), only=partners) as running:
        yield running


@pytest.fixture
def gateway(tmp_path: Path, world: World) -> Iterator[Gateway]:
    with Gateway.start(tmp_path / "gateway", world) as running:
        yield running


MESSAGE = "Subject: x\r\n\r\nx\r\n"


def until(condition: Callable[[], bool], within: float = 30.0) -> None:
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not come to it in time"


def mx_of(world: World, domain: str) -> dict[str, object]:
    return dict(world.partner(domain)["mx"][0])


def test_a_route_with_a_login_logs_in_under_tls(gateway: Gateway, world: World) -> None:
    gateway.send("anna@corp.example", ["ben@archive.example"], MESSAGE)
    [mail] = world.wait("archive.example", timeout=30)
    assert mail["authenticated"] == "gateway"
    assert mail["tls"]["version"].startswith("TLS")


def test_the_next_priority_is_used_when_the_first_is_down(gateway: Gateway, world: World) -> None:
    up = world.internal("desk.example")
    gateway.cli("route", "add", "lobby.example", "--host", up["address"], "--port", str(up["port"]),
                "--priority", "20")
    before = len(world.mail("lobby.example")) + len(world.mail("desk.example"))
    gateway.send("anna@corp.example", ["alice@lobby.example"], MESSAGE)
    until(lambda: len(world.mail("lobby.example")) + len(world.mail("desk.example")) > before)


def test_a_smarthost_takes_all_external_mail_when_its_certificate_carries_the_name(
    gateway: Gateway, world: World
) -> None:
    mx = mx_of(world, "provider.example")
    gateway.cli("route", "add", "*", "--host", str(mx["host"]), "--port", str(mx["port"]), "--mode", "strict")
    gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    [row] = wait_for_way_out(gateway, "trusted.example")
    assert (row["outcome"], row["authentication"]) == ("delivered", "pkix")
    assert row["peer_host"].startswith(str(mx["host"]))


def test_a_smarthost_with_another_name_gets_nothing(gateway: Gateway, world: World) -> None:
    mx = mx_of(world, "provider.example")
    gateway.cli("route", "add", "*", "--host", str(mx["host"]), "--port", str(mx["port"]), "--mode", "strict",
                "--verify-name", "relay.elsewhere.example")
    gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    [row] = wait_for_way_out(gateway, "trusted.example")
    assert (row["outcome"], row["reason"]) == ("deferred", "certificate-host-mismatch")


def test_a_new_smarthost_takes_the_mail_that_waits_for_a_server_that_is_down(gateway: Gateway, world: World) -> None:
    gateway.send("anna@corp.example", ["bob@refused.example"], MESSAGE)
    until(lambda: "connection-refused" in gateway.cli("queue", "list"))
    mx = mx_of(world, "trusted.example")
    gateway.cli("route", "add", "*", "--host", str(mx["host"]), "--port", str(mx["port"]))
    until(lambda: gateway.json("queue", "list")["messages"] == [])


def test_a_relaxed_route_takes_a_self_signed_certificate_and_strict_does_not(gateway: Gateway, world: World) -> None:
    mx = mx_of(world, "self-signed.example")
    gateway.cli("route", "add", "self-signed.example", "--host", str(mx["host"]), "--port", str(mx["port"]),
                "--mode", "relaxed")
    gateway.send("anna@corp.example", ["bob@self-signed.example"], MESSAGE)
    [row] = wait_for_way_out(gateway, "self-signed.example")
    assert (row["outcome"], row["required"], row["authentication"]) == ("delivered", "relaxed", "none")


def wait_for_way_out(gateway: Gateway, domain: str) -> list[dict[str, object]]:
    """The attempts towards a domain, once there is one."""
    rows: list[dict[str, object]] = []

    def there() -> bool:
        nonlocal rows
        found = gateway.json("evidence", "list", "--hop", "gateway-to-partner", "--domain", domain)
        rows = found["attempts"] if isinstance(found, dict) else found
        return bool(rows)

    until(there)
    return rows


def test_an_account_may_trust_a_private_ca_of_its_own(gateway: Gateway, world: World) -> None:
    route = next(one for one in gateway.json("route", "list") if one["domain"] == "works.example")
    gateway.cli("route", "set", str(route["id"]), "--mode", "strict")
    gateway.send("anna@corp.example", ["ben@works.example"], MESSAGE)
    until(lambda: "certificate-not-trusted" in gateway.cli("queue", "list"))
    gateway.cli("account", "set", "main", "--ca-file", world.facts["private_ca"])
    world.wait("works.example", timeout=20)
