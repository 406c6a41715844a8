"""The program under load, killed at arbitrary moments from a seed, and started again."""

from __future__ import annotations

import random

from proof_load import Load
from proof_place import Place
from proof_sink import Sink
from proof_size import Size
from proof_truth import (
    Changes,
    check_arrivals,
    check_audit,
    check_evidence,
    check_started_quickly,
    drain,
)


def test_killed_again_and_again_it_loses_nothing_and_delivers_nothing_half(place: Place, size: Size) -> None:
    chance = random.Random(size.seed)
    sinks = {domain: Sink(size.seed + at) for at, domain in enumerate(("one.example", "two.example"))}
    for sink in sinks.values():
        sink.start()
    place.set_up({domain: sink.port for domain, sink in sinks.items()})
    load, changes = Load(size.seed, list(sinks)), Changes(place)
    for number in range(size.kills):
        place.run()
        load.start(place.port)
        # From the first connection on to far into the load, in the middle of anything.
        moment = load.steps + 1 + int(chance.random() ** 2 * 2000)
        if number % 4 == 0:
            changes.make()
            check_audit(place)
        load.wait_for_step(moment)
        load.pause()
        place.kill()
    load.stop()
    place.run()
    drain(place)
    found = check_arrivals(load, sinks.values())
    found["evidence"] = check_evidence(place, load, sinks.values())
    found["policies"], found["audit entries"] = changes.check(), check_audit(place)
    check_started_quickly(place)
    assert found["acknowledged"] > size.kills, "there was no load to speak of"
    print(f"{size.kills} kills, starts of {min(place.starts):.2f} to {max(place.starts):.2f} s: {found}")
    for sink in sinks.values():
        sink.stop()
