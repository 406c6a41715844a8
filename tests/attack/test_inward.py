"""Names of a stranger's choice lead nowhere inside: MX hosts, MTA-STS policy hosts, places for TLS reports."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway

DOMAIN = "trusted.example"


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world all of whose servers are on loopback, where a stranger would have us go."""
    with World.start(tmp_path_factory.mktemp("inside"), only=("trusted",)) as running:
        yield running


@pytest.fixture
def guarded(inside: World, gateway_factory: Callable[..., Gateway]) -> Gateway:
    inside.forget(DOMAIN)
    return gateway_factory(inside, changes={"delivery": {"special_addresses": False, "retry": ["1h"]}})


def until(condition: Callable[[], Any], gateway: Gateway) -> Any:
    end = time.monotonic() + 40
    while not (found := condition()):
        assert time.monotonic() < end, gateway.log()[-5000:]
    return found


def test_an_mx_that_leads_to_loopback_is_never_connected_to(guarded: Gateway, inside: World) -> None:
    guarded.send("anna@corp.example", [f"bob@{DOMAIN}"], "Subject: x\r\n\r\nx\r\n")
    rows = until(lambda: guarded.json("evidence", "list", "--domain", DOMAIN), guarded)
    assert rows[0]["reason"] == "special-address", rows
    assert inside.mail(DOMAIN) == []


def test_a_policy_host_that_leads_to_loopback_is_never_asked(guarded: Gateway, inside: World) -> None:
    inside.publish(DOMAIN, mode="enforce")
    asked = inside.policy_requests()
    said = guarded.cli("sts", "refetch", DOMAIN, check=False)
    said += guarded.cli("sts", "show", DOMAIN, check=False)
    assert "private or special addresses" in said + guarded.log(), said
    assert inside.policy_requests() == asked


def test_a_place_for_reports_that_leads_to_loopback_gets_none(inside: World, gateway_factory: Callable[..., Gateway]) -> None:
    inside.publish(DOMAIN, tlsrpt="v=TLSRPTv1; rua={https}")
    gateway = gateway_factory(inside, changes={"delivery": {"retry": ["1h"]}})
    gateway.send("anna@corp.example", [f"bob@{DOMAIN}"], "Subject: x\r\n\r\nx\r\n")
    until(lambda: gateway.json("evidence", "list", "--domain", DOMAIN), gateway)
    gateway.stop()
    _forbid_special_addresses(gateway.config)
    with sqlite3.connect(gateway.directory / "data" / "records.db") as records:
        assert records.execute("UPDATE tls_sessions SET day = day - 1").rowcount > 0
    gateway.run()
    gateway.cli("tls-report", "send")
    row = until(lambda: [one for one in gateway.json("tls-report", "sent") if one["attempts"]], gateway)[0]
    assert "private or special addresses" in row["detail"], row
    assert inside.reports(DOMAIN) == []


def _forbid_special_addresses(config: Path) -> None:
    text = config.read_text()
    assert "special_addresses = true" in text
    config.write_text(text.replace("special_addresses = true", "special_addresses = false"))
