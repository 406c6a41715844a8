"""Two accounts of one gateway that write to each other: each sees its own end, and nothing of the other's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_client import Client

from lab.client import World
from lab.gateway import Gateway

MESSAGE = "Subject: hello\r\n\r\nhello\r\n"
THEIRS = "trusted.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=("trusted",)) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Gateway]:
    """The account other holds a domain, with a server of its own."""
    with Gateway.start(tmp_path_factory.mktemp("gateway"), world) as running:
        running.cli("account", "add", "other")
        running.cli("domain", "add", THEIRS, "--account", "other", "--already-validated")
        running.cli(
            "route", "add", THEIRS, "--account", "other", "--host", f"mx.{THEIRS}",
            "--port", str(world.facts["smtp_port"]), "--mode", "opportunistic",
        )
        yield running


def until(question: Callable[[], Any], within: float = 30.0) -> Any:
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, "it did not come to it in time"
    return answer


def test_mail_between_accounts_shows_neither_the_others_servers(gateway: Gateway, world: World) -> None:
    ours = Client.with_role(gateway, "anna", "main:administrator")
    theirs = Client.with_role(gateway, "otto", "other:administrator")
    gateway.send("anna@corp.example", [f"bob@{THEIRS}"], MESSAGE)
    world.wait(THEIRS, 1, timeout=30)
    end = until(lambda: theirs.get("/accounts/other/evidence", domain=THEIRS)["items"])[0]
    assert (end["hop"], end["outcome"]) == ("gateway-to-internal", "delivered")
    assert end["peer_host"] and end["peer_address"]

    # The copy of a recipient is the account's that receives it; the sender's account has none of it.
    told = ours.session.get(f"{ours.base}/accounts/main/evidence", timeout=60).text
    told += ours.session.get(f"{ours.base}/accounts/main/evidence.csv", timeout=60).text
    assert f"mx.{THEIRS}" not in told and end["certificate_sha256"] not in told and end["message"] not in told
    trace = ours.session.get(f"{ours.base}/accounts/main/messages/{end['message']}", timeout=60)
    assert trace.status_code == 404 and f"mx.{THEIRS}" not in trace.text


def test_nobody_looks_at_anothers_servers_by_a_probe(gateway: Gateway) -> None:
    ours = Client.with_role(gateway, "olga", "main:operator")
    job = ours.post("/accounts/main/probes", {"domains": [THEIRS]})
    done = until(lambda: (found := ours.get(f"/accounts/main/jobs/{job['id']}"))["state"] == "done" and found)
    assert done["items"][0]["failure"]["code"] == "internal-elsewhere"
    assert done["items"][0]["domain"] is None and f"mx.{THEIRS}" not in str(done)


def test_nobody_takes_anothers_server_by_naming_its_address(gateway: Gateway, world: World) -> None:
    theirs = Client.with_role(gateway, "oscar", "other:administrator")
    server = {"kind": "address-range", "range": "127.0.0.1"}
    assert theirs.problem("POST", "/accounts/other/senders", server) == (409, "range-held-elsewhere")
    world.forget(THEIRS)
    gateway.send("anna@corp.example", [f"bob@{THEIRS}"], MESSAGE)  # still main's server
    world.wait(THEIRS, 1, timeout=30)
    platform = Client.with_role(gateway, "petra", "*:administrator")
    made = platform.post("/accounts/other/senders", server)
    platform.delete(f"/accounts/other/senders/{made['id']}")
