"""A damaged log of the records: nothing opens it, and the message leads to one of the two ways on."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from lab.gateway import GatewayError
from proof_place import Place

DOMAINS = [f"partner{number}.example" for number in range(12)]


@pytest.fixture
def log(place: Place) -> Path:
    """Of a gateway that was killed after twelve policies had been put in force."""
    place.set_up({})
    place.run()
    for domain in DOMAINS:
        place.gateway.cli("policy", "add", domain, "--mode", "relaxed")
    place.kill()
    return place.data / "records.db-wal"


def damage(log: Path) -> None:
    with log.open("r+b") as file:
        file.seek(log.stat().st_size // 2)
        file.write(b"\0\xff\0\xff")


def test_records_with_a_damaged_log_are_opened_by_nobody(place: Place, log: Path) -> None:
    damage(log)
    before = log.read_bytes()
    with pytest.raises(GatewayError, match=r"records\.db-wal is damaged at byte [0-9]+"):
        place.run()
    assert place.gateway.cli("policy", "list", check=False) == ""
    assert log.read_bytes() == before


def test_the_command_in_the_message_goes_on_from_before_the_damage(place: Place, log: Path) -> None:
    damage(log)
    with pytest.raises(GatewayError) as refused:
        place.run()
    command = re.search(r"cp -p .* && truncate -s [0-9]+ \S+wal", str(refused.value))
    assert command
    subprocess.run(command.group(), shell=True, check=True)
    place.run()
    left = [policy["domain"] for policy in json.loads(place.gateway.cli("policy", "list", "--json"))]
    assert left == DOMAINS[: len(left)] and 0 < len(left) < len(DOMAINS)
    place.gateway.cli("audit", "verify")


def test_a_log_that_a_kill_left_behind_is_whole(place: Place, log: Path) -> None:
    assert log.stat().st_size > 0
    place.run()
    assert len(json.loads(place.gateway.cli("policy", "list", "--json"))) == len(DOMAINS)
