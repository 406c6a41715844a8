"""A disk that is full in truth: a small file system, mail that comes in and cannot leave."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.client import World
from proof_load import Load
from proof_place import Place
from proof_sink import Sink
from proof_truth import check_arrivals, check_audit, check_evidence, drain, until

SIZE = "32m"


@pytest.fixture
def small_disk(tmp_path: Path, world: World) -> Iterator[Place]:
    """A place whose data is on a file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    with Place(tmp_path / "gateway", world) as place:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", place.data], check=True)
        try:
            yield place
        finally:
            place.kill()
            subprocess.run(["umount", "-l", place.data], check=True)


def free(place: Place) -> float:
    """MiB."""
    room = os.statvfs(place.data)
    return room.f_bavail * room.f_frsize / (1 << 20)


def test_a_full_disk_refuses_mail_for_now_and_fills_and_empties_by_itself(small_disk: Place) -> None:
    place = small_disk
    sink = Sink(1)
    sink.start()
    sink.stop()  # its port is ours, and nobody listens
    place.set_up({"one.example": sink.port})
    place.run()
    load = Load(1, ["one.example"], largest_lines=8000)
    load.start(place.port)
    until(lambda: load.refusals["452 4.3.1"] >= 50, 120, f"mail is answered 452: {load.refusals}")
    accepted = len(load.acknowledged)
    print(f"\n{accepted} messages filled {SIZE}: {free(place):.1f} MiB free; {dict(load.refusals)}")
    assert set(load.refusals) == {"452 4.3.1"}
    sink.start()
    load.wait_for(accepted + 100, within=120)
    print(f"accepting again with {free(place):.1f} MiB free")
    load.pause()
    drain(place)
    load.stop()
    found = check_arrivals(load, [sink])
    found["evidence"] = check_evidence(place, load, [sink])
    check_audit(place)
    print(found, dict(load.refusals), f"{free(place):.1f} MiB free")
    sink.stop()
