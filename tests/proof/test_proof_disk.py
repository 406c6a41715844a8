"""The program on a disk that is full, fails and is slow: nothing acknowledged is lost, and it goes on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from proof_faults import ALLOCATE, CREATE, READ, SPACE, SYNC, WRITE, Faults, Rule
from proof_load import Load
from proof_place import Place
from proof_sink import Sink
from proof_size import Size
from proof_truth import Changes, check_arrivals, check_audit, check_evidence, drain, until

FULL = errno.ENOSPC
BROKEN = errno.EIO

# What fails under the queue, and how mail is answered meanwhile.
OF_THE_QUEUE = {
    "no space for bodies": (Rule(WRITE | ALLOCATE | CREATE, "/segments/", FULL), "452 4.3.1"),
    "no space for rows": (Rule(WRITE, "/queue.db", FULL), "452 4.3.1"),
    "less space than the reserve": (Rule(SPACE, "/queue", FULL), "452 4.3.1"),
    "bodies cannot be written": (Rule(WRITE, "/segments/", BROKEN), "451 4.3.0"),
    "bodies cannot be synced": (Rule(SYNC, "/segments/", BROKEN), "451 4.3.0"),
    "rows cannot be written": (Rule(WRITE, "/queue.db", BROKEN), "451 4.3.0"),
    "rows cannot be synced": (Rule(SYNC, "/queue.db", BROKEN), "451 4.3.0"),
}
OF_THE_RECORDS = {
    "no space": Rule(WRITE, "/records.db", FULL),
    "cannot be written": Rule(WRITE, "/records.db", BROKEN),
    "cannot be synced": Rule(SYNC, "/records.db", BROKEN),
}


@pytest.fixture
def sink(size: Size) -> Iterator[Sink]:
    one = Sink(size.seed)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def faults(place: Place, layer: Path, sink: Sink) -> Faults:
    ready = Faults(layer, place)
    place.set_up({"one.example": sink.port})
    return ready


@pytest.fixture
def load(place: Place, size: Size, faults: Faults) -> Iterator[Load]:
    one = Load(size.seed, ["one.example"], largest_lines=8000)
    place.run()
    one.start(place.port)
    one.wait_for(50)
    yield one
    one.stop()


def crash_and_check(place: Place, load: Load, sink: Sink) -> None:
    """Ends it the hard way, and looks whether everything comes out."""
    load.pause()
    place.kill()
    place.run()
    drain(place)
    load.stop()
    found = check_arrivals(load, [sink])
    found["evidence"] = check_evidence(place, load, [sink])
    check_audit(place)
    print(found, dict(load.refusals))


@pytest.mark.parametrize("name", OF_THE_QUEUE)
def test_mail_is_refused_for_now_and_accepted_again_by_itself(
    name: str, place: Place, faults: Faults, load: Load, sink: Sink
) -> None:
    rule, answer = OF_THE_QUEUE[name]
    faults.set(rule)
    until(lambda: load.refusals[answer] >= 12, 30, f"mail is answered {answer}: {load.refusals}")
    before, refused = len(load.acknowledged), load.refusals[answer]
    until(lambda: load.refusals[answer] >= refused + 12, 30, "and again")
    assert len(load.acknowledged) == before, "mail was acknowledged that could not be stored"
    assert faults.hits() > 0
    assert place.gateway.process is not None and place.gateway.process.poll() is None, place.gateway.errors()
    assert "disk" in place.gateway.log(), "the log does not say what is wrong"
    faults.set()
    load.wait_for(before + 50)
    crash_and_check(place, load, sink)


@pytest.mark.parametrize("name", OF_THE_RECORDS)
def test_mail_passes_while_the_records_fail_and_its_evidence_follows(
    name: str, place: Place, faults: Faults, load: Load, sink: Sink
) -> None:
    faults.set(OF_THE_RECORDS[name])
    before = len(load.acknowledged)
    load.wait_for(before + 100)
    until(lambda: faults.hits() > 0, 30, "the records are used")
    until(lambda: "evidence-not-recorded" in place.gateway.log(), 30, "the log says so")
    assert not load.refusals, f"mail was refused because of the records: {load.refusals}"
    faults.set()
    crash_and_check(place, load, sink)


def test_a_change_that_the_records_cannot_keep_is_refused(place: Place, faults: Faults, load: Load) -> None:
    changes = Changes(place)
    changes.make()
    for rule in OF_THE_RECORDS.values():
        faults.set(rule)
        changes.make()
        faults.set()
        changes.make()
    place.kill()
    place.run()
    assert changes.check() == 1 + len(OF_THE_RECORDS)
    check_audit(place)


def test_on_a_slow_disk_nothing_is_lost(place: Place, faults: Faults, load: Load, sink: Sink) -> None:
    faults.set(Rule(SYNC, "", delay_ms=300), Rule(WRITE, "/queue.db", delay_ms=20))
    load.wait_for(len(load.acknowledged) + 30)
    assert faults.hits() > 0
    load.pause()
    place.kill()  # in the middle of a sync, most likely
    faults.set()
    place.run()
    load.start(place.port)
    crash_and_check(place, load, sink)


def test_bodies_that_cannot_be_read_for_a_while_wait_and_arrive(
    place: Place, faults: Faults, load: Load, sink: Sink
) -> None:
    faults.set(Rule(READ, "/segments/", BROKEN))
    load.wait_for(len(load.acknowledged) + 30)
    until(lambda: faults.hits() > 10, 30, "bodies are read")
    faults.set()
    crash_and_check(place, load, sink)
