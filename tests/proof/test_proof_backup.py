"""A backup that is made under load, and put back: a gateway as it was, with all that had not been delivered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from proof_load import Load
from proof_place import Place
from proof_sink import Sink
from proof_size import Size
from proof_text import read_whole
from proof_truth import check_audit, drain, evidence, until


@pytest.fixture
def sink(size: Size) -> Iterator[Sink]:
    one = Sink(size.seed)
    one.start()
    yield one
    one.stop()


def restore(place: Place, backup: Path) -> None:
    place.kill()
    shutil.rmtree(place.data)
    shutil.copytree(backup, place.data)


def test_a_backup_under_load_restores_every_message_that_was_not_delivered(
    place: Place, size: Size, sink: Sink, tmp_path: Path
) -> None:
    closed = Sink(size.seed)
    closed.start()
    closed.stop()
    place.set_up({"one.example": sink.port, "closed.example": closed.port})
    place.gateway.cli("policy", "add", "partner.example", "--mode", "relaxed", "--no-probe")
    head = json.loads(place.gateway.cli("audit", "verify", "--json"))["head"]
    load = Load(size.seed, ["one.example", "closed.example"], clients=4, largest_lines=6000)
    place.run()
    load.start(place.port)
    load.wait_for(100)

    acknowledged, delivered = dict(load.acknowledged), set(sink.answered)
    done = json.loads(place.gateway.cli("backup", str(tmp_path / "backup"), "--json"))
    delivered_meanwhile = set(sink.answered)
    assert done["messages"] > 0 and done["damage"] == []
    load.wait_for(150)  # what comes after the backup is not in it
    load.stop()
    sink.stop()

    restore(place, tmp_path / "backup")
    found = json.loads(place.gateway.cli("queue", "check", "--json"))
    assert found["intact"] and found["messages"] == done["messages"]
    place.run()
    queued: dict[str, set[str]] = {}
    for message in place.queued():
        read_whole(place.ask(f"/v1/queue/{message['id']}/body"))
        queued[message["id"]] = {delivery["domain"] for delivery in message["deliveries"]}
    for number, (message_id, letter) in acknowledged.items():
        for domain in letter.domains:
            there = domain in queued.get(message_id, set())
            assert there or (number, domain) in delivered_meanwhile, f"{number} to {domain} is not in the backup"
    check_audit(place)
    place.gateway.cli("audit", "verify", "--head", head)
    policies = {row["domain"] for row in json.loads(place.gateway.cli("policy", "list", "--json"))}
    assert "partner.example" in policies

    wanted = {(message, "accepted") for message, _ in acknowledged.values()}
    wanted |= {(acknowledged[number][0], "delivered") for number, _ in delivered if number in acknowledged}
    until(
        lambda: wanted <= {(row["message"], row["outcome"]) for row in evidence(place)},
        30,
        "the evidence of what came before the backup is in it",
    )


def test_a_restored_gateway_delivers_what_it_has_and_accepts_more(
    place: Place, size: Size, sink: Sink, tmp_path: Path
) -> None:
    place.set_up({"one.example": sink.port})
    sink.stop()
    load = Load(size.seed, ["one.example"], clients=2, largest_lines=6000)
    place.run()
    load.start(place.port)
    load.wait_for(40)
    load.rest()
    place.gateway.cli("backup", str(tmp_path / "backup"))
    before = set(load.acknowledged)
    restore(place, tmp_path / "backup")
    sink.start()
    place.run()
    load.start(place.port)
    load.wait_for(len(before) + 20)
    load.stop()
    drain(place)
    assert sink.damaged == []
    assert set(load.acknowledged) <= {number for number, _ in sink.answered}


def test_a_backup_goes_into_a_new_folder_and_is_nobody_elses_to_read(place: Place, tmp_path: Path) -> None:
    place.set_up({})
    place.gateway.cli("backup", str(tmp_path / "backup"))
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "backup").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert place.gateway.cli("backup", str(tmp_path / "backup"), check=False) == ""
