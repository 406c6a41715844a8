"""The power fails: the program starts on every kind of disk that a recorded run can have left."""

from __future__ import annotations

import copy
import errno
import json
import random
import shutil
from pathlib import Path

import pytest
from lab.gateway import GatewayError
from proof_faults import SYNC, Faults, Rule
from proof_images import WAYS, write_image
from proof_load import Load
from proof_log import Disk, Entry, What
from proof_place import Place
from proof_recording import Promise, Recording, promise_at
from proof_sink import Sink
from proof_size import Size
from proof_text import Damaged, read_whole
from proof_truth import check_audit, check_started_quickly, evidence, until

SINK, NOWHERE = "one.example", "closed.example"  # mail to the second stays in the queue


def record(place: Place, layer: Path, seed: int, failing_syncs: bool, messages: int = 120) -> Recording:
    """Load, an orderly stop, a start, load again, the end without warning, and the start after that."""
    faults = Faults(layer, place, record=True)
    sink = Sink(seed, position=faults.position)
    sink.start()
    closed = Sink(seed)  # a port where nobody listens
    closed.start()
    closed.stop()
    place.set_environment({})
    place.set_up({SINK: sink.port, NOWHERE: closed.port})
    faults = Faults(layer, place, record=True)
    load = Load(seed, [SINK, NOWHERE], clients=4, largest_lines=6000)
    recording = Recording(faults, Disk(place.data), load, sink)
    chance = random.Random(seed)
    for half in (1, 2):
        start = faults.position()
        place.run()
        recording.stages[f"start {half}"] = (start, faults.position())
        load.start(place.port)
        for step in range(1, 5):
            if failing_syncs:
                faults.set(Rule(SYNC, "/queue/", errno.EIO, skip=chance.randrange(10), times=1))
            add_policy(recording, place, f"partner{half}{step}.example")
            load.wait_for((half - 1) * messages + messages * step // 4)
        load.pause()
        if half == 1:
            start = faults.position()
            assert place.stop() == 0
            recording.stages["stop"] = (start, faults.position())
    place.kill()
    load.stop()
    sink.stop()
    recover(recording, place)
    place.set_environment({})
    return recording


def recover(recording: Recording, place: Place) -> None:
    """The start after the end without warning, recorded too: the power may fail in the middle of it."""
    recording.faults.set()
    recording.faults.forget_what_was_cut()
    start = recording.faults.position()
    place.run()
    place.kill()
    recording.faults.forget_what_was_cut()
    recording.stages["recovery"] = (start, recording.faults.position())


def add_policy(recording: Recording, place: Place, domain: str) -> None:
    place.gateway.cli("policy", "add", domain, "--mode", "relaxed", "--no-probe")
    recording.policies[domain] = recording.faults.position()


def moments(recording: Recording, entries: list[Entry], count: int, chance: random.Random) -> list[int]:
    """Where the power fails: after entries of all kinds, more often where it matters."""
    syncs = [entry for entry in entries if entry.what in (What.SYNC, What.SYNC_FOLDER)]
    stages = [
        entry
        for start, end in recording.stages.values()
        for entry in entries
        if start <= entry.at < end
    ]
    said = [entry for entry in entries if entry.what is What.SAID]
    chosen = []
    for number in range(count):
        entry = chance.choice([syncs, entries, stages, said][number % 4])
        chosen.append(entry.at if number % 8 == 0 else entry.end)  # before a sync, and after
    return sorted(chosen)


def check_image(place: Place, recording: Recording, promise: Promise) -> None:
    """Starts the program there and looks at everything that was promised."""
    place.run()
    queued: dict[str, set[str]] = {}
    for message in place.queued():
        body = place.ask(f"/v1/queue/{message['id']}/body")
        try:
            read_whole(body)
        except Damaged as damage:
            raise AssertionError(f"{message['id']} is queued, but not whole") from damage
        queued[message["id"]] = {delivery["domain"] for delivery in message["deliveries"]}
    for message_id, letter in promise.acknowledged.items():
        for domain in letter.domains:
            there = domain in queued.get(message_id, set())
            assert there or promise.may_be_gone(recording.sink, letter, domain), (
                f"{message_id} to {domain} was acknowledged, and is neither queued nor delivered"
            )
    check_audit(place)
    policies = {row["domain"] for row in json.loads(place.gateway.cli("policy", "list", "--json"))}
    assert promise.policies <= policies, f"policies are gone: {promise.policies - policies}"
    check_its_evidence(place, promise, queued)
    check_started_quickly(place)


def check_its_evidence(place: Place, promise: Promise, queued: dict[str, set[str]]) -> None:
    """A receipt for all that was accepted; a delivery for all that has left the queue."""
    wanted = {(message, "internal-to-gateway", "accepted", "") for message in promise.acknowledged}
    for message, letter in promise.acknowledged.items():
        for domain in set(letter.domains) - queued.get(message, set()):
            wanted.add((message, "gateway-to-internal", "delivered", domain))

    def there() -> bool:
        return wanted <= {
            (row["message"], row["hop"], row["outcome"], "" if row["outcome"] == "accepted" else row["domain"])
            for row in evidence(place)
        }

    until(there, 20, "evidence and queue agree")


@pytest.mark.parametrize("failing_syncs", [False, True], ids=["healthy disk", "syncs fail at times"])
def test_whatever_a_power_cut_leaves_everything_acknowledged_is_there(
    failing_syncs: bool, place: Place, layer: Path, size: Size
) -> None:
    recording = record(place, layer, size.seed, failing_syncs)
    entries = recording.entries()
    chance = random.Random(size.seed + failing_syncs)
    learnt, checked = 0, 0
    for moment in moments(recording, entries, size.images // 2, chance):
        while learnt < len(entries) and entries[learnt].end <= moment:
            recording.disk.learn(entries[learnt])
            learnt += 1
        way = chance.choice(list(WAYS))
        write_image(recording.disk, place.data, way, chance)
        promise = promise_at(recording, entries, moment)
        try:
            check_image(place, recording, promise)
        except Exception as error:
            raise AssertionError(f"image at {moment} ({way}, seed {size.seed})") from error
        checked += len(promise.acknowledged)
        place.kill()
        shutil.rmtree(place.data)
    assert checked > 0
    failed = sum(entry.error != 0 for entry in entries)
    assert failed > 0 or not failing_syncs
    print(f"{size.images // 2} images of {len(entries)} log entries, {failed} failed syncs: {checked} messages sought")


def test_the_harness_notices_a_program_that_does_not_sync(place: Place, layer: Path, size: Size) -> None:
    """Images of a disk on which one file's syncs do nothing: something that was promised is missing."""
    recording = record(place, layer, size.seed, failing_syncs=False)
    entries = recording.entries()
    promise = promise_at(recording, entries, entries[-1].end)
    names = [(path, file.inode) for path, file in recording.disk.names.items()]
    names += [(entry.data.decode(), entry.file) for entry in entries if entry.what is What.NAME]
    for careless in (".segment", "queue.db", "records.db"):
        disk = copy.deepcopy(recording.disk)
        files = {inode for path, inode in names if careless in path}
        for entry in entries:
            if entry.what is not What.SYNC or entry.file not in files:
                disk.learn(entry)
        write_image(disk, place.data, "dropped", random.Random(size.seed))
        with pytest.raises((AssertionError, GatewayError)):
            check_image(place, recording, promise)
        place.kill()
