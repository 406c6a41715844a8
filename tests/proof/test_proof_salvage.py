"""A damaged queue on the disk: it is named, and everything that is readable is saved."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab.gateway import GatewayError
from proof_load import Load
from proof_place import Place
from proof_sink import Sink
from proof_size import Size
from proof_text import read_whole
from proof_truth import drain

MESSAGES = 50


@pytest.fixture
def sink(size: Size) -> Iterator[Sink]:
    one = Sink(size.seed, moods=False)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def load(place: Place, size: Size, sink: Sink) -> Load:
    """A queue full of mail that could not be delivered, on a gateway that has been killed."""
    place.set_up({"one.example": sink.port})
    sink.stop()
    one = Load(size.seed, ["one.example"], clients=3, largest_lines=8000)
    place.run()
    one.start(place.port)
    one.wait_for(MESSAGES)
    one.stop()
    place.kill()
    return one


def check(place: Place) -> dict[str, Any]:
    return dict(json.loads(place.gateway.cli("queue", "check", "--json", check=False)))


def salvage(place: Place, into: Path) -> dict[str, Any]:
    return dict(json.loads(place.gateway.cli("queue", "salvage", str(into), "--json", check=False)))


def put_in_place(place: Place, folder: Path) -> None:
    shutil.rmtree(place.data / "queue")
    shutil.move(folder, place.data / "queue")


def delivered(place: Place, sink: Sink) -> set[str]:
    """What comes out of the queue that is there now, each message whole."""
    sink.start()
    place.run()
    drain(place, within=30)  # what is due a moment after the start does not wait for a minute
    assert sink.damaged == []
    return {number for number, _ in sink.answered}


def extents(place: Place) -> dict[str, list[tuple[Path, int, int]]]:
    """By queue id: where the database says that the pieces of its body are."""
    ids = {message["id"]: message for message in place.queued()}
    place.kill()
    found: dict[str, list[tuple[Path, int, int]]] = {}
    with sqlite3.connect(place.data / "queue" / "queue.db") as database:
        # An id's deliveries follow one another from its first.
        for queue_id, message in ids.items():
            rows = database.execute(
                "SELECT segment, offset, length FROM extent JOIN delivery USING (message)"
                " WHERE delivery.id = ? ORDER BY position",
                (message["deliveries"][0]["id"],),
            )
            found[queue_id] = [
                (place.data / "queue" / "segments" / f"{segment:016d}.segment", offset, length)
                for segment, offset, length in rows
            ]
    database.close()
    return found


def overwrite(path: Path, at: int, bytes_: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes_)


def test_a_whole_queue_is_found_whole_beside_the_gateway_and_without_it(place: Place, load: Load) -> None:
    without = check(place)
    assert without["intact"] and without["messages"] >= MESSAGES and without["damage"] == []
    place.run()
    beside = check(place)
    assert beside["intact"] and beside["messages"] == without["messages"]


def test_while_messages_come_go_and_move_nothing_is_called_damaged(place: Place, size: Size, sink: Sink) -> None:
    place.set_up({"one.example": sink.port})
    load = Load(size.seed, ["one.example"], clients=3, largest_lines=8000)
    place.run()
    load.start(place.port)
    for count in range(50, 400, 50):
        load.wait_for(count)
        found = check(place)
        assert found["intact"], found
    load.stop()


def test_damaged_bodies_are_named_and_all_others_are_delivered(
    place: Place, load: Load, sink: Sink, tmp_path: Path
) -> None:
    place.run()
    places = extents(place)
    chosen = [queue_id for queue_id in places if len(places[queue_id]) == 1][::9]
    large = next(queue_id for queue_id in places if len(places[queue_id]) > 1)
    for queue_id in chosen:
        path, offset, length = places[queue_id][0]
        overwrite(path, offset + 32 + length // 2, b"\0\xff")
    path, offset, _ = places[large][-1]
    overwrite(path, offset, b"junk")  # the header of its last piece
    broken = {*chosen, large}

    found = check(place)
    assert not found["intact"]
    assert {damage["message"] for damage in found["damage"]} == broken
    for damage in found["damage"]:
        assert (Path(damage["file"]), damage["offset"]) in [place_[:2] for place_ in places[damage["message"]]]

    saved = salvage(place, tmp_path / "saved")
    assert {damage["message"] for damage in saved["damage"]} == broken
    assert saved["messages"] == found["messages"] - len(broken)
    for queue_id in broken:  # what is left of it, and who it was for
        assert str(tmp_path / "saved" / "damaged" / f"{queue_id}.eml") in saved["files"]
        envelope = json.loads((tmp_path / "saved" / "damaged" / f"{queue_id}.json").read_text())
        assert envelope["sender"] == "anna@corp.example"
        assert envelope["deliveries"][0]["recipients"][0].endswith("@one.example")
    put_in_place(place, tmp_path / "saved")
    numbers = {message: number for number, (message, _) in load.acknowledged.items()}
    expected = {number for message, number in numbers.items() if message not in broken}
    assert expected <= delivered(place, sink)
    assert not {numbers[message] for message in broken if message in numbers} & {n for n, _ in sink.answered}


def test_of_a_database_with_damaged_pages_everything_else_is_saved(
    place: Place, load: Load, sink: Sink, tmp_path: Path
) -> None:
    place.run()
    assert place.stop() == 0  # the log is moved into the database
    database = place.data / "queue" / "queue.db"
    pages = database.stat().st_size // 4096
    for page in range(pages // 2, pages, 9):
        overwrite(database, page * 4096, b"\x55" * 4096)
    found = check(place)
    assert not found["intact"]
    assert all(damage["file"] == str(database) for damage in found["damage"])

    saved = salvage(place, tmp_path / "saved")
    whole = [path for path in saved["files"] if "without-envelope" in path]
    apart = {read_whole(Path(path).read_bytes()) for path in whole}
    put_in_place(place, tmp_path / "saved")
    came_out = delivered(place, sink)
    assert set(load.acknowledged) <= came_out | apart
    assert came_out, "no message could be saved with its envelope"


def test_without_any_database_every_body_is_saved(place: Place, load: Load, tmp_path: Path) -> None:
    overwrite(place.data / "queue" / "queue.db", 0, b"\0" * 8192)
    (place.data / "queue" / "queue.db-wal").write_bytes(b"\0" * 100)
    assert not check(place)["intact"]
    saved = salvage(place, tmp_path / "saved")
    assert set(load.acknowledged) <= {read_whole(Path(path).read_bytes()) for path in saved["files"]}


def test_a_lost_segment_is_named_with_its_messages(place: Place, load: Load, tmp_path: Path) -> None:
    place.run()
    places = extents(place)
    segments = sorted({path for pieces in places.values() for path, _, _ in pieces})
    segments[0].unlink()
    suffering = {queue_id for queue_id, pieces in places.items() if segments[0] in {path for path, _, _ in pieces}}
    found = check(place)
    assert {damage["message"] for damage in found["damage"]} == suffering
    assert salvage(place, tmp_path / "saved")["messages"] == found["messages"] - len(suffering)


def test_a_queue_in_use_is_not_salvaged(place: Place, load: Load, tmp_path: Path) -> None:
    place.run()
    assert place.gateway.cli("queue", "salvage", str(tmp_path / "saved"), check=False) == ""
    assert not (tmp_path / "saved").exists()


def test_a_damaged_log_stops_the_start_before_anything_is_lost_for_good(
    place: Place, load: Load, sink: Sink, tmp_path: Path
) -> None:
    log = place.data / "queue" / "queue.db-wal"
    overwrite(log, log.stat().st_size // 3, b"\0\xff\0\xff")
    with pytest.raises(GatewayError, match="queue salvage"):
        place.run()
    [damage] = check(place)["damage"]
    assert damage["file"] == str(log)
    saved = salvage(place, tmp_path / "saved")
    apart = {read_whole(Path(path).read_bytes()) for path in saved["files"]}
    put_in_place(place, tmp_path / "saved")
    came_out = delivered(place, sink)
    assert set(load.acknowledged) <= came_out | apart
    assert came_out and apart
