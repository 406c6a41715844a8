"""The way out of this machine: whoever looks for one in a test is seen (tests/conftest.py)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway

FAR_AWAY = "192.0.2.1"  # RFC 5737: nobody's


def test_a_gateway_that_looks_for_a_host_outside_is_seen_and_says_that_no_way_leads_there(
    tmp_path: Path, outside: Any
) -> None:
    if not outside.cut_off:
        pytest.skip("this network leads somewhere: run ./test e2e as root")
    with World.start(tmp_path / "world", only=("trusted",)) as world:
        with Gateway.start(tmp_path / "gateway", world) as gateway:
            gateway.cli("domain", "add", "far.example", "--already-validated")
            gateway.cli("route", "add", "far.example", "--host", FAR_AWAY)
            assert not outside.sought()
            gateway.send("anna@corp.example", ["bob@far.example"], "Subject: x\r\n\r\nx\r\n")
            end = time.monotonic() + 30
            while "network-unreachable" not in gateway.cli("queue", "list"):
                assert time.monotonic() < end, gateway.log()[-4000:]
    assert outside.sought() == {"IPv4"}
